"""When the National Hotline is open, by date (`domain.md` 2.4, 3.1 OpeningHours)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from shared.errors import Invalid
from shared.reference.calendar import COPENHAGEN, local


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Local opening hours on every day of the week, holidays included, from `valid_from` until the next row."""

    channel: str
    opens: time
    closes: time
    valid_from: date
    source: str


HOTLINE = (
    OpeningHours("HOTLINE", time(8), time(21), date(2016, 1, 1), "[S1]; the day is [P]"),
    OpeningHours("HOTLINE", time(8), time(22), date(2016, 8, 1), "[W7]; the day is [P]"),
)
"""In order of `valid_from`, so that rows cannot overlap.

The days are proposals `[P]`: a source of 2016 says 21, pages from August 2016 on say 22.
"""


def hotline_hours(day: date) -> OpeningHours:
    """Return the hours that hold on `day`; raises `Invalid` before the hotline existed."""
    rows = [row for row in HOTLINE if row.valid_from <= day]
    if not rows:
        raise Invalid(
            "reference.no_opening_hours",
            "the hotline has no opening hours on this day",
            field="date",
            rule="domain.md 3.1 OpeningHours",
            remedy="use a day from 2016-01-01 on",
        )
    return rows[-1]


def hotline_open(at: datetime) -> bool:
    """Say whether the hotline is open; at the closing minute it is closed."""
    here = local(at)
    hours = hotline_hours(here.date())
    return hours.opens <= here.time() < hours.closes


def hotline_opens_next(at: datetime) -> datetime:
    """Return the next opening at or after `at`, in UTC; `at` itself if it is open."""
    if hotline_open(at):
        return at.astimezone(UTC)
    here = local(at)
    hours = hotline_hours(here.date())
    day = here.date() if here.time() < hours.opens else here.date() + timedelta(days=1)
    return datetime.combine(day, hotline_hours(day).opens, COPENHAGEN).astimezone(UTC)
