"""The pages of a case, as each of its people gets them without JavaScript."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest

from services.assessment.pages.case_rooms import ROOMS
from services.assessment.pages.references import reference
from shared.contracts.corps import Dimension
from shared.lifecycle.actor import Role
from shared.web.console.language import DANISH
from shared.web.console.moments import pairs_of
from shared.web.console.words.codes.anchors import ANCHORS
from tests.integration.assessment.assessment_world import TO_OFFER, WAY, Person, World, assessed, person
from tests.support.visiting import Visitor
from tests.unit.assessment.assessment_builders import KOMMUNE, POLITI


@pytest.mark.parametrize("language", ["da", "en"])
async def test_every_room_of_a_case_opens_at_every_step_of_its_way(world: World, visit: Any, language: str) -> None:
    case = await world.routed()
    for step in (None, *TO_OFFER, "record-consent"):
        if step:
            await world.walk(case, step)
        for room in ROOMS:
            page = await visit(Role.TOVHOLDER_KOMMUNE, language).get(f"/cases/{case}?rum={room}")
            assert 'aria-current="page"' in page.html


@pytest.fixture
def dpo(world: World) -> Person:
    return person(Role.DPO)


async def test_what_is_not_possible_says_what_the_case_waits_for_and_since_when(world: World, visit: Any) -> None:
    case = await world.routed()
    await world.walk(case, "open-case", "request-clearance")

    page = await visit(Role.SECRETARIAT).get(f"/cases/{case}")

    asked = DANISH.day(world.now())
    assert f"Politiets afklaring mangler, bedt om {asked}." in page.text
    assert f"Notér mødet Politiets afklaring mangler, bedt om {asked}." in page.text, "the rule stands at the command"


async def test_an_unfounded_concern_is_closed_from_its_page_and_nothing_says_that_there_was_a_case(
    world: World, visit: Any
) -> None:
    case = await world.routed()
    kommune, politi = visit(Role.TOVHOLDER_KOMMUNE), visit(Role.TOVHOLDER_POLITI)
    assert "Formål Ikke vurderet endnu" in (await kommune.get(f"/cases/{case}")).text

    refused = {"accepts_responsibility": "yes", "purpose_plausible": "no"}
    wrong = await kommune.get(f"/cases/{case}/do/open-case")
    said = await kommune.post(f"/cases/{case}/do/open-case", {**wrong.hidden(), **refused}, status=422)
    assert "Luk henvendelsen uden indsats, eller henvis den. Det åbner ingen sag." in said.text
    for who in (kommune, politi):
        await who.fill(f"/cases/{case}/do/close-without-action", {"reason": "A1"})

    for room in ROOMS:
        page = await kommune.get(f"/cases/{case}?rum={room}")
        assert "Sagen er lukket" not in page.text, room
        assert "Forebygge kriminalitet" not in page.text, room
    ended = await kommune.get(f"/cases/{case}")
    assert "Formål Ikke fundet sandsynligt. Der blev ikke åbnet en sag" in ended.text
    assert "Der er ingen sag at genåbne" in ended.text


async def test_each_source_of_a_case_stands_apart(world: World, visit: Any) -> None:
    case, second = await world.routed(description=uuid4()), await world.routed(description=uuid4())
    await world.walk(case, "open-case")
    form = f"/cases/{second}/do/merge-concern"
    shown = await visit(Role.TOVHOLDER_KOMMUNE).get(form)
    assert reference(case) in shown.text, "the open case is a choice, by its reference"

    await visit(Role.TOVHOLDER_KOMMUNE).fill(form, {"into": str(case), "same_subject_confirmed": "yes"})

    page = await visit(Role.TOVHOLDER_KOMMUNE).get(f"/cases/{case}?rum=henvendelser")
    assert "Henvendelse 1" in page.text
    assert "Henvendelse 2" in page.text
    assert page.text.count("Beskrivelse fra henvendelsen") == 2


async def test_who_writes_second_is_told_what_changed_and_keeps_every_word(world: World, visit: Any) -> None:
    case = await world.routed()
    first, second = visit(Role.TOVHOLDER_KOMMUNE), visit(Role.TOVHOLDER_KOMMUNE)
    path = f"/cases/{case}/do/open-case"
    typed = {"accepts_responsibility": "yes", "purpose_plausible": "yes", "grounds": "Et ord, der ikke må gå tabt"}
    stale = (await second.get(path)).hidden()
    await first.fill(path, {"accepts_responsibility": "yes", "purpose_plausible": "yes"})

    refused = await second.post(path, {**stale, **typed}, status=412)

    assert "En anden var her, mens du skrev" in refused.text
    assert "Kommunen: sagen er åbnet" in refused.text
    assert "Et ord, der ikke må gå tabt" in refused.html


async def test_the_whole_way_of_a_case_goes_through_its_forms_without_javascript(world: World, visit: Any) -> None:
    case = await world.routed()
    kommune, politi, office = (
        visit(role) for role in (Role.TOVHOLDER_KOMMUNE, Role.TOVHOLDER_POLITI, Role.SECRETARIAT)
    )
    do = f"/cases/{case}/do"
    await kommune.fill(f"{do}/open-case", {"accepts_responsibility": "yes", "purpose_plausible": "yes"})
    await kommune.fill(f"{do}/request-clearance", {})
    await politi.fill(f"{do}/clear-case", {})
    present = [("present", "MUNICIPALITY"), ("present", "POLICE"), ("mental_vulnerability_suspected", "no")]
    await office.fill(f"{do}/hold-meeting", [*pairs_of("held_at", world.now()), *present])
    await kommune.fill(f"{do}/complete-assessment", assessed(world))
    caseworker = world.people[Role.CASEWORKER].ref
    sent = {"addressed_to": KOMMUNE, "unit": "ADULTS", "caseworker": str(caseworker)}
    await kommune.fill(f"{do}/send-recommendation", sent)
    decided = {"outcome": "GRANT", "law": "SERVICELOVEN", "appeal_guidance_given": "yes"}
    await visit(Role.CASEWORKER).fill(f"{do}/decide-measure", decided)

    shown = await kommune.get(f"/cases/{case}?rum=anbefaling")
    assert "Hjælpen gives som anbefalet" in shown.text
    assert "Serviceloven" in shown.text
    earlier = await kommune.get(f"/cases/{case}?rum=vurdering")
    assert "Vurdering 1" in earlier.text


async def test_the_form_of_the_nine_dimensions_shows_meanings_and_no_total(world: World, visit: Any) -> None:
    case = await world.routed()
    await world.walk(case, *TO_OFFER[:4])
    page = await visit(Role.TOVHOLDER_KOMMUNE).get(f"/cases/{case}/do/complete-assessment")

    for dimension in Dimension:
        assert ANCHORS[f"{dimension}.risk.SOME"] in page.text
        assert ANCHORS[f"{dimension}.resource.STRONG"] in page.text
    assert not re.search(r"(?i)\b(i alt|samlet|sum|gennemsnit|point|score)\b", page.text)

    more = await visit(Role.TOVHOLDER_KOMMUNE).fill(
        f"/cases/{case}/do/complete-assessment", [*assessed(world), ("more", "ratings.3.evidence")], status=200
    )
    assert "ratings.3.evidence.2.source" in more.html
    assert more.html.count("checked") >= 18, "what was chosen stays chosen"


async def test_a_refused_rating_names_its_field_and_loses_nothing(world: World, visit: Any) -> None:
    case = await world.routed()
    await world.walk(case, *TO_OFFER[:4])
    fields = [pair for pair in assessed(world) if pair[0] != "ratings.4.risk_level"]

    refused = await visit(Role.TOVHOLDER_KOMMUNE).fill(f"/cases/{case}/do/complete-assessment", fields, status=422)

    assert "f-ratings-4-risk_level-error" in refused.html
    assert "En begrundelse, skrevet af en prøve" in refused.html


async def test_a_share_offers_the_bases_of_its_own_authority_and_takes_the_purpose_from_the_basis(
    world: World, visit: Any
) -> None:
    case = await world.routed()
    await world.walk(case, *TO_OFFER[:3])
    kommune, path = visit(Role.TOVHOLDER_KOMMUNE), f"/cases/{case}/do/share-information"
    shown = await kommune.get(path)
    assert "SSP-samarbejde" in shown.text
    assert "Kræver et samtykke, og der er intet, som gælder." in shown.text

    fields = {
        "from_authority": KOMMUNE,
        "to_authority": POLITI,
        "basis": "RPL115_SSP",
        "recipient_person": str(world.people[Role.TOVHOLDER_POLITI].ref),
        "recipient_kind": "EMPLOYEE",
        "categories": "CONCERN",
        "necessity": "Politiet skal kende bekymringen for at kunne afklare",
        "minimisation_checked": "yes",
    }
    await kommune.fill(path, fields)
    refusal = {"from_authority": KOMMUNE, "to_authority": POLITI, "categories": "HEALTH"}
    await kommune.fill(f"/cases/{case}/do/refuse-sharing", refusal)

    ledger = await kommune.get(f"/cases/{case}?rum=delinger")
    assert "At forebygge kriminalitet" in ledger.text
    assert "svarede" in ledger.text
    assert "at der ikke deles" in ledger.text


async def test_of_a_case_that_police_have_alone_others_see_that_and_nothing_else(world: World, visit: Any) -> None:
    case = await world.routed()
    await world.walk(case, "open-case", "request-clearance", "take-over")

    for room in ROOMS:
        page = await visit(Role.TOVHOLDER_KOMMUNE).get(f"/cases/{case}?rum={room}")
        assert "Politiet fører sagen alene" in page.text
        assert "Sagens rum" not in page.html


async def test_the_overview_counts_what_its_reader_sees_and_nothing_for_others(world: World, visit: Any) -> None:
    await world.routed()
    page = await visit(Role.TOVHOLDER_KOMMUNE).get("/overview")
    seen = re.search(r"(\d+) åbne sager", page.text)
    assert seen is not None
    assert int(seen[1]) > 0
    assert "<table" in page.html
    assert 'style="' not in page.html

    stranger = Visitor(world.http, person(Role.TOVHOLDER_KOMMUNE, "kommune:0400").token)
    assert "0 åbne sager" in (await stranger.get("/overview")).text
    assert "0 åbne sager" in (await visit(Role.CENTRE_ADVISER).get("/overview")).text


async def test_what_runs_in_a_case_that_police_have_alone_is_in_nobody_elses_overview(world: World, visit: Any) -> None:
    async def running(role: Role) -> int:
        found = re.search(r"og (\d+) løbende frister", (await visit(role).get("/overview")).text)
        assert found is not None
        return int(found[1])

    before, of_police = await running(Role.TOVHOLDER_KOMMUNE), await running(Role.TOVHOLDER_POLITI)
    case = await world.routed(acute=True)
    stranger = Visitor(world.http, person(Role.TOVHOLDER_KOMMUNE, "kommune:0101").token)
    await stranger.fill("/glass", {"reference": reference(case), "grounds": "Der er fare nu"})
    await world.walk(case, "open-case", "request-clearance", "take-over")

    assert await running(Role.TOVHOLDER_POLITI) > of_police, "the broken glass waits for its review"
    assert await running(Role.TOVHOLDER_KOMMUNE) == before


async def test_a_glass_is_broken_by_its_reference_and_signed_by_the_officer(
    world: World, visit: Any, dpo: Person
) -> None:
    acute, calm = await world.routed(acute=True), await world.routed()
    stranger = Visitor(world.http, person(Role.TOVHOLDER_KOMMUNE, "kommune:0101").token)
    grounds = "Der er fare nu, og tovholderen svarer ikke"
    unseen = await stranger.fill("/glass", {"reference": reference(calm), "grounds": grounds}, status=404)
    assert grounds in unseen.html, "nothing that was typed is lost"

    opened = await stranger.fill("/glass", {"reference": reference(acute), "grounds": grounds})
    there = opened.answer.headers["location"].removeprefix("/assessment")
    page = await stranger.get(there)
    assert "Du ser sagen, fordi den er akut. Du kan ikke ændre den." in page.text

    officer = Visitor(world.http, dpo.token)
    waiting = await officer.get("/glass")
    assert reference(acute) in waiting.text
    glass = re.search(rf'/glass/{acute}/review.*?name="glass_id" value="([^"]+)"', waiting.html, re.DOTALL)
    assert glass is not None
    sent = {**waiting.hidden_of(f"/glass/{acute}/review"), "finding": "JUSTIFIED"}
    await officer.post(f"/glass/{acute}/review", sent)
    shown = await visit(Role.TOVHOLDER_KOMMUNE).get(f"/cases/{acute}?rum=adgang")
    assert "Databeskyttelsesrådgiveren har ikke vurderet det endnu." not in shown.text


async def test_the_officer_takes_in_decides_and_answers_a_request_for_insight(
    world: World, visit: Any, dpo: Person
) -> None:
    case = await world.routed()
    await world.walk(case, *TO_OFFER[:5])
    officer = Visitor(world.http, dpo.token)
    received = dict(pairs_of("received_at", world.now()))
    asked = {"case_id": str(case), "requested_by": "SUBJECT", "identity_checked": "yes", "regime": "GDPR15"}
    made = await officer.fill("/insights/new", {**asked, **received})
    there = made.answer.headers["location"].removeprefix("/assessment").partition("?")[0]

    form = await officer.get(f"{there}/do/decide-insight")
    held = re.search(r'name="(held_back\.\d+)\.text" value="([^"]+)"', form.html)
    assert held is not None
    decision = {"decision": "PARTIAL", f"{held[1]}.text": held[2], f"{held[1]}.basis": "DBL22_PRIVATE"}
    decision |= {"held_back.0.basis": "DBL22_PRIVATE", "grounds": "Hensyn til en anden person i sagen"}
    await officer.fill(f"{there}/do/decide-insight", decision)

    answer = await officer.post(f"{there}/answer", {"csrf": form.hidden()["csrf"]}, status=200)
    assert "En sag" in answer.text or "Kommunen åbnede en sag." in answer.text
    assert "databeskyttelsesloven § 22" in answer.text

    log = await officer.get(f"/access-log?case={case}")
    assert "Databeskyttelsesrådgiver" in log.text


@pytest.mark.parametrize("language", ["da", "en"])
async def test_every_form_and_page_is_written_in_both_languages(
    world: World, visit: Any, dpo: Person, language: str
) -> None:
    case = await world.routed(minor="YES")
    for step in (None, *TO_OFFER[:3], "hold-child-meeting", *TO_OFFER[4:]):
        if step == "hold-child-meeting":
            by, body = WAY["hold-meeting"](world)
            await world.give(case, "hold-meeting", by, {**body, "present": [*body["present"], "CHILD_UNIT"]})
        elif step:
            await world.walk(case, step)
        for role in (Role.TOVHOLDER_KOMMUNE, Role.TOVHOLDER_POLITI, Role.SECRETARIAT):
            page = await visit(role, language).get(f"/cases/{case}")
            for form in re.findall(rf"/cases/{case}/do/[a-z-]+", page.html):
                await visit(role, language).get(form)
    for path in ("/cases", "/overview", "/underretninger", "/underretninger/new", "/insights", "/glass", "/me"):
        await visit(Role.TOVHOLDER_KOMMUNE, language).get(path)
    for path in ("/insights", "/insights/new", "/access-log", f"/access-log?case={case}", "/glass"):
        await Visitor(world.http, dpo.token, language).get(path)
    listed = await visit(Role.CHILD_UNIT, language).get("/underretninger")
    child = re.search(r"/underretninger/[0-9a-f-]{36}", listed.html)
    assert child is not None
    shown = await visit(Role.CHILD_UNIT, language).get(child[0])
    for form in re.findall(r"/underretninger/[0-9a-f-]{36}/do/[a-z-]+", shown.html):
        await visit(Role.CHILD_UNIT, language).get(form)
    listed = await visit(Role.LEADER, language).get("/namings")
    await visit(Role.LEADER, language).get(re.findall(r"/namings/[0-9a-f-]{36}", listed.html)[0])
