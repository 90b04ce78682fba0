"""What a reporter is asked: who has the reference code reads it this way, and nothing else of the concern (`domain.md` 2.3 row 5).

Staff open a question like any other text of the concern. A reporter has leave for no text of it: the vault opens the field `question`
to who comes with a code, and no other field, each look on record as the reporter's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from services.intake.domain.concern import Concern
from shared.lifecycle.actor import PUBLIC, Role
from shared.vault import Vault
from shared.vault.model import Looker


@dataclass(frozen=True)
class Questions:
    """Opens questions for reporters."""

    vault: Vault
    engine: AsyncEngine

    async def read(self, concern: Concern, now: datetime) -> list[dict[str, Any]]:
        """Return the open questions of the concern to which a code belongs: reference and text. Raises what the vault raises."""
        asked = [each.text for each in concern.open_questions]
        looker = Looker(PUBLIC.person_ref, PUBLIC.organisation, Role.PUBLIC)
        found = await self.vault.questions(self.engine, looker=looker, blobs=asked, now=now)
        return [{"question": str(ref), "text": plain.reveal()} for ref, plain in zip(asked, found, strict=True)]
