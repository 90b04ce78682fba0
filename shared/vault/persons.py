"""One reference for each person that is known by CPR, and one open case for each in the whole country.

The CPR number goes no further than this module: the database gets a digest under a key of the keyset (`domain.md` 4.4
R14), everybody else a random reference. Without CPR there is no automatic match: people decide whether two are one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Boolean, LargeBinary, Text, TextClause, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from shared.errors import Conflict, Invalid, TooMany
from shared.vault.errors import UnitErased, VaultError
from shared.vault.model import Looker
from shared.vault.provider import KeyProvider
from shared.vault.reaching import reaching

_CPR: Final = re.compile(r"^(\d{2})(\d{2})(\d{2})[ -]?(\d{4})$", re.ASCII)
_ORGANISATION: Final = re.compile(r"[a-z]+:[a-z0-9-]{1,63}")
_LEAP: Final = 2000
"""A leap year: the century of a CPR number is not looked at, so 29 February holds where the year could be one."""

_RESOLVE: Final = text("select vault.resolve(:digest)").bindparams(bindparam("digest", type_=LargeBinary()))
_OPEN: Final = text("select vault.open_case(:subject, :case, :organisation)").bindparams(
    bindparam("subject", type_=Uuid()), bindparam("case", type_=Uuid()), bindparam("organisation", type_=Text())
)
_CLOSE: Final = text("select vault.close_case(:case)").bindparams(bindparam("case", type_=Uuid()))
_HOLD: Final = text("select vault.hold_subject(:subject)").bindparams(bindparam("subject", type_=Uuid()))
_BELONG: Final = text("select vault.belong(:case, :units, :subject)").bindparams(
    bindparam("case", type_=Uuid()), bindparam("units", type_=ARRAY(Uuid())), bindparam("subject", type_=Uuid())
)
_CORRECT: Final = text("select vault.correct_subject(:case, :units, :subject, :open, :organisation)").bindparams(
    bindparam("case", type_=Uuid()),
    bindparam("units", type_=ARRAY(Uuid())),
    bindparam("subject", type_=Uuid()),
    bindparam("open", type_=Boolean()),
    bindparam("organisation", type_=Text()),
)
_ERASED: Final = text("select vault.any_erased(:refs)").bindparams(bindparam("refs", type_=ARRAY(Uuid())))
_IDENTIFY: Final = text("select vault.identify(:digest, :case, :person, :role, :organisation)").bindparams(
    bindparam("digest", type_=LargeBinary()), bindparam("case", type_=Uuid()), bindparam("person", type_=Uuid())
)


class PersonHasOpenCase(Conflict):
    """Another case about this person is open. `infohus` is whom to call; nothing else is told (`domain.md` 3.4)."""

    def __init__(self, infohus: str) -> None:
        super().__init__(
            "person_has_open_case",
            "There is an open case about this person.",
            field="cpr",
            rule="domain.md 3.4",
            remedy="Call the Infohus that is named.",
        )
        self.more = {"infohus": infohus}


class TooManyAsked(TooMany):
    """This person has asked for so many persons by CPR that it could be a search."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            "too_many_persons_asked",
            "You have asked for 20 persons by CPR within an hour, or for 60 within a day.",
            retry_after=retry_after,
            rule="domain.md 4.3 R8",
            remedy="Go on after the seconds of Retry-After, without a CPR number now, or ask a colleague.",
        )


def normal_cpr(cpr: str) -> str:
    """Return the ten digits; raise `Invalid` unless there are ten whose first six are a date. No mod-11 check (3.3)."""
    found = _CPR.match(cpr.strip())
    if found is None or not _is_date(*(int(part) for part in found.groups()[:3])):
        raise Invalid(
            "cpr_malformed",
            "A CPR number has ten digits, of which the first six are a date (ddmmyy).",
            field="cpr",
            rule="domain.md 3.3",
            remedy="Correct it, or leave it out: a person may be without.",
        )
    return "".join(found.groups())


def _is_date(day: int, month: int, year: int) -> bool:
    if (day, month) == (29, 2):
        return year % 4 == 0
    try:
        date(_LEAP, month, day)
    except ValueError:
        return False
    return True


