"""Clocks of a delivery, when mail may go out, and which deadlines may disturb at night."""

from __future__ import annotations

from datetime import datetime, time

from services.notify.domain.delivery import Delivery
from shared.lifecycle.actor import Role
from shared.lifecycle.deadlines import DeadlineRule, Span, Unit, hours, working_days
from shared.reference import calendar

OFFICE_OPENS, OFFICE_CLOSES = time(8, 30), time(16)
"""Mail goes out on working days between these local times `[P]`; an escalation at midnight is read by nobody."""

ACUTE = frozenset(
    {
        "concern.acute_travel",
        "concern.hand_over",
        "concern.complete_record",
        "case.acute_task",
        "case.glass_broken",
        "case.glass_broken_police",
        "case.review_glass",
        "underretning.assess_underretning",
    }
)
"""Kinds of deadlines that run in hours or minutes for life and limb: told at once, at any hour (T05, T07)."""

AT_ONCE = Span(Unit.FIXED, 0)


def _send_at(delivery: Delivery) -> datetime:
    return delivery.send_at


SEND_LATER = DeadlineRule(
    kind="send_mail",
    due=hours(1),
    owner=Role.OPERATOR,
    reminders=(AT_ONCE,),
    starts=_send_at,
    paragraph="domain.md 2.7",
)
"""The reminder is the moment at which the office opens and the mail goes out; an hour later it is late."""

SEND_NOW = DeadlineRule(kind="send_mail", due=hours(1), owner=Role.OPERATOR, starts=_send_at, paragraph="domain.md 2.7")
"""May go out now; an hour later it is late, which is a matter for operations and not for the one to be told."""

SILENCE = DeadlineRule(kind="silence", due=working_days(1), owner=Role.OPERATOR, paragraph="domain.md 2.7")
"""Neither seen nor met for a working day `[P]`: somebody else is told."""

SILENCE_ACUTE = DeadlineRule(kind="silence", due=hours(1), owner=Role.OPERATOR, paragraph="domain.md 2.7")
"""Neither seen nor met for an hour of an acute deadline `[P]`."""


def is_acute(aggregate_kind: str, deadline_kind: str) -> bool:
    """Say whether this kind of deadline is told at any hour."""
    return f"{aggregate_kind}.{deadline_kind}" in ACUTE


def sending_time(now: datetime, *, acute: bool) -> datetime:
    """Return the first moment from `now` on at which a message may go out, in UTC."""
    here = calendar.local(now)
    if acute or (calendar.is_working_day(here.date()) and OFFICE_OPENS <= here.time() <= OFFICE_CLOSES):
        return now
    return calendar.next_working_time(now, OFFICE_OPENS.hour, OFFICE_OPENS.minute)
