"""How much the public door takes at once. Counts what comes, never who comes: no address, no header, no cookie.

An acute concern is never held up, and what was accepted once is answered again however full it is (`shared.web.commands.respond`).
Anybody can fill the door for everybody, since nobody is told apart; the staff's door and the telephones stay open then.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import datetime

from services.intake.domain.commands import ReceiveConcern
from services.intake.domain.table import ACUTE_TRAVEL_WITHIN
from shared.contracts.codes import Travel
from shared.errors import TooMany
from shared.reference.municipalities import all_municipalities

RULE = "domain.md 6; 2.4"
REMEDY = (
    "Is somebody in danger now? Call 112, or the police on 114. Otherwise call the hotline on 41 74 90 90,"
    " or send the same again, with the same Idempotency-Key, after the seconds of Retry-After."
)
"""The number is that of the national hotline (`domain.md` 1, row 28, from S1)."""


class Bucket:
    """So many at once, and so many a second after that."""

    def __init__(self, at_once: float, a_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = self._left = at_once
        self._a_second = a_second
        self._clock = clock
        self._seen = clock()

    def wait(self) -> float:
        """Return the seconds until there is room for one; 0 if there is."""
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._seen) * self._a_second)
        self._seen = now
        return max(0.0, (1 - self._left) / self._a_second)

    def take(self) -> None:
        """Take one, where `wait` said that there is room."""
        self._left -= 1


class Gate:
    """The public door of one process: all concerns, those about one municipality, and all that is asked by code.

    Planned for at a thousand times today are 600,000 concerns a year, and ten times that in a bad hour: 0.2 a second
    (`domain.md` 6).
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._concerns = Bucket(100, 5, clock)
        self._asked = Bucket(50, 5, clock)
        self._places = {each.code: Bucket(30, 1, clock) for each in all_municipalities()}

    def admit(self, concern: ReceiveConcern, now: datetime) -> None:
        """Let a concern in. Raises `TooMany` (`door_full`), never for an acute one."""
        if is_acute(concern, now):
            return
        place = self._places.get(concern.subject_municipality or "")
        _pass(self._concerns, *([place] if place else []))

    def admit_code(self) -> None:
        """Let a request with a reference code in. Raises `TooMany` (`door_full`)."""
        _pass(self._asked)


def is_acute(concern: ReceiveConcern, now: datetime) -> bool:
    """Say whether it cannot wait: somebody has left, or leaves in less than 72 hours (`domain.md` 2.4, 3.2)."""
    leaves = concern.departs_at is not None and concern.departs_at - now < ACUTE_TRAVEL_WITHIN
    return leaves or concern.travel is Travel.DEPARTED


def _pass(*buckets: Bucket) -> None:
    wait = max(bucket.wait() for bucket in buckets)
    if wait > 0:
        raise TooMany(
            "door_full", "more is coming in than can be taken", retry_after=math.ceil(wait), rule=RULE, remedy=REMEDY
        )
    for bucket in buckets:
        bucket.take()