class Persons:
    """Finds persons by CPR, and holds which case about whom is open. Each call is one round trip of the caller's transaction."""

    def __init__(self, provider: KeyProvider) -> None:
        self._provider = provider

    async def identify(self, engine: AsyncEngine, cpr: str, *, looker: Looker, case: UUID) -> None:
        """Put on record that somebody asks who has this number, before anything is answered (`domain.md` 4.3 R8).

        In a transaction of its own on `engine`: no refusal takes it back. The record has the person's reference, or zeros for
        a number that nobody is known by, and never the number. Raises `Invalid` (`cpr_malformed`) and `TooManyAsked`.
        """
        values = {"digest": await self._digest(cpr), "case": case, "person": looker.person}
        async with reaching(engine) as connection:
            asked = await connection.execute(
                _IDENTIFY, values | {"role": looker.role, "organisation": looker.organisation}
            )
            seconds = int(asked.scalar_one())
        if seconds:
            raise TooManyAsked(seconds)

    async def resolve(self, session: AsyncSession, cpr: str) -> UUID:
        """Return the person's `subject_ref`, made at the first question, and hold the person until the transaction ends.

        An erasure of the person waits, or was waited for: then this is the reference of somebody new. Raises `Invalid`
        (`cpr_malformed`).
        """
        found: UUID = (await session.execute(_RESOLVE, {"digest": await self._digest(cpr)})).scalar_one()
        return found

    async def hold(self, session: AsyncSession, subject: UUID) -> None:
        """Hold a person until the transaction ends; before anything is written about a case of theirs (order of locks)."""
        await session.execute(_HOLD, {"subject": subject})

    async def open_case(self, session: AsyncSession, *, subject: UUID, case: UUID, infohus: str) -> None:
        """Say that this is the person's open case; `infohus` is the organisation that others are told to call.

        Raises `PersonHasOpenCase` while another is open, and `UnitErased` for an erased person. A concurrent opening is
        waited for.
        """
        await _call(session, _OPEN, {"subject": subject, "case": case, "organisation": infohus})

    async def belong(self, session: AsyncSession, *, subject: UUID, case: UUID, units: Sequence[UUID]) -> None:
        """Say that these units of a case are this person's: from the commit on they go with the person.

        Again is harmless. Raises `UnitErased` when the case or the person was erased.
        """
        await _call(session, _BELONG, {"subject": subject, "case": case, "units": list(units)})

    async def correct(
        self,
        session: AsyncSession,
        *,
        subject: UUID | None,
        case: UUID,
        units: Sequence[UUID],
        infohus: str,
        is_open: bool,
    ) -> None:
        """Say whom a case is really about (None: not known), with its units; an open one takes the person's place.

        The former person is let go, and forgotten where nothing else is held about them. Raises `PersonHasOpenCase`, and
        `UnitErased` when the case was erased, with the former person or by itself. `subject` is held already, by `resolve`: of two
        corrections at once that swap two persons Postgres may end one, which has done nothing then and may be sent again (503).
        """
        values = {"subject": subject, "case": case, "units": list(units)}
        await _call(session, _CORRECT, values | {"open": is_open, "organisation": infohus})

    async def refuse_erased(self, session: AsyncSession, refs: Sequence[UUID]) -> None:
        """Raise `UnitErased` if one of these units or persons was erased."""
        if (await session.execute(_ERASED, {"refs": list(refs)})).scalar_one():
            raise UnitErased

    async def close_case(self, session: AsyncSession, case: UUID) -> bool:
        """Let the person of a case go; return whether it was the open one."""
        return bool((await session.execute(_CLOSE, {"case": case})).scalar_one())

    async def _digest(self, cpr: str) -> bytes:
        return await self._provider.index(b"cpr|" + normal_cpr(cpr).encode())


async def _call(session: AsyncSession, statement: TextClause, values: Mapping[str, Any]) -> None:
    try:
        await session.execute(statement, values)
    except DBAPIError as error:
        refusal = _refusal(error)
        if refusal is None:
            raise
    else:
        return
    # Outside the handler: the driver's error is not even its context.
    raise refusal


def _refusal(error: DBAPIError) -> Conflict | VaultError | None:
    match str(getattr(error.orig, "sqlstate", "") or ""):
        case "TV006":
            named = _ORGANISATION.search(str(error.orig).rpartition(": ")[2])
            return PersonHasOpenCase(named.group() if named else "centre:national")
        case "TV007":
            return UnitErased()
    return None
