"""Who acts in the tests of corps: fictional people in the roles and municipalities of the stories, always the same."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from shared.lifecycle.actor import Actor, Role

HOST, FAR, THIRD, BARE = "0751", "0101", "0461", "0370"
"""Aarhus, Koebenhavn and Odense keep members; Naestved has none and borrows."""


def person(role: Role, municipality: str, number: int = 1) -> Actor:
    """Return a fictional person in a role at a municipality, always the same."""
    code = int(municipality) * 1000 + list(Role).index(role) * 10 + number
    return Actor(UUID(int=0xF0000000 + code), f"kommune:{municipality}", frozenset({role}))


DESK = Actor(UUID(int=0xDE5C), "centre:national", frozenset({Role.NATIONAL_DESK}))


def coordinator(municipality: str) -> Actor:
    return person(Role.LOCAL_COORDINATOR, municipality)


def caseworker(municipality: str) -> Actor:
    return person(Role.CASEWORKER, municipality)


def leader(municipality: str) -> Actor:
    return person(Role.LEADER, municipality)


def as_member(member: UUID, municipality: str) -> Actor:
    return Actor(member, f"kommune:{municipality}", frozenset({Role.CORPS_MEMBER}))


def profile(municipality: str, **changes: Any) -> dict[str, Any]:
    """Return the body that registers a fictional member."""
    return {
        "member_ref": str(uuid4()),
        "municipality": municipality,
        "trainings": [{"kind": "MENTOR", "held_on": "2026-01-10"}],
        "languages": {"da": "C2"},
        "gender": "FEMALE",
        "skills": [{"competence": "HOEJRE", "level": 3, "valid_until": "2028-01-01"}],
        "capacity_max": 1,
        "hours_per_week": 10,
        "lendable": True,
        "max_distance_km": 400,
        **changes,
    }
