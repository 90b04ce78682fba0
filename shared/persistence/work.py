"""The unit of work: one message or request is one transaction.

State row, facts, clocks, access, sealed texts and outbox pointers are saved together or not at all. Handlers never commit; the
context manager does, at its exit.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Protocol
from uuid import UUID, uuid4

import asyncpg
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, SessionTransaction

from shared.clock import Clock
from shared.errors import Invalid, NothingUpdated, Transient, Unauthenticated
from shared.lifecycle.actor import SYSTEM, Actor


class Held(Protocol):
    """A write that waits for the transaction's next statement or its end, whichever is first (`shared.persistence.writing`)."""

    @property
    def alone(self) -> bool:
        """It needs nothing that was read or locked before it: it may be a transaction of its own."""

    async def write(self, session: AsyncSession) -> None:
        """Write it. Raises `StaleVersion`."""

    async def write_with(
        self, connection: AsyncSession | AsyncConnection, record: Mapping[str, Any], standing: Mapping[str, Any] | None
    ) -> Written:
        """Write it and the record of an answer in one statement; with `standing` the same statement admits the person."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a statement that also records an answer came to; nothing is written unless both are true."""

    admitted: bool
    recorded: bool
    """False: the key has an answer already."""


class WorkSession(AsyncSession):
    """A session that writes what is held before it does anything else.

    It takes a connection and admits the person at its first statement; a command that is refused before costs neither.
    """

    held: Held | None = None

    if not TYPE_CHECKING:  # the overloads of `AsyncSession.execute` hold for this one too

        async def execute(self, *args: Any, **options: Any) -> Any:
            """Execute a statement, after what is held."""
            await self.write_held()
            return await super().execute(*args, **options)

    async def connection(self, *args: Any, **options: Any) -> AsyncConnection:
        """Return the transaction's connection, after what is held is written."""
        await self.write_held()
        return await super().connection(*args, **options)

    async def write_held(self) -> None:
        """Write what is held, if anything is."""
        if held := self.release():
            await held.write(self)

    def release(self) -> Held | None:
        """Return what is held, and hold it no longer."""
        held, self.held = self.held, None
        return held

    @property
    def begun(self) -> bool:
        """Whether a statement was sent."""
        return "begun" in self.info


@dataclass
class Transaction:
    """What a handler works with: a session, the moment, who acts, and what caused it."""

    session: WorkSession
    now: datetime
    actor: Actor
    correlation_id: UUID
    causation_id: UUID | None = None
    traceparent: str | None = None
    published: list[str] = field(default_factory=list)
    """Wire types of the facts that this transaction has added, for metrics and answers."""
    apart: AsyncEngine | None = None
    """Where a held write can be a transaction of its own. None: a save writes at once."""

    async def save(self, write: Held) -> None:
        """Write, or hold the write until the next statement, so that it can go together with the record of the answer."""
        if self.apart is None:
            await write.write(self.session)
            return
        await self.session.write_held()
        self.session.held = write

    async def save_with(self, record: Mapping[str, Any]) -> bool | None:
        """Write what is held together with the record of an answer; return whether it is now on record.

        None: nothing is held. A write that stands alone needs no transaction around it: one round trip for all.
        Raises `StaleVersion`, `Unauthenticated`.
        """
        held = self.session.release()
        if held is None:
            return None
        if self.apart is None or self.session.begun or not held.alone or self.actor.is_system:
            return (await held.write_with(self.session, record, None)).recorded
        async with self.apart.connect() as connection:
            written = await held.write_with(connection, record, _standing(self) | {"issued_at": self.actor.issued_at})
        self.session.info["asked"] = True
        _require_admission(written.admitted)
        return written.recorded

    @property
    def asked(self) -> bool:
        """Whether the person was asked for their leave to be here; SYSTEM needs none."""
        return self.actor.is_system or self.session.begun or "asked" in self.session.info

    @asynccontextmanager
    async def as_system(self) -> AsyncIterator[Transaction]:
        """Yield the same transaction in SYSTEM's hands: it sees every row of its service, and decides nothing.

        For what follows from a person's command in rows that the person does not see, once it is known that the person may give it.
        """
        if self.actor.is_system:
            yield self
            return
        system = replace(self, actor=SYSTEM, apart=None)
        await self.session.execute(_STAND, _standing(system))
        try:
            yield system
        finally:
            # A transaction that Postgres has aborted takes no more statements, and sees nothing any more.
            with suppress(DBAPIError):
                await self.session.execute(_STAND, _standing(self))


