"""What a failure in a consumer means: try again for as long as it takes, try again a little, or never again."""

from __future__ import annotations

from enum import Enum

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from temporalio.service import RPCError, RPCStatusCode

from shared.errors import Conflict, Invalid, NotFound, Poison, TovholderError


class Verdict(Enum):
    """What to do with a record whose handling failed."""

    RETRY = "retry"
    """A server did not answer: in place, then back to Kafka with a pause, until it does."""
    DOUBT = "doubt"
    """It may be a matter of timing or of our code: in place a few times, then the dead letters."""
    PARK = "park"
    """The record itself: to the dead letters now."""


SQLSTATES = ("08", "40", "53", "55P03", "57")
"""Connection lost, rolled back for another's sake, no resources, lock not available, cancelled or shutting down."""

TEMPORAL = (
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.RESOURCE_EXHAUSTED,
    RPCStatusCode.ABORTED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.INTERNAL,
    RPCStatusCode.UNKNOWN,
)


def judge(error: Exception) -> Verdict:
    """Return what the error means. A state that does not fit yet is a doubt: another topic may be ahead of this one."""
    match error:
        case TovholderError(retry=True):
            return Verdict.RETRY
        case Poison() | Invalid() | ValidationError():
            return Verdict.PARK
        case Conflict() | NotFound():
            return Verdict.DOUBT
        case TovholderError():
            return Verdict.PARK
        case DBAPIError():
            state = str(getattr(error.orig, "sqlstate", "") or "")
            return Verdict.RETRY if error.connection_invalidated or state.startswith(SQLSTATES) else Verdict.DOUBT
        case RPCError():
            return Verdict.RETRY if error.status in TEMPORAL else Verdict.DOUBT
        case OSError() | TimeoutError():
            return Verdict.RETRY
    return Verdict.DOUBT


def code_of(error: Exception) -> str:
    """Return what may be written down about an error: its stable code, or the name of its class. Never its text."""
    return error.code if isinstance(error, TovholderError) else type(error).__name__
