"""The vault's functions as SQLAlchemy statements, and their SQLSTATEs as our errors. One call, one round trip."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import DateTime, Row, Text, TextClause, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from shared.vault.errors import LookRefused, NotUnitOwner, TicketNotCommitted, TicketRefused, UnitErased, VaultError
from shared.vault.model import Grant, Sealed

_UUIDS: Final = ARRAY(Uuid())
_TEXTS: Final = ARRAY(Text())
_BYTES: Final = ARRAY(BYTEA())
_TIMES: Final = ARRAY(DateTime(timezone=True))

PUT_CALL: Final = "vault.put(:unit, :blobs, :classes, :fields, :sealed)"
GRANT_CALL: Final = "vault.grant(:unit, :organisations, :roles, :grant_classes, :untils, :persons)"
_UNIT = (bindparam("unit", type_=Uuid()),)
_PUT_TYPES = (
    bindparam("blobs", type_=_UUIDS),
    bindparam("classes", type_=_TEXTS),
    bindparam("fields", type_=_TEXTS),
    bindparam("sealed", type_=_BYTES),
)
_GRANT_TYPES = (
    bindparam("organisations", type_=_TEXTS),
    bindparam("roles", type_=_TEXTS),
    bindparam("grant_classes", type_=_TEXTS),
    bindparam("untils", type_=_TIMES),
    bindparam("persons", type_=_UUIDS),
)

PUT: Final = text(f"select {PUT_CALL}").bindparams(*_UNIT, *_PUT_TYPES)
GRANT: Final = text(f"select {GRANT_CALL}").bindparams(*_UNIT, *_GRANT_TYPES)
PUT_AND_GRANT: Final = text(f"select {PUT_CALL}, {GRANT_CALL}").bindparams(*_UNIT, *_PUT_TYPES, *_GRANT_TYPES)
REVOKE: Final = text("select vault.revoke(:unit, :organisation, :role, :class, :person)").bindparams(
    *_UNIT,
    bindparam("organisation", type_=Text()),
    bindparam("role", type_=Text()),
    bindparam("class", type_=Text()),
    bindparam("person", type_=Uuid()),
)
ASK: Final = text("select vault.ask(:blobs, :person, :role, :organisation, :reason, :at)").bindparams(
    bindparam("blobs", type_=_UUIDS),
    bindparam("person", type_=Uuid()),
    bindparam("role", type_=Text()),
    bindparam("organisation", type_=Text()),
    bindparam("reason", type_=Text()),
    bindparam("at", type_=DateTime(timezone=True)),
)
ASK_QUESTIONS: Final = text("select vault.ask_questions(:blobs, :person, :role, :organisation, :at)").bindparams(
    bindparam("blobs", type_=_UUIDS),
    bindparam("person", type_=Uuid()),
    bindparam("role", type_=Text()),
    bindparam("organisation", type_=Text()),
    bindparam("at", type_=DateTime(timezone=True)),
)
ASK_GLASS: Final = text("select vault.ask_glass(:blob, :person, :organisation, :at)").bindparams(
    bindparam("blob", type_=Uuid()),
    bindparam("person", type_=Uuid()),
    bindparam("organisation", type_=Text()),
    bindparam("at", type_=DateTime(timezone=True)),
)
EXPLAIN: Final = text("select vault.explain(:tickets, :blob)").bindparams(
    bindparam("tickets", type_=_UUIDS), bindparam("blob", type_=Uuid())
)
REDEEM: Final = text(
    "select ticket, unit, class as field_class, field, blob, sealed from vault.redeem(:tickets)"
).bindparams(bindparam("tickets", type_=_UUIDS))
ASK_RECEIPT: Final = text("select vault.ask_receipt(:blob, :at)").bindparams(
    bindparam("blob", type_=Uuid()), bindparam("at", type_=DateTime(timezone=True))
)
REDEEM_RECEIPT: Final = text(
    "select ticket, unit, class as field_class, field, blob, sealed from vault.redeem_receipt(:ticket)"
).bindparams(bindparam("ticket", type_=Uuid()))

_REFUSALS: Final[Mapping[str, Callable[[], VaultError]]] = {
    "TV001": LookRefused,
    # No EXECUTE at all, as a worker has none: from outside the same as no leave.
    "42501": LookRefused,
    "TV002": TicketRefused,
    "TV003": TicketNotCommitted,
    "TV004": NotUnitOwner,
    "TV007": UnitErased,
}
_MALFORMED: Final = frozenset({"TV005", "23502", "23503", "23514", "22004"})


def put_values(sealed: Sealed) -> dict[str, Any]:
    """Return the values of `PUT_CALL`."""
    return {
        "unit": sealed.unit,
        "blobs": sealed.refs,
        "classes": [place.field_class.value for place in sealed.places],
        "fields": [place.field for place in sealed.places],
        "sealed": list(sealed.values),
    }


def grant_values(unit: UUID, grants: Sequence[Grant]) -> dict[str, Any]:
    """Return the values of `GRANT_CALL`."""
    return {
        "unit": unit,
        "organisations": [grant.organisation for grant in grants],
        "roles": [str(grant.role) for grant in grants],
        "grant_classes": [grant.field_class.value for grant in grants],
        "untils": [grant.until for grant in grants],
        "persons": [grant.person for grant in grants],
    }


async def call(
    connection: AsyncConnection | AsyncSession,
    statement: TextClause,
    values: Mapping[str, Any],
    refusals: Callable[[str], VaultError | None] | None = None,
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Run one call in the caller's transaction; raise our error for a refusal of the vault.

    A refusal aborts the transaction, as every database error does. Anything else, a lost connection first of all,
    passes as it is: the caller's unit of work knows what to make of it. `refusals` maps SQLSTATEs where the statement does
    more than call the vault.
    """
    try:
        return (await connection.execute(statement, values)).all()
    except DBAPIError as error:
        refusal = (refusals or _refusal)(str(getattr(error.orig, "sqlstate", "") or ""))
        if refusal is None:
            raise
    # Raised outside the handler: the driver's error, whose detail may quote a row, is not even its context.
    raise refusal


def refusal_among_others(state: str) -> VaultError | None:
    """Return our error for an SQLSTATE that only the vault raises, in a statement that writes other tables too."""
    return _REFUSALS[state]() if state.startswith("TV") and state in _REFUSALS else None


def _refusal(state: str) -> VaultError | None:
    if state in _REFUSALS:
        return _REFUSALS[state]()
    if state in _MALFORMED:
        return VaultError("vault_call_malformed", f"The vault refused the shape of a call (SQLSTATE {state}).")
    return None
