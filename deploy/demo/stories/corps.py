"""Stories of the corps: a mentor of the own municipality (T15)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from deploy.demo.people import Person
from deploy.demo.stories.steps import caseworker, follow_up_and_close, stage, to_matching
from deploy.demo.tale import Tale
from shared.lifecycle.actor import Role
from shared.reference.calendar import add_days, add_working_days, local
from shared.reference.organisations import kommune

AARHUS = "0751"
WISH = {"languages": ["ar"], "gender_wish": "FEMALE", "gender_required": True, "theme": "UNCLEAR"}


async def own_mentor(tale: Tale) -> None:
    """T15: a young woman wishes a female mentor who speaks her language; one is free in the municipality."""
    case, request = await to_matching(tale, AARHUS, WISH)
    coordinator = tale.at(Role.LOCAL_COORDINATOR, kommune(AARHUS))
    path = f"/corps/v1/interventions/{request}"
    ranking = (await coordinator.see(f"{path}/options")).body
    first = ranking["options"][0]
    tale.expect(not first["loan"], "the first option is of the own municipality")
    tale.say(f"option 1 is an own mentor with {len(first['lines'])} reasons; the coordinator chooses her")
    await coordinator.do(path, "choose-member", {"member_ref": first["member_ref"]})
    await tale.until(add_working_days(tale.now, 2))
    member = tale.member(AARHUS, UUID(first["member_ref"]))
    await begin(tale, coordinator, member, path)
    ended = await walk(tale, AARHUS, coordinator, member, path, fortnights=8)
    await tale.settle()
    tale.expect(
        await stage(caseworker(tale, AARHUS), f"/assessment/v1/cases/{case}") == "K12", "follow-up has begun (K12)"
    )
    await follow_up_and_close(tale, AARHUS, case, ended)


async def begin(tale: Tale, coordinator: Person, member: Person, path: str) -> None:
    """The citizen says yes, then the member and the coordinator agree to begin."""
    await coordinator.do(path, "record-citizen-answer", {"accepts": True})
    plan = {
        "planned_end": (local(tale.now).date() + timedelta(days=180)).isoformat(),
        "goals": ["RELATIONSHIPS", "EDUCATION_EMPLOYMENT"],
    }
    await member.do(path, "accept-match", plan)
    await coordinator.do(path, "accept-match", plan)
    tale.expect(await stage(coordinator, path) == "K9", "the intervention is active (K9)")
    tale.say("citizen, mentor and coordinator agree: the mentor begins")


async def walk(
    tale: Tale, municipality: str, coordinator: Person, member: Person, path: str, *, fortnights: int
) -> datetime:
    """Sessions, monthly progression, supervision, a review after 90 days, and the end. Return when it ended."""
    began = local(tale.now).date()
    for fortnight in range(fortnights):
        await tale.until(add_days(tale.now, 12))
        await member.do(path, "log-session", session(local(tale.now).date()))
        if fortnight % 2 == 1:
            await member.do(path, "record-progression", {"citizen_progress": 1, "member_progress": 1})
            held = {"held_on": local(tale.now).date().isoformat()}
            await coordinator.do(path, "hold-supervision", held)
        if local(tale.now).date() - began > timedelta(days=80) and fortnight == fortnights - 1:
            review = {"necessity": "PREPARE_ENDING"}
            await coordinator.do(path, "review-plan", review)
    end = {
        "end_reason": "E1",
        "criterion": "GOALS_REACHED",
        "farewell_held": True,
        "handed_over": True,
        "follow_ups_agreed": True,
    }
    await coordinator.do(path, "end-intervention", end)
    await caseworker(tale, municipality).do(path, "end-intervention", end)
    tale.say(
        f"{fortnights} sessions, {fortnights // 2} progressions, one review; coordinator and caseworker end it (E1)"
    )
    return tale.now


def session(day: date) -> dict[str, object]:
    """Return a session in person."""
    return {
        "held_on": day.isoformat(),
        "minutes": 60,
        "mode": "IN_PERSON",
        "attended": "YES",
        "citizen_progress": 1,
        "member_progress": 0,
        "note": "Talte om arbejde og om weekenden.",
    }
