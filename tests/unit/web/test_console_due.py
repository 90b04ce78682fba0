"""Why a deadline is due when it is, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shared.contracts.lifecycle import DeadlineReason
from shared.web.console.due import why
from shared.web.console.language import DANISH, ENGLISH

FRIDAY = datetime(2026, 11, 20, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reason", "danish", "english"),
    [
        (
            DeadlineReason(
                unit="WORKING_DAYS", amount=2, counted_from=FRIDAY, skipped=("2026-11-21 WEEKEND", "2026-11-22 WEEKEND")
            ),
            "2 arbejdsdage fra fredag 20. nov. kl. 14.00; lørdag og søndag tæller ikke med.",
            "2 working days from Friday 20 Nov 14:00; Saturday and Sunday do not count.",
        ),
        (
            DeadlineReason(unit="HOURS", amount=24, counted_from=FRIDAY),
            "24 timer fra fredag 20. nov. kl. 14.00; tiden løber også om natten og i weekenden.",
            "24 hours from Friday 20 Nov 14:00; nights and weekends count.",
        ),
        (
            DeadlineReason(unit="WORKING_DAYS", amount=1, counted_from=FRIDAY, skipped=("2026-12-25 CHRISTMAS_DAY",)),
            "1 arbejdsdag fra fredag 20. nov. kl. 14.00; juledag tæller ikke med.",
            "1 working day from Friday 20 Nov 14:00; Christmas Day does not count.",
        ),
        (
            DeadlineReason(
                unit="WORKING_DAYS",
                amount=10,
                counted_from=FRIDAY,
                skipped=tuple(f"2026-{day} WEEKEND" for day in ("11-21", "11-22", "11-28", "11-29", "12-05")),
            ),
            "10 arbejdsdage fra fredag 20. nov. kl. 14.00; 5 dage med weekend og helligdage tæller ikke med.",
            "10 working days from Friday 20 Nov 14:00; 5 days of weekends and holidays do not count.",
        ),
        (
            DeadlineReason(unit="FIXED", amount=0, counted_from=FRIDAY),
            "Fristen er aftalt til fredag 20. nov. kl. 14.00.",
            "The time was agreed: Friday 20 Nov 14:00.",
        ),
        (
            DeadlineReason(unit="MONTHS", amount=6, counted_from=FRIDAY),
            "6 måneder fra fredag 20. nov. kl. 14.00.",
            "6 months from Friday 20 Nov 14:00.",
        ),
    ],
)
def test_a_deadline_says_why_it_is_due_then(reason: DeadlineReason, danish: str, english: str) -> None:
    assert why(reason, DANISH) == danish
    assert why(reason, ENGLISH) == english
