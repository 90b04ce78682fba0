"""Clocks of a concern, each with its paragraph (`domain.md` 2.3, 2.7)."""

from __future__ import annotations

from shared.lifecycle.actor import Role
from shared.lifecycle.deadlines import DeadlineRule, hours, minutes, working_days

ROUTE_OR_CLOSE = DeadlineRule(
    kind="route_or_close",
    due=working_days(1),
    owner=Role.HOTLINE_ADVISER,
    reminders=(hours(4),),
    paragraph="domain.md 2.3 row 4",
)
"""Same day, at the latest one working day: routed, advised or pointed to help."""

HAND_OVER = DeadlineRule(
    kind="hand_over",
    due=minutes(15),
    owner=Role.HOTLINE_ADVISER,
    reminders=(minutes(10),),
    paragraph="domain.md 2.3 row 3",
    lasts=True,
)
"""Phone first: police have it within 15 minutes."""

COMPLETE_RECORD = DeadlineRule(
    kind="complete_record",
    due=hours(1),
    owner=Role.HOTLINE_ADVISER,
    reminders=(minutes(45),),
    paragraph="domain.md 2.3 row 3",
    lasts=True,
)
"""The record follows within the hour; what is missing never blocks saving."""

CLOSE_ACUTE = DeadlineRule(
    kind="close_acute",
    due=working_days(5),
    owner=Role.HOTLINE_ADVISER,
    reminders=(working_days(4),),
    paragraph="domain.md 2.3 row 51",
)
"""Five working days, then a task: routed or closed."""
