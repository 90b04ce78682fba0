"""Why a deadline is due when it is, in one sentence: `2 arbejdsdage fra fredag 20. nov. kl. 14.00; lørdag tæller ikke med.`"""

from __future__ import annotations

from datetime import date

from babel.lists import format_list

from shared.contracts.lifecycle import DeadlineReason
from shared.lifecycle.deadlines import Unit
from shared.reference.calendar import DayKey
from shared.web.console.language import Language
from shared.web.console.words.codes import CODES

MOST_NAMED = 4
"""Days that do not count are named up to this number, and counted beyond it."""


def why(reason: DeadlineReason, language: Language) -> str:
    """Return the sentence: from which moment, how long, and which days did not count. Local times are Danish."""
    moment = language.near(reason.counted_from)
    if reason.amount == 0 or (span := _span(reason, language)) is None:
        return language.gettext("Fristen er aftalt til %(moment)s.") % {"moment": moment}
    begun = {"span": span, "moment": moment}
    if reason.unit in (Unit.HOURS, Unit.MINUTES):
        return language.gettext("%(span)s fra %(moment)s; tiden løber også om natten og i weekenden.") % begun
    names = [_name(day, language) for day in reason.skipped]
    if not names:
        return language.gettext("%(span)s fra %(moment)s.") % begun
    if len(names) > MOST_NAMED:
        said = language.gettext("%(span)s fra %(moment)s; %(n)s dage med weekend og helligdage tæller ikke med.")
        return said % {**begun, "n": len(names)}
    said = language.ngettext(
        "%(span)s fra %(moment)s; %(days)s tæller ikke med.",
        "%(span)s fra %(moment)s; %(days)s tæller ikke med.",
        len(names),
    )
    return said % {**begun, "days": format_list(names, locale=language.locale)}


def _span(reason: DeadlineReason, language: Language) -> str | None:
    """Return `2 arbejdsdage`; None for a unit that is no span."""
    n = reason.amount
    spans = {
        "MINUTES": language.ngettext("%(n)s minut", "%(n)s minutter", n),
        "HOURS": language.ngettext("%(n)s time", "%(n)s timer", n),
        "DAYS": language.ngettext("%(n)s dag", "%(n)s dage", n),
        "WORKING_DAYS": language.ngettext("%(n)s arbejdsdag", "%(n)s arbejdsdage", n),
        "MONTHS": language.ngettext("%(n)s måned", "%(n)s måneder", n),
    }
    found = spans.get(reason.unit)
    return None if found is None else found % {"n": n}


def _name(entry: str, language: Language) -> str:
    """Read `2026-11-21 WEEKEND` as the name of the day, a holiday by its own."""
    day, _, key = entry.partition(" ")
    holiday = CODES["DayKey"].get(key)
    if holiday is None or key == DayKey.WEEKEND:
        return language.weekday(date.fromisoformat(day))
    return language.gettext(holiday)
