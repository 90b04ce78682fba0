"""Dates, times and texts of the console in Danish and English."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from jinja2 import Environment, StrictUndefined
from structlog.testing import capture_logs

from shared.errors import Invalid
from shared.web.console import language as module
from shared.web.console.language import DANISH, ENGLISH, Language, Untranslated, language_of

AT = datetime(2026, 11, 12, 9, 42, tzinfo=UTC)


def test_a_moment_is_said_in_danish_local_time_on_a_24_hour_clock() -> None:
    assert DANISH.moment(AT) == "torsdag 12. november 2026 kl. 10.42"
    assert ENGLISH.moment(AT) == "Thursday 12 November 2026 10:42"
    summer_evening = datetime(2026, 7, 3, 19, 5, tzinfo=UTC)
    assert DANISH.moment(summer_evening) == "fredag 3. juli 2026 kl. 21.05"
    assert ENGLISH.time(summer_evening) == "21:05"


def test_a_dense_list_has_a_shorter_moment() -> None:
    assert DANISH.short(AT) == "tors. 12. nov. kl. 10.42"
    assert ENGLISH.short(AT) == "Thu 12 Nov 10:42"


def test_another_year_is_said() -> None:
    later = datetime(2028, 5, 23, 8, tzinfo=UTC)
    assert DANISH.short(AT, later) == "tors. 12. nov. 2026 kl. 10.42"
    assert ENGLISH.short(AT, later) == "Thu 12 Nov 2026 10:42"
    assert DANISH.on(AT, later) == "12. nov. 2026"
    assert DANISH.on(AT, AT) == "12. nov."
    assert ENGLISH.on(AT, AT) == "12 Nov"
    new_year = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert DANISH.on(new_year, later.replace(year=2027)) == "1. jan.", "the year is that of Denmark"


def test_a_moment_within_a_sentence_has_its_weekday_and_no_year() -> None:
    assert DANISH.near(datetime(2026, 7, 1, 12, tzinfo=UTC)) == "onsdag 1. jul. kl. 14.00"
    assert ENGLISH.near(datetime(2026, 12, 24, 12, tzinfo=UTC)) == "Thursday 24 Dec 13:00"


def test_a_language_of_people_is_named_in_the_language_of_the_page() -> None:
    assert DANISH.tongue("ar") == "arabisk"
    assert ENGLISH.tongue("so") == "Somali"
    assert ENGLISH.tongue("xx") == "xx"


def test_a_day_of_a_moment_is_its_day_in_denmark() -> None:
    late = datetime(2026, 11, 12, 23, 30, tzinfo=UTC)
    assert DANISH.day(late) == DANISH.day(date(2026, 11, 13)) == "fredag 13. november 2026"
    assert ENGLISH.day(date(2026, 11, 13)) == "Friday 13 November 2026"


def test_weeks_are_iso_weeks() -> None:
    assert DANISH.week(date(2026, 11, 12)) == "uge 46"
    assert ENGLISH.week(date(2027, 1, 3)) == "week 53"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(Invalid):
        DANISH.moment(datetime(2026, 11, 12, 9, 42))


@pytest.mark.parametrize(
    ("away", "danish", "english"),
    [
        (timedelta(seconds=40), "nu", "now"),
        (timedelta(minutes=18), "om 18 min", "in 18 mins"),
        (timedelta(hours=1, minutes=18), "om 1 t 18 min", "in 1 hr 18 mins"),
        (-timedelta(hours=2), "for 2 t siden", "2 hrs ago"),
        (timedelta(hours=9), "om 9 t", "in 9 hrs"),
        (timedelta(hours=20), "i morgen", "tomorrow"),
        (-timedelta(hours=20), "i går", "yesterday"),
        (timedelta(days=4), "om 4 dage", "in 4 days"),
        (-timedelta(days=6), "for 6 dage siden", "6 days ago"),
        (timedelta(days=200), "om 6 måneder", "in 6 months"),
    ],
)
def test_a_distance_is_said_as_people_say_it(away: timedelta, danish: str, english: str) -> None:
    assert DANISH.relative(AT + away, AT) == danish
    assert ENGLISH.relative(AT + away, AT) == english


def test_tomorrow_is_counted_by_the_danish_date() -> None:
    before_midnight = datetime(2026, 11, 12, 22, 50, tzinfo=UTC)
    assert DANISH.relative(before_midnight + timedelta(minutes=40), before_midnight) == "om 40 min"
    assert DANISH.relative(before_midnight + timedelta(hours=7), before_midnight) == "i morgen"
    assert DANISH.relative(before_midnight + timedelta(hours=26), before_midnight) == "om 2 dage"


def test_numbers_have_the_marks_of_the_language() -> None:
    assert DANISH.number(12345.5) == "12.345,5"
    assert ENGLISH.number(12345) == "12,345"


def test_danish_is_the_source_and_the_default() -> None:
    assert DANISH.gettext("det, der ikke findes i nogen katalog") == "det, der ikke findes i nogen katalog"
    assert language_of("en") is ENGLISH
    assert language_of("da") is language_of("fr") is language_of(None) is DANISH
    assert DANISH.other is ENGLISH
    assert ENGLISH.other is DANISH


def test_a_pair_is_chosen_by_number() -> None:
    assert DANISH.ngettext("en sag", "%(n)s sager", 1) == "en sag"
    assert DANISH.ngettext("en sag", "%(n)s sager", 0) == "%(n)s sager"


def test_a_text_without_english_raises_where_strict() -> None:
    strict = Language("en", "English", "en_GB")
    strict.strict()
    with pytest.raises(Untranslated):
        strict.gettext("det, der ikke findes i nogen katalog")


def test_a_text_without_english_is_shown_in_danish_and_counted_without_being_logged() -> None:
    lenient = Language("en", "English", "en_GB")
    before = module.untranslated.collect()
    with capture_logs() as logged:
        assert lenient.gettext("Vibeke Fiktiv") == "Vibeke Fiktiv"
    assert _count(module.untranslated.collect()) == _count(before) + 1
    assert "Vibeke" not in str(logged)


def test_templates_are_translated_with_values_put_in_afterwards() -> None:
    env = Environment(autoescape=True, undefined=StrictUndefined, extensions=["jinja2.ext.i18n"])
    env.install_gettext_callables(ENGLISH.gettext, ENGLISH.ngettext, newstyle=True)
    page = env.from_string("{{ gettext('uge %(week)s', week=week) }}{% trans week %}uge {{ week }}{% endtrans %}")
    assert page.render(week="<b>46</b>") == "week &lt;b&gt;46&lt;/b&gt;" * 2


def _count(metrics: list[object]) -> float:
    return sum(sample.value for metric in metrics for sample in metric.samples if sample.name.endswith("_total"))
