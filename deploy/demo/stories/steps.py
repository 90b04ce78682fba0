"""Steps that several stories take in the same way, each as the person would whose work it is."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from deploy.demo.people import Person
from deploy.demo.tale import Tale
from shared.lifecycle.actor import Role
from shared.reference.calendar import add_days, add_working_days, local
from shared.reference.organisations import kommune, politi_of

HOTLINE = "hotline:national"
DIMENSIONS = (
    "CONVICTIONS",
    "VIOLENCE",
    "CRIME",
    "RELATIONSHIPS",
    "PERSONALITY",
    "MENTAL_VULNERABILITY",
    "FAMILY",
    "NETWORK_SPARE_TIME",
    "EDUCATION_EMPLOYMENT",
)


async def adviser(tale: Tale) -> Person:
    """Return the hotline adviser on duty."""
    return tale.at(Role.HOTLINE_ADVISER, HOTLINE)


def tovholder(tale: Tale, municipality: str) -> Person:
    """Return the tovholder of a municipality."""
    return tale.at(Role.TOVHOLDER_KOMMUNE, kommune(municipality))


def police(tale: Tale, municipality: str) -> Person:
    """Return the police's tovholder of the district."""
    return tale.at(Role.TOVHOLDER_POLITI, politi_of(municipality))


async def call_the_hotline(tale: Tale, municipality: str, **more: Any) -> UUID:
    """A relative calls; the adviser writes it down and sends it to the Infohus of residence. Return the concern."""
    desk = tale.at(Role.HOTLINE_ADVISER, HOTLINE)
    body = {
        "anonymity": "CONFIDENTIAL",
        "channel": "HOTLINE",
        "reporter_kind": "RELATIVE",
        "reporter": "En pårørende; må ringes op på hverdage.",
        "subject_known": "IDENTIFIED",
        "subject_municipality": municipality,
        "minor": "NO",
        "subject": "Opdigtet person i en opdigtet by.",
        "description": "Har ændret sig på få måneder og taler om, at vold er nødvendig.",
        **more,
    }
    concern = tale.touch("intake", "concern", await desk.create("/intake/v1/concerns", body))
    grounds = {"municipality": municipality, "grounds": "Begrundet bekymring for, at nogen kan komme til skade."}
    await desk.do(f"/intake/v1/concerns/{concern}", "route-concern", grounds)
    tale.say(f"the hotline routes a concern to Infohus {municipality}")
    return concern


async def arrived(tale: Tale, municipality: str, concern: UUID) -> UUID:
    """Return the record in the Infohus that a routed concern made."""
    item = await tale.found(
        tovholder(tale, municipality), "/assessment/v1/cases", "the concern that was routed", concern
    )
    return tale.touch("assessment", "case", UUID(item["id"]))


async def open_case(tale: Tale, municipality: str, concern: UUID) -> UUID:
    """The tovholder accepts responsibility. Return the case."""
    case = await arrived(tale, municipality, concern)
    accept = {"accepts_responsibility": True, "purpose_plausible": True}
    await tovholder(tale, municipality).do(f"/assessment/v1/cases/{case}", "open-case", accept)
    tale.say("the tovholder opens the case")
    return case


async def clear(tale: Tale, municipality: str, case: UUID) -> None:
    """Police are asked, and clear the case three days later."""
    await tovholder(tale, municipality).do(f"/assessment/v1/cases/{case}", "request-clearance")
    await tale.until(add_working_days(tale.now, 3))
    await police(tale, municipality).do(f"/assessment/v1/cases/{case}", "clear-case")
    tale.say("police see no hindrance")


async def meet_and_assess(tale: Tale, municipality: str, case: UUID, measures: tuple[str, ...]) -> None:
    """The Infohus meets after nine days, and rates nine dimensions with one dissent."""
    await tale.until(add_days(tale.now, 9))
    secretariat = tale.at(Role.SECRETARIAT, politi_of(municipality))
    meeting = {
        "held_at": (tale.now - timedelta(hours=1)).isoformat(),
        "present": ["MUNICIPALITY", "POLICE", "PROBATION"],
        "invited": ["MUNICIPALITY", "POLICE", "PROBATION", "PSYCHIATRY"],
        "mental_vulnerability_suspected": False,
        "minutes": "Mødet gennemgik de ni dimensioner en for en.",
    }
    await secretariat.do(f"/assessment/v1/cases/{case}", "hold-meeting", meeting)
    await tale.until(add_working_days(tale.now, 2))
    assessment = {
        "ratings": [rating(name, local(tale.now).date()) for name in DIMENSIONS],
        "focus": ["RELATIONSHIPS", "EDUCATION_EMPLOYMENT"],
        "measures": list(measures),
        "reasoning": "Støtte, der giver andre relationer og en hverdag.",
    }
    await tovholder(tale, municipality).do(f"/assessment/v1/cases/{case}", "complete-assessment", assessment)
    tale.say(f"nine dimensions rated, one dissent; recommended: {' and '.join(measures)}")


def rating(dimension: str, today: date) -> dict[str, Any]:
    """Return the rating of one dimension: risk and resource apart, and evidence for what is more than slight."""
    serious = dimension in ("CONVICTIONS", "RELATIONSHIPS")
    made: dict[str, Any] = {
        "dimension": dimension,
        "risk_level": "SOME" if serious else "SLIGHT",
        "resource_level": "SOME" if serious else "WEAK",
        "confidence": "MEDIUM",
    }
    if serious:
        seen = {"source": "POLICE", "observed_on": (today - timedelta(days=30)).isoformat(), "kind": "OBSERVED"}
        made["evidence"] = [seen]
    if dimension == "CONVICTIONS":
        made["dissent"] = ["PROBATION"]
    return made


