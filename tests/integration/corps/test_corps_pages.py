"""The pages of corps: who is found and why, what is held, what each side sees of a loan, and a member's own phone."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from tests.integration.corps.corps_pages import Site, hidden, site
from tests.integration.corps.corps_people import BARE, DESK, FAR, HOST, as_member, caseworker, coordinator, leader
from tests.integration.corps.corps_world import CorpsWorld


@pytest.fixture
def pages(corps: CorpsWorld, tmp_path: Path) -> Site:
    """The pages over a world of three corps municipalities."""
    return site(corps, tmp_path)


def ref(letter: str, about: UUID | str) -> str:
    digits = UUID(str(about)).hex[:8].upper()
    return f"{letter}-{digits[:4]}-{digits[4:]}"


def match(intervention: UUID) -> str:
    return f"/interventions/{intervention}/match"


async def test_the_request_that_has_waited_longest_comes_first(pages: Site) -> None:
    _, first = await pages.world.consent(HOST)
    pages.world.clock.moment = pages.world.clock.moment.replace(day=5)
    _, second = await pages.world.consent(HOST, gender_wish="FEMALE", gender_required=True, minor=True)

    page = await pages.see(coordinator(HOST), "/interventions")
    assert page.index(ref("F", first)) < page.index(ref("F", second))
    assert "<b>3 dage</b>" in page
    numbers = re.findall(r'<td class="number">(\d+)</td>', page)
    assert numbers == ["2", "4"], "kind and language; then gender and children certificate as well"


async def test_candidates_come_best_first_with_what_speaks_for_and_against(pages: Site) -> None:
    own = await pages.world.member(HOST, languages={"da": "C1", "so": "C2"})
    lent = await pages.world.member(FAR, gender="MALE", languages={"so": "B1"})
    case, about = await pages.world.consent(HOST, gender_wish="FEMALE", languages=["so"])

    page = await pages.see(coordinator(HOST), match(about))
    assert page.index(ref("K", own)) < page.index(ref("K", lent))
    assert "Du ser krav, ikke sagen." in page
    assert str(case) not in page
    assert "kvinde" in page
    assert "mand: ønsket er ikke opfyldt" in page
    assert "et lån koster tid og penge" in page
    assert "aldrig noget om borgeren" in page
    assert page.count("<meter") == 2
    assert page.count('<span class="chip">lån</span>') == 1


async def test_why_the_others_are_not_there_is_counted_and_a_conflict_is_never_named(pages: Site) -> None:
    shy = await pages.world.member(HOST)
    await pages.world.member(HOST, languages={"en": "C2"})
    _, about = await pages.world.consent(HOST)
    await pages.world.do(coordinator(HOST), f"/v1/interventions/{about}/exclude-member", {"member_ref": str(shy)})

    page = await pages.see(coordinator(HOST), match(about))
    assert ref("K", shy) not in page
    assert str(shy) not in page
    counted = re.findall(r"<li><b>(\d+)</b> ([^<]+)", page)
    assert ("1", "En grund, der ikke vises: interessekonflikt, sikkerhed eller hvem medlemmet hjælper i forvejen") in [
        (number, said.strip()) for number, said in counted
    ]
    assert "(H3)" not in page
    assert "(H4)" in page


async def test_two_are_compared_side_by_side_without_a_script(pages: Site) -> None:
    members = [await pages.world.member(HOST) for _ in range(3)]
    _, about = await pages.world.consent(HOST)
    wanted = "&".join(f"compare={each}" for each in members[:2])

    page = await pages.see(coordinator(HOST), f"{match(about)}?{wanted}")
    table = page[page.index('id="compared"') : page.index("</section>", page.index('id="compared"'))]
    assert [ref("K", each) in table for each in members] == [True, True, False]
    assert 'id="compared"' not in await pages.see(coordinator(HOST), f"{match(about)}?compare={members[0]}")


async def test_a_choice_holds_a_place_for_five_working_days_and_says_so(pages: Site) -> None:
    member = await pages.world.member(HOST)
    _, about = await pages.world.consent(HOST)
    page = await pages.see(coordinator(HOST), match(about))
    form = {name: hidden(page, name) for name in ("key", "version", "member_ref")}

    answers = [await pages.post(coordinator(HOST), match(about), {**form, "reason_code": "FIRST_OPTION"}) for _ in "ab"]
    assert [each.headers.get("location") for each in answers] == [f"/corps{match(about)}?done=choose-member"] * 2
    assert await pages.world.taken(member) == (1, 0)
    page = await pages.see(coordinator(HOST), match(about))
    assert "mandag 9. november 2026" in page
    assert "Reserver 5 dage" not in page


async def test_who_is_second_sees_who_is_free_now(pages: Site) -> None:
    wanted = await pages.world.member(HOST)
    other = await pages.world.member(HOST, skills=[])
    requests = [(await pages.world.consent(HOST))[1] for _ in range(2)]
    sheets = [await pages.see(coordinator(HOST), match(about)) for about in requests]
    forms = [{name: hidden(sheet, name) for name in ("key", "version")} for sheet in sheets]
    chosen = {"member_ref": str(wanted), "reason_code": "KNOWS_THE_PLACE"}
    first, second = [
        await pages.post(coordinator(HOST), match(about), {**form, **chosen})
        for about, form in zip(requests, forms, strict=True)
    ]
    assert first.status_code == 303
    assert second.status_code == 409
    assert ref("K", other) in second.text
    assert f'value="{wanted}"' not in second.text


async def test_a_member_is_borrowed_in_one_step_and_both_leaders_sign_in_theirs(pages: Site) -> None:
    lent = await pages.world.member(FAR)
    _, about = await pages.world.consent(BARE)
    path = f"/interventions/{about}/lend"
    page = await pages.see(coordinator(BARE), f"{path}?member={lent}")
    form = {name: hidden(page, name) for name in ("key", "member_ref", "starts_on", "ends_on", "hours_per_week")}
    answer = await pages.post(coordinator(BARE), path, {**form, "reason_code": "FIRST_OPTION"})
    assert answer.status_code == 303, answer.text
    loan = answer.headers["location"].removeprefix("/corps").partition("?")[0]
    assert await pages.world.taken(lent) == (1, 4)

    shown = await pages.see(leader(FAR), loan)
    for never in (str(about), ref("F", about), "/interventions/", "da eller"):
        assert never not in shown, "the lender sees hours and dates"
    assert ref("F", about) in await pages.see(coordinator(BARE), loan)
    for who, command in ((leader(FAR), "sign-as-lender"), (leader(BARE), "sign-as-borrower")):
        sheet = await pages.see(who, f"{loan}/do/{command}")
        sign = {name: hidden(sheet, name) for name in ("key", "version")}
        assert (await pages.post(who, f"{loan}/do/{command}", sign)).status_code == 303
    assert (await pages.see(leader(FAR), loan)).count("✓ har skrevet under") == 2
    assert "Pladsen er fast" in await pages.see(coordinator(BARE), match(about))


async def test_a_loan_that_cannot_be_keeps_what_was_typed(pages: Site) -> None:
    lent = await pages.world.member(FAR)
    _, about = await pages.world.consent(BARE)
    path = f"/interventions/{about}/lend"
    form = {"key": str(uuid4()), "member_ref": str(lent), "starts_on": "2026-11-09", "ends_on": "2026-11-01"}
    answer = await pages.post(coordinator(BARE), path, {**form, "hours_per_week": "7", "price_per_hour": "451"})
    assert answer.status_code in (409, 422)
    assert 'value="451"' in answer.text
    assert 'role="alert"' in answer.text
    assert hidden(answer.text, "key") == form["key"], "sent again after an answer that was lost, it is still one loan"
    assert await pages.world.taken(lent) == (0, 0)


async def test_an_employer_keeps_what_its_members_can_and_an_emptied_row_is_gone(pages: Site) -> None:
    member = await pages.world.member(HOST, leave=[{"from_day": "2026-12-01", "to_day": "2026-12-24"}])
    path = f"/members/{member}/edit"
    page = await pages.see(coordinator(HOST), path)
    assert 'name="leave.0.from_day" value="2026-12-01"' in page
    form = {
        "key": hidden(page, "key"),
        "version": hidden(page, "version"),
        "trainings.0.kind": "MENTOR",
        "trainings.0.held_on": "2026-01-10",
        "languages.0.language": "da",
        "languages.0.level": "C2",
        "languages.1.language": "ar",
        "languages.1.level": "B2",
        "skills.0.competence": "MINORS",
        "skills.0.level": "2",
        "skills.0.valid_until": "2027-05-01",
        "capacity_max": "2",
        "hours_per_week": "20",
        "max_distance_km": "40",
        "leave.0.from_day": "",
        "leave.0.to_day": "",
    }
    answer = await pages.post(coordinator(HOST), path, form)
    assert answer.status_code == 303, answer.text
    record = (await pages.world.get(coordinator(HOST), f"/v1/members/{member}")).json()
    assert record["leave"] == []
    assert record["languages"] == {"da": "C2", "ar": "B2"}
    assert not record["lendable"], "a tick that was taken away is no"
    assert [one["competence"] for one in record["skills"]] == ["MINORS"]
    again = await pages.post(coordinator(HOST), path, {**form, "key": str(uuid4())})
    assert again.status_code == 412, "who comes second is told"


async def test_the_desk_sees_competence_and_capacity_and_not_when_somebody_is_away(pages: Site) -> None:
    member = await pages.world.member(HOST, leave=[{"from_day": "2026-11-01", "to_day": "2026-12-24"}])
    _, about = await pages.world.consent(BARE)
    shown = await pages.see(DESK, f"/members/{member}")
    assert "Højreekstremisme" in shown
    assert "24. december" not in shown
    assert "leave." not in await pages.see(DESK, f"/members/{member}/edit")
    listed = await pages.see(DESK, "/brokering")
    assert "Sydsjælland" in listed
    for never in (str(about), ref("F", about), "Næstved"):
        assert never not in listed
    assert (await pages.get(as_member(member, HOST), f"/members/{member}")).status_code == 200
    assert (await pages.get(as_member(uuid4(), HOST), f"/members/{member}")).status_code == 404


async def at_work(pages: Site) -> tuple[UUID, UUID]:
    member = await pages.world.member(HOST)
    _, about = await pages.world.consent(HOST)
    chosen = {"member_ref": str(member)}
    await pages.world.do(coordinator(HOST), f"/v1/interventions/{about}/choose-member", chosen)
    await pages.world.begin(HOST, about, member, HOST)
    return about, member


async def test_a_session_is_a_short_form_with_today_filled_in(pages: Site) -> None:
    about, member = await at_work(pages)
    her = as_member(member, HOST)
    mine = await pages.see(her, "/mine")
    assert f"/corps/mine/{about}/session" in mine
    assert "Notér et møde" in mine
    sheet = await pages.see(her, f"/mine/{about}/session")
    assert 'value="2026-11-02"' in sheet
    form = {name: hidden(sheet, name) for name in ("key", "version", "held_on")}
    sent = {**form, "minutes": "45", "mode": "IN_PERSON", "attended": "YES", "member_progress": "-1"}
    answers = [await pages.post(her, f"/mine/{about}/session", {**sent, "concern_raised": "yes"}) for _ in "ab"]
    assert [each.headers.get("location") for each in answers] == ["/corps/mine?done=log-session"] * 2
    logged = [fact for fact in await pages.world.facts(about) if fact["type"] == "intervention.session_logged.v1"]
    assert [(fact["body"]["minutes"], fact["body"]["member_progress"]) for fact in logged] == [(45, -1)]


async def test_what_is_wrong_with_a_session_is_said_and_no_word_is_lost(pages: Site) -> None:
    about, member = await at_work(pages)
    key = str(uuid4())
    sent = {"key": key, "version": "0", "minutes": "2", "mode": "PHONE", "attended": "YES", "note": "Må ikke gå tabt."}
    answer = await pages.post(as_member(member, HOST), f"/mine/{about}/session", {**sent, "held_on": "2026-11-02"})
    assert answer.status_code == 422
    assert "Må ikke gå tabt." in answer.text
    assert "Skal være mindst 5." in answer.text
    assert hidden(answer.text, "key") == key, "sent again after an answer that was lost, it is still one session"


async def test_a_member_sees_her_own_work_and_no_other(pages: Site) -> None:
    about, _ = await at_work(pages)
    other = as_member(await pages.world.member(HOST), HOST)
    assert ref("F", about) not in await pages.see(other, "/mine")
    assert (await pages.get(other, f"/mine/{about}/session")).status_code == 404
    assert (await pages.get(other, f"/interventions/{about}")).status_code == 404


async def test_what_a_link_says_was_done_is_not_said_in_our_name(pages: Site) -> None:
    about, member = await at_work(pages)
    her = as_member(member, HOST)
    assert "Gjort:" in await pages.see(her, "/mine?done=log-session")
    for path in ("/mine", f"/members/{member}", f"/interventions/{about}"):
        assert "Ring 70 00 00 00" not in await pages.see(her, f"{path}?done=Ring%2070%2000%2000%2000")


@pytest.mark.parametrize("language", ["da", "en"])
async def test_every_page_of_corps_is_said_in_both_languages(pages: Site, language: str) -> None:
    about, member = await at_work(pages)
    lent = await pages.world.member(FAR)
    _, open_one = await pages.world.consent(BARE)
    loan = await pages.world.draft(BARE, open_one, lent)
    looks = (
        (coordinator(HOST), ("/interventions", f"/interventions/{about}", "/members", "/members/new")),
        (coordinator(HOST), (f"/members/{member}", f"/members/{member}/edit", match(about), "/interventions?stage=")),
        (coordinator(BARE), (match(open_one), f"/interventions/{open_one}", f"/interventions/{open_one}/lend")),
        (coordinator(BARE), ("/loans", f"/loans/{loan}", f"/loans/{loan}/do/offer-loan")),
        (DESK, ("/brokering", "/members", f"/members/{member}")),
        (as_member(member, HOST), ("/mine", f"/mine/{about}/session", f"/interventions/{about}")),
        (as_member(member, HOST), (f"/interventions/{about}/do/record-progression",)),
        (caseworker(HOST), (f"/interventions/{about}", f"/interventions/{about}/do/end-intervention")),
    )
    for who, paths in looks:
        for path in paths:
            page = await pages.see(who, path, language=language)
            assert f'<html lang="{language}">' in page
            assert 'style="' not in page


async def test_a_command_that_waits_for_another_is_no_button_and_says_for_what(pages: Site) -> None:
    await pages.world.member(HOST)
    _, about = await pages.world.consent(HOST)
    page = await pages.see(coordinator(HOST), f"/interventions/{about}")
    for code in ("record-citizen-answer", "accept-match", "see-session-concern"):
        assert f"/do/{code}" not in page
    assert "Intet medlem er valgt. Vælg et af forslagene først." in page
    assert f'href="/corps{match(about)}"' in page
