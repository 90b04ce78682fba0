"""What is typed into the form of a case before it is sent: kept sealed for its writer, and gone when it should be."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa

from services.assessment.tables import DRAFTS
from shared.lifecycle.actor import Role
from shared.persistence.pruning import Pruning
from tests.integration.assessment.assessment_world import TO_OFFER, World, assessed, person
from tests.support.visiting import Visitor


async def test_a_draft_is_its_writers_alone_and_goes_when_the_form_is_sent(world: World, visit: Any) -> None:
    case = await world.routed()
    await world.walk(case, *TO_OFFER[:4])
    path, words = f"/cases/{case}/do/complete-assessment", "Ord, som et strømsvigt ikke må tage"
    kommune = visit(Role.TOVHOLDER_KOMMUNE)
    typed = [("ratings.2.risk_level", "SERIOUS"), ("reasoning", words)]
    hidden = (await kommune.get(path)).hidden()

    await kommune.post(f"{path}/draft", [*hidden.items(), *typed])

    again = await kommune.get(path)
    assert words in again.html
    assert re.search(r'name="ratings.2.risk_level" value="SERIOUS" checked', again.html)
    assert "Kladde gemt" in again.text
    colleague = Visitor(world.http, person(Role.TOVHOLDER_KOMMUNE).token)
    assert words not in (await colleague.get(path)).html
    async with world.work.begin() as tx:
        rows = (await tx.session.execute(sa.select(DRAFTS.table.c.sealed))).scalars().all()
    assert rows
    assert not any(words.encode() in bytes(row) for row in rows)

    await kommune.fill(path, assessed(world))
    async with world.work.begin() as tx:
        left = sa.select(sa.func.count()).select_from(DRAFTS.table).where(DRAFTS.table.c.unit == case)
        assert (await tx.session.execute(left)).scalar_one() == 0


async def test_a_draft_holds_no_cpr_number_and_its_writer_is_told(world: World, visit: Any) -> None:
    case = await world.routed()
    await world.walk(case, *TO_OFFER[:4])
    path, kommune = f"/cases/{case}/do/complete-assessment", visit(Role.TOVHOLDER_KOMMUNE)
    typed = [*(await kommune.get(path)).hidden().items(), ("reasoning", "Hun har 010190-1234 som nummer")]
    kommune.headers["HX-Request"] = "true"
    saved = await kommune.post(f"{path}/draft", typed, status=200)
    kommune.headers.clear()

    assert "Der står et CPR-nummer i teksten" in saved.html
    assert "Hun har [CPR] som nummer" in (await kommune.get(path)).html


async def test_a_draft_whose_writer_never_comes_back_is_forgotten_after_its_week(world: World, visit: Any) -> None:
    case = await world.routed()
    await world.walk(case, *TO_OFFER[:4])
    path = f"/cases/{case}/do/complete-assessment"
    kommune = visit(Role.TOVHOLDER_KOMMUNE)
    await kommune.post(f"{path}/draft", [*(await kommune.get(path)).hidden().items(), ("reasoning", "Ord")])
    pruning, own = Pruning(world.work, DRAFTS.table), DRAFTS.table.c.unit == case
    count = sa.select(sa.func.count()).select_from(DRAFTS.table).where(own)

    await pruning.once()
    async with world.work.begin() as tx:
        assert (await tx.session.execute(count)).scalar_one() == 1, "the control: it is not old yet"
        await tx.session.execute(sa.update(DRAFTS.table).where(own).values(expires_at=tx.now))

    assert await pruning.once() == 1
    async with world.work.begin() as tx:
        assert (await tx.session.execute(count)).scalar_one() == 0


async def test_police_alone_leave_no_draft_to_be_read(world: World, visit: Any) -> None:
    case = await world.routed()
    await world.walk(case, *TO_OFFER[:4])
    path, words = f"/cases/{case}/do/complete-assessment", "Ord, som låses med sagen"
    kommune = visit(Role.TOVHOLDER_KOMMUNE)
    await kommune.post(f"{path}/draft", [*(await kommune.get(path)).hidden().items(), ("reasoning", words)])

    await world.walk(case, "revoke-clearance")

    assert words not in (await kommune.get(path)).html