async def recommend_and_grant(tale: Tale, municipality: str, case: UUID, *, leader_names: bool = False) -> None:
    """The recommendation goes to the authority, which decides in its own regime; one person there is named and sees the case."""
    await recommend(tale, municipality, case, leader_names=leader_names)
    await tale.until(add_working_days(tale.now, 6))
    decision = {
        "outcome": "GRANT",
        "appeal_guidance_given": True,
        "law": "SERVICELOVEN",
        "grounds": "Borgeren kan have gavn af støtten.",
    }
    await caseworker(tale, municipality).do(f"/assessment/v1/cases/{case}", "decide-measure", decision)
    tale.say("the authority grants the measure; the citizen is told and may decline")


async def recommend(tale: Tale, municipality: str, case: UUID, *, leader_names: bool = False) -> None:
    """Send the recommendation to the authority, and name who decides there."""
    addressed = {"addressed_to": kommune(municipality), "unit": "ADULTS"}
    named = str(caseworker(tale, municipality).ref)
    if not leader_names:
        addressed["caseworker"] = named
    await tovholder(tale, municipality).do(f"/assessment/v1/cases/{case}", "send-recommendation", addressed)
    if leader_names:
        await _name(tale, municipality, case, named)


async def _name(tale: Tale, municipality: str, case: UUID, person: str) -> None:
    """The leader sees a stub, and names who decides; until then no caseworker sees the case (R5)."""
    path, leader = f"/assessment/v1/cases/{case}", tale.at(Role.LEADER, kommune(municipality))
    unseen = await caseworker(tale, municipality).send("GET", path)
    tale.expect(unseen.status == 404, "a caseworker who is not named sees no case")
    stub = f"/assessment/v1/namings/{case}"
    await leader.see(stub)
    tale.expect((await leader.send("GET", path)).status == 404, "the leader sees a stub, never the case")
    allocated = {"person": person, "reason": "ALLOCATED"}
    await leader.do(path, "name-caseworker", allocated, seen_at=stub)
    tale.say("the leader sees that a case waits, not what it is about, and names a caseworker")


def caseworker(tale: Tale, municipality: str) -> Person:
    """Return the caseworker of a municipality."""
    return tale.at(Role.CASEWORKER, kommune(municipality))


async def consent(tale: Tale, municipality: str, case: UUID, requirements: dict[str, Any]) -> None:
    """The citizen consents to a member of the corps."""
    given = {
        "client": "SUBJECT",
        "given_by": "SUBJECT",
        "specific_informed_revocable": True,
        "text_version": "tilbud-2026.1",
        "given_at": (tale.now - timedelta(minutes=30)).isoformat(),
        "valid_until": add_days(tale.now, 360).isoformat(),
        "needs_corps_member": True,
        "requirements": {"kind": "MENTOR", **requirements},
    }
    await caseworker(tale, municipality).do(f"/assessment/v1/cases/{case}", "record-consent", given)
    tale.say("the citizen consents; a member of the corps is sought")


async def request(tale: Tale, municipality: str, case: UUID) -> UUID:
    """Return the request that the consent made in the corps."""
    coordinator = tale.at(Role.LOCAL_COORDINATOR, kommune(municipality))
    item = await tale.found(coordinator, "/corps/v1/interventions", "the request for a member", case)
    return tale.touch("corps", "intervention", UUID(item["id"]))


async def to_matching(tale: Tale, municipality: str, requirements: dict[str, Any]) -> tuple[UUID, UUID]:
    """Carry a concern from the hotline to an open request for a mentor. Return the case and the request."""
    concern = await call_the_hotline(tale, municipality)
    case = await open_case(tale, municipality, concern)
    await clear(tale, municipality, case)
    await meet_and_assess(tale, municipality, case, ("MENTOR", "EDUCATION_JOB"))
    await recommend_and_grant(tale, municipality, case)
    await consent(tale, municipality, case, requirements)
    return case, await request(tale, municipality, case)


async def follow_up_and_close(tale: Tale, municipality: str, case: UUID, ended: datetime) -> None:
    """Both follow-ups are held, at 6 and 12 months, and both tovholdere close."""
    path = f"/assessment/v1/cases/{case}"
    for month, decision in ((6, "CONTINUE"), (12, "CLOSE")):
        await tale.until(add_days(ended, month * 30))
        review = {
            "contact": "REACHED",
            "attempts": 1,
            "wellbeing": dict.fromkeys(DIMENSIONS[4:], "BETTER"),
            "new_concern": False,
            "decision": decision,
        }
        consent = {
            "kind": "FOLLOW_UP",
            "client": "SUBJECT",
            "given_by": "SUBJECT",
            "specific_informed_revocable": True,
            "text_version": "follow-up.1",
            "given_at": (tale.now - timedelta(minutes=30)).isoformat(),
            "valid_until": add_days(tale.now, 200).isoformat(),
        }
        await caseworker(tale, municipality).do(path, "record-consent", consent)
        await caseworker(tale, municipality).do(path, "hold-follow-up", review)
        tale.say(f"follow-up at {month} months: better in all five dimensions of well-being")
    closing = {"reason": "E1"}
    await tovholder(tale, municipality).do(path, "close-case", closing)
    await police(tale, municipality).do(path, "close-case", closing)
    tale.say("both tovholdere close the case: completed as agreed (E1)")


async def stage(who: Person, path: str) -> str:
    """Return the stage of a thing."""
    return str((await who.see(path)).body["stage"])
