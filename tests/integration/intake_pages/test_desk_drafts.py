"""What is typed at the desk before the call has ended: kept sealed for its writer alone, and gone when it should be."""

from __future__ import annotations

import json
import re
from dataclasses import replace as replaced
from uuid import UUID, uuid4

import asyncpg
import sqlalchemy as sa

from services.intake.tables import DRAFTS
from shared.lifecycle.actor import Role
from shared.persistence.pruning import Pruning
from shared.vault.model import FieldClass, Place
from shared.vault.sealing import seal
from tests.integration.intake_pages.desk_calls import SAID, count, new_call, pressed
from tests.integration.intake_pages.pages_world import ADVISER, TEACHER, Site
from tests.integration.spine.spine_world import Cluster, person

COLLEAGUE = person(Role.HOTLINE_ADVISER, "hotline:national")


async def test_what_is_typed_is_saved_sealed_and_comes_back(site: Site) -> None:
    path, form = new_call()
    saved = await site.ask(ADVISER, f"{path}/save", form)
    assert re.search(r"Gemt \d\d\.\d\d\.\d\d, forseglet\.", saved.text)

    again = await site.ask(ADVISER, path)
    assert SAID in again.text
    assert f'name="key" value="{form["key"]}"' in again.text
    sealed = await count(site, "select sealed from intake.draft where unit = :id", id=UUID(path[-36:]))
    assert SAID.encode() not in bytes(sealed)


async def test_nothing_has_to_be_filled_in_to_save_a_draft_and_no_script_is_needed(site: Site) -> None:
    path, _ = new_call()
    kept = await pressed(site, path, {"key": str(uuid4()), "place": "Greve"}, "keep")
    assert (kept.status_code, kept.headers["location"]) == (303, f"/intake{path}")
    assert '<option value="0253" selected>Greve</option>' in (await site.ask(ADVISER, path)).text


async def test_a_draft_is_seen_by_its_writer_alone(site: Site, pages_cluster: Cluster) -> None:
    path, form = new_call()
    await site.ask(ADVISER, f"{path}/save", form)
    assert SAID not in (await site.ask(COLLEAGUE, path)).text
    assert path[-36:] in (await site.ask(ADVISER, "/calls")).text
    assert path[-36:] not in (await site.ask(COLLEAGUE, "/calls")).text
    assert (await site.ask(TEACHER, path)).status_code == 403

    connection = await asyncpg.connect(pages_cluster.dsn("intake_api"))
    try:
        assert await connection.fetchval("select count(*) from intake.draft") == 0, "who does not say who it is"
    finally:
        await connection.close()


async def test_a_draft_stays_at_the_place_of_work_where_it_was_written(site: Site) -> None:
    path, form = new_call()
    await site.ask(ADVISER, f"{path}/save", form)
    elsewhere = replaced(ADVISER, organisation="hotline:other")

    assert SAID in (await site.ask(ADVISER, path)).text
    assert SAID not in (await site.ask(elsewhere, path)).text


async def test_a_draft_holds_no_cpr_number_and_its_writer_is_told(site: Site) -> None:
    path, form = new_call()
    said = f"{SAID} Nummeret er 010190-1234, siger hun."
    saved = await site.ask(ADVISER, f"{path}/save", {**form, "description": said})
    again = (await site.ask(ADVISER, path)).text

    assert "Der står et CPR-nummer i teksten" in saved.text
    assert "Gemt " in saved.text
    assert f"{SAID} Nummeret er [CPR], siger hun." in again
    assert "1234" not in again
    assert "CPR" not in (await site.ask(ADVISER, f"{path}/save", form)).text


async def test_a_draft_that_was_sealed_without_its_writer_still_opens(site: Site) -> None:
    path, form = new_call()
    await site.ask(ADVISER, f"{path}/save", form)
    call, text = UUID(path[-36:]), json.dumps([["description", "Ord fra før opgraderingen"]])
    key = await site.vault._keys.for_sealing(call)
    before = seal(key, text, Place(call, FieldClass.REPORTER, "draft", call))
    async with site.work.begin() as tx:
        old = sa.update(DRAFTS.table).where(DRAFTS.table.c.unit == call).values(sealed=before)
        await tx.session.execute(old)

    assert "Ord fra før opgraderingen" in (await site.ask(ADVISER, path)).text


async def test_a_draft_of_another_writer_does_not_open_even_where_its_row_was_moved(site: Site) -> None:
    path, form = new_call()
    await site.ask(ADVISER, f"{path}/save", form)
    async with site.work.begin() as tx:
        moved = sa.update(DRAFTS.table).where(DRAFTS.table.c.unit == UUID(path[-36:]))
        await tx.session.execute(moved.values(person=COLLEAGUE.person_ref))

    assert SAID not in (await site.ask(COLLEAGUE, path)).text


async def test_a_draft_goes_when_it_is_thrown_away_sent_or_old(site: Site, pages_cluster: Cluster) -> None:
    thrown, sent, old, young = [new_call() for _ in range(4)]
    for path, form in (thrown, sent, old, young):
        await site.ask(ADVISER, f"{path}/save", form)
    await site.ask(ADVISER, f"{thrown[0]}/discard", {})
    assert (await pressed(site, *sent, "later")).status_code == 201
    admin = await asyncpg.connect(pages_cluster.dsn("postgres"))
    try:
        aged = "update intake.draft set expires_at = now() - interval '1 minute' where unit = $1"
        await admin.execute(aged, UUID(old[0][-36:]))
        assert SAID not in (await site.ask(ADVISER, old[0])).text
        assert await Pruning(site.work, DRAFTS.table).once() == 1
        left = {row["unit"] for row in await admin.fetch("select unit from intake.draft")}
    finally:
        await admin.close()
    assert {UUID(each[0][-36:]) for each in (thrown, sent, old, young)} & left == {UUID(young[0][-36:])}


async def test_a_save_that_was_still_on_its_way_brings_no_draft_back(site: Site) -> None:
    path, form = new_call()
    await pressed(site, path, form, "later")
    assert (await site.ask(ADVISER, f"{path}/save", form)).status_code == 200
    assert await count(site, "select count(*) from intake.draft where unit = :id", id=UUID(path[-36:])) == 0
    assert (await site.ask(ADVISER, path)).headers["location"] == f"/intake/concerns/{path[-36:]}"


async def test_a_day_and_a_time_are_kept_in_the_draft_as_they_were_typed(site: Site) -> None:
    path, form = new_call()
    await site.ask(ADVISER, f"{path}/save", {**form, "handed_over_at": "2026-11-12", "handed_over_at.time": "9.3"})

    again = (await site.ask(ADVISER, path)).text

    assert 'name="handed_over_at" value="2026-11-12"' in again
    assert 'name="handed_over_at.time" value="9.3"' in again
