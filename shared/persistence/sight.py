"""Who gains or loses sight of an aggregate, and the facts that tell other services when sight ends or comes back.

`case_access` holds it for the service itself. Others hold things about the aggregate too, notify above all; they learn it from
`SightChanged`, so that nobody is told of what they may no longer open (`domain.md` R5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.contracts.base import Fact
from shared.contracts.lifecycle import SightChanged
from shared.lifecycle.actor import Role
from shared.lifecycle.aggregate import Aggregate, Outside
from shared.lifecycle.text import FieldClass


@dataclass(frozen=True, slots=True)
class AccessChange:
    """An organisation gains sight of an aggregate, or loses it (`ends`).

    `opens` lists what its roles may open of the erasable unit `unit` (the aggregate's own unless said otherwise); sight that
    ends takes that back as well. `person` narrows the leave to one person; with `ends` that person's leave alone is taken
    back, and the organisation keeps its sight. With `until` sight and leave are that one person's, and end by themselves (R7).
    A `stub` is sight of no more than that the record is there and who handles it (T08): no work waits behind it.
    """

    organisation: str
    ends: bool = False
    opens: tuple[tuple[Role, FieldClass], ...] = ()
    unit: UUID | None = None
    person: UUID | None = None
    until: datetime | None = None
    stub: bool = False


AccessRule = Callable[[Any, Fact], Iterable[AccessChange]]


def sight_facts(
    state: Aggregate, sights: Sequence[AccessChange], roles: Iterable[Role], cause: Fact
) -> list[SightChanged]:
    """Return what the changes of sight mean to others, in a fixed order; nothing if nobody's sight ends or comes back.

    `state` is the aggregate after the facts of the command, `roles` those whose sight its policy gives, `cause` a fact of the
    command. Sight that a whole organisation gains is its people's too; sight that is one person's for a while counts for nothing.
    """
    outside = dict.fromkeys(state.outside)
    for sight in sights:
        if sight.until is not None:
            continue
        person = sight.person if sight.ends else None
        if sight.ends or sight.stub:
            outside[Outside(organisation=sight.organisation, person=person)] = None
        else:
            outside = dict.fromkeys(each for each in outside if not _comes_back(each, sight))
    changed = [(each, False) for each in outside if each not in state.outside]
    changed += [(each, True) for each in state.outside if each not in outside]
    return [
        SightChanged(
            by=cause.by,
            by_role=cause.by_role,
            organisation=cause.organisation,
            of_organisation=each.organisation,
            of_person=each.person,
            of_roles=tuple(sorted(roles)),
            sees=sees,
        )
        for each, sees in changed
    ]


def _comes_back(each: Outside, sight: AccessChange) -> bool:
    named = sight.person is None or each.person in (None, sight.person)
    return each.organisation == sight.organisation and named
