"""Who sees a record of a kind, by which tie, and what of its texts may be opened (`domain.md` R5, R6).

A kind of record has one `Policy`. Every surface asks the same one: which rows a list, a search or a count shows (`Store.visible`),
whether a record is there at all for an actor, and which field classes a role may be given leave to open (`leave`). May somebody
give a command? Then they must see the record, and the transition table must name one of their roles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from shared.lifecycle.actor import Actor, Role
from shared.lifecycle.text import FieldClass


class Tie(StrEnum):
    """What ties an actor to a record. Each one asks that the actor's organisation takes part in it now (`case_access`)."""

    TAKES_PART = "TAKES_PART"
    """The organisation takes part."""
    OWNS = "OWNS"
    """The record is the organisation's own: it took the concern in, or it is the municipality of the work."""
    DECIDES = "DECIDES"
    """The organisation is the authority that the record was sent to for a decision."""
    NAMED = "NAMED"
    """The organisation is the one that the record was sent to, as with DECIDES, and the actor is the person named there (R5)."""
    ENGAGED = "ENGAGED"
    """The actor is the very person who is engaged in it."""
    NATIONAL = "NATIONAL"
    """The actor works for the whole country, and the record is of no case (R11, R12)."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A role that sees records of the kind by one tie, the field classes that it may open (R6), and the rule behind it."""

    role: Role
    tie: Tie
    opens: tuple[FieldClass, ...]
    rule: str


@dataclass(frozen=True)
class Policy:
    """Who sees records of one kind. A role that no sight names sees none, whatever its organisation takes part in."""

    kind: str
    sights: tuple[Sight, ...]
    columns: Mapping[Tie, str] = field(default_factory=dict)
    """The column of the row that a tie compares: with the organisation, or for ENGAGED and NAMED with the person.

    NAMED compares the column of DECIDES as well: a name counts only at the organisation where it was given.
    """
    part: str = ""
    """What of a record it shows, in words, where that is not the record."""

    def ties_of(self, actor: Actor) -> frozenset[Tie]:
        """Return the ties by which this actor may see a record; none if it sees no record of the kind."""
        return frozenset(sight.tie for sight in self.sights if sight.role in actor.roles)

    def may_open(self, role: Role, opened: FieldClass) -> bool:
        """Say whether the role may ever open a text of this class here; the vault's leave says whether it may now."""
        return any(sight.role is role and opened in sight.opens for sight in self.sights)

    def leave(self, *roles: Role) -> tuple[tuple[Role, FieldClass], ...]:
        """Return what these roles may be given leave to open, for an `AccessChange`."""
        return tuple((sight.role, opened) for sight in self.sights if sight.role in roles for opened in sight.opens)

    @cached_property
    def roles(self) -> frozenset[Role]:
        """Return the roles that see any record of the kind."""
        return frozenset(sight.role for sight in self.sights)
