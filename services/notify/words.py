"""Times, spans and references in plain Danish and English. Local times are Danish."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from shared.contracts.lifecycle import DeadlineReason
from shared.reference.calendar import local

DAYS_DA = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")
DAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS_DA = ("jan.", "feb.", "marts", "april", "maj", "juni", "juli", "aug.", "sep.", "okt.", "nov.", "dec.")
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

UNITS_DA = {
    "MINUTES": ("minut", "minutter"),
    "HOURS": ("time", "timer"),
    "DAYS": ("dag", "dage"),
    "WORKING_DAYS": ("arbejdsdag", "arbejdsdage"),
    "MONTHS": ("måned", "måneder"),
}
UNITS_EN = {
    "MINUTES": ("minute", "minutes"),
    "HOURS": ("hour", "hours"),
    "DAYS": ("day", "days"),
    "WORKING_DAYS": ("working day", "working days"),
    "MONTHS": ("month", "months"),
}
HOLIDAYS = {
    "NEW_YEARS_DAY": ("nytårsdag", "New Year's Day"),
    "MAUNDY_THURSDAY": ("skærtorsdag", "Maundy Thursday"),
    "GOOD_FRIDAY": ("langfredag", "Good Friday"),
    "EASTER_SUNDAY": ("påskedag", "Easter Sunday"),
    "EASTER_MONDAY": ("2. påskedag", "Easter Monday"),
    "STORE_BEDEDAG": ("store bededag", "Great Prayer Day"),
    "ASCENSION_DAY": ("Kristi himmelfartsdag", "Ascension Day"),
    "PENTECOST": ("pinsedag", "Whit Sunday"),
    "PENTECOST_MONDAY": ("2. pinsedag", "Whit Monday"),
    "CHRISTMAS_DAY": ("juledag", "Christmas Day"),
    "SECOND_CHRISTMAS_DAY": ("2. juledag", "26 December"),
}
MOST_NAMED = 4
"""Days that do not count are named up to this number, and counted beyond it."""


def reference(deadline: UUID) -> str:
    """Return the short reference of a task, to be spoken on the phone; the random id's first eight digits."""
    digits = deadline.hex[:8].upper()
    return f"{digits[:4]}-{digits[4:]}"


def moment_da(at: datetime) -> str:
    """Return `fredag 20. nov. kl. 14.00`."""
    here = local(at)
    return f"{DAYS_DA[here.weekday()]} {here.day}. {MONTHS_DA[here.month - 1]} kl. {here:%H.%M}"


def moment_en(at: datetime) -> str:
    """Return `Friday 20 Nov 14:00`."""
    here = local(at)
    return f"{DAYS_EN[here.weekday()]} {here.day} {MONTHS_EN[here.month - 1]} {here:%H:%M}"


def why_da(reason: DeadlineReason) -> str:
    """Return why a deadline is due when it is, as a Danish sentence."""
    if reason.unit not in UNITS_DA or reason.amount == 0:
        return f"Fristen er aftalt til {moment_da(reason.counted_from)}."
    one, many = UNITS_DA[reason.unit]
    span = f"{reason.amount} {one if reason.amount == 1 else many} fra {moment_da(reason.counted_from)}"
    if reason.unit in ("HOURS", "MINUTES"):
        return f"{span}; tiden løber også om natten og i weekenden."
    names = _skipped(reason.skipped, 0)
    if not names:
        return f"{span}."
    if len(names) > MOST_NAMED:
        return f"{span}; {len(names)} dage med weekend og helligdage tæller ikke med."
    return f"{span}; {_and(names, 'og')} tæller ikke med."


def why_en(reason: DeadlineReason) -> str:
    """Return why a deadline is due when it is, as an English sentence."""
    if reason.unit not in UNITS_EN or reason.amount == 0:
        return f"The time was agreed: {moment_en(reason.counted_from)}."
    one, many = UNITS_EN[reason.unit]
    span = f"{reason.amount} {one if reason.amount == 1 else many} from {moment_en(reason.counted_from)}"
    if reason.unit in ("HOURS", "MINUTES"):
        return f"{span}; nights and weekends count."
    names = _skipped(reason.skipped, 1)
    if not names:
        return f"{span}."
    if len(names) > MOST_NAMED:
        return f"{span}; {len(names)} days of weekends and holidays do not count."
    return f"{span}; {_and(names, 'and')} {'does' if len(names) == 1 else 'do'} not count."


def _skipped(days: tuple[str, ...], language: int) -> list[str]:
    """Read `2026-11-21 WEEKEND` as a day's name, a holiday by its own."""
    names = []
    for entry in days:
        day, _, key = entry.partition(" ")
        weekday = (DAYS_DA, DAYS_EN)[language][date.fromisoformat(day).weekday()]
        names.append(HOLIDAYS[key][language] if key in HOLIDAYS else weekday)
    return names


def _and(names: list[str], word: str) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"
