"""The hotline's desk: an alarm that nothing blocks, an end that is saved once."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID, uuid4

import pytest

from deploy.reference import replace
from shared.lifecycle.actor import Role
from tests.integration.intake_pages.desk_calls import SAID, concern, count, new_call, pressed
from tests.integration.intake_pages.pages_world import ADVISER, Site
from tests.integration.spine.spine_world import Cluster, person

COLLEAGUE = person(Role.HOTLINE_ADVISER, "hotline:national")


async def test_a_new_call_has_an_address_of_its_own(site: Site) -> None:
    first, second = [(await site.ask(ADVISER, "/desk")).headers["location"] for _ in range(2)]
    assert re.fullmatch(r"/intake/desk/[0-9a-f-]{36}", first)
    assert first != second


async def test_a_municipality_that_was_chosen_is_not_changed_back_to_the_one_that_was_typed(site: Site) -> None:
    """Else a call about somebody in Aarhus ended at the Infohus of Greve, whose name was said first."""
    path, form = new_call()
    typed = {**form, "place": "Greve"}
    assert '<option value="0253" selected>' in (await site.ask(ADVISER, f"{path}/place", typed)).text
    assert '<option value="0253" selected>' in (await site.ask(ADVISER, path)).text, "what was found is in the draft"

    chosen = {**typed, "subject_municipality": "0751"}
    said = await site.ask(ADVISER, f"{path}/place", chosen, **{"hx-trigger-name": "subject_municipality"})
    assert '<option value="0751" selected>' in said.text
    assert "selected>Greve" not in said.text
    again = (await site.ask(ADVISER, path)).text
    assert '<option value="0751" selected>' in again, "a browser that died comes back to what was chosen"

    anew = {**chosen, "place": "Roskilde"}
    found = await site.ask(ADVISER, f"{path}/place", anew, **{"hx-trigger-name": "place"})
    assert '<option value="0265" selected>' in found.text, "another place that is typed is looked for"


async def test_without_a_script_the_button_finds_and_the_choice_stands(site: Site) -> None:
    path, form = new_call()
    await pressed(site, path, {**form, "place": "Greve", "subject_municipality": "0751"}, "keep")
    assert '<option value="0751" selected>' in (await site.ask(ADVISER, path)).text
    await pressed(site, path, {**form, "place": "Greve", "subject_municipality": "0751"}, "find")
    assert '<option value="0253" selected>' in (await site.ask(ADVISER, path)).text


async def test_a_call_is_ended_once_however_often_it_is_sent_and_has_one_code(site: Site) -> None:
    path, form = new_call()
    answers = [await pressed(site, path, form, "route", subject_municipality="0253") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    codes = {re.search(r'class="code spoken">([0-9A-Z ]{19})<', answer.text)[1] for answer in answers}  # type: ignore[index]
    assert len(codes) == 1
    assert (await concern(site, path))["stage"] == "C2"
    assert (await site.ask(ADVISER, path)).headers["location"] == "/intake/calls"
    late = await pressed(site, path, form, "later")
    assert late.headers["location"] == "/intake/calls", "another button comes too late"

    told = await site.ask(None, "/public/status", {"code": codes.pop()})
    assert "Vi har sendt det til dem, der kan hjælpe" in told.text


@pytest.mark.parametrize("mode", ["", "ANONYMOUS", "CONFIDENTIAL"])
async def test_nothing_that_is_missing_blocks_the_alarm(site: Site, mode: str) -> None:
    path, _ = new_call()
    raised = await pressed(site, path, {"key": str(uuid4()), "anonymity": mode}, "acute")
    assert raised.status_code == 303, raised.text
    found = await concern(site, path)
    assert (found["stage"], found["acute"], found["handed_over"]) == ("C3", True, False)
    assert found["anonymity"] == "ANONYMOUS"


async def handed(site: Site, path: str) -> bool:
    return bool((await concern(site, path))["handed_over"])


@pytest.mark.parametrize(
    ("day", "clock"),
    [("2026-11-12", ""), ("", "14.30"), ("2026-11-12", "25.00"), ("2026-03-29", "02.30"), ("2127-01-01", "00.00")],
)
async def test_a_time_that_is_none_does_not_block_the_alarm_and_is_mended_when_the_hand_over_is_noted(
    site: Site, day: str, clock: str
) -> None:
    path, form = new_call()
    form |= {"called": "POLICE_114", "handed_over_at": day, "handed_over_at.time": clock, "details": "Vagthavende"}

    raised = await pressed(site, path, form, "acute")

    assert raised.status_code == 303, raised.text
    assert ((await concern(site, path))["stage"], await handed(site, path)) == ("C3", False)
    again = (await site.ask(ADVISER, path)).text
    assert all(f'name="{name}" value="{form[name]}"' in again for name in ("handed_over_at", "handed_over_at.time"))

    noted = await pressed(site, path, form, "handover")

    assert noted.status_code == 422, noted.text
    assert 'href="#f-handed_over_at' in noted.text
    assert 'aria-describedby="f-handed_over_at' in noted.text
    assert not await handed(site, path)
    mended = {"handed_over_at": f"{site.work.clock.now():%Y-%m-%d}", "handed_over_at.time": "0001"}
    assert (await pressed(site, path, form | mended, "handover")).status_code == 303
    assert await handed(site, path)


async def test_the_call_goes_on_after_the_alarm_and_the_hand_over_is_noted_afterwards(site: Site) -> None:
    path, form = new_call()
    await pressed(site, path, form, "acute")
    page = (await site.ask(ADVISER, path)).text
    assert "Meldt akut." in page
    assert SAID in page
    noted = await pressed(site, path, form, "handover", called="POLICE_114", details="Vagthavende, opdigtet nummer 17")
    assert noted.status_code == 303
    assert (await concern(site, path))["handed_over"] is True

    ended = await pressed(site, path, form, "route", subject_municipality="0253", description="Mere er sagt.")
    assert ended.status_code == 201, ended.text
    found = await concern(site, path)
    assert (found["stage"], found["infohus"]) == ("C2", "0253")
    assert re.search(r'class="code spoken">', ended.text)


async def test_a_name_said_after_the_alarm_makes_the_caller_confidential(site: Site) -> None:
    path, form = new_call()
    await pressed(site, path, form, "acute")
    named = form | {"anonymity": "CONFIDENTIAL", "reporter": "En opdigtet mor."}
    assert (await pressed(site, path, named, "later")).status_code == 201
    assert (await concern(site, path))["anonymity"] == "CONFIDENTIAL"


async def test_what_is_learnt_after_the_alarm_goes_to_the_infohus_with_it(site: Site) -> None:
    """Else whoever was reported as having left was sent on as somebody of whom no journey was known."""
    path, form = new_call()
    await pressed(site, path, form | {"minor": "UNKNOWN"}, "acute")
    learnt = {"minor": "YES", "travel": "DEPARTED", "cross_over": "yes", "reporter_kind": "PARENT"}
    named = {"anonymity": "CONFIDENTIAL", "reporter": "En opdigtet mor."}
    await pressed(site, path, form | learnt | named, "handover", called="POLICE_114")
    sent = await pressed(
        site, path, form | learnt | named | {"anonymity": "OPEN"}, "route", subject_municipality="0253"
    )
    assert sent.status_code == 201, sent.text

    found = await concern(site, path)
    told = {name: found[name] for name in ("minor", "travel", "cross_over", "reporter_kind", "anonymity", "stage")}
    assert told == learnt | {"cross_over": True, "anonymity": "OPEN", "stage": "C2"}
    fact = "select body from intake.facts where aggregate_id = :id and type = 'concern.routed.v1'"
    routed = await count(site, fact, id=UUID(path[-36:]))
    assert (routed["minor"], routed["travel"], routed["cross_over"]) == ("YES", "DEPARTED", True)


async def test_that_something_is_not_known_takes_back_nothing(site: Site) -> None:
    path, form = new_call()
    await pressed(site, path, form | {"minor": "YES", "travel": "PLAN"}, "acute")
    await pressed(site, path, form | {"minor": "UNKNOWN", "travel": "NONE"}, "later")
    found = await concern(site, path)
    assert (found["minor"], found["travel"]) == ("YES", "PLAN")


async def test_what_is_wrong_is_said_and_no_word_is_lost(site: Site) -> None:
    path, form = new_call()
    for button, where in (("route", "subject_municipality"), ("help", "offers")):
        refused = await pressed(site, path, form, button)
        assert refused.status_code == 422
        assert f'href="#f-{where}"' in refused.text
        assert SAID in refused.text
    assert SAID in (await site.ask(ADVISER, path)).text, "the draft has it as well"
    assert await count(site, "select count(*) from intake.concern where id = :id", id=UUID(path[-36:])) == 0


async def test_a_municipality_is_found_by_name_and_its_neighbours_with_it(site: Site) -> None:
    path, form = new_call()
    found = (await site.ask(ADVISER, f"{path}/place", form | {"place": "greve kommune"})).text
    assert '<option value="0253" selected>Greve</option>' in found
    assert "Infohus: Greve Kommune og Midt- og Vestsjællands Politi." in found
    assert re.search(r'Nabokommuner">.*value="0269"', found, re.DOTALL)


async def test_a_postal_code_that_has_two_municipalities_asks(site: Site, pages_cluster: Cluster) -> None:
    path, form = new_call()
    worker = pages_cluster.dsn("intake_worker")
    await replace(worker, [("4600", "0259", "Køge"), ("4600", "0336", "Køge"), ("2670", "0253", "Greve")])
    asked = (await site.ask(ADVISER, f"{path}/place", form | {"place": "4600"})).text
    assert "Vælg: 2 passer" in asked
    assert "selected" not in asked
    one = (await site.ask(ADVISER, f"{path}/place", form | {"place": "2670"})).text
    assert '<option value="0253" selected>' in one

    await replace(worker, [("2670", "0253", "Greve")])
    assert "Intet passer." in (await site.ask(ADVISER, f"{path}/place", form | {"place": "4600"})).text


async def test_of_what_was_sent_on_the_list_keeps_a_stub(site: Site) -> None:
    path, form = new_call()
    await pressed(site, path, form, "later")
    assert path[-36:] in (await site.ask(ADVISER, "/calls")).text
    kept, form = new_call()
    await pressed(site, kept, form, "route", subject_municipality="0253")
    listed = (await site.ask(ADVISER, "/calls")).text
    assert kept[-36:] not in listed
    assert "Midt- og Vestsjællands Politi" in listed


KOMMUNE = person(Role.TOVHOLDER_KOMMUNE, "kommune:0253")

POLICE = person(Role.TOVHOLDER_POLITI, "politi:midt-og-vestsjaelland")

CHILD_UNIT = person(Role.CHILD_UNIT, "kommune:0253")


@pytest.mark.parametrize("who", [KOMMUNE, POLICE, CHILD_UNIT], ids=lambda who: next(iter(who.roles)))
async def test_who_walks_in_at_the_infohus_is_taken_in_and_sent_to_it_from_the_same_desk(site: Site, who: Any) -> None:
    path, form = new_call()
    shown = await site.ask(who, path)
    assert "Hvordan kom henvendelsen?" in shown.text
    assert "opkald" not in shown.text.lower()
    sent = await site.ask(who, path, form | {"channel": "WALK_IN", "do": "route", "subject_municipality": "0253"})
    assert sent.status_code == 201, sent.text
    assert "Det er jeres eget" in sent.text
    assert re.search(r'class="code spoken">', sent.text), "who gives no name gets a code at every desk"

    found = await concern(site, path)
    assert (found["stage"], found["channel"], found["infohus"]) == ("C2", "WALK_IN", "0253")
    assert not found["clocks"]
    assert (await site.ask(who, f"/concerns/{path[-36:]}")).status_code == 200


async def test_what_was_taken_in_for_another_infohus_is_a_stub_here(site: Site) -> None:
    path, form = new_call()
    ending = {"channel": "HOTLINE", "do": "route", "subject_municipality": "0461"}
    sent = await site.ask(KOMMUNE, path, form | ending)
    assert "Det er jeres eget" not in sent.text
    found = await concern(site, path)
    assert (found["infohus"], found["channel"]) == ("0461", "PHONE_LOCAL"), "nobody but the hotline is the hotline"
    assert (await site.ask(KOMMUNE, f"/concerns/{path[-36:]}")).status_code == 404
    listed = (await site.ask(KOMMUNE, "/calls")).text
    assert path[-36:] not in listed
    assert "Fyns Politi" in listed


async def test_a_desk_at_the_infohus_lists_what_it_took_in_and_has_not_ended(site: Site) -> None:
    theirs, form = new_call()
    await pressed(site, theirs, form, "route", subject_municipality="0253")
    path, form = new_call()
    assert (await site.ask(KOMMUNE, path, form | {"do": "later"})).status_code == 201

    listed = (await site.ask(KOMMUNE, "/calls")).text

    assert path[-36:] in listed
    assert theirs[-36:] not in listed, "what was routed here is a case that waits, in the list of cases"
    advised = await site.ask(KOMMUNE, f"/concerns/{path[-36:]}/do/give-advice")
    assert advised.status_code == 200
    assert 'name="advice"' in advised.text


async def test_a_concern_has_a_page_with_its_texts_closed_and_the_alarm_at_hand(site: Site) -> None:
    path, form = new_call()
    await pressed(site, path, form, "later")
    shown = await site.ask(ADVISER, f"/concerns/{path[-36:]}")
    assert shown.status_code == 200, shown.text
    assert SAID not in shown.text
    assert f"/concerns/{path[-36:]}/do/raise-acute" in shown.text
    assert f"H-{path[-36:-32].upper()}-{path[-32:-28].upper()}" in shown.text
