"""Records keep their bytes; failures get the verdict that their class deserves."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import DBAPIError
from temporalio.service import RPCError, RPCStatusCode

from shared.contracts.base import Fact
from shared.errors import Conflict, Forbidden, Invalid, NotFound, Poison, StaleVersion, Transient
from shared.messaging.consumer import Subscription
from shared.messaging.records import LONGEST_KEY, Record, _key, restored, stored
from shared.messaging.verdict import Verdict, code_of, judge

NAMES = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))


class Sqlstate(Exception):
    """What asyncpg raises, as far as we look at it."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__("somebody's name")
        self.sqlstate = sqlstate


def database_error(sqlstate: str) -> DBAPIError:
    """Return what SQLAlchemy makes of it."""
    return DBAPIError("insert", {}, Sqlstate(sqlstate))


def validation_error() -> ValidationError:
    """Return what pydantic raises."""

    class Boat(BaseModel):
        length: int

    with pytest.raises(ValidationError) as caught:
        Boat.model_validate({"length": "long"})
    return caught.value


@given(st.lists(st.tuples(NAMES, st.binary())))
def test_headers_of_any_bytes_survive_postgres_json(headers: list[tuple[str, bytes]]) -> None:
    kept = json.dumps(stored(headers))
    assert "\\u0000" not in kept, "Postgres refuses it in jsonb"
    assert restored(json.loads(kept)) == tuple(headers)


def test_the_claimed_type_of_a_broken_record_is_never_an_error() -> None:
    assert Record("t", 0, 0, "k", (("ce_type", b"\xff"),), b"").claimed_type() == "\ufffd"
    assert Record("t", 0, 0, "k", (), b"").claimed_type() == ""


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (Transient("x", "x"), Verdict.RETRY),
        (ConnectionResetError(), Verdict.RETRY),
        (TimeoutError(), Verdict.RETRY),
        (database_error("40P01"), Verdict.RETRY),
        (database_error("55P03"), Verdict.RETRY),
        (database_error("57P01"), Verdict.RETRY),
        (RPCError("x", RPCStatusCode.UNAVAILABLE, b""), Verdict.RETRY),
        (RPCError("x", RPCStatusCode.INVALID_ARGUMENT, b""), Verdict.DOUBT),
        (database_error("23505"), Verdict.DOUBT),
        (StaleVersion("x", "x"), Verdict.DOUBT),
        (Conflict("x", "x"), Verdict.DOUBT),
        (NotFound("x", "x"), Verdict.DOUBT),
        (KeyError("x"), Verdict.DOUBT),
        (Poison("x", "x"), Verdict.PARK),
        (Invalid("x", "x"), Verdict.PARK),
        (Forbidden("x", "x"), Verdict.PARK),
        (validation_error(), Verdict.PARK),
    ],
    ids=lambda value: value.name if isinstance(value, Verdict) else type(value).__name__,
)
def test_the_verdict_follows_from_the_class_of_the_error(error: Exception, verdict: Verdict) -> None:
    assert judge(error) is verdict


def test_what_is_written_down_of_an_error_holds_no_text() -> None:
    assert code_of(Invalid("reef_ahead", "somebody's name")) == "reef_ahead"
    assert code_of(KeyError("somebody's name")) == "KeyError"
    assert code_of(database_error("23505")) == "DBAPIError"


def test_a_handler_for_a_type_without_a_model_is_refused_at_start() -> None:
    async def handle(*_: object) -> None: ...

    facts: dict[str, type[Fact]] = {}
    with pytest.raises(ValueError, match=r"boat\.sailed\.v1"):
        Subscription("fjord.watch", ("fjord.boat.v1",), {"boat.sailed.v1": handle}, facts)


@pytest.mark.parametrize("raw", [b"x" * 201, bytes(range(256)) * 40])
def test_a_key_that_no_index_can_hold_is_kept_as_its_digest(raw: bytes) -> None:
    key, other = (_key(each, "place") for each in (raw, raw + b"!"))
    assert key.startswith("sha256:")
    assert len(key) < LONGEST_KEY
    assert key != other
    assert _key(b"x" * 200, "place") == "x" * 200
