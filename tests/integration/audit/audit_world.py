"""What the tests of the access log speak of: an organisation whose people look at a text."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from shared.vault import FieldClass, Grant, Looker, LookReason, NewText, Vault
from tests.integration.vault.world import Cluster

ROLE = "HOTLINE_ADVISER"


@dataclass(frozen=True)
class World:
    """One organisation, one unit with one text, one person who looks."""

    cluster: Cluster
    engine: AsyncEngine
    vault: Vault
    folder: Path
    organisation: str
    unit: UUID
    blob: UUID
    person: UUID = field(default_factory=uuid4)

    @classmethod
    async def made(cls, cluster: Cluster, engine: AsyncEngine, vault: Vault, folder: Path) -> World:
        organisation, unit = f"hotline:t{uuid4().hex[:12]}", uuid4()
        await vault.new_unit(unit)
        async with AsyncSession(engine) as session, session.begin():
            [blob] = await vault.put_many(
                session,
                unit=unit,
                texts=[NewText(FieldClass.CASE_TEXT, "description", "skrevet af en prøve")],
                grants=[Grant(organisation, ROLE, FieldClass.CASE_TEXT)],
            )
        return cls(cluster, engine, vault, folder, organisation, unit, blob)

    @property
    def looker(self) -> Looker:
        return Looker(self.person, self.organisation, ROLE)

    async def look(self, times: int = 1) -> None:
        """Open the text so often."""
        for _ in range(times):
            await self.vault.look(self.engine, looker=self.looker, blobs=[self.blob], reason=LookReason.TRIAGE)
