"""The unit of work: one message or request is one transaction.

State row, facts, clocks, access, sealed texts and outbox pointers are saved together or not at all. Handlers never commit; the
context manager does, at its exit.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from shared.clock import Clock
from shared.errors import Invalid, Transient
from shared.lifecycle.actor import SYSTEM, Actor


@dataclass
class Transaction:
    """What a handler works with: a session, the moment, who acts, and what caused it."""

    session: AsyncSession
    now: datetime
    actor: Actor
    correlation_id: UUID
    causation_id: UUID | None = None
    traceparent: str | None = None
    published: list[str] = field(default_factory=list)
    """Wire types of the facts that this transaction has added, for metrics and answers."""


class UnitOfWork:
    """Opens transactions on one engine."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self.engine = engine
        self.clock = clock
        self._sessions = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False, autoflush=False)

    @asynccontextmanager
    async def begin(
        self,
        actor: Actor = SYSTEM,
        *,
        correlation_id: UUID | None = None,
        causation_id: UUID | None = None,
        traceparent: str | None = None,
    ) -> AsyncIterator[Transaction]:
        """Open a transaction; commit at exit, roll back on any error.

        Raises `Transient` (`database_unavailable`) when Postgres cannot be reached or takes too long, `Invalid`
        (`value_not_storable`) when a value is none that Postgres can hold.
        """
        try:
            async with self._sessions() as session, session.begin():
                yield Transaction(
                    session=session,
                    now=self.clock.now(),
                    actor=actor,
                    correlation_id=correlation_id or uuid4(),
                    causation_id=causation_id,
                    traceparent=traceparent,
                )
        except (OperationalError, InterfaceError, OSError, TimeoutError) as error:
            raise Transient(
                "database_unavailable",
                "the database did not answer; nothing was saved",
                remedy="Send the same command with the same Idempotency-Key again.",
            ) from error
        except DBAPIError as error:
            if error.connection_invalidated or _may_go_through(error):
                raise Transient("database_unavailable", "the database went away; nothing was saved") from error
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
    return create_async_engine(
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
            }
        },
        **options,
    )
