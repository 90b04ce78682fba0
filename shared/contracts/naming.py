"""The fact that a caseworker is named on a case (`domain.md` R5, 3.4 `participants`)."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.contracts.assessment_codes import NamingReason
from shared.contracts.base import Fact


class CaseworkerNamed(Fact):
    """R5: `person` works on the case for `authority` from here, and `replaced`, who was named before, no longer."""

    type: ClassVar[str] = "case.caseworker_named.v1"

    person: UUID
    authority: str
    reason: NamingReason
    replaced: UUID | None = None
    named_at: datetime
