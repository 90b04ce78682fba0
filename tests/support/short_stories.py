"""Short stories beside those of the demo: the commands that no story of the demo gives, on records that came about as they do.

What leads up to a command goes over HTTP (`carried`), as the demo would play it; the command itself is given at the console.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from deploy.demo.people import Person
from deploy.demo.stories.corps import begin
from deploy.demo.stories.lending import agreement, lent
from deploy.demo.stories.steps import (
    DIMENSIONS,
    HOTLINE,
    call_the_hotline,
    caseworker,
    clear,
    open_case,
    police,
    rating,
    recommend_and_grant,
    stage,
    to_matching,
    tovholder,
)
from deploy.demo.tale import Story, Tale
from shared.lifecycle.actor import Role
from shared.reference.calendar import add_days, add_working_days, local
from shared.reference.organisations import kommune, politi_of
from tests.support.console_people import ConsoleOffice

ROSKILDE, HERNING, KOLDING, ODENSE, KOEGE = "0265", "0657", "0621", "0461", "0259"

RIGHT_NUMBER = "0208909993"
"""What a civil registration number looks like; nobody's."""


def carried(tale: Tale) -> Tale:
    """Return the same story told over HTTP."""
    assert isinstance(tale.office, ConsoleOffice)
    return replace(tale, office=tale.office.plain)


async def _cleared(tale: Tale, municipality: str) -> tuple[UUID, str]:
    """Return a case that the police have cleared, and its path."""
    plain = carried(tale)
    case = await open_case(plain, municipality, await call_the_hotline(plain, municipality))
    await clear(plain, municipality, case)
    return case, f"/assessment/v1/cases/{case}"


async def citizens_rights(tale: Tale) -> None:
    """Information is shared and refused, a consent withdrawn, the citizen told, a fact disputed, the person corrected."""
    _, path = await _cleared(tale, ROSKILDE)
    mine, own, theirs = tovholder(tale, ROSKILDE), kommune(ROSKILDE), politi_of(ROSKILDE)
    share = {
        "from_authority": own,
        "to_authority": theirs,
        "recipient_person": str(police(tale, ROSKILDE).ref),
        "recipient_kind": "EMPLOYEE",
        "basis": "RPL115_SSP",
        "necessity": "Politiet skal vide det for at kunne planlægge mødet.",
        "categories": ["CONCERN", "ASSESSMENT"],
        "minimisation_checked": True,
    }
    await mine.do(path, "share-information", share)
    refusal = {
        "from_authority": own,
        "to_authority": theirs,
        "categories": ["FAMILY"],
        "refused_reason": "NOT_NECESSARY",
    }
    await mine.do(path, "refuse-sharing", refusal)
    consent = {
        "kind": "SHARE",
        "client": "SUBJECT",
        "given_by": "SUBJECT",
        "specific_informed_revocable": True,
        "text_version": "deling-2026.1",
        "given_at": (tale.now - timedelta(minutes=30)).isoformat(),
        "valid_until": add_days(tale.now, 200).isoformat(),
        "parties": [theirs],
    }
    await mine.do(path, "record-consent", consent)
    given = (await mine.see(path)).body["consents"][-1]["id"]
    await mine.do(path, "withdraw-consent", {"consent_id": given})
    await mine.do(path, "record-parties-told", {"consent_id": given})
    later = {
        "exemption": "DBL22_CRIME",
        "grounds": "Det vil skade forebyggelsen, hvis borgeren hører det før mødet.",
        "review_on": (local(tale.now).date() + timedelta(days=60)).isoformat(),
    }
    await mine.do(path, "postpone-telling", later)
    await tale.until(add_working_days(tale.now, 2))
    await mine.do(path, "record-citizen-told", {"told_at": (tale.now - timedelta(hours=1)).isoformat()})
    await mine.do(path, "dispute-fact", {"disputed": 1, "citizens_version": "Borgeren siger, at det var en anden dag."})
    for who in (mine, police(tale, ROSKILDE)):
        await who.do(path, "correct-subject", {"cpr": RIGHT_NUMBER})
    tale.say("shared, refused, withdrawn, told, disputed, corrected: each in its form")


