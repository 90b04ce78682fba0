"""Who acts: roles of `domain.md` 2.1, and the actor that a verified token names."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """Roles that may give commands (`domain.md` 2.1); LEADER signs loans and hears escalations (3.9, T05)."""

    HOTLINE_ADVISER = "HOTLINE_ADVISER"
    PRO_REPORTER = "PRO_REPORTER"
    TOVHOLDER_KOMMUNE = "TOVHOLDER_KOMMUNE"
    TOVHOLDER_POLITI = "TOVHOLDER_POLITI"
    SECRETARIAT = "SECRETARIAT"
    PARTICIPANT = "PARTICIPANT"
    STEERING = "STEERING"
    CENTRE_ADVISER = "CENTRE_ADVISER"
    CASEWORKER = "CASEWORKER"
    CHILD_UNIT = "CHILD_UNIT"
    LOCAL_COORDINATOR = "LOCAL_COORDINATOR"
    NATIONAL_DESK = "NATIONAL_DESK"
    CORPS_MEMBER = "CORPS_MEMBER"
    EXIT_COORD = "EXIT_COORD"
    LEADER = "LEADER"
    DPO = "DPO"
    AUDITOR = "AUDITOR"
    OPERATOR = "OPERATOR"
    PUBLIC = "PUBLIC"
    SYSTEM = "SYSTEM"


class Regime(StrEnum):
    """The data protection law that governs a record (`domain.md` 4.1)."""

    GDPR = "GDPR"
    LED = "LED"
    MIXED = "MIXED"


ORGANISATION = re.compile(r"^[a-z]+:[a-z0-9-]+$")
"""Organisation codes: `kommune:0253`, `politi:fyn`, `school:koege-01`, `hotline:national`."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person in a role at an organisation, or SYSTEM. Holds references only, never a name."""

    person_ref: UUID
    organisation: str
    roles: frozenset[Role]
    regime: Regime = Regime.GDPR
    issued_at: datetime | None = field(default=None, compare=False)
    """When the token was issued that names the actor (wall time); None without a token."""

    @property
    def is_system(self) -> bool:
        """Say whether this is SYSTEM, which reminds, escalates and proposes but never decides (`domain.md` 2.1)."""
        return Role.SYSTEM in self.roles


SYSTEM = Actor(UUID(int=0), "system:tovholder", frozenset({Role.SYSTEM}))
"""Timers and consumers act as SYSTEM."""

PUBLIC = Actor(UUID(int=1), "public:web", frozenset({Role.PUBLIC}))
"""A citizen at the public intake, who has no account and leaves no trace."""
