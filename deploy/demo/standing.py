"""An Infohus in the middle of its work, for pictures: cases in many stages at one moment, which is the same day every year.

`STANDING` are stories as those of the demo, of one municipality; none of them ends. `when` is the morning on which they begin.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from deploy.demo.stories.corps import begin, session
from deploy.demo.stories.steps import (
    call_the_hotline,
    clear,
    meet_and_assess,
    open_case,
    to_matching,
    tovholder,
)
from deploy.demo.tale import Story, Tale
from deploy.seed import person
from shared.lifecycle.actor import Role
from shared.reference.calendar import add_days, local
from shared.reference.organisations import kommune, politi_of

PLACE = "0751"
"""Aarhus."""

LASTS = timedelta(days=39, hours=1)
"""From the first call to the pictures."""

_WISH = {"languages": ["da"], "theme": "UNCLEAR"}


def when(today: datetime) -> datetime:
    """Return nine in the morning (UTC) of the first Monday of the next March that lies ahead."""
    year = today.year + (today.month >= 3)
    first = datetime(year, 3, 1, 8, 0, tzinfo=UTC)
    return first + timedelta(days=(7 - first.weekday()) % 7)


def _later(days: float, story: Callable[[Tale], Awaitable[object]]) -> Story:
    """Return the story, begun so many days after the first."""

    async def told(tale: Tale) -> None:
        await tale.until(add_days(tale.now, int(days)) + timedelta(days=days % 1))
        await story(tale)

    return told


async def _with_a_mentor(tale: Tale) -> None:
    """A mentor has met the citizen twice."""
    _, intervention = await to_matching(tale, PLACE, _WISH)
    path = f"/corps/v1/interventions/{intervention}"
    coordinator = tale.at(Role.LOCAL_COORDINATOR, kommune(PLACE))
    shown = (await coordinator.see(f"{path}/options")).body
    first = str(person(Role.CORPS_MEMBER, kommune(PLACE)).person_ref)
    refs = [option["member_ref"] for option in (*shown["options"], *shown["others"])]
    tale.expect(first in refs, "the member of the pictures fits")
    why = {} if refs[0] == first else {"reason_code": "PROFESSIONAL_JUDGEMENT"}
    await coordinator.do(path, "choose-member", {"member_ref": first, **why})
    member = tale.member(PLACE, UUID(first))
    await begin(tale, coordinator, member, path)
    for _ in range(2):
        await tale.until(add_days(tale.now, 5))
        await member.do(path, "log-session", session(local(tale.now).date()))


async def _seeking(tale: Tale) -> None:
    """A member of the corps is sought."""
    await to_matching(tale, PLACE, {**_WISH, "gender_wish": "FEMALE"})


async def _cleared(tale: Tale) -> UUID:
    case = await _opened(tale)
    await clear(tale, PLACE, case)
    return case


async def _decision_waits(tale: Tale) -> None:
    """The recommendation is with the authority."""
    case = await _cleared(tale)
    await meet_and_assess(tale, PLACE, case, ("MENTOR", "EDUCATION_JOB"))
    named = str(tale.at(Role.CASEWORKER, kommune(PLACE)).ref)
    addressed = {"addressed_to": kommune(PLACE), "unit": "ADULTS", "caseworker": named}
    await tovholder(tale, PLACE).do(f"/assessment/v1/cases/{case}", "send-recommendation", addressed)


async def _met(tale: Tale) -> None:
    """The Infohus has met; the nine dimensions are next."""
    case = await _cleared(tale)
    await tale.until(add_days(tale.now, 4))
    meeting = {
        "held_at": (tale.now - timedelta(hours=1)).isoformat(),
        "present": ["MUNICIPALITY", "POLICE", "PROBATION"],
        "invited": ["MUNICIPALITY", "POLICE", "PROBATION"],
        "mental_vulnerability_suspected": False,
        "minutes": "Mødet gennemgik de ni dimensioner en for en.",
    }
    secretariat = tale.at(Role.SECRETARIAT, politi_of(PLACE))
    await secretariat.do(f"/assessment/v1/cases/{case}", "hold-meeting", meeting)


async def _police_are_asked(tale: Tale) -> None:
    """The police have not answered in time."""
    case = await _opened(tale)
    await tovholder(tale, PLACE).do(f"/assessment/v1/cases/{case}", "request-clearance")


async def _opened(tale: Tale) -> UUID:
    return await open_case(tale, PLACE, await call_the_hotline(tale, PLACE))


async def _arrived(tale: Tale) -> None:
    """Nobody has looked yet."""
    await call_the_hotline(tale, PLACE, minor="UNKNOWN", travel="WISH")


async def _a_child(tale: Tale) -> None:
    """A second concern of the morning, about a child."""
    await call_the_hotline(tale, PLACE, minor="YES", reporter_kind="TEACHER")


async def _until_now(tale: Tale) -> None:
    await tale.until(tale.now + LASTS)


STANDING: tuple[tuple[str, str, Story], ...] = (
    ("mentor", "A mentor meets a citizen", _with_a_mentor),
    ("seeking", "A member of the corps is sought", _later(13, _seeking)),
    ("decision", "The authority decides", _later(21, _decision_waits)),
    ("met", "The Infohus has met", _later(29, _met)),
    ("police", "The police are late", _later(31, _police_are_asked)),
    ("waiting", "Police are not asked yet", _later(35, _opened)),
    ("old", "Nobody has looked in time", _later(36.9, _arrived)),
    ("child", "A child, this morning", _later(38.9, _a_child)),
    ("new", "Just arrived", _later(39, _arrived)),
    ("end", "The moment of the pictures", _until_now),
)
"""Code, title, story."""