async def insight(tale: Tale) -> None:
    """A citizen asks what is held: once answered in part, once handed to the police, who answer for their own."""
    case, _ = await _cleared(tale, HERNING)
    officer = tale.at(Role.DPO, kommune(HERNING))
    asked = {
        "case_id": str(case),
        "requested_by": "SUBJECT",
        "identity_checked": True,
        "regime": "GDPR15",
        "received_at": (tale.now - timedelta(hours=1)).isoformat(),
    }
    request = tale.touch("assessment", "insight", await officer.create("/assessment/v1/insights", asked))
    path = f"/assessment/v1/insights/{request}"
    texts = (await officer.see(f"{path}/export")).body["texts"]
    held = [{"text": each["text"], "basis": "DBL22_CRIME"} for each in texts]
    decision = {"decision": "PARTIAL", "held_back": held, "grounds": "En del kan skade en efterforskning."}
    await officer.do(path, "decide-insight", decision)
    led = {**asked, "regime": "LED"}
    other = tale.touch("assessment", "insight", await tovholder(tale, HERNING).create("/assessment/v1/insights", led))
    await officer.do(f"/assessment/v1/insights/{other}", "hand-over-insight", {"to_authority": politi_of(HERNING)})
    notified = {"case_id": str(case), "minor": "YES", "possible_need_of_support": True, "notifier_known": True}
    made = await tovholder(tale, HERNING).create("/assessment/v1/underretninger", notified)
    tale.touch("assessment", "underretning", made)
    tale.say("asked for twice: answered in part, and handed over; the child unit is notified from the case")


async def acute_and_again(tale: Tale) -> None:
    """A rating is acute and somebody looks at once; after the help a new worry begins the case again. A false alarm closes."""
    desk = tale.at(Role.HOTLINE_ADVISER, HOTLINE)
    call = {"anonymity": "ANONYMOUS", "channel": "HOTLINE", "reporter_kind": "FRIEND", "description": "En trussel."}
    concern = tale.touch(
        "intake", "concern", await carried(tale).at(Role.HOTLINE_ADVISER, HOTLINE).create("/intake/v1/concerns", call)
    )
    alarm = f"/intake/v1/concerns/{concern}"
    await desk.do(alarm, "raise-acute", {"subject_municipality": KOLDING, "minor": "NO", "travel": "NONE"})
    handed = {"called": "POLICE_114", "handed_over_at": (tale.now - timedelta(minutes=1)).isoformat()}
    await desk.do(alarm, "log-handover", handed)
    await desk.do(alarm, "close-acute", {"nothing_for_infohus": True})
    case, path = await _cleared(tale, KOLDING)
    await _rated(tale, path)
    await tovholder(tale, KOLDING).do(path, "answer-acute-task", {"handed_over": True})
    plain = carried(tale)
    await recommend_and_grant(plain, KOLDING, case)
    helper = caseworker(plain, KOLDING)
    await helper.do(path, "record-consent", _consent(tale, "OFFER", "tilbud-2026.1"))
    await tale.until(add_days(tale.now, 40))
    await caseworker(tale, KOLDING).do(path, "end-measure", {"reason": "E1"})
    await tale.until(add_days(tale.now, 175))
    await helper.do(path, "record-consent", _consent(tale, "FOLLOW_UP", "follow-up.1"))
    worse = {
        "contact": "REACHED",
        "attempts": 1,
        "wellbeing": dict.fromkeys(DIMENSIONS[4:], "WORSE"),
        "new_concern": True,
        "decision": "REOPEN_TASK",
    }
    await caseworker(tale, KOLDING).do(path, "hold-follow-up", worse)
    await tovholder(tale, KOLDING).do(path, "reopen-case")
    tale.expect(await stage(tovholder(tale, KOLDING), path) not in ("K12", "K13"), "the case has begun again")
    tale.say("acute at the rating, helped, followed up, and begun again")


def _consent(tale: Tale, kind: str, version: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "client": "SUBJECT",
        "given_by": "SUBJECT",
        "specific_informed_revocable": True,
        "text_version": version,
        "given_at": (tale.now - timedelta(minutes=30)).isoformat(),
        "valid_until": add_days(tale.now, 300).isoformat(),
    }


async def _rated(tale: Tale, path: str) -> None:
    """The Infohus meets, and rates violence as acute."""
    plain, today = carried(tale), local(tale.now).date()
    meeting = {
        "held_at": (tale.now - timedelta(hours=1)).isoformat(),
        "present": ["MUNICIPALITY", "POLICE"],
        "invited": ["MUNICIPALITY", "POLICE"],
        "mental_vulnerability_suspected": False,
    }
    await plain.at(Role.SECRETARIAT, politi_of(KOLDING)).do(path, "hold-meeting", meeting)
    ratings = [rating(name, today) for name in DIMENSIONS]
    seen = {"source": "POLICE", "observed_on": (today - timedelta(days=3)).isoformat(), "kind": "OBSERVED"}
    ratings[0].pop("dissent")
    ratings[1] |= {"risk_level": "ACUTE", "evidence": [seen]}
    assessed = {
        "ratings": ratings,
        "focus": ["VIOLENCE"],
        "measures": ["CONVERSATION"],
        "reasoning": "Samtaler nu, og politiet ser på resten.",
    }
    await tovholder(plain, KOLDING).do(path, "complete-assessment", assessed)


