"""Stories of the Infohus: T08, T14, closing without action, two concerns about one person."""

from __future__ import annotations

from deploy.demo.stories.steps import (
    arrived,
    call_the_hotline,
    caseworker,
    clear,
    meet_and_assess,
    open_case,
    police,
    recommend_and_grant,
    stage,
    tovholder,
)
from deploy.demo.tale import Tale
from shared.lifecycle.actor import Role
from shared.reference.calendar import add_working_days
from shared.reference.organisations import politi_of

AALBORG = "0851"
HORSENS = "0615"
RINGSTED = "0329"
ESBJERG = "0561"


async def police_take_over(tale: Tale) -> None:
    """T08: police answer that it is not for Infohus. No reason is stored, and the municipality sees only that and when."""
    case = await open_case(tale, AALBORG, await call_the_hotline(tale, AALBORG))
    path = f"/assessment/v1/cases/{case}"
    await tovholder(tale, AALBORG).do(path, "request-clearance")
    await tale.until(add_working_days(tale.now, 4))
    reason = await police(tale, AALBORG).refused(path, "take-over", {"reason": "should not be said"})
    tale.expect(reason.status == 422, "there is no field for a reason")
    await police(tale, AALBORG).do(path, "take-over")
    seen = (await tovholder(tale, AALBORG).see(path)).body
    tale.expect(seen["stage"] == "K2", "police have it alone (K2)")
    locked = await tovholder(tale, AALBORG).refused(path, "close-without-action", {"reason": "A1"})
    tale.expect(locked.status == 409, "nothing can be done with it in Infohus")
    tale.say("reminded after three days, police took over on the fourth; no reason is on record")


async def closed_without_action(tale: Tale) -> None:
    """Rows 9: both tovholdere look, and find something taken out of its context. The cheapest path, well kept."""
    case = await open_case(tale, RINGSTED, await call_the_hotline(tale, RINGSTED))
    path = f"/assessment/v1/cases/{case}"
    await tale.until(add_working_days(tale.now, 2))
    await tovholder(tale, RINGSTED).do(path, "close-without-action", {"reason": "A2"})
    tale.expect(await stage(police(tale, RINGSTED), path) == "K0", "one tovholder alone closes nothing")
    other = await police(tale, RINGSTED).refused(path, "close-without-action", {"reason": "A1"})
    tale.expect(other.code == "terms_differ", "both must mean the same reason")
    await police(tale, RINGSTED).do(path, "close-without-action", {"reason": "A2"})
    tale.expect(await stage(police(tale, RINGSTED), path) == "K13", "the case is closed (K13)")
    tale.say("both agree on A2, a misunderstanding: closed without action")


async def two_concerns_one_person(tale: Tale) -> None:
    """Row 7: a second concern about the same person joins the open case; both sources stay apart."""
    case = await open_case(tale, ESBJERG, await call_the_hotline(tale, ESBJERG))
    second = await call_the_hotline(tale, ESBJERG, reporter_kind="YOUTH_WORKER")
    waiting = await arrived(tale, ESBJERG, second)
    await tale.until(add_working_days(tale.now, 1))
    same = {"into": str(case), "same_subject_confirmed": True}
    await tovholder(tale, ESBJERG).do(f"/assessment/v1/cases/{waiting}", "merge-concern", same)
    await tale.settle()
    seen = await tovholder(tale, ESBJERG).see(f"/intake/v1/concerns/{second}")
    tale.expect(seen.body["stage"] == "C4", "the second concern is merged (C4)")
    tale.say("a second concern is about the same person: a human confirms it, and it joins the open case")
    for who in (tovholder(tale, ESBJERG), police(tale, ESBJERG)):
        await who.do(f"/assessment/v1/cases/{case}", "close-without-action", {"reason": "A3"})
    tale.say("what both say is not enough to go on: closed (A3)")


async def offer_declined(tale: Tale) -> None:
    """T14: assessed in full, granted, and declined. Nothing follows from declining."""
    case = await open_case(tale, HORSENS, await call_the_hotline(tale, HORSENS))
    await clear(tale, HORSENS, case)
    await meet_and_assess(tale, HORSENS, case, ("CONVERSATION",))
    await recommend_and_grant(tale, HORSENS, case, leader_names=True)
    await tale.until(add_working_days(tale.now, 17))
    path = f"/assessment/v1/cases/{case}"
    await caseworker(tale, HORSENS).do(path, "record-decline")
    seen = (await tovholder(tale, HORSENS).see(path)).body
    tale.expect(seen["stage"] == "K13", "the case is closed (K13)")
    tale.expect(seen["closing_reason"] == "D1", "the reason is D1, and nothing else follows")
    secretariat = tale.at(Role.SECRETARIAT, politi_of(HORSENS))
    tale.expect("total" not in str((await secretariat.see(path)).body), "no total stands anywhere")
    tale.say("the citizen has work and family and declines: closed (D1), no flag, no higher level")
