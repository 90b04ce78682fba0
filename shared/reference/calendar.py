"""Working days and spans of time in Europe/Copenhagen (`domain.md` 2.7).

Times go in with a zone and come out in UTC. A day counts as working day unless it is Saturday, Sunday or a public holiday by
law; 5 June, 24 and 31 December count (`data/README.md` says why).

`add_working_days(at, n)`: the day of the start does not count. Started within office hours of a working day (08:00 to 16:00), the
span ends at the same local time on the n-th working day after. Started earlier that day, it ends at 08:00 of that day. Started
after hours or on a day that does not count, the next working day is the first one and the span ends at 16:00 of the n-th: in working
time that is the same as 08:00 of the day after, and it is never later than the law's own counting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from importlib.metadata import version
from zoneinfo import ZoneInfo

import holidays
from dateutil.relativedelta import relativedelta

from shared.errors import Invalid

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
OPENS, CLOSES = time(8), time(16)
"""Office hours within which a span keeps its time of day `[P]`."""

CALENDAR_VERSION = f"DK/{version('holidays')}"


class DayKey(StrEnum):
    """Why a day does not count, or, for the last three, that it counted although many offices are closed."""

    WEEKEND = "WEEKEND"
    NEW_YEARS_DAY = "NEW_YEARS_DAY"
    MAUNDY_THURSDAY = "MAUNDY_THURSDAY"
    GOOD_FRIDAY = "GOOD_FRIDAY"
    EASTER_SUNDAY = "EASTER_SUNDAY"
    EASTER_MONDAY = "EASTER_MONDAY"
    STORE_BEDEDAG = "STORE_BEDEDAG"
    ASCENSION_DAY = "ASCENSION_DAY"
    PENTECOST = "PENTECOST"
    PENTECOST_MONDAY = "PENTECOST_MONDAY"
    CHRISTMAS_DAY = "CHRISTMAS_DAY"
    SECOND_CHRISTMAS_DAY = "SECOND_CHRISTMAS_DAY"
    CONSTITUTION_DAY = "CONSTITUTION_DAY"
    CHRISTMAS_EVE = "CHRISTMAS_EVE"
    NEW_YEARS_EVE = "NEW_YEARS_EVE"


_KEYS = {
    "Nytårsdag": DayKey.NEW_YEARS_DAY,
    "Skærtorsdag": DayKey.MAUNDY_THURSDAY,
    "Langfredag": DayKey.GOOD_FRIDAY,
    "Påskedag": DayKey.EASTER_SUNDAY,
    "Anden påskedag": DayKey.EASTER_MONDAY,
    "Store bededag": DayKey.STORE_BEDEDAG,
    "Kristi himmelfartsdag": DayKey.ASCENSION_DAY,
    "Pinsedag": DayKey.PENTECOST,
    "Anden pinsedag": DayKey.PENTECOST_MONDAY,
    "Juledag": DayKey.CHRISTMAS_DAY,
    "Anden juledag": DayKey.SECOND_CHRISTMAS_DAY,
}
_CLOSING_DAYS = {(6, 5): DayKey.CONSTITUTION_DAY, (12, 24): DayKey.CHRISTMAS_EVE, (12, 31): DayKey.NEW_YEARS_EVE}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a span of working days ends when it ends; closed codes and dates only, fit for a fact.

    `counted_from` is the start moved into office hours. `not_counted` are days from the start to the end that did not count,
    `counted_anyway` those that did although many offices are closed.
    """

    started_at: datetime
    counted_from: datetime
    working_days: int
    due_at: datetime
    not_counted: tuple[tuple[date, DayKey], ...]
    counted_anyway: tuple[tuple[date, DayKey], ...]
    rule: str = "WORKING_DAYS"
    calendar: str = CALENDAR_VERSION

    @property
    def skipped_days(self) -> int:
        """Return how many days did not count."""
        return len(self.not_counted)

    @property
    def holidays(self) -> tuple[DayKey, ...]:
        """Return the holidays that made the span longer, in order."""
        return tuple(key for _, key in self.not_counted if key is not DayKey.WEEKEND)


def local(at: datetime) -> datetime:
    """Return the moment as Danish local time; raises `Invalid` for a time without zone."""
    if at.tzinfo is None:
        raise Invalid(
            "reference.naive_time",
            "a time without a zone cannot be placed on the clock",
            field="at",
            rule="domain.md 3 conventions: times are UTC",
            remedy="give the time with its offset, such as 2026-11-23T09:00:00Z",
        )
    return at.astimezone(COPENHAGEN)


def moment_of(day: date, clock: time) -> datetime:
    """Return the moment of a Danish local time, in its zone; of the hour that there is twice when the clocks go back, the first.

    Raises `Invalid` (`reference.skipped_time`) for the hour that there is not when they go forward.
    """
    found = datetime.combine(day, clock.replace(fold=0), COPENHAGEN)
    before, after = found.utcoffset(), found.replace(fold=1).utcoffset()
    if before is not None and after is not None and before < after:
        raise Invalid(
            "reference.skipped_time",
            "the clocks went forward that night, and this time of day was left out",
            field="at",
            rule="domain.md 3 conventions: Europe/Copenhagen",
            remedy="give a time before or after that hour",
        )
    return found


