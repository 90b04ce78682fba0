"""What waits on an ordinary day in one Infohus: stories that are left in the middle, so that every desk has something to do.

They are played when the others have ended, and all end at the same moment: a Wednesday at ten, eight weeks on.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from dateutil.relativedelta import WE, relativedelta

from deploy.demo.stories import steps
from deploy.demo.stories.corps import begin, session
from deploy.demo.tale import Tale
from shared.lifecycle.actor import Role
from shared.reference.calendar import local
from shared.reference.organisations import kommune

PLACE: Final = "0751"
WEEKS: Final = 8
MEASURES: Final = ("MENTOR", "EDUCATION_JOB")
WISH: Final = {"languages": ["da"], "theme": "UNCLEAR"}
PUPIL: Final = {
    "anonymity": "OPEN",
    "channel": "SCHOOL_FORM",
    "reporter_kind": "TEACHER",
    "reporter": "Klasselærer; træffes på skolens kontor.",
    "subject_known": "IDENTIFIED",
    "subject_municipality": PLACE,
    "minor": "YES",
    "subject": "Elev i 7. klasse, opdigtet.",
    "description": "Eleven er holdt op med at komme i klubben og taler om fjender.",
}


def ending(now: datetime) -> datetime:
    """Return when the day is that these stories lead to: the first Wednesday at ten, eight weeks or a little more after `now`."""
    return local(now) + relativedelta(weeks=WEEKS, weekday=WE, hour=10, minute=0, second=0, microsecond=0)


async def _before(tale: Tale, **before: int) -> datetime:
    """Let time pass until so long before the day; return the day."""
    day = tale.day(ending)
    await tale.until(day - timedelta(**before))
    return day


async def child_at_school(tale: Tale) -> None:
    """A teacher reports a child three hours ago; the child unit has 24 hours."""
    day = await _before(tale, hours=3)
    teacher = tale.at(Role.PRO_REPORTER, "school:aarhus-01")
    tale.touch("intake", "concern", await teacher.create("/intake/v1/concerns", PUPIL))
    await tale.until(day)
    tale.say("a teacher's concern about a child waits for the child unit, and for the tovholder")


async def nobody_answers(tale: Tale) -> None:
    """A concern was sent six days ago, and nobody has taken it: overdue."""
    day = await _before(tale, days=6)
    await steps.arrived(tale, PLACE, await steps.call_the_hotline(tale, PLACE))
    await tale.until(day)
    tale.say("a concern is overdue; its leader has heard of it, and nothing was decided by itself")


async def police_are_asked(tale: Tale) -> None:
    """Police were asked two days ago and have three left."""
    day = await _before(tale, days=2)
    case = await steps.open_case(tale, PLACE, await steps.call_the_hotline(tale, PLACE))
    await steps.tovholder(tale, PLACE).do(f"/assessment/v1/cases/{case}", "request-clearance")
    await tale.until(day)
    tale.say("police have been asked, and have not answered yet")


async def before_the_meeting(tale: Tale) -> None:
    """Police see no hindrance; the Infohus has not met yet."""
    day = await _before(tale, days=12)
    case = await steps.open_case(tale, PLACE, await steps.call_the_hotline(tale, PLACE))
    await steps.clear(tale, PLACE, case)
    await tale.until(day)
    tale.say("the Infohus is to meet")


async def rated(tale: Tale) -> None:
    """Nine dimensions were rated yesterday, one person dissents; the recommendation is to be sent."""
    day = await _before(tale, days=19)
    case = await steps.open_case(tale, PLACE, await steps.call_the_hotline(tale, PLACE))
    await steps.clear(tale, PLACE, case)
    await steps.meet_and_assess(tale, PLACE, case, MEASURES)
    await tale.until(day)
    tale.say("the recommendation is to be sent")


async def before_the_decision(tale: Tale) -> None:
    """The recommendation lies with the caseworker who was named."""
    day = await _before(tale, days=26)
    case = await steps.open_case(tale, PLACE, await steps.call_the_hotline(tale, PLACE))
    await steps.clear(tale, PLACE, case)
    await steps.meet_and_assess(tale, PLACE, case, MEASURES)
    await steps.recommend(tale, PLACE, case)
    await tale.until(day)
    tale.say("the caseworker is to decide")


async def member_sought(tale: Tale) -> None:
    """The citizen said yes some days ago; the coordinator is to find a mentor."""
    day = await _before(tale, days=34)
    await steps.to_matching(tale, PLACE, WISH)
    await tale.until(day)
    tale.say("a mentor is sought, and several fit")


async def mentor_at_work(tale: Tale) -> None:
    """A mentor meets the citizen each week; a progression is to be noted."""
    day = await _before(tale, days=55)
    _, request = await steps.to_matching(tale, PLACE, WISH)
    coordinator = tale.at(Role.LOCAL_COORDINATOR, kommune(PLACE))
    path = f"/corps/v1/interventions/{request}"
    first = (await coordinator.see(f"{path}/options")).body["options"][0]
    await coordinator.do(path, "choose-member", {"member_ref": first["member_ref"]})
    member = tale.member(PLACE, UUID(first["member_ref"]))
    await begin(tale, coordinator, member, path)
    for days in (14, 7, 1):
        await tale.until(day - timedelta(days=days))
        await member.do(path, "log-session", session(local(tale.now).date()))
    await tale.until(day)
    tale.say("the mentor has logged three sessions")
