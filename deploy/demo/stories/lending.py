"""Stories of lending: a mentor from another district (T26), and two coordinators who want the same one (T28)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

from deploy.demo.people import Person, Seen, StoryFailed
from deploy.demo.stories.corps import WISH, begin, walk
from deploy.demo.stories.steps import caseworker, follow_up_and_close, stage, to_matching
from deploy.demo.tale import Tale
from shared.lifecycle.actor import Role
from shared.reference.calendar import add_days, add_working_days, local
from shared.reference.organisations import kommune

NAESTVED = "0370"
LOLLAND = "0360"
VORDINGBORG = "0390"


async def borrowed_mentor(tale: Tale) -> None:
    """T26, the loan: nobody fits near by; a mentor of another district is reserved, signed for, lent, and given back."""
    case, request = await to_matching(tale, NAESTVED, WISH)
    coordinator = tale.at(Role.LOCAL_COORDINATOR, kommune(NAESTVED))
    path = f"/corps/v1/interventions/{request}"
    option = (await coordinator.see(f"{path}/options")).body["options"][0]
    tale.expect(option["loan"], "the first option is a loan")
    lender = option["municipality"]
    offer = await coordinator.borrowing(request, agreement(tale, option["member_ref"], days=300))
    loan = lent(tale, await offer())
    loan_path = f"/corps/v1/loans/{loan}"
    tale.say(f"nobody near by fits: a mentor of municipality {lender} is reserved for five working days")
    leader = tale.at(Role.LEADER, kommune(lender))
    hours = (await leader.see(loan_path)).body
    tale.expect(str(case) not in str(hours), "the lender's leader sees hours and dates, never the case")
    await leader.do(loan_path, "sign-as-lender")
    await tale.until(add_working_days(tale.now, 4))
    await tale.at(Role.LEADER, kommune(NAESTVED)).do(loan_path, "sign-as-borrower")
    tale.say("the lender signed at once, the borrower after a reminder on the fourth day")
    member = tale.member(lender, UUID(option["member_ref"]))
    await begin(tale, coordinator, member, path)
    await tale.until(add_days(tale.now, 2))
    tale.expect(await stage(coordinator, loan_path) == "L4", "the loan is active (L4)")
    ended = await walk(tale, NAESTVED, coordinator, member, path, fortnights=8)
    await tale.settle()
    tale.expect(await stage(coordinator, loan_path) == "L6", "the loan ended with the intervention (L6)")
    gone = await member.send("GET", path)
    tale.expect(gone.status == 404, "the mentor's access ended with the loan")
    tale.say("the loan ends with the intervention; the mentor's access and place are free at once")
    tale.expect(
        await stage(caseworker(tale, NAESTVED), f"/assessment/v1/cases/{case}") == "K12", "follow-up has begun (K12)"
    )
    await follow_up_and_close(tale, NAESTVED, case, ended)


def agreement(tale: Tale, member: str, *, days: int) -> dict[str, object]:
    """Return the terms of a loan of `days` days that starts tomorrow."""
    tomorrow = local(tale.now).date() + timedelta(days=1)
    return {
        "member_ref": member,
        "starts_on": tomorrow.isoformat(),
        "ends_on": (tomorrow + timedelta(days=days)).isoformat(),
        "hours_per_week": 3,
        "price_per_hour": 450,
        "travel_paid_by": "BORROWER",
        "supervision_by": "CENTRE",
    }


def lent(tale: Tale, offered: Seen) -> UUID:
    """Return the loan that was offered. Raises `StoryFailed` if it was not."""
    tale.expect(offered.status == 200, f"the loan is offered (got {offered.status} {offered.code})")
    return tale.touch("corps", "loan", UUID(str(offered.body["id"])))


async def two_coordinators_one_mentor(tale: Tale) -> None:
    """T28: two coordinators reserve the same mentor in the same second; one holds her, the other sees who is free."""
    places = (LOLLAND, VORDINGBORG)
    requests = [(await to_matching(tale, place, {**WISH, "languages": ["so"]}))[1] for place in places]
    coordinators = [tale.at(Role.LOCAL_COORDINATOR, kommune(place)) for place in places]
    wanted = await _one_with_a_single_place(tale, coordinators, requests)
    offers = [
        await who.borrowing(request, agreement(tale, wanted, days=90))
        for who, request in zip(coordinators, requests, strict=True)
    ]
    answers = await asyncio.gather(*(offer() for offer in offers))
    won = [index for index, answer in enumerate(answers) if answer.status == 200]
    tale.expect(len(won) == 1, f"exactly one holds her (got {[answer.status for answer in answers]})")
    lent(tale, answers[won[0]])
    lost = 1 - won[0]
    tale.expect(answers[lost].code == "member_taken", f"the other is told why (got {answers[lost].code})")
    free = (await coordinators[lost].see(f"/corps/v1/interventions/{requests[lost]}/options")).body
    tale.expect(wanted not in str(free["options"]), "the other sees who is free now, and she is not among them")
    tale.say("two coordinators reserve the same mentor in the same second: one holds her, the other sees who is free")
    await tale.until(add_working_days(tale.now, 7))
    again = (await coordinators[lost].see(f"/corps/v1/interventions/{requests[lost]}/options")).body
    tale.expect(wanted in str(again["options"]), "she is offered again when the reservation has lapsed")
    offer = await coordinators[lost].borrowing(requests[lost], agreement(tale, wanted, days=90))
    lent(tale, await offer())
    tale.say("nobody signed; after five working days she is free again, and now the other has her")


async def _one_with_a_single_place(tale: Tale, coordinators: list[Person], requests: list[UUID]) -> str:
    """Return a member who is an option for both and has one place left; the desk has seen to that."""
    shown = [
        (await who.see(f"/corps/v1/interventions/{request}/options")).body
        for who, request in zip(coordinators, requests, strict=True)
    ]
    refs = [[option["member_ref"] for option in (*body["options"], *body["others"])] for body in shown]
    both = [ref for ref in refs[0] if ref in refs[1]]
    if not both:
        raise StoryFailed("no member is an option for both")
    desk = tale.at(Role.NATIONAL_DESK, "centre:national")
    member = (await desk.see(f"/corps/v1/members/{both[0]}")).body
    await desk.do(f"/corps/v1/members/{both[0]}", "change-member", {"capacity_max": member["taken"] + 1})
    return str(both[0])
