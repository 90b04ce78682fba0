"""Working days, spans and opening hours (`domain.md` 2.7, 3.1)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Invalid
from shared.reference import calendar, opening_hours, paragraphs
from shared.reference.calendar import COPENHAGEN, DayKey

MOMENTS = st.datetimes(datetime(2016, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


def at(text: str) -> datetime:
    """Return a Danish local time such as `2026-11-20 10:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=COPENHAGEN)


def due(text: str, days: int) -> str:
    return f"{calendar.local(calendar.add_working_days(at(text), days)):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-11-20 10:00", 1, "2026-11-23 10:00"),  # Friday to Monday, same time
        ("2026-11-23 08:00", 2, "2026-11-25 08:00"),
        ("2026-11-23 16:00", 1, "2026-11-24 16:00"),
        ("2026-11-23 06:30", 1, "2026-11-24 08:00"),  # early: as if at opening
        ("2026-11-20 20:00", 1, "2026-11-23 16:00"),  # late on Friday: Monday is the first day
        ("2026-11-21 11:00", 1, "2026-11-23 16:00"),  # Saturday: Monday is the first day
        ("2026-11-20 20:00", 6, "2026-11-30 16:00"),
    ],
)
def test_working_days_end_at_the_same_time_or_at_closing(start: str, days: int, end: str) -> None:
    assert due(start, days) == end


def test_christmas_is_skipped_but_24_and_31_december_count() -> None:
    # 2026: 24 and 31 December are Thursdays, the 25th and 1 January are Fridays.
    assert due("2026-12-23 10:00", 1) == "2026-12-24 10:00"
    assert due("2026-12-24 10:00", 1) == "2026-12-28 10:00"
    assert due("2026-12-30 10:00", 2) == "2027-01-04 10:00"


def test_easter_is_skipped() -> None:
    assert due("2027-03-24 10:00", 1) == "2027-03-30 10:00"


def test_constitution_day_counts() -> None:
    assert due("2026-06-04 10:00", 1) == "2026-06-05 10:00"


def test_store_bededag_is_a_holiday_until_2023_only() -> None:
    assert not calendar.is_working_day(date(2023, 5, 5))
    assert calendar.holiday_key(date(2023, 5, 5)) is DayKey.STORE_BEDEDAG
    assert calendar.is_working_day(date(2024, 4, 26))
    assert calendar.is_working_day(date(2027, 4, 23))


@pytest.mark.parametrize("start", ["2027-03-25 10:00", "2026-10-23 10:00"])
def test_the_time_of_day_survives_a_change_of_summer_time(start: str) -> None:
    end = calendar.add_working_days(at(start), 3)
    assert calendar.local(end).hour in (10, 16)
    assert calendar.local(calendar.add_days(at("2026-10-24 10:00"), 1)).hour == 10
    assert calendar.local(calendar.add_months(at("2026-09-30 10:00"), 6)).hour == 10


def test_running_hours_ignore_the_change_of_summer_time() -> None:
    start = at("2026-10-24 10:00")
    assert calendar.add_hours(start, 24) - start.astimezone(UTC) == timedelta(hours=24)
    assert calendar.local(calendar.add_hours(start, 24)).hour == 9
    assert calendar.add_hours(start, minutes=15) - start.astimezone(UTC) == timedelta(minutes=15)


def test_months_keep_the_day_or_take_the_last_one() -> None:
    assert calendar.local(calendar.add_months(at("2026-08-31 09:00"), 6)).date() == date(2027, 2, 28)
    assert calendar.local(calendar.add_months(at("2026-11-20 09:00"), 12)).date() == date(2027, 11, 20)
    assert calendar.local(calendar.add_months(at("2026-11-20 09:00"), 13)).date() == date(2027, 12, 20)


def test_times_come_out_in_utc() -> None:
    for one in (
        calendar.add_working_days(at("2026-11-20 10:00"), 1),
        calendar.add_days(at("2026-11-20 10:00"), 1),
        calendar.add_months(at("2026-11-20 10:00"), 1),
        calendar.add_hours(at("2026-11-20 10:00"), 1),
        calendar.next_working_time(at("2026-11-20 10:00"), 8),
    ):
        assert one.tzinfo is UTC


def test_the_next_working_time_is_today_if_it_is_still_to_come() -> None:
    assert calendar.next_working_time(at("2026-11-20 07:00"), 8) == at("2026-11-20 08:00")
    assert calendar.next_working_time(at("2026-11-20 08:00"), 8) == at("2026-11-20 08:00")
    assert calendar.next_working_time(at("2026-11-20 08:01"), 8) == at("2026-11-23 08:00")
    assert calendar.next_working_time(at("2026-12-24 12:00"), 8, 30) == at("2026-12-28 08:30")


def test_the_explanation_names_what_did_not_count() -> None:
    reason = calendar.explain(at("2026-12-23 10:00"), 3)
    assert calendar.local(reason.due_at).date() == date(2026, 12, 29)
    assert reason.holidays == (DayKey.CHRISTMAS_DAY,)
    assert reason.skipped_days == 3
    assert reason.counted_anyway == ((date(2026, 12, 24), DayKey.CHRISTMAS_EVE),)
    assert reason.rule == "WORKING_DAYS"
    assert calendar.skipped(at("2026-12-23 10:00"), reason.due_at) == (
        "2026-12-25 CHRISTMAS_DAY",
        "2026-12-26 WEEKEND",
        "2026-12-27 WEEKEND",
    )


def test_the_explanation_says_from_when_it_was_counted() -> None:
    reason = calendar.explain(at("2026-11-21 11:00"), 1)
    assert calendar.local(reason.counted_from) == at("2026-11-20 16:00")


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        calendar.add_working_days(datetime(2026, 11, 20, 10), 1)
    assert refused.value.code == "reference.naive_time"


@pytest.mark.parametrize("days", [0, -1])
def test_less_than_one_working_day_is_refused(days: int) -> None:
    with pytest.raises(Invalid) as refused:
        calendar.add_working_days(at("2026-11-20 10:00"), days)
    assert refused.value.code == "reference.working_days"


@given(moment=MOMENTS, days=st.integers(1, 30))
def test_a_span_ends_on_its_last_working_day_within_office_hours(moment: datetime, days: int) -> None:
    end = calendar.local(calendar.add_working_days(moment, days))
    assert calendar.is_working_day(end.date())
    assert calendar.OPENS <= end.time() <= calendar.CLOSES
    start = calendar.local(moment).date()
    between = (start + timedelta(days=n) for n in range(1, (end.date() - start).days + 1))
    assert sum(calendar.is_working_day(day) for day in between) == days


@given(moment=MOMENTS, later=st.integers(0, 10_000), days=st.integers(1, 20))
def test_who_starts_later_is_never_due_earlier(moment: datetime, later: int, days: int) -> None:
    after = moment + timedelta(minutes=later)
    assert calendar.add_working_days(moment, days) <= calendar.add_working_days(after, days)


@given(day=st.dates(date(2007, 1, 1), date(2090, 1, 1)))
def test_every_holiday_of_the_library_has_a_key(day: date) -> None:
    calendar.not_working(day)
    calendar.holiday_key(day)


def test_all_holidays_of_a_century_are_known() -> None:
    found = {calendar.holiday_key(date(2000, 1, 1) + timedelta(days=n)) for n in range(36_600)}
    assert found - {None} == set(calendar._KEYS.values())


def test_the_hotline_closes_at_21_and_later_at_22() -> None:
    assert not opening_hours.hotline_open(at("2016-03-01 21:30"))
    assert opening_hours.hotline_open(at("2016-08-01 21:30"))
    assert opening_hours.hotline_open(at("2026-12-25 08:00"))
    assert not opening_hours.hotline_open(at("2026-11-20 22:00"))
    assert not opening_hours.hotline_open(at("2026-11-20 07:59"))


def test_the_hotline_opens_next_morning() -> None:
    assert opening_hours.hotline_opens_next(at("2026-11-20 23:00")) == at("2026-11-21 08:00")
    assert opening_hours.hotline_opens_next(at("2026-11-20 03:00")) == at("2026-11-20 08:00")
    assert opening_hours.hotline_opens_next(at("2026-11-20 12:00")) == at("2026-11-20 12:00")


def test_opening_hours_do_not_overlap_and_none_hold_before_2016() -> None:
    days = [row.valid_from for row in opening_hours.HOTLINE]
    assert days == sorted(set(days))
    with pytest.raises(Invalid):
        opening_hours.hotline_hours(date(2015, 12, 31))


def test_only_what_a_source_says_is_marked_sourced() -> None:
    assert {code for code, entry in paragraphs.PARAGRAPHS.items() if entry.sourced} == {
        "2.3 row 16",
        "2.3 row 17",
        "4.6 R21",
    }
    assert paragraphs.paragraph("2.3 row 16").sources == ("W27",)
    assert len(paragraphs.PARAGRAPHS) == len(paragraphs._ENTRIES)
    with pytest.raises(Invalid):
        paragraphs.paragraph("2.3 row 999")
