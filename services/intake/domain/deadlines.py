"""Clocks of a concern, each with its paragraph (`domain.md` 2.3, 2.7)."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from shared.lifecycle.actor import Role
from shared.lifecycle.deadlines import DeadlineRule, Span, Unit, hours, minutes, working_days
from shared.reference.calendar import COPENHAGEN, local
from shared.reference.opening_hours import hotline_opens_next

if TYPE_CHECKING:
    from services.intake.domain.concern import Concern

MORNING = time(8, 30)
"""Local time at which somebody has looked at what came while the hotline was closed (T03)."""


def _next_morning(concern: Concern) -> datetime:
    day = local(hotline_opens_next(concern.received_at)).date()
    return datetime.combine(day, MORNING, COPENHAGEN).astimezone(UTC)


ROUTE_OR_CLOSE = DeadlineRule(
    kind="route_or_close",
    due=working_days(1),
    owner=Role.HOTLINE_ADVISER,
    owner_at="desk",
    role_at="desk_role",
    reminders=(hours(4),),
    paragraph="domain.md 2.3 row 4",
)
"""Same day, at the latest one working day: routed, advised or pointed to help."""

NEXT_MORNING = DeadlineRule(
    kind="next_morning",
    due=Span(Unit.FIXED, 0),
    owner=Role.HOTLINE_ADVISER,
    owner_at="desk",
    role_at="desk_role",
    reminders=(minutes(-30),),
    starts=_next_morning,
    paragraph="domain.md 2.4 out of hours",
)
"""What came while the hotline was closed is looked at by half past eight on the day it opens again (T03)."""

ACUTE_TRAVEL = DeadlineRule(
    kind="acute_travel",
    due=minutes(15),
    owner=Role.HOTLINE_ADVISER,
    owner_at="desk",
    role_at="desk_role",
    reminders=(minutes(10),),
    paragraph="domain.md 2.4 travel",
    lasts=True,
)
"""A departure in less than 72 hours is acute: raise the alarm (3.2, T07). It blocks nothing, and routing does not end it."""

HAND_OVER = DeadlineRule(
    kind="hand_over",
    due=minutes(15),
    owner=Role.HOTLINE_ADVISER,
    owner_at="desk",
    role_at="desk_role",
    reminders=(minutes(10),),
    paragraph="domain.md 2.3 row 3",
    lasts=True,
)
"""Phone first: police have it within 15 minutes."""

COMPLETE_RECORD = DeadlineRule(
    kind="complete_record",
    due=hours(1),
    owner=Role.HOTLINE_ADVISER,
    owner_at="desk",
    role_at="desk_role",
    reminders=(minutes(45),),
    paragraph="domain.md 2.3 row 3",
    lasts=True,
)
"""The record follows within the hour; what is missing never blocks saving."""

ROUTE_ACUTE = DeadlineRule(
    kind="route_acute",
    due=working_days(1),
    owner=Role.HOTLINE_ADVISER,
    owner_at="desk",
    role_at="desk_role",
    reminders=(hours(4),),
    paragraph="domain.md 2.3 row 50",
)
"""As row 4: the Infohus hears of an acute concern the same day, at the latest after one working day."""

CLOSE_ACUTE = DeadlineRule(
    kind="close_acute",
    due=working_days(5),
    owner=Role.HOTLINE_ADVISER,
    owner_at="desk",
    role_at="desk_role",
    reminders=(working_days(4),),
    paragraph="domain.md 2.3 row 51",
)
"""Five working days, then a task: routed or closed."""

QUESTION_OPEN = DeadlineRule(
    kind="question_open",
    due=working_days(10),
    owner=Role.HOTLINE_ADVISER,
    owner_at="reader",
    role_at="reader_role",
    paragraph="domain.md 2.3 row 5",
    about=lambda concern: concern.last_question,
    lasts=True,
)
"""Ten working days for an answer; after that a person decides without it. It goes to who has the concern then."""

NEW_INFORMATION = DeadlineRule(
    kind="new_information",
    due=working_days(1),
    owner=Role.HOTLINE_ADVISER,
    owner_at="reader",
    role_at="reader_role",
    reminders=(hours(4),),
    paragraph="domain.md 2.4 anonymous caller",
)
"""What a reporter adds is read as quickly as a concern: it could be one."""