class UnitOfWork:
    """Opens transactions on one engine."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self.engine = engine
        self.clock = clock
        self._apart = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._sessions = async_sessionmaker(
            engine, class_=WorkSession, sync_session_class=_Session, expire_on_commit=False, autoflush=False
        )

    @asynccontextmanager
    async def begin(
        self,
        actor: Actor = SYSTEM,
        *,
        correlation_id: UUID | None = None,
        causation_id: UUID | None = None,
        traceparent: str | None = None,
        holds: bool = False,
    ) -> AsyncIterator[Transaction]:
        """Open a transaction; commit at exit, roll back on any error.

        The first statement of a person's transaction says who asks, which is what the policies of the tables compare with
        (`wall`), and asks whether the person's token still counts; it raises `Unauthenticated` (`token_revoked`) if not.

        `holds` lets the last save wait for the record of the answer (`Idempotency.record`), to be one statement with it.

        Raises `Transient` (`database_unavailable`) when Postgres cannot be reached or takes too long, `Invalid`
        (`value_not_storable`) when a value is none that Postgres can hold.
        """
        try:
            async with self._sessions() as session, session.begin():
                tx = Transaction(
                    session=session,
                    now=self.clock.now(),
                    actor=actor,
                    correlation_id=correlation_id or uuid4(),
                    causation_id=causation_id,
                    traceparent=traceparent,
                    apart=self._apart if holds else None,
                )
                session.info["tx"] = tx
                yield tx
                await session.write_held()
                if not tx.asked:
                    await session.connection()  # whoever asked for nothing is asked all the same
        except (OperationalError, InterfaceError, OSError, TimeoutError) as error:
            raise Transient(
                "database_unavailable",
                "the database did not answer; whether it was saved is not known",
                remedy=REPEAT,
            ) from error
        except DBAPIError as error:
            if error.connection_invalidated or _may_go_through(error):
                raise Transient(
                    "database_unavailable",
                    "the database went away; whether it was saved is not known",
                    remedy=REPEAT,
                ) from error
            if not _is_of_the_value(error):
                raise
        else:
            return
        # Outside the handler: the driver's error, whose text quotes the value, is not even its context.
        raise Invalid(
            "value_not_storable",
            "a value cannot be stored: a NUL character, a number or date out of range, or the same thing twice",
            remedy="Look for control characters, very large numbers and repeated ids, then send it again.",
        )


REPEAT: Final = "Send the same again with the same Idempotency-Key: it takes effect once, whatever became of the first."
"""A connection may be lost while Postgres commits, and then nobody here knows."""

_STAND = sa.text(
    "select set_config('tovholder.organisation', :organisation, true), set_config('tovholder.person', :person, true),"
    " set_config('tovholder.now', :now, true)"
)
ADMIT: Final = f"{_STAND.text}, identity.admitted(cast(:person as uuid), cast(:issued_at as timestamptz)) as admitted"
"""Says who asks, and answers whether they may; its values are those of `Held.write_with`'s standing."""
_ADMIT = sa.text(ADMIT)


class _Session(Session):
    """What `WorkSession` drives; a class of its own, for its events."""


def _admit(session: Session, _: SessionTransaction, connection: sa.Connection) -> None:
    """Admit the person as soon as there is a connection, whatever it is wanted for."""
    session.info["begun"] = True
    tx: Transaction = session.info["tx"]
    if not tx.actor.is_system:
        values = _standing(tx) | {"issued_at": tx.actor.issued_at}
        _require_admission(connection.execute(_ADMIT, values).one().admitted)


event.listen(_Session, "after_begin", _admit)


def _require_admission(admitted: bool) -> None:
    if not admitted:
        raise Unauthenticated(
            "token_revoked",
            "your roles have changed since you signed in",
            remedy="Sign in again; if you just did, wait half a minute.",
        )


def _standing(tx: Transaction) -> dict[str, str]:
    actor = tx.actor
    return {"organisation": actor.organisation, "person": str(actor.person_ref), "now": tx.now.isoformat()}


def _may_go_through(error: DBAPIError) -> bool:
    """Say whether another try may go through: connection lost, deadlock, no room, cancelled or shutting down."""
    state = str(getattr(error.orig, "sqlstate", "") or "")
    return state.startswith(("08", "40", "53", "57")) or state == "55P03"


_VALUE_STATES = ("21000", "22001", "22003", "22007", "22008", "22021", "22P02", "22P05")
"""Two rows for one key in one statement; too long, out of range, malformed, or a character that Postgres cannot hold."""


def _is_of_the_value(error: DBAPIError) -> bool:
    """Say whether a value was at fault, as Postgres saw it or its driver before it was sent."""
    state = str(getattr(error.orig, "sqlstate", "") or "")
    return state in _VALUE_STATES or isinstance(getattr(error.orig, "__cause__", None), asyncpg.DataError)


def build_engine(url: str, *, name: str, pool_size: int = 5, **options: Any) -> AsyncEngine:
    """Return the engine of a process; `name` is what Postgres shows as application name."""
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=False,
        pool_use_lifo=True,
        hide_parameters=True,
        connect_args={
            "server_settings": {
                "application_name": name,
                "statement_timeout": "15000",
                "idle_in_transaction_session_timeout": "30000",
                # Our statements are short: compiling one takes longer than it does, and the walls make each look dear.
                "jit": "off",
                # What a wall asks once a statement is kept in memory; without room for it Postgres asks once a row.
                "work_mem": "16MB",
            }
        },
        **options,
    )
    event.listen(engine.sync_engine, "after_execute", _refuse_silence)
    return engine


MAY_MISS = {"may_miss": True}
"""Execution options of an update that rightly finds no row at times."""


def _refuse_silence(
    _: sa.Connection, statement: Any, multiparams: Any, params: Any, options: Any, result: sa.CursorResult[Any]
) -> None:
    """Raise if an update hits no row: behind the wall a row that may not be seen is not refused, it is just not there."""
    if isinstance(statement, sa.Update) and not statement.exported_columns and result.rowcount == 0:  # noqa: SIM102
        if not options.get("may_miss"):
            raise NothingUpdated("update_hit_nothing", f"an update of {statement.table} found no row")
