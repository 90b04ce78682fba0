"""Who can be chosen for an intervention now, and why the others cannot: members as they are, ranked by the pure matching.

Nothing of it is stored (R25): whoever asks again gets today's answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.corps import members, repository
from services.corps.domain.intervention import Intervention
from services.corps.domain.matching import (
    Blocking,
    Candidate,
    Option,
    Ranking,
    Requirement,
    Skill,
    Training,
    broken,
    rank,
    request_multiplier,
)
from services.corps.domain.matching.constraints import sentence
from services.corps.domain.member import Hold, HoldKind, Ledger
from services.corps.domain.member_commands import Member
from services.corps.domain.requests import conflicts, good_relations, requirement_of, serving_others
from shared.errors import NotFound
from shared.persistence.work import Transaction
from shared.reference.calendar import local

OFFERED_INSTEAD = 5
"""How many who are free now an answer `member_taken` names."""


@dataclass(frozen=True)
class Pool:
    """The members as candidates for one intervention, and their ranking today."""

    requirement: Requirement
    candidates: Mapping[UUID, Candidate]
    ranking: Ranking

    def candidate(self, member_ref: UUID) -> Candidate:
        """Return one candidate. Raises `NotFound` (`member_not_found`)."""
        found = self.candidates.get(member_ref)
        if found is None:
            raise NotFound("member_not_found", "there is no such member of the corps", field="member_ref")
        return found

    def place(self, member_ref: UUID) -> int:
        """Return the member's place in the ranking, from 1; 0 if she is not in it."""
        refs = [option.member_ref for option in self.ranking.options]
        return refs.index(member_ref) + 1 if member_ref in refs else 0


async def pool(tx: Transaction, state: Intervention) -> Pool:
    """Read the members of all employers as they are now and rank them for an intervention."""
    async with tx.as_system() as system:
        return await _pool(system, state)


async def _pool(tx: Transaction, state: Intervention) -> Pool:
    requirement = requirement_of(state)
    family = await repository.family(tx, state.case_id)
    today = local(tx.now).date()
    held, loads, hosts = await members.open_holds(tx), await members.loads(tx), await members.hosts(tx)
    excluded, serving = conflicts(family), serving_others(state, family)
    good = good_relations(state, family)
    candidates = {}
    for member in await members.all_members(tx):
        ref = member.id
        ledger = ledger_of(member, held.get(ref, ()))
        candidates[ref] = _candidate(
            member,
            ledger,
            tx,
            on_leave=any(leave.from_day <= today <= leave.to_day for leave in member.profile.leave),
            municipality_active=member.profile.municipality in hosts,
            load_90d=loads.get(ref, 0),
            earlier_good_relation=ref in good,
            conflict=ref in excluded or ref in state.stepped_aside,
            serves_relative=ref in serving,
        )
    return Pool(requirement, candidates, rank(requirement, candidates.values(), today=today))


def ledger_of(member: Member, held: tuple[Hold, ...]) -> Ledger:
    """Return what is held of a member, from rows that were read without a lock."""
    return Ledger(member.profile.capacity_max, member.profile.hours_per_week, held)


def breaks(found: Pool, member_ref: UUID, tx: Transaction, *, own_hold: bool = False) -> tuple[str, ...]:
    """Return the hard constraints that the pair breaks, real codes: for decisions, not for display.

    `own_hold` says that one of her places is held for this very intervention, so that her capacity is not the question.
    """
    codes = broken(found.requirement, found.candidate(member_ref), local(tx.now).date())
    return tuple(code for code in codes if not (own_hold and code == "H2"))


def shown(found: Pool, tx: Transaction) -> dict[str, Any]:
    """Return the answer of `GET /v1/interventions/{id}/options`."""
    ranking = found.ranking
    return {
        "weights_version": ranking.weights_version,
        "waiting_since": found.requirement.waiting_since.isoformat(),
        "priority": round(request_multiplier(found.requirement, local(tx.now).date()), 2),
        "fitting": ranking.fitting,
        "own_available": ranking.own_available,
        "options": [
            {"option": place, **_option(one), "lines": [asdict(line) for line in one.lines]}
            for place, one in enumerate(ranking.options, start=1)
            if one in ranking.proposals
        ],
        "others": [
            {"option": place, **_option(one)}
            for place, one in enumerate(ranking.options, start=1)
            if one not in ranking.proposals
        ],
        "not_there": not_there(ranking, found.requirement),
        "blocking": blocking(ranking.blocking),
    }


def free_now(found: Pool) -> list[dict[str, Any]]:
    """Return the first few who are free now, for the answer that another one is not."""
    return [{"option": place, **_option(one)} for place, one in enumerate(found.ranking.options[:OFFERED_INSTEAD], 1)]


def not_there(ranking: Ranking, requirement: Requirement) -> list[dict[str, Any]]:
    """Return why members are not among the options: how many break which constraint. Never which member."""
    counts = Counter(code for rejection in ranking.rejected for code in rejection.codes)
    return [
        {"code": code, "members": count, "sentence": sentence(code, requirement)}
        for code, count in counts.most_common()
    ]


def blocking(found: Blocking | None) -> dict[str, Any] | None:
    """Return what blocks, in plain words; there is no request, member or municipality in it."""
    return asdict(found) if found else None


def block_codes(ranking: Ranking) -> Sequence[str]:
    """Return the codes of what blocks: what the national desk is told."""
    return ranking.blocking.codes if ranking.blocking else ()


def _option(one: Option) -> dict[str, Any]:
    return {
        "member_ref": str(one.member_ref),
        "municipality": one.municipality,
        "loan": one.loan,
        "points": one.points,
        "proposed": one.proposed,
    }


def _candidate(member: Member, ledger: Ledger, tx: Transaction, **answers: Any) -> Candidate:
    """Return the member as matching sees her. Areas to avoid and opponents are not kept yet: nobody is ruled out for them."""
    profile, live = member.profile, ledger.live(tx.now)
    active = sum(hold.kind is HoldKind.ACTIVE for hold in live)
    return Candidate(
        member_ref=member.id,
        municipality=profile.municipality,
        trainings=tuple(Training(one.kind, one.held_on, one.valid_until) for one in profile.trainings),
        languages=profile.languages,
        capacity_max=profile.capacity_max,
        active=active,
        reserved=len(live) - active,
        gender=profile.gender,
        skills=tuple(Skill(one.competence, one.level, one.valid_until) for one in profile.skills),
        last_supervision_at=member.last_supervision_at or _first_at_work(live),
        hours_free=float(ledger.hours_free(tx.now)),
        lendable=profile.lendable,
        max_distance_km=float(profile.max_distance_km),
        remote_ok=profile.remote_ok,
        children_certificate=profile.children_certificate,
        security_cleared=profile.security_cleared,
        works_in_avoid_area=False,
        serves_opponent=False,
        **answers,
    )


def _first_at_work(live: Sequence[Hold]) -> date | None:
    """Return since when a member who never had supervision has needed it: the 60 days of 3.8 run from her first case."""
    return min((local(hold.since).date() for hold in live if hold.kind is HoldKind.ACTIVE), default=None)
