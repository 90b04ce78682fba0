"""Clocks of an underretning. Both are law, not our proposal (`domain.md` 2.7)."""

from __future__ import annotations

from shared.lifecycle.actor import Role
from shared.lifecycle.deadlines import DeadlineRule, hours, working_days

ASSESS = DeadlineRule(
    kind="assess_underretning",
    due=hours(24),
    owner=Role.CHILD_UNIT,
    reminders=(hours(6),),
    escalations=(hours(12),),
    starts=lambda underretning: underretning.received_at,
    paragraph="domain.md 2.3 row 16",
    sourced=True,
)
"""24 hours, running, weekends included [W27]; the leader on duty hears it at 12 h and at 24 h (T05)."""

SEND_RECEIPT = DeadlineRule(
    kind="send_receipt",
    due=working_days(6),
    owner=Role.CHILD_UNIT,
    reminders=(working_days(4),),
    starts=lambda underretning: underretning.received_at,
    paragraph="domain.md 2.3 row 17",
    lasts=True,
    sourced=True,
)
"""Six working days, whatever stage the underretning is in by then [W28]."""
