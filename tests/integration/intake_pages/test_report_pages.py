"""The professionals' form: their own door, the duty to notify, straight on to the Infohus, a receipt with a code."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.integration.intake_pages.pages_world import ADVISER, TEACHER, Site

FORM = "/report/questions"
SENT = {
    "anonymity": "OPEN",
    "reporter_kind": "TEACHER",
    "description": "En opdigtet bekymring fra en skole.",
    "reporter": "En opdigtet lærer.",
    "subject_municipality": "0253",
}


async def newest(site: Site) -> dict[str, Any]:
    query = sa.text("select body from intake.concern order by received_at desc limit 1")
    async with site.work.begin() as tx:
        return dict((await tx.session.execute(query)).scalar_one())


async def test_the_form_is_for_professionals_and_says_the_duty_to_notify(site: Site) -> None:
    assert (await site.ask(ADVISER, "/report")).status_code == 403
    assert 'value="ANONYMOUS"' not in (await site.ask(TEACHER, "/report")).text
    asked = (await site.ask(TEACHER, f"{FORM}?anonymity=OPEN")).text
    assert "underretningspligt" in asked
    assert "24 timer" in asked
    assert 'href="tel:112"' in asked
    assert not re.search(r'name="[^"]*(theme|ideolog|relig|ethni)', asked)


@pytest.mark.parametrize(
    ("kind", "channel"), [("TEACHER", "SCHOOL_FORM"), ("ASYLUM", "ASYLUM"), ("HOUSING", "WEB_FORM")]
)
async def test_a_known_municipality_sends_it_straight_to_the_infohus(site: Site, kind: str, channel: str) -> None:
    key = str(uuid4())
    answers = [await site.ask(TEACHER, FORM, SENT | {"key": key, "reporter_kind": kind}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201], answers[0].text
    found = await newest(site)
    assert (found["stage"], found["channel"], found["infohus"]) == ("C2", channel, "0253")

    codes = {re.search(r'class="code">([0-9A-Z ]{19})<', answer.text)[1] for answer in answers}  # type: ignore[index]
    assert len(codes) == 1
    assert (await site.ask(None, "/public/status", {"code": codes.pop()})).status_code == 200
    assert "Kommunen er underrettet" in answers[0].text


async def test_without_a_municipality_it_waits_where_it_was_written(site: Site) -> None:
    sent = {name: value for name, value in SENT.items() if name != "subject_municipality"}
    answer = await site.ask(TEACHER, FORM, sent | {"key": str(uuid4()), "minor": "NO"})
    assert answer.status_code == 201
    assert "underrettet" not in answer.text, "about an adult there is nothing to notify"
    found = await newest(site)
    assert (found["stage"], found["desk"]) == ("C0", TEACHER.organisation)
    assert (await site.ask(TEACHER, f"/concerns/{found['id']}")).status_code == 200


async def test_about_a_child_without_a_municipality_it_says_that_nobody_is_notified_yet(site: Site) -> None:
    sent = {name: value for name, value in SENT.items() if name != "subject_municipality"}
    answer = await site.ask(TEACHER, FORM, sent | {"key": str(uuid4()), "minor": "YES"})
    assert "Ingen er underrettet endnu" in answer.text
    assert "Kommunen er underrettet" not in answer.text


async def test_what_is_missing_is_said_and_no_word_is_lost(site: Site) -> None:
    key = str(uuid4())
    answer = await site.ask(TEACHER, FORM, {"anonymity": "OPEN", "description": "Må ikke gå tabt.", "key": key})
    assert f'name="key" value="{key}"' in answer.text, (
        "sent again after an answer that was lost, it is still one concern"
    )
    assert answer.status_code == 422
    assert "Må ikke gå tabt." in answer.text
    for name in ("reporter", "reporter_kind"):
        assert f'href="#f-{name}"' in answer.text
