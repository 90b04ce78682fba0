"""The words of erasure: what was asked, by whom, why, and what has become of it. No I/O here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.errors import Invalid, TovholderError

NOBODY = 10
"""References up to this number are actors that are nobody: SYSTEM, the public. They decide nothing (R18)."""


class Kind(StrEnum):
    """What is erased."""

    UNIT = "UNIT"
    """A concern or a case in one retention class: its key is destroyed."""
    PERSON = "PERSON"
    """A person: their key, and with it every unit under it."""


class Reason(StrEnum):
    """Closed codes for why (`domain.md` 4.5); the table `vault.erasure_reasons` holds the same list."""

    RETENTION_ENDED = "RETENTION_ENDED"
    STANDING_ORDER = "STANDING_ORDER"
    """RET-0: the order that the DPO has signed; `requested_by` is that person."""
    PERSON_ASKED = "PERSON_ASKED"
    AUTHORITY_ORDERED = "AUTHORITY_ORDERED"
    ENTERED_BY_MISTAKE = "ENTERED_BY_MISTAKE"
    KEY_LOST = "KEY_LOST"
    """Its key opens nowhere, in no backup either: it is given up, so that its epoch can be retired."""


@dataclass(frozen=True, slots=True)
class Request:
    """One decision to erase. Holds references and closed codes only, so that it may lie beside the databases for good."""

    ref: UUID
    kind: Kind
    requested_by: UUID
    requested_at: datetime
    reason: Reason

    def __post_init__(self) -> None:
        """Refuse a decision that no person made."""
        if self.requested_by.int <= NOBODY:
            raise Invalid(
                "erasure_by_nobody",
                "An erasure is decided by a person.",
                field="requested_by",
                rule="domain.md 4.5 R18",
                remedy="Name the person who decided; SYSTEM only proposes.",
            )


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the ledger: the decision, and what has become of it."""

    request: Request
    person: UUID | None
    """The person with whom this unit went."""
    epochs: tuple[str, ...] | None
    """Epochs under which older copies may hold the key; None until the key was destroyed."""
    final_at: datetime | None

    @property
    def state(self) -> str:
        """Return how far it is: `decided`, `requested` (nothing here opens it), `final` (no backup does either)."""
        if self.epochs is None:
            return "decided"
        return "final" if self.final_at else "requested"


class LedgerUnapplied(TovholderError):
    """Something that was erased may be back, after a restore or a stop half way: no service starts over it."""

    def __init__(self, count: int) -> None:
        super().__init__(
            "erasure_ledger_unapplied",
            f"{count} erasures of the ledger are not carried out in these databases.",
            rule="domain.md 4.5 R20",
            remedy="Run `tovholder erasure apply`, then start again.",
        )
        self.count = count
