"""The public form: with or without a name first, nothing kept of who writes, a code that leads back, and no word lost."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
import sqlalchemy as sa

from services.intake.gate import Bucket
from services.intake.pages.guidance import guidances
from services.intake.pages.public import EXIT
from tests.integration.intake_pages.pages_world import Site

FORM = "/public/report/questions"
CODE = re.compile(r'class="code" dir="ltr">([0-9A-Z]{4}(?: [0-9A-Z]{4}){3})<')
WRITTEN = {"anonymity": "ANONYMOUS", "description": "En opdigtet bekymring.", "minor": "NO"}


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


async def written(site: Site, **more: str) -> str:
    """Send the form; return the code of the receipt."""
    answer = await site.ask(None, FORM, {**WRITTEN, "key": str(uuid4()), **more})
    assert answer.status_code == 201, answer.text
    found = CODE.search(answer.text)
    assert found, answer.text
    return found[1]


async def rows(site: Site, sql: str) -> list[tuple[object, ...]]:
    async with site.work.begin() as tx:
        return [tuple(row) for row in (await tx.session.execute(sa.text(sql))).all()]


async def test_the_mode_is_asked_before_any_question(site: Site) -> None:
    first = (await site.ask(None, "/public/report")).text
    assert 'value="ANONYMOUS"' in first
    assert 'value="CONFIDENTIAL"' in first
    assert "textarea" not in first
    assert (await site.ask(None, f"{FORM}?anonymity=NEITHER")).text.count("textarea") == 0


async def test_who_has_no_name_is_asked_for_none(site: Site) -> None:
    nameless = (await site.ask(None, f"{FORM}?anonymity=ANONYMOUS")).text
    named = (await site.ask(None, f"{FORM}?anonymity=CONFIDENTIAL")).text
    for name in ("reporter", "receipt_address"):
        assert f'name="{name}"' not in nameless
        assert f'name="{name}"' in named
    for page in (nameless, named):
        assert 'href="tel:112"' in page
        assert 'href="tel:114"' in page
        assert not re.search(r'name="[^"]*(theme|ideolog|relig|ethni)', page)


async def test_a_page_sets_no_cookie_and_can_be_left_at_once_without_javascript(site: Site) -> None:
    for path in ("/public/report", f"{FORM}?anonymity=ANONYMOUS", "/public/status"):
        answer = await site.ask(None, path)
        assert "set-cookie" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"
        assert f'href="{EXIT}"' in answer.text


async def test_a_name_that_was_typed_into_another_form_is_not_taken_in(site: Site) -> None:
    await written(site, reporter="En opdigtet anmelder.", receipt_address="nobody@example.org")
    newest = "select body->>'reporter', body->>'receipt_address' from intake.concern order by received_at desc limit 1"
    assert await rows(site, newest) == [(None, None)]


async def test_a_form_that_is_sent_twice_is_one_concern_with_one_code(site: Site) -> None:
    key = str(uuid4())
    before = await rows(site, "select count(*) from intake.concern")
    first, second = [await written(site, key=key) for _ in range(2)]
    after = await rows(site, "select count(*) from intake.concern")

    assert first == second
    assert after[0][0] == int(str(before[0][0])) + 1


async def test_with_the_code_one_sees_how_far_it_is_and_adds_something(site: Site) -> None:
    code = await written(site)
    shown = await site.ask(None, "/public/status", {"code": code.lower()})
    assert "Vi har modtaget det, du skrev" in shown.text
    key = field(shown.text, "key")
    sent = {"code": code, "information": "En opdigtet tilføjelse.", "key": key}
    for _ in range(2):
        added = await site.ask(None, "/public/status/add", sent)
        assert added.status_code == 200, added.text
        assert "Det er føjet til" in added.text
    information = "select jsonb_array_length(body->'information') from intake.concern order by received_at desc limit 1"
    assert await rows(site, information) == [(1,)]


async def test_a_wrong_code_is_asked_for_again_and_what_was_written_stays(site: Site) -> None:
    sent = {"code": "7K3F 0QXM 92ZT AE5B", "information": "Må ikke gå tabt.", "key": str(uuid4())}
    answer = await site.ask(None, "/public/status/add", sent)
    assert answer.status_code == 404
    assert "Må ikke gå tabt." in answer.text
    assert "Der er ikke noget under den kode." in answer.text


async def test_what_is_missing_is_said_and_no_word_is_lost(site: Site) -> None:
    sent = {"anonymity": "CONFIDENTIAL", "description": "Må ikke gå tabt.", "subject_known": "IDENTIFIED"}
    answer = await site.ask(None, FORM, {**sent, "key": str(uuid4())})
    assert answer.status_code == 422
    assert "Må ikke gå tabt." in answer.text
    assert 'href="#f-reporter"' in answer.text

    answer = await site.ask(None, FORM, {**sent, "reporter": "En opdigtet anmelder.", "key": str(uuid4())})
    assert answer.status_code == 422
    assert 'href="#f-subject_municipality"' in answer.text


async def test_a_full_door_answers_kindly_with_the_text_and_the_same_key(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Bucket, "wait", lambda self: 3.0)
    key = str(uuid4())
    answer = await site.ask(None, FORM, {**WRITTEN, "description": "Må ikke gå tabt.", "key": key})
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "3"
    assert "Må ikke gå tabt." in answer.text
    assert field(answer.text, "key") == key
    assert "Der kommer mange henvendelser lige nu." in answer.text

    urgent = await site.ask(None, FORM, {**WRITTEN, "travel": "DEPARTED", "key": str(uuid4())})
    assert urgent.status_code == 201, "what cannot wait is never held up"
    assert "ring til politiet på 114 nu" in urgent.text


@pytest.mark.parametrize("code", ["da", "en", "ar", "tr", "so", "ur"])
async def test_guidance_is_told_in_each_language_in_the_way_that_its_script_runs(site: Site, code: str) -> None:
    page = (await site.ask(None, f"/public/report?sprog={code}")).text
    told = guidances()[code]
    assert f'class="card guidance" lang="{code}" dir="{told.dir}"' in page
    assert told.dir == ("rtl" if code in ("ar", "ur") else "ltr")
    assert told.reviewed_by is None, "who reviews a text takes the note away with this line"
    assert ("draft" if code == "en" else "udkast") in page


async def test_english_is_english_from_the_mode_to_the_receipt(site: Site) -> None:
    assert "Do you want to stay anonymous?" in (await site.ask(None, "/public/report?sprog=en")).text
    asked = (await site.ask(None, f"{FORM}?sprog=en&anonymity=ANONYMOUS")).text
    assert "What are you worried about?" in asked
    assert 'action="/intake/public/report/questions?sprog=en"' in asked
    done = await site.ask(None, f"{FORM}?sprog=en", {**WRITTEN, "key": str(uuid4())})
    assert "Thank you, we have received it" in done.text
    assert 'href="/intake/public/status?sprog=en"' in done.text
