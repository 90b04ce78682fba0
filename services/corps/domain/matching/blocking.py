"""What stands in the way when nobody fits, and what would help (`domain.md` 5.3, T17).

A `Blocking` holds no request, member or municipality: only the district, so that the national desk may see it as it is (R12).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations

from services.corps.domain.matching.constraints import broken, sentence, shown, supervision_overdue
from services.corps.domain.matching.models import Candidate, Requirement
from shared.reference.municipalities import municipality

NO_MEMBERS = "NO_MEMBERS"
BELOW_THRESHOLD = "BELOW_THRESHOLD"


@dataclass(frozen=True, slots=True)
class Block:
    """One constraint that blocks: how many members break it, and the plain words."""

    code: str
    members: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Relaxation:
    """What would bring members back: the codes of the changes, how many members, and the plain words."""

    codes: tuple[str, ...]
    members: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Blocking:
    """Why there is no proposal. `blocks` is the smallest set of constraints that together rule everybody out."""

    district: str
    considered: int
    blocks: tuple[Block, ...]
    relaxations: tuple[Relaxation, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the codes of the blocking set."""
        return tuple(block.code for block in self.blocks)


@dataclass(frozen=True, slots=True)
class _Change:
    code: str
    constraint: str
    words: str
    apply: Callable[[Requirement], Requirement]


_CHANGES = (
    _Change("H4_INTERPRETER", "H4", "accept an interpreter", lambda one: replace(one, interpreter_accepted=True)),
    _Change("H5_GENDER", "H5", "make the gender a wish", lambda one: replace(one, gender_required=False)),
    _Change("H7_REMOTE", "H7", "accept work at a distance", lambda one: replace(one, remote_accepted=True)),
    _Change("H10_CO_MENTOR", "H10", "add an experienced co-mentor", lambda one: replace(one, co_mentor=True)),
)
"""What a person may relax. A veto, a conflict, safety, training and a minor's protection are never offered."""

HOLD_SUPERVISION = "H2_SUPERVISION"


def explain_blocking(
    requirement: Requirement, pairs: Sequence[tuple[Candidate, tuple[str, ...]]], today: date, poor: int = 0
) -> Blocking:
    """Return what blocks. `pairs` are all candidates with the codes they break; `poor` fit but have too few points."""
    failing = [(one, codes) for one, codes in pairs if codes]
    district = municipality(requirement.municipality).police_district
    if poor or not pairs:
        blocks: tuple[Block, ...] = (_poor(poor),)
    else:
        blocks = _blocks(requirement, [shown(codes) for _, codes in failing])
    return Blocking(district, len(pairs), blocks, _relaxations(requirement, failing, today))


def _poor(members: int) -> Block:
    if not members:
        return Block(NO_MEMBERS, 0, "No corps member is on record.")
    return Block(BELOW_THRESHOLD, members, "Those who may be chosen suit the work too poorly to be proposed.")


def _blocks(requirement: Requirement, rows: list[tuple[str, ...]]) -> tuple[Block, ...]:
    counts = Counter(code for codes in rows for code in codes)
    cover = _smallest_cover(set(map(frozenset, rows)), counts)
    return tuple(Block(code, counts[code], sentence(code, requirement)) for code in cover)


def _smallest_cover(rows: set[frozenset[str]], counts: Counter[str]) -> tuple[str, ...]:
    """Return the fewest codes of which every row has one; of equals, those that most members break, then by code.

    At most nine codes are shown, so all 512 sets can be tried.
    """
    codes = sorted(counts, key=lambda code: (-counts[code], code))
    for size in range(1, len(codes) + 1):
        for chosen in combinations(codes, size):
            if all(row.intersection(chosen) for row in rows):
                return chosen
    return ()


def _relaxations(
    requirement: Requirement, failing: list[tuple[Candidate, tuple[str, ...]]], today: date
) -> tuple[Relaxation, ...]:
    """Return single changes that bring somebody back, most members first; pairs of changes only if no single one does."""
    found = [*_changed(requirement, failing, today, 1), *_supervised(requirement, failing, today)]
    found = found or _changed(requirement, failing, today, 2)
    return tuple(sorted(found, key=lambda one: (-one.members, one.codes)))


def _changed(
    requirement: Requirement, failing: list[tuple[Candidate, tuple[str, ...]]], today: date, size: int
) -> list[Relaxation]:
    found = []
    for changes in combinations(_CHANGES, size):
        constraints = {change.constraint for change in changes}
        relaxed = requirement
        for change in changes:
            relaxed = change.apply(relaxed)
        # Only who breaks nothing else can come back: the rest need not be looked at again.
        near = (one for one, codes in failing if constraints.issuperset(codes))
        members = sum(not broken(relaxed, one, today) for one in near)
        if members:
            found.append(_relaxation(tuple(change.code for change in changes), members, changes))
    return found


def _relaxation(codes: tuple[str, ...], members: int, changes: tuple[_Change, ...]) -> Relaxation:
    words = " and ".join(change.words for change in changes)
    return Relaxation(codes, members, f"{words[0].upper()}{words[1:]}: {_people(members)}.")


def _supervised(
    requirement: Requirement, failing: list[tuple[Candidate, tuple[str, ...]]], today: date
) -> list[Relaxation]:
    late = (one for one, codes in failing if codes == ("H2",) and supervision_overdue(one, today))
    members = sum(not broken(requirement, replace(one, last_supervision_at=today), today) for one in late)
    words = f"Hold the overdue supervision: {_people(members)}."
    return [Relaxation((HOLD_SUPERVISION,), members, words)] if members else []


def _people(members: int) -> str:
    return "one more member fits" if members == 1 else f"{members} more members fit"
