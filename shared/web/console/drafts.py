"""Long forms that save themselves: what is typed is kept on the server, sealed, and is there again after any crash.

    CommandPages(..., drafts=FormDrafts(DRAFTS, vault), drafted=frozenset({"complete-assessment"}))

The page sends the form to `<its address>/draft` when typing stops; the button "Gem kladde" does the same without JavaScript.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from shared.persistence.drafts import Drafts
from shared.persistence.work import Transaction
from shared.vault import Unopenable, Vault
from shared.vault.drafts import without_cpr
from shared.web.console.session import CSRF_FIELD
from shared.web.console.site import Form

OWN_FIELDS: Final = frozenset({CSRF_FIELD, "key", "version", "more", "draft"})
"""What a form carries for itself; all else somebody typed."""

Pairs = Sequence[tuple[str, str]]
"""What a form holds: names and values, in order."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as its form begins with it: what was typed, when it was begun and saved, and on which version of the record."""

    form: Form
    begun_at: datetime
    saved_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a save: the moment, and whether a CPR number was left out (R14)."""

    at: datetime
    cpr: bool = False


@dataclass(frozen=True)
class FormDrafts:
    """Keeps and finds drafts of forms, each in the caller's transaction."""

    drafts: Drafts
    vault: Vault

    async def keep(self, tx: Transaction, unit: UUID, code: str, pairs: Pairs, version: int = 0) -> Saved:
        """Save what was typed, without any CPR number; what the form carries for itself is the caller's to leave out."""
        clean = [(name, without_cpr(value)) for name, value in pairs if value]
        text = json.dumps(clean, ensure_ascii=False)
        sealed = await self.vault.drafts.seal(unit, tx.actor.person_ref, text)
        at = await self.drafts.save(tx, unit, code, sealed, version)
        return Saved(at, cpr=clean != [pair for pair in pairs if pair[1]])

    async def find(self, tx: Transaction, unit: UUID, code: str) -> Draft | None:
        """Return the visitor's own draft; None if there is none, or if its key is gone."""
        kept = await self.drafts.find(tx, unit, code)
        if kept is None:
            return None
        try:
            plain = await self.vault.drafts.open(unit, tx.actor.person_ref, kept.sealed)
        except Unopenable:
            return None
        pairs = tuple((str(name), str(value)) for name, value in json.loads(plain.reveal()))
        return Draft(Form(pairs), kept.begun_at, kept.saved_at, kept.version)

    async def drop(self, tx: Transaction, unit: UUID, code: str) -> None:
        """Forget the draft of a form that was sent."""
        await self.drafts.drop(tx, unit, code)


def typed(form: Form) -> Pairs:
    """Return what somebody typed into a form."""
    return [pair for pair in form.pairs if pair[0] not in OWN_FIELDS]