async def changed_minds(tale: Tale) -> None:
    """A member is registered, one excluded, a choice withdrawn, and a member who began replaced by another."""
    plain, place = carried(tale), kommune(ODENSE)
    _, request = await to_matching(plain, ODENSE, {"languages": ["da"], "theme": "UNCLEAR"})
    coordinator, path = tale.at(Role.LOCAL_COORDINATOR, place), f"/corps/v1/interventions/{request}"
    await coordinator.create("/corps/v1/members", _new_member(tale))
    own = [each for each in (await coordinator.see(f"{path}/options")).body["options"] if not each["loan"]]
    await coordinator.do(path, "exclude-member", {"member_ref": own[-1]["member_ref"]})
    chosen = {"member_ref": own[0]["member_ref"]}
    await coordinator.do(path, "choose-member", chosen)
    await coordinator.do(path, "withdraw-choice", {"reason_code": "COORDINATOR_CHANGED"})
    await coordinator.do(path, "choose-member", chosen)
    await begin(plain, plain.at(Role.LOCAL_COORDINATOR, place), plain.member(ODENSE, UUID(chosen["member_ref"])), path)
    await coordinator.do(path, "replace-member", {"reason_code": "RELATION", "not_again": True})
    tale.expect(await stage(coordinator, path) == "K8", "another member is sought (K8)")
    tale.say("one excluded, a choice withdrawn, the member replaced; a new colleague is registered")


def _new_member(tale: Tale) -> dict[str, Any]:
    today = local(tale.now).date()
    return {
        "member_ref": "6f1f7f8e-5d2c-4b1e-9a51-3f6f2b8c0d11",
        "gender": "FEMALE",
        "trainings": [{"kind": "MENTOR", "held_on": (today - timedelta(days=90)).isoformat()}],
        "languages": [{"language": "da", "level": "C2"}, {"language": "tr", "level": "C1"}],
        "skills": [{"competence": "MINORS", "level": 2, "valid_until": (today + timedelta(days=500)).isoformat()}],
        "capacity_max": 2,
        "hours_per_week": 30,
        "lendable": True,
        "max_distance_km": 60,
        "children_certificate": True,
    }


async def loans_change(tale: Tale) -> None:
    """A loan is cancelled before it is signed; the next is signed, runs, is made longer by both, and called home."""
    plain, place = carried(tale), kommune(KOEGE)
    _, request = await to_matching(plain, KOEGE, {"languages": ["da"], "theme": "UNCLEAR"})
    coordinator, path = tale.at(Role.LOCAL_COORDINATOR, place), f"/corps/v1/interventions/{request}"
    option = (await coordinator.see(f"{path}/options")).body["options"][0]
    lender = kommune(option["municipality"])
    giver, taker = tale.at(Role.LEADER, lender), tale.at(Role.LEADER, place)
    terms = agreement(tale, option["member_ref"], days=200)
    first = await _lent(tale, coordinator, request, terms)
    await giver.do(first, "cancel-loan", {"reason": "TERMS"})
    loan = await _lent(tale, coordinator, request, terms)
    await giver.do(loan, "sign-as-lender")
    await taker.do(loan, "sign-as-borrower")
    member = plain.member(option["municipality"], UUID(option["member_ref"]))
    await begin(plain, plain.at(Role.LOCAL_COORDINATOR, place), member, path)
    await tale.until(add_days(tale.now, 2))
    tale.expect(await stage(coordinator, loan) == "L4", "the loan is active (L4)")
    longer = {"ends_on": (local(tale.now).date() + timedelta(days=260)).isoformat()}
    await giver.do(loan, "extend-as-lender", longer)
    await taker.do(loan, "extend-as-borrower", longer)
    home = {"ends_on": (local(tale.now).date() + timedelta(days=20)).isoformat()}
    await giver.do(loan, "recall-loan", home)
    tale.say("one loan cancelled; the other signed, made longer by both leaders, and its member called home")


async def _lent(tale: Tale, coordinator: Person, request: UUID, terms: dict[str, object]) -> str:
    offer = await coordinator.borrowing(request, terms)
    return f"/corps/v1/loans/{lent(tale, await offer())}"


SHORT: tuple[tuple[str, str, Story], ...] = (
    ("rights", "What a citizen and the authorities may ask of each other", citizens_rights),
    ("insight", "A citizen asks what is held", insight),
    ("acute", "Acute at the rating, and begun again", acute_and_again),
    ("minds", "Changed minds about members", changed_minds),
    ("loans", "A loan cancelled, another made longer and called home", loans_change),
)
"""Code, title, story."""
