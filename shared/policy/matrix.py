"""What every door answers to every role and relation: the table that `docs/access.md` shows and the tests ask for.

Derived from the policies and the doors, so that there is nothing to keep in step by hand.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from shared.lifecycle.actor import Role
from shared.policy.doors import Door
from shared.policy.sights import Policy, Tie

STAFF: Final = tuple(role for role in Role if role not in (Role.SYSTEM, Role.PUBLIC))
"""Roles that a token can give."""


class Relation(StrEnum):
    """How an actor's organisation, or the actor in person, stands to a record."""

    OWNER = "OWNER"
    """The record is the organisation's own, and it takes part in it."""
    PARTICIPANT = "PARTICIPANT"
    """The organisation takes part."""
    DECIDER = "DECIDER"
    """The organisation takes part as the authority that decides; a colleague of the actor's is named there."""
    NAMED = "NAMED"
    """The organisation takes part as the authority that decides, and the actor is named there (R5)."""
    ONCE_NAMED = "ONCE_NAMED"
    """The organisation takes part as the authority that decides; the actor was named there, and somebody else is now."""
    HERSELF = "HERSELF"
    """The actor is engaged in it in person, and the organisation takes part."""
    FORMER = "FORMER"
    """The organisation took part, and its access has ended (`to`)."""
    OTHER_MUNICIPALITY = "OTHER_MUNICIPALITY"
    """Another municipality of the same police district."""
    OTHER_DISTRICT = "OTHER_DISTRICT"
    """A municipality elsewhere."""
    NATIONAL = "NATIONAL"
    """The centre."""
    NONE = "NONE"
    """An organisation that has nothing to do with it."""


TIES: Final[dict[Relation, frozenset[Tie]]] = {
    Relation.OWNER: frozenset({Tie.TAKES_PART, Tie.OWNS}),
    Relation.PARTICIPANT: frozenset({Tie.TAKES_PART}),
    Relation.DECIDER: frozenset({Tie.TAKES_PART, Tie.DECIDES}),
    Relation.NAMED: frozenset({Tie.TAKES_PART, Tie.DECIDES, Tie.NAMED}),
    Relation.ONCE_NAMED: frozenset({Tie.TAKES_PART, Tie.DECIDES}),
    Relation.HERSELF: frozenset({Tie.TAKES_PART, Tie.ENGAGED}),
}
"""The ties of a relation; those that are not named have none."""


class Answer(StrEnum):
    """What somebody is told at a door."""

    ADMITTED = "ADMITTED"
    """The door opens; the state and the body decide the rest."""
    HIDDEN = "HIDDEN"
    """404, the same as for what does not exist."""
    REFUSED = "REFUSED"
    """403 by role alone, the same for every record there is or is not."""


def sees(policy: Policy, role: Role, relation: Relation) -> bool:
    """Say whether somebody in this role and relation sees a record."""
    ties = TIES.get(relation, frozenset()) | {Tie.NATIONAL}
    return any(sight.role is role and sight.tie in ties for sight in policy.sights)


def answer(door: Door, role: Role, relation: Relation) -> Answer:
    """Return what the door answers. A list admits, and leaves out what is not seen."""
    if not door.admits(role):
        return Answer.REFUSED
    if door.about is None or door.lists or sees(door.about, role, relation):
        return Answer.ADMITTED
    return Answer.HIDDEN
