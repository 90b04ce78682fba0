"""Refresh tokens of the development issuer: random texts that this process remembers, each good once."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

REFRESH_SECONDS = 12 * 3600.0


@dataclass(frozen=True)
class Remembered:
    """What a refresh token stands for: the person's reference, the client, the sign-in, and until when (seconds since 1970)."""

    person_ref: str
    client_id: str
    sign_in: str
    until: float


class RefreshTokens:
    """Every token that may still be used; a restart forgets them all, so that everybody signs in again."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: dict[str, Remembered] = {}

    def make(self, person_ref: str, client_id: str, sign_in: str) -> str:
        """A token for 12 hours; every one that follows it is of the same sign-in."""
        now = self._clock()
        self._known = {token: known for token, known in self._known.items() if known.until > now}
        token = secrets.token_urlsafe(32)
        self._known[token] = Remembered(person_ref, client_id, sign_in, now + REFRESH_SECONDS)
        return token

    def take(self, token: str, client_id: str) -> Remembered | None:
        """What the token stands for, once; None when it was used, is too old, or is another client's."""
        known = self._known.get(token)
        if known is None or known.client_id != client_id:
            return None
        del self._known[token]
        return known if known.until > self._clock() else None

    def forget(self, sign_in: str) -> None:
        """End every token of a sign-in; those of the same person elsewhere stay."""
        self._known = {token: known for token, known in self._known.items() if known.sign_in != sign_in}
