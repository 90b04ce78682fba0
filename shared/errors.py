"""Everything that can go wrong, as one tree with stable codes.

    TovholderError
    ├── Invalid                422  a field breaks a rule; nothing was saved
    │   └── IdempotencyMismatch     the key was used before with another body
    ├── Unauthenticated        401  no verified actor
    ├── Forbidden              403  the actor may see the thing, but the role may not do this
    ├── NotFound               404  not there, or not to be seen: the answer is the same
    ├── Conflict               409  the state does not allow it
    │   └── StaleVersion       412  somebody else was first
    ├── VersionRequired        428  a command without If-Match
    ├── TooMany                429  the public door is full for a moment; nothing was saved
    ├── Transient              503  try again: a server did not answer
    ├── NothingUpdated         500  an update hit no row
    └── Poison                 500  a record that no retry will mend; goes to the dead letters

The HTTP status, what a consumer does (retry or dead letter) and whether a workflow gives up derive from the class,
in one place: the class attributes below. Texts are for a person: what is wrong, where, which rule, what to do.
They never hold a value that was sent, for the value may be a name.
"""

from __future__ import annotations

from typing import Any, ClassVar


class TovholderError(Exception):
    """Base of all our errors; `code` is stable and may be matched on by clients."""

    status: ClassVar[int] = 500
    retry: ClassVar[bool] = False

    def __init__(
        self, code: str, detail: str, *, field: str | None = None, rule: str | None = None, remedy: str | None = None
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.field = field
        self.rule = rule
        self.remedy = remedy
        self.more: dict[str, Any] = {}
        """Further members of the problem that a person is shown: references and closed codes, never a sent value."""


class Invalid(TovholderError):
    """A field breaks a rule of the domain."""

    status = 422


class IdempotencyMismatch(Invalid):
    """The same Idempotency-Key came with another body."""


class Unauthenticated(TovholderError):
    """There is no actor: no token, or one that does not hold."""

    status = 401


class Forbidden(TovholderError):
    """The role of the actor may not give this command."""

    status = 403


class NotFound(TovholderError):
    """Not there, or not visible to this actor; from outside both look the same."""

    status = 404


class Conflict(TovholderError):
    """The state of the thing does not allow the command."""

    status = 409


class StaleVersion(Conflict):
    """The version in If-Match is not the current one."""

    status = 412


class VersionRequired(TovholderError):
    """A command on an existing thing came without If-Match."""

    status = 428


class TooMany(TovholderError):
    """More came through the public door than it takes; `retry_after` is in seconds, at least 1."""

    status = 429

    def __init__(self, code: str, detail: str, *, retry_after: int, rule: str | None = None, remedy: str) -> None:
        super().__init__(code, detail, rule=rule, remedy=remedy)
        self.retry_after = max(1, retry_after)


class Transient(TovholderError):
    """A server we need did not answer; the same call may succeed later."""

    status = 503
    retry = True


class NothingUpdated(TovholderError):
    """An update found no row where there must be one: a mistake of ours, and nothing is saved."""


class Poison(TovholderError):
    """A record that cannot be handled however often it is tried."""
