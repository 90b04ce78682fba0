"""The two languages of the console. Danish is what is written in the code; English is looked up (`catalogs.py`).

    language.gettext("Åbn sagen")              "Open the case"
    language.ngettext("%(n)s sag", "%(n)s sager", 3)
    language.moment(at)                        "torsdag 12. november 2026 kl. 10.42", "Thursday 12 November 2026 10:42"
    language.relative(at, now)                 "om 1 t 18 min", "for 2 t siden", "i morgen", "om 4 dage"

`gettext` and `ngettext` are what Jinja2's i18n extension wants (`install_gettext_callables(..., newstyle=True)`): they put no
values in. Times go in with a zone and come out in Danish local time, on a 24-hour clock in both languages. `N_("...")` marks a
text that is looked up later. What has no English raises `Untranslated` where `strict()` was called, as tests do; elsewhere the
Danish is shown and counted, and the log says which by a digest, for a text that is not from the code may be a name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal, cast

import structlog
from babel.core import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from babel.units import format_unit
from dateutil.relativedelta import relativedelta
from prometheus_client import Counter

from shared.persistence.counting import MANY
from shared.reference.calendar import local
from shared.web.console.catalogs import Texts, english

Code = Literal["da", "en"]

_log = structlog.get_logger(__name__)
_MINUTE, _HOUR = 60, 3600
_EXACT = 6 * _HOUR
"""Up to here minutes are said; beyond, whole hours of the same day, then days."""
_IN_DAYS = 60
"""Up to here days are counted; beyond, months."""

_MOMENT = {"da": "EEEE d. MMMM y 'kl.' HH.mm", "en": "EEEE d MMMM y HH:mm"}
_SHORT = {"da": "EEE d. MMM 'kl.' HH.mm", "en": "EEE d MMM HH:mm"}
_SHORT_OTHER_YEAR = {"da": "EEE d. MMM y 'kl.' HH.mm", "en": "EEE d MMM y HH:mm"}
_DATE = {"da": "d. MMM", "en": "d MMM"}
_DATE_OTHER_YEAR = {"da": "d. MMM y", "en": "d MMM y"}
_NEAR = {"da": "EEEE d. MMM 'kl.' HH.mm", "en": "EEEE d MMM HH:mm"}
_DAY = {"da": "EEEE d. MMMM y", "en": "EEEE d MMMM y"}
_TIME = {"da": "HH.mm", "en": "HH:mm"}

untranslated = Counter(
    "console_untranslated_total", "Texts that had no English and were shown in Danish", registry=None
)
"""Of the whole process, for a text is looked up far from anything that knows the process; register it with `Metrics.registry`."""


class Untranslated(LookupError):
    """A Danish text has no English; only where `strict()` was called."""


def N_(text: str) -> str:  # noqa: N802 - the name that Babel's extractor knows
    """Mark a Danish text for translation, and return it as it is."""
    return text


class Language:
    """One language; `code` is what stands in the page's `lang`, `name` what the switch says, `locale` is Babel's."""

    def __init__(self, code: Code, name: str, locale: str) -> None:
        self.code: Code = code
        self.name = name
        self.locale = Locale.parse(locale)
        self._texts: Texts | None = None
        self._strict = False

    def load(self) -> None:
        """Read the catalogs, at start, so that no page waits for it; the first lookup does it otherwise."""
        self._texts = english() if self.code == "en" else {}

    def strict(self) -> None:
        """Raise from now on where a text has no translation."""
        self._strict = True

    @property
    def other(self) -> Language:
        """Return the language that the switch leads to."""
        return ENGLISH if self.code == "da" else DANISH

    def gettext(self, danish: str) -> str:
        """Return the text in this language; raises `Untranslated` where strict."""
        if self.code == "da" or not danish:
            return danish
        found = self._found(danish)
        return danish if found is None else found[0]

    def ngettext(self, one: str, many: str, n: int) -> str:
        """Return the text for one or for `n`, in this language; raises `Untranslated` where strict."""
        pair = (one, many)
        if self.code == "en":
            found = self._found(one)
            pair = (found[0], found[-1]) if found is not None else pair
        return pair[0] if n == 1 else pair[1]

    def moment(self, at: datetime) -> str:
        """Return `torsdag 12. november 2026 kl. 10.42` or `Thursday 12 November 2026 10:42`."""
        return format_datetime(local(at), _MOMENT[self.code], locale=self.locale)

    def short(self, at: datetime, now: datetime | None = None) -> str:
        """Return `tors. 12. nov. kl. 10.42` or `Thu 12 Nov 10:42`, for a dense list; with its year where that is not the year of `now`."""
        shape = _SHORT if _same_year(at, now) else _SHORT_OTHER_YEAR
        return format_datetime(local(at), shape[self.code], locale=self.locale)

    def on(self, at: datetime, now: datetime | None = None) -> str:
        """Return `12. nov.` or `12 Nov`, the day in Denmark of a moment; with its year where that is not the year of `now`."""
        shape = _DATE if _same_year(at, now) else _DATE_OTHER_YEAR
        return format_datetime(local(at), shape[self.code], locale=self.locale)

    def near(self, at: datetime) -> str:
        """Return `torsdag 12. nov. kl. 10.42` or `Thursday 12 Nov 10:42`: a moment of these weeks, within a sentence."""
        return format_datetime(local(at), _NEAR[self.code], locale=self.locale)

    def time(self, at: datetime) -> str:
        """Return `10.42` or `10:42`."""
        return format_datetime(local(at), _TIME[self.code], locale=self.locale)

    def day(self, day: date) -> str:
        """Return `torsdag 12. november 2026` or `Thursday 12 November 2026`; of a moment, its day in Denmark."""
        return format_date(_day(day), _DAY[self.code], locale=self.locale)

    def weekday(self, day: date) -> str:
        """Return `torsdag` or `Thursday`."""
        return format_date(_day(day), "EEEE", locale=self.locale)

    def tongue(self, code: str) -> str:
        """Return what a language of people is called, by its ISO 639 code: `arabisk`, `Arabic`; the code where none is known."""
        return str(self.locale.languages.get(code, code))

    def week(self, day: date) -> str:
        """Return `uge 46` or `week 46`: the ISO week of the day."""
        return self.gettext("uge %(week)s") % {"week": _day(day).isocalendar().week}

    def relative(self, at: datetime, now: datetime) -> str:
        """Return how far away a moment is, as people say it: hours and minutes up to six hours, then hours, then days by date."""
        here, there = local(now), local(at)
        ahead = at >= now
        seconds = abs((at - now).total_seconds())
        days = abs((there.date() - here.date()).days)
        if seconds < _MINUTE:
            return self.gettext("nu")
        if seconds < _EXACT:
            return self._directed(self.span(timedelta(seconds=seconds)), ahead=ahead)
        if days == 0:
            return self._directed(self._unit(round(seconds / _HOUR), "hour", "short"), ahead=ahead)
        if days == 1:
            return self.gettext("i morgen") if ahead else self.gettext("i går")
        if days < _IN_DAYS:
            return self._directed(self._unit(days, "day", "long"), ahead=ahead)
        first, last = sorted((here.date(), there.date()))
        gone = relativedelta(last, first)
        return self._directed(self._unit(gone.years * 12 + gone.months, "month", "long"), ahead=ahead)

    def span(self, length: timedelta) -> str:
        """Return how long something takes: `18 min`, `1 t 18 min`, `4 dage`; from a day on whole days, and never less than a minute."""
        if length >= timedelta(days=1):
            return self._unit(length.days, "day", "long")
        minutes = max(1, int(length.total_seconds()) // _MINUTE)
        hours, minutes = divmod(minutes, 60)
        parts = [(hours, "hour"), (minutes, "minute")]
        return " ".join(self._unit(n, unit, "short") for n, unit in parts if n)

    def number(self, value: float | Decimal) -> str:
        """Return `1.234,5` or `1,234.5`."""
        return format_decimal(value, locale=self.locale)

    def capped(self, n: int) -> str:
        """Return a count, or that there are more, of one that has stopped (`counting.at_most`)."""
        return self.number(n) if n <= MANY else self.gettext("mere end %(n)s") % {"n": self.number(MANY)}

    def _unit(self, n: int, unit: str, length: Literal["short", "long"]) -> str:
        said = format_unit(n, f"duration-{unit}", length, locale=self.locale)
        return said.replace(".", "") if length == "short" else said  # Danish abbreviates with a point: 1 t. 18 min.

    def _directed(self, span: str, *, ahead: bool) -> str:
        said = self.gettext("om %(span)s") if ahead else self.gettext("for %(span)s siden")
        return said % {"span": span}

    def _found(self, danish: str) -> tuple[str, ...] | None:
        if self._texts is None:
            self.load()
        found = cast("Mapping[str, tuple[str, ...]]", self._texts).get(danish)
        if found is None:
            if self._strict:
                raise Untranslated(f"no English for: {danish}")
            untranslated.inc()
            _log.warning("console.untranslated", digest=hashlib.sha256(danish.encode()).hexdigest()[:12])
        return found


def _same_year(at: datetime, now: datetime | None) -> bool:
    return now is None or local(at).year == local(now).year


def _day(day: date) -> date:
    return local(day).date() if isinstance(day, datetime) else day


def language_of(code: str | None) -> Language:
    """Return the language with this code; Danish for any other and for none."""
    return LANGUAGES.get(code or "", DANISH)


DANISH = Language("da", "Dansk", "da_DK")
ENGLISH = Language("en", "English", "en_GB")
LANGUAGES: dict[str, Language] = {language.code: language for language in (DANISH, ENGLISH)}
