"""What the national desk sees: capacity and open requests by police district, never a case or a municipality (R12)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from services.corps import members, options, repository
from services.corps.domain.intervention import Intervention
from services.corps.domain.matching import Kind
from services.corps.domain.member import Ledger
from services.corps.domain.member_commands import Member
from shared.persistence.work import Transaction
from shared.reference.calendar import local
from shared.reference.districts import district_of

KINDS = (Kind.MENTOR, Kind.PARENT_COACH)


async def capacity(tx: Transaction) -> dict[str, Any]:
    """Return capacity and open requests, by district and kind of work."""
    async with tx.as_system() as system:
        held, everyone = await members.open_holds(system), await members.all_members(system)
        waiting = await repository.waiting(system)
    ledgers = [(member, options.ledger_of(member, held.get(member.id, ()))) for member in everyone]
    return {
        "as_of": tx.now.isoformat(),
        "capacity": _capacity(tx, ledgers),
        "requests": _requests(tx, waiting),
    }


def _capacity(tx: Transaction, ledgers: Iterable[tuple[Member, Ledger]]) -> list[dict[str, Any]]:
    rows: dict[tuple[str, Kind], dict[str, int]] = defaultdict(
        lambda: {"members": 0, "places": 0, "free": 0, "lendable_free": 0}
    )
    for member, ledger in ledgers:
        free = max(0, ledger.capacity_max - len(ledger.live(tx.now)))
        trained = {training.kind for training in member.profile.trainings}
        for kind in KINDS:
            if kind not in trained:
                continue
            row = rows[district_of(member.profile.municipality).slug, kind]
            row["members"] += 1
            row["places"] += ledger.capacity_max
            row["free"] += free
            row["lendable_free"] += free if member.profile.lendable else 0
    return [{"district": district, "kind": kind, **row} for (district, kind), row in sorted(rows.items())]


def _requests(tx: Transaction, waiting: Iterable[Intervention]) -> list[dict[str, Any]]:
    """Return open requests by district and kind: how many, how long the longest waits, what blocks. Longest first."""
    groups: Mapping[tuple[str, str], list[Intervention]] = defaultdict(list)
    for state in waiting:
        groups[state.district, state.requirements.kind].append(state)
    today = local(tx.now).date()
    rows = [
        {
            "district": district,
            "kind": kind,
            "requests": len(states),
            "asked_the_desk": sum(state.clock("broker") is not None for state in states),
            "longest_wait_days": max((today - local(state.requested_at).date()).days for state in states),
            "blocks": sorted({code for state in states for code in state.blocks}),
        }
        for (district, kind), states in groups.items()
    ]
    return sorted(rows, key=lambda row: (-int(str(row["longest_wait_days"])), str(row["district"])))
