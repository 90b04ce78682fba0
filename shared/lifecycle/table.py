"""Transition tables as data: a transition that is not in the table does not exist.

One `Transition` per row of `domain.md` 2.3: from which stages, by which command, to which stage, as which fact, by which roles,
under which guards, with which clocks, and the paragraph it comes from. The state diagram in the docs, the list "what can I do
next, and why not the rest", and the test for every (state, command, role) are made from the same rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.contracts.base import Fact
from shared.contracts.lifecycle import LIFECYCLE_FACTS
from shared.lifecycle.actor import Actor, Role
from shared.lifecycle.aggregate import Aggregate
from shared.lifecycle.deadlines import DeadlineRule

A = TypeVar("A", bound=Aggregate)


class Command(BaseModel):
    """What somebody wants done; an imperative. `code` is its name in URLs, agreements and metrics."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    code: ClassVar[str]
    terms: ClassVar[tuple[str, ...]] = ()
    """Fields on which several signers must agree."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    def agreed_terms(self) -> dict[str, str]:
        """Return what a second signer must say as well."""
        return {name: str(getattr(self, name)) for name in self.terms}


@dataclass(frozen=True, slots=True)
class Context:
    """What `decide` is told besides the state and the command: nothing in here is looked up."""

    actor: Actor
    now: datetime
    aggregate_id: UUID
    known: Mapping[str, Any] = field(default_factory=dict)
    """What the handler read for guards that need more than the aggregate, by name."""


@dataclass(frozen=True, slots=True)
class Guard:
    """A named condition of a row. `holds(state, command, context)` is pure; the rest is what a person reads if it does not.

    `early` says what can be told before anything is typed: True where `holds` looks at neither the command nor `known`, else a
    condition of state and context without which it cannot hold, whatever is typed.
    """

    code: str
    holds: Callable[[Any, Any, Context], bool]
    detail: str
    rule: str
    remedy: str
    field: str | None = None
    early: Callable[[Any, Context], bool] | Literal[True] | None = None

    def may_hold(self, state: Any, context: Context) -> bool:
        """Say whether it can hold here at all, before a command is given."""
        if self.early is None:
            return True
        return self.holds(state, None, context) if self.early is True else self.early(state, context)


@dataclass(frozen=True, slots=True)
class Transition(Generic[A]):
    """One row. No `sources` means that the row creates the aggregate; `target` None means that the stage stays.

    `together` lists roles that must all agree (by different persons, on the same terms). `when` picks one of several rows of a
    command in a stage (rows 23 and 24). `fills` gives fields of the fact that do not come from the command or the state.
    `meets` are kinds of clocks that the row answers, `drops` kinds that it cancels although they would outlast the stage; of
    clocks about a part of the aggregate, `about` picks the part (all parts without it). `hands` are clocks that go to whoever
    owns them after the row, where that is somebody else than before: due as they were. `deciding` rows are closed to SYSTEM;
    a row that SYSTEM may take carries out what named persons signed, or follows a fact of another service, and names no
    `Role` of its own to decide.
    `follows` marks rows that only a fact of another service may take.
    """

    rule: str
    command: type[Command]
    fact: type[Fact]
    roles: tuple[Role, ...]
    sources: tuple[str, ...] = ()
    target: str | None = None
    together: tuple[Role, ...] = ()
    when: Callable[[Any, Any, Context], bool] | None = None
    guards: tuple[Guard, ...] = ()
    fills: Callable[[Any, Any, Context], Mapping[str, Any]] | None = None
    opens: tuple[DeadlineRule, ...] = ()
    meets: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()
    hands: tuple[DeadlineRule, ...] = ()
    about: Callable[[Any, Any], UUID | None] | None = None
    deciding: bool = True
    follows: bool = False

    @property
    def creates(self) -> bool:
        """Say whether this row brings the aggregate into being."""
        return not self.sources


@dataclass(frozen=True)
class Lifecycle(Generic[A]):
    """An aggregate's whole life: its state, its rows, how its first fact makes it and how later facts change it."""

    state: type[A]
    stages: tuple[str, ...]
    rows: tuple[Transition[A], ...]
    begin: Callable[[UUID, Fact], A]
    apply: Callable[[A, Fact], A]

    @property
    def kind(self) -> str:
        """Return the kind of aggregate, as in `/v1/<kind>s` and in the subject of facts."""
        return self.state.kind

    @property
    def topic(self) -> str:
        """Return the Kafka topic of its facts."""
        return self.state.topic

    @cached_property
    def commands(self) -> tuple[type[Command], ...]:
        """Return every command, in the order of the rows."""
        return tuple(dict.fromkeys(row.command for row in self.rows))

    @cached_property
    def facts(self) -> Mapping[str, type[Fact]]:
        """Return every fact that this aggregate can have, by wire type."""
        return {fact.type: fact for fact in (*(row.fact for row in self.rows), *LIFECYCLE_FACTS)}

    def rows_of(self, command: type[Command]) -> tuple[Transition[A], ...]:
        """Return the rows of a command."""
        return tuple(row for row in self.rows if row.command is command)

    def evolve(self, state: A | None, aggregate_id: UUID, fact: Fact) -> A:
        """Return the state after `fact`. Pure; the fold of all facts gives the row that Postgres holds."""
        current = self.begin(aggregate_id, fact) if state is None else state
        return self.apply(current.after(fact), fact)

    def replay(self, aggregate_id: UUID, facts: list[Fact]) -> A:
        """Return the state that the facts, in order, lead to. Raises `LookupError` if there are none."""
        state: A | None = None
        for fact in facts:
            state = self.evolve(state, aggregate_id, fact)
        if state is None:
            raise LookupError("an aggregate without facts does not exist")
        return state
