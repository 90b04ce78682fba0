"""Giving a command: load, seal, decide, save. What handlers of all services do the same way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from shared.errors import Conflict, StaleVersion, TovholderError
from shared.lifecycle.aggregate import Aggregate
from shared.lifecycle.decide import decide
from shared.lifecycle.table import Command, Context
from shared.persistence.idempotency import AlreadyDone, Answer, Attempt, Idempotency
from shared.persistence.sealing import Sealer, seal_texts
from shared.persistence.store import Store
from shared.persistence.work import Transaction, UnitOfWork

A = TypeVar("A", bound=Aggregate)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command led to."""

    id: UUID
    version: int
    stage: str

    @classmethod
    def of(cls, state: Aggregate) -> Outcome:
        """Return the outcome that the state shows."""
        return cls(state.id, state.version, state.stage)


async def give(
    tx: Transaction,
    store: Store[A],
    sealer: Sealer | None,
    aggregate_id: UUID,
    command: Command,
    *,
    expected_version: int | None = None,
    known: Mapping[str, Any] | None = None,
    unit: UUID | None = None,
) -> A:
    """Give a command to an existing aggregate; return the state afterwards.

    `known` is what guards need besides the aggregate. `unit` is the erasable unit that its texts belong to, the aggregate's
    own unless said otherwise. Raises `NotFound`, `StaleVersion` and what `decide` raises.
    """
    state = await store.load(tx, aggregate_id)
    require_version(state, expected_version)
    return await carry_out(tx, store, sealer, state, aggregate_id, command, known=known, unit=unit)


def require_version(state: Aggregate, expected_version: int | None) -> None:
    """Raise `StaleVersion` unless the state is the one that the person saw; None asks for nothing."""
    if expected_version is not None and expected_version != state.version:
        raise StaleVersion(
            "stale_version",
            f"you saw version {expected_version}, it is now at {state.version}",
            field="If-Match",
            remedy="Load it again, then decide anew.",
        )


async def create(
    tx: Transaction,
    store: Store[A],
    sealer: Sealer | None,
    aggregate_id: UUID,
    command: Command,
    *,
    known: Mapping[str, Any] | None = None,
) -> A:
    """Give the command that brings an aggregate into being; a sealer makes the key of its erasable unit first."""
    if sealer is not None:
        await sealer.new_unit(aggregate_id)
    return await carry_out(tx, store, sealer, None, aggregate_id, command, known=known)


async def carry_out(
    tx: Transaction,
    store: Store[A],
    sealer: Sealer | None,
    state: A | None,
    aggregate_id: UUID,
    command: Command,
    *,
    known: Mapping[str, Any] | None = None,
    unit: UUID | None = None,
) -> A:
    """Seal, decide and save for a state that the caller has loaded and locked."""
    sealed = None
    if sealer is not None:
        command, sealed = await seal_texts(sealer, unit or aggregate_id, command)
    context = Context(actor=tx.actor, now=tx.now, aggregate_id=aggregate_id, known=known or {})
    after, facts = decide(store.lifecycle, state, command, context)
    if after is None:
        raise Conflict("nothing_there", "there is nothing to give this command to")
    after, facts = store.with_sight(after, facts)
    await store.save(tx, state, after, facts, sealed)
    return after


async def once(
    work: UnitOfWork,
    idempotency: Idempotency,
    attempt: Attempt,
    act: Callable[[], Awaitable[Answer]],
) -> Answer:
    """Run `act`, which records its answer under the attempt's key, and answer a repeat with the first answer.

    Every error first asks whether the key has an answer: a repeat that arrives with a version that the first one has made
    stale is still a repeat.
    """
    try:
        return await act()
    except AlreadyDone:
        found = await idempotency.find(work, attempt)
        assert found is not None, "the record that conflicted is there"
        return found
    except (Conflict, TovholderError):
        found = await idempotency.find(work, attempt)
        if found is None:
            raise
        return found
