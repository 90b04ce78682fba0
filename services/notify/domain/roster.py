"""The duty roster: who is told. Pure; absence is judged at the moment that is given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared.contracts.notify import Level


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff as the roster knows them. No name; the address is that of a function."""

    person_ref: UUID
    organisation: str
    roles: tuple[str, ...]
    email: str
    away_from: datetime | None = None
    away_to: datetime | None = None
    deputy_ref: UUID | None = None
    duty_order: int = 100

    def away(self, at: datetime) -> bool:
        """Say whether the person is away at this moment."""
        return self.away_from is not None and self.away_to is not None and self.away_from <= at < self.away_to


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who is told, and as what."""

    person: Person
    level: Level


@dataclass(frozen=True, slots=True)
class Ladder:
    """Everybody who can be told of a deadline: those on duty in order, their leaders, and who mends a hole in the roster."""

    on_duty: Sequence[Person]
    leaders: Sequence[Person]
    operators: Sequence[Person] = ()
    deputies: Mapping[UUID, Person] = field(default_factory=dict)

    def next(self, level: Level, tried: Sequence[UUID], at: datetime) -> Addressee | None:
        """Return who is told next, at `level` or above, or None if nobody is left.

        Whoever is away is passed over for their deputy. Operators are asked only if the roster names nobody at all.
        """
        candidates = list(self._candidates(level, tried, at))
        found = [one for one in candidates if one.person.person_ref not in tried and not one.person.away(at)]
        return found[0] if found else None

    def _candidates(self, level: Level, tried: Sequence[UUID], at: datetime) -> Iterator[Addressee]:
        if level is Level.OWNER:
            for person in self.on_duty:
                yield Addressee(person, Level.OWNER)
                if person.away(at):
                    yield from self._deputies_of([person], Level.DEPUTY)
        if level in (Level.OWNER, Level.DEPUTY):
            told_first = sorted(self.on_duty, key=lambda person: person.person_ref not in tried)
            yield from self._deputies_of(told_first, Level.DEPUTY)
            yield from (Addressee(person, Level.DEPUTY) for person in self.on_duty)
        yield from (Addressee(person, Level.LEADER) for person in self.leaders)
        yield from self._deputies_of(self.leaders, Level.LEADER)
        if not self.on_duty and not self.leaders:
            yield from (Addressee(person, Level.LEADER) for person in self.operators)

    def _deputies_of(self, people: Iterable[Person], level: Level) -> Iterator[Addressee]:
        for person in people:
            deputy = self.deputies.get(person.deputy_ref) if person.deputy_ref else None
            if deputy is not None:
                yield Addressee(deputy, level)


def in_duty_order(people: Iterable[Person]) -> list[Person]:
    """Return a roster in order: by `duty_order`, principals before those who only stand in for one of them."""
    everybody = list(people)
    standing_in = {person.deputy_ref for person in everybody if person.deputy_ref}
    return sorted(everybody, key=lambda one: (one.person_ref in standing_in, one.duty_order, str(one.person_ref)))
