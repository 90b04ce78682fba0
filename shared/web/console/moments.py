"""A moment as a form asks it: a day, and a time on a 24-hour clock whatever clock the browser has. Danish time.

    held_at         the day, `2026-11-22`
    held_at.time    the time: `9:30`, `9.30` or `0930`

A form that asks for a day alone sends no `.time`: then the moment is the beginning of the day. Both are shown by the macro of
`moments.html`, and are one value from `read` on; what was typed stays as it was typed, in drafts and in a form that comes back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Final, NamedTuple

from shared.errors import Invalid
from shared.reference.calendar import local, moment_of
from shared.web.console.language import N_

if TYPE_CHECKING:
    from shared.web.console.site import Form

TIME: Final = "time"
"""The last part of the name under which a form asks for the time of a moment."""

CLOCK: Final = "([01]?[0-9]|2[0-3])[:.]?([0-5][0-9])"
"""A time as it is typed, from 00:00 to 23:59; the browser has the same as the line's `pattern`."""

NO_DAY: Final = N_("Skriv en dato.")
NO_TIME: Final = N_("Skriv også klokkeslættet, for eksempel 14.30.")
NOT_A_TIME: Final = N_("Skriv klokkeslættet med fire cifre, fra 00.00 til 23.59, for eksempel 14.30.")
SKIPPED: Final = N_("Det klokkeslæt fandtes ikke: uret blev stillet frem den nat. Skriv et andet.")


class Typed(NamedTuple):
    """Both halves of a moment, as they stand in a form."""

    day: str
    time: str


def time_of(name: str) -> str:
    """Return the name of the line for the time, of the moment that has this name."""
    return f"{name}.{TIME}"


def pairs_of(name: str, at: datetime) -> tuple[tuple[str, str], ...]:
    """Return a moment as a form begins with it; raises `Invalid` for one without a zone."""
    here = local(at)
    return (name, here.date().isoformat()), (time_of(name), f"{here:%H:%M}")


def halves(form: Form, name: str) -> Typed:
    """Return what stands in the form; a moment that was kept as one value, as drafts have it that are older, comes apart."""
    day, clock = form.get(name).strip(), form.get(time_of(name)).strip()
    if not clock and "T" in day:
        day, _, clock = day.partition("T")
        clock = clock[:5]
    return Typed(day, clock)


def read(form: Form, name: str) -> str | None:
    """Return the moment as JSON has it, or None where nothing was said; what is none goes on in a way that every model refuses."""
    if not _asked_in_two(form, name):
        return _in_one(form.get(name).strip())
    typed = halves(form, name)
    if typed == ("", ""):
        return None
    if wrong(form, name):
        return f"{typed.day} kl. {typed.time}"
    return moment_of(date.fromisoformat(typed.day), _clock(typed.time)).isoformat()


def wrong(form: Form, name: str) -> Mapping[str, str]:
    """Return what is wrong with the halves of a moment, by the name of the input; nothing where both are right or both are empty."""
    typed = halves(form, name)
    if not _asked_in_two(form, name) or typed == ("", ""):
        return {}
    found = {}
    if not _is_day(typed.day):
        found[name] = NO_DAY
    if not typed.time:
        found[time_of(name)] = NO_TIME
    elif re.fullmatch(CLOCK, typed.time) is None:
        found[time_of(name)] = NOT_A_TIME
    return found or _skipped(typed, name)


def _skipped(typed: Typed, name: str) -> Mapping[str, str]:
    try:
        moment_of(date.fromisoformat(typed.day), _clock(typed.time))
    except Invalid:
        return {time_of(name): SKIPPED}
    return {}


def _asked_in_two(form: Form, name: str) -> bool:
    return bool(form.all(time_of(name)))


def _in_one(sent: str) -> str | None:
    """Read a day, or a moment in one value; a time of the day that there was not stays without a zone, for the model to refuse."""
    try:
        typed = datetime.fromisoformat(sent)
        return typed.isoformat() if typed.tzinfo else moment_of(typed.date(), typed.time()).isoformat()
    except (ValueError, Invalid):
        return sent or None


def _clock(typed: str) -> time:
    found = re.fullmatch(CLOCK, typed)
    assert found is not None, "looked at before"
    return time(int(found[1]), int(found[2]))


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