def holiday_key(day: date) -> DayKey | None:
    """Return the public holiday on this day, also where it falls on a weekend, or None."""
    name = _holidays().get(day)
    return None if name is None else _KEYS[name]


@lru_cache(4096)
def not_working(day: date) -> DayKey | None:
    """Return why the day does not count as working day, or None if it does. A holiday on a weekend is a weekend."""
    return DayKey.WEEKEND if day.weekday() >= 5 else holiday_key(day)


def is_working_day(day: date) -> bool:
    """Say whether the day counts as working day."""
    return not_working(day) is None


def add_working_days(at: datetime, days: int) -> datetime:
    """Return when `days` working days (at least 1) after `at` are over, in UTC; the rule is at the top of the module.

    Raises `Invalid` for a time without zone or fewer than one day.
    """
    if days < 1:
        raise Invalid(
            "reference.working_days",
            "a span has at least one working day",
            field="days",
            rule="domain.md 2.7",
            remedy="give 1 or more; use hours for something shorter",
        )
    start = _counted_from(local(at))
    return _utc(_nth_working_day(start.date(), days), start.time())


def explain(at: datetime, days: int) -> Explanation:
    """Return the reason for `add_working_days(at, days)`; raises the same."""
    due_at = add_working_days(at, days)
    start = _counted_from(local(at))
    passed = _days_between(at, due_at)
    return Explanation(
        started_at=at.astimezone(UTC),
        counted_from=start.astimezone(UTC),
        working_days=days,
        due_at=due_at,
        not_counted=tuple((day, key) for day in passed if (key := not_working(day))),
        counted_anyway=tuple((day, key) for day in passed if (key := _closing_key(day))),
    )


def skipped(start: datetime, due_at: datetime) -> tuple[str, ...]:
    """Return the days from `start` to `due_at` that did not count, each as `2026-12-25 CHRISTMAS_DAY`, in order."""
    return tuple(f"{day} {key}" for day in _days_between(start, due_at) if (key := not_working(day)))


def next_working_time(at: datetime, hour: int, minute: int = 0) -> datetime:
    """Return the first moment from `at` on (inclusive) that is this local time of day on a working day, in UTC."""
    here = local(at)
    wanted = time(hour, minute)
    if is_working_day(here.date()) and here.time() <= wanted:
        return _utc(here.date(), wanted)
    return _utc(_nth_working_day(here.date(), 1), wanted)


def add_hours(at: datetime, hours: int = 0, *, minutes: int = 0) -> datetime:
    """Return `at` plus running time, nights, weekends and holidays included, in UTC."""
    return local(at).astimezone(UTC) + timedelta(hours=hours, minutes=minutes)


def add_days(at: datetime, days: int) -> datetime:
    """Return the same local time `days` calendar days later, in UTC."""
    return _shift(at, relativedelta(days=days))


def add_months(at: datetime, months: int) -> datetime:
    """Return the same local time `months` calendar months later, in UTC; the 31st becomes the last day of a shorter month."""
    return _shift(at, relativedelta(months=months))


def _shift(at: datetime, span: relativedelta) -> datetime:
    # Wall-clock arithmetic: the zone is put back after the shift, so that 09:00 stays 09:00 over a change of summer time.
    later = local(at).replace(tzinfo=None) + span
    return later.replace(tzinfo=COPENHAGEN).astimezone(UTC)


@lru_cache(4096)
def _nth_working_day(day: date, number: int) -> date:
    """Return the `number`th working day after the day, before it where negative; a table of law asked of a few days again and again."""
    return _holidays().get_nth_working_day(day, number)


def _counted_from(here: datetime) -> datetime:
    """Move a local time into office hours: back to the last closing time, or forward to the opening of the same day."""
    if not is_working_day(here.date()):
        return datetime.combine(_nth_working_day(here.date(), -1), CLOSES, COPENHAGEN)
    if here.time() < OPENS:
        return datetime.combine(here.date(), OPENS, COPENHAGEN)
    if here.time() > CLOSES:
        return datetime.combine(here.date(), CLOSES, COPENHAGEN)
    return here


def _days_between(start: datetime, end: datetime) -> list[date]:
    first, last = local(start).date(), local(end).date()
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _closing_key(day: date) -> DayKey | None:
    return _CLOSING_DAYS.get((day.month, day.day)) if is_working_day(day) else None


def _utc(day: date, at: time) -> datetime:
    return datetime.combine(day, at, COPENHAGEN).astimezone(UTC)


@cache
def _holidays() -> holidays.HolidayBase:
    """Return the calendar by law; years are added by the library as they are asked for."""
    return holidays.country_holidays("DK", language="da")
