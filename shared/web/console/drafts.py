"""Long forms that save themselves: what is typed is kept on the server, sealed, and is there again after any crash.

    CommandPages(..., drafts=FormDrafts(DRAFTS, vault), drafted=frozenset({"complete-assessment"}))

The page sends the form to `<its address>/draft` when typing stops; the button "Gem kladde" does the same without JavaScript.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.persistence.drafts import Drafts
from shared.persistence.work import Transaction
from shared.vault import Unopenable, Vault
from shared.web.console.session import CSRF_FIELD
from shared.web.console.site import Form, Visit

OWN_FIELDS = frozenset({CSRF_FIELD, "key", "version", "more", "draft"})
"""What a form carries for itself; all else somebody typed."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as its form begins with it: what was typed, when it was saved, and on which version of the record."""

    form: Form
    saved_at: datetime
    version: int


@dataclass(frozen=True)
class FormDrafts:
    """Keeps and finds drafts of forms."""

    drafts: Drafts
    vault: Vault

    async def keep(self, visit: Visit, unit: UUID, code: str, version: int) -> datetime:
        """Save what was typed; return the moment."""
        typed = [pair for pair in visit.form.pairs if pair[0] not in OWN_FIELDS and pair[1]]
        await self.vault.new_unit(unit)  # a record that nobody has written about yet has no key
        sealed = await self.vault.seal_draft(unit, visit.actor.person_ref, json.dumps(typed))
        async with visit.console.edge.begin(visit.request, visit.actor) as tx:
            return await self.drafts.save(tx, unit, code, sealed, version)

    async def find(self, tx: Transaction, unit: UUID, code: str) -> Draft | None:
        """Return the visitor's own draft; None if there is none, or if its key is gone."""
        kept = await self.drafts.find(tx, unit, code)
        if kept is None:
            return None
        try:
            plain = await self.vault.open_draft(unit, tx.actor.person_ref, kept.sealed)
        except Unopenable:
            return None
        pairs = tuple((str(name), str(value)) for name, value in json.loads(plain.reveal()))
        return Draft(Form(pairs), kept.saved_at, kept.version)

    async def drop(self, tx: Transaction, unit: UUID, code: str) -> None:
        """Forget the draft of a form that was sent."""
        await self.drafts.drop(tx, unit, code)
