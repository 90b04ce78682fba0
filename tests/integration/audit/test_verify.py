"""Tampering in the database as the superuser, with triggers off: each way is found in an export and named."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import asyncpg
import pytest
from prometheus_client import CollectorRegistry

from shared.audit.checkpoints import CheckpointFolder
from shared.audit.export import export
from shared.audit.reading import ExportUnreadable
from shared.audit.sealer import Sealer, SealerMetrics
from shared.audit.verify import Report, Wrong, verify
from shared.vault import keyset
from tests.integration.audit.audit_world import World

TRIGGERS = ("vault.looks", "audit.entries")


class Log:
    """A log of ten entries with a checkpoint at the tenth, and what the superuser does to it."""

    def __init__(self, world: World, sealer: Sealer, connection: asyncpg.Connection, admin: asyncpg.Connection) -> None:
        self.world, self.sealer, self.connection, self.admin = world, sealer, connection, admin

    async def seal(self) -> None:
        assert await self.connection.fetchval("select audit.seal($1, 1000)", self.world.organisation) >= 0
        await self.sealer._checkpoint(self.connection, self.world.organisation)

    async def tamper(self, *statements: str) -> None:
        """Run statements with `$1` the organisation as the superuser, triggers off."""
        async with self.admin.transaction():
            for table in TRIGGERS:
                await self.admin.execute(f"alter table {table} disable trigger all")
            for statement in statements:
                arguments = [self.world.organisation] if "$1" in statement else []
                await self.admin.execute(statement, *arguments)
            for table in TRIGGERS:
                await self.admin.execute(f"alter table {table} enable trigger all")

    async def exported(self, **span) -> str:
        out = io.StringIO()
        await export(self.connection, self.sealer.folder, self.world.organisation, out, **span)
        return out.getvalue()

    async def check(self, **given) -> Report:
        return verify((await self.exported()).splitlines(), **given)


@pytest.fixture
async def log(world: World, sealer: asyncpg.Connection, admin: asyncpg.Connection) -> Log:
    keys = world.folder / "audit-keys.json"
    keyset.create_if_missing(keys)
    folder = CheckpointFolder(world.folder / "checkpoints")
    log = Log(world, Sealer("", keys, folder, SealerMetrics(CollectorRegistry())), sealer, admin)
    await world.look(10)
    await log.seal()
    return log


def look_of(number: int) -> str:
    return f"(select look_id from audit.entries where organisation = $1 and number = {number})"


def named(report: Report) -> set[tuple[Wrong, int | None]]:
    return {(finding.wrong, finding.number) for finding in report.findings}


async def test_an_honest_log_is_whole(log: Log) -> None:
    report = await log.check()

    assert report.whole, report.findings
    assert (report.first, report.last, report.entries, report.checkpoints, report.signed) == (1, 10, 10, 1, 10)
    assert report.unsealed == 0


async def test_what_is_not_sealed_yet_is_reported_and_is_no_fault(log: Log) -> None:
    await log.world.look(2)

    report = await log.check()

    assert report.whole, report.findings
    assert report.unsealed == 2
    assert report.oldest_unsealed is not None


@pytest.mark.parametrize(
    "change",
    [
        "reason = 'DECISION'",
        "person = gen_random_uuid()",
        "at = at - interval '1 day'",
        "role = 'DPO'",
        "class = 'A'",
        "blob = gen_random_uuid()",
        "unit = gen_random_uuid()",
        "service = 'corps'",
        "judged_at = judged_at + interval '1 second'",
    ],
)
async def test_an_altered_look_is_named(log: Log, change: str) -> None:
    await log.tamper(f"update vault.looks set {change} where id = {look_of(4)}")

    assert named(await log.check()) == {(Wrong.ALTERED, 4)}


async def test_a_look_given_to_another_organisation_is_named(log: Log) -> None:
    await log.tamper(f"update vault.looks set organisation = 'kommune:9999' where id = {look_of(4)}")

    assert named(await log.check()) == {(Wrong.ALTERED, 4)}


@pytest.mark.parametrize("column", ["digest", "previous", "entry_hash"])
async def test_an_altered_entry_is_named(log: Log, column: str) -> None:
    await log.tamper(f"update audit.entries set {column} = sha256('x') where organisation = $1 and number = 6")

    assert (Wrong.ALTERED, 6) in named(await log.check())


async def test_an_altered_time_of_sealing_is_named(log: Log) -> None:
    await log.tamper(
        "update audit.entries set sealed_at = sealed_at + interval '1 day' where organisation = $1 and number = 6"
    )

    assert named(await log.check()) == {(Wrong.ALTERED, 6)}


async def test_an_entry_altered_with_its_own_hashes_made_anew_is_named_by_its_neighbour(log: Log) -> None:
    await log.tamper(
        "update audit.entries set digest = sha256('x'), entry_hash = sha256(previous || sha256('x'))"
        " where organisation = $1 and number = 6",
    )

    assert {number for _, number in named(await log.check())} & {6, 7}


async def test_a_removed_look_is_named(log: Log) -> None:
    await log.tamper(f"delete from vault.looks where id = {look_of(3)}")

    assert named(await log.check()) == {(Wrong.REMOVED, 3)}


async def test_a_removed_entry_is_named(log: Log) -> None:
    await log.tamper(
        f"delete from vault.looks where id = {look_of(3)}",
        "delete from audit.entries where organisation = $1 and number = 3",
    )

    assert named(await log.check()) == {(Wrong.REMOVED, 3)}


async def test_a_removed_entry_whose_gap_was_closed_is_named(log: Log) -> None:
    await log.tamper(
        f"delete from vault.looks where id = {look_of(3)}",
        "delete from audit.entries where organisation = $1 and number = 3",
        *(f"update audit.entries set number = {n - 1} where organisation = $1 and number = {n}" for n in range(4, 11)),
    )

    assert named(await log.check()) == {(Wrong.REMOVED, 3), (Wrong.CUT_OFF, 10)}


async def test_a_removed_tail_is_named(log: Log) -> None:
    await log.tamper(
        f"delete from vault.looks where id >= {look_of(8)} and organisation = $1",
        "delete from audit.entries where organisation = $1 and number >= 8",
    )

    report = await log.check()

    assert named(report) == {(Wrong.CUT_OFF, 10)}
    assert "8 to 10 were cut off" in report.findings[0].says


async def test_a_whole_log_that_was_removed_is_named(log: Log) -> None:
    await log.tamper(
        "delete from audit.entries where organisation = $1", "delete from vault.looks where organisation = $1"
    )

    assert named(await log.check()) == {(Wrong.CUT_OFF, 10)}


async def test_an_inserted_entry_is_named(log: Log) -> None:
    await log.tamper(
        *(
            f"update audit.entries set number = {n + 1} where organisation = $1 and number = {n}"
            for n in range(10, 4, -1)
        ),
        "insert into vault.looks (ticket, at, judged_at, person, role, organisation, service, unit, blob, class, reason)"
        " select gen_random_uuid(), at, at, person, role, organisation, service, unit, blob, class, reason"
        f" from vault.looks where id = {look_of(4)}",
        "insert into audit.entries select organisation, 5, (select max(id) from vault.looks), digest, entry_hash,"
        " sha256(entry_hash || digest), sealed_at from audit.entries where organisation = $1 and number = 4",
    )

    found = named(await log.check())

    assert (Wrong.INSERTED, 5) in found
    assert found <= {(Wrong.INSERTED, 5), (Wrong.REWRITTEN, 10)}


async def test_a_look_inserted_behind_the_chains_back_is_named(log: Log) -> None:
    await log.tamper(
        "insert into vault.looks (ticket, at, judged_at, person, role, organisation, service, unit, blob, class, reason)"
        " select gen_random_uuid(), at - interval '1 day', at, person, role, organisation, service, unit, blob, class,"
        f" reason from vault.looks where id = {look_of(4)}",
    )

    report = await log.check()

    assert named(report) == {(Wrong.NOT_CHAINED, None)}
    assert report.unsealed == 1


async def test_entries_that_changed_places_are_named(log: Log) -> None:
    await log.tamper(
        "update audit.entries set number = 99 where organisation = $1 and number = 4",
        "update audit.entries set number = 4 where organisation = $1 and number = 7",
        "update audit.entries set number = 7 where organisation = $1 and number = 99",
    )

    assert named(await log.check()) == {(Wrong.REORDERED, 4), (Wrong.REORDERED, 7)}


async def test_looks_that_changed_places_are_named(log: Log) -> None:
    query = "select look_id from audit.entries where organisation = $1 and number in (4, 5) order by number"
    fourth, fifth = (row["look_id"] for row in await log.admin.fetch(query, log.world.organisation))
    await log.tamper(
        f"update audit.entries set look_id = -1 where look_id = {fourth}",
        f"update audit.entries set look_id = {fourth} where look_id = {fifth}",
        f"update audit.entries set look_id = {fifth} where look_id = -1",
    )

    assert named(await log.check()) == {(Wrong.REORDERED, 4), (Wrong.REORDERED, 5)}


async def test_a_chain_computed_anew_from_an_altered_look_on_contradicts_the_checkpoint(log: Log) -> None:
    await log.tamper(
        f"update vault.looks set reason = 'DECISION' where id = {look_of(4)}",
        "insert into vault.unchained select l.id, l.organisation, l.at from vault.looks l where l.organisation = $1",
        "delete from audit.entries where organisation = $1",
        "select audit.seal($1, 1000)",
    )

    assert named(await log.check()) == {(Wrong.REWRITTEN, 10)}


async def test_a_part_of_the_log_can_be_checked_by_itself(log: Log) -> None:
    await log.world.look(3)
    await log.seal()
    moments = await log.admin.fetch(
        "select l.at from audit.entries e join vault.looks l on l.id = e.look_id where e.organisation = $1 order by number",
        log.world.organisation,
    )

    text = await log.exported(since=moments[4]["at"], until=moments[11]["at"] + timedelta(microseconds=1))
    report = verify(text.splitlines())

    assert report.whole, report.findings
    assert (report.first, report.last, report.checkpoints) == (5, 12, 1)


async def test_entries_out_of_order_in_the_file_are_named(log: Log) -> None:
    lines = (await log.exported()).splitlines()
    places = [place for place, line in enumerate(lines) if json.loads(line)["kind"] == "entry"]
    lines[places[3]], lines[places[5]] = lines[places[5]], lines[places[3]]

    found = named(verify(lines))

    assert {(Wrong.REORDERED, 4), (Wrong.REORDERED, 5)} <= found


async def test_an_entry_that_stands_twice_in_the_file_is_named(log: Log) -> None:
    lines = (await log.exported()).splitlines()
    place = next(place for place, line in enumerate(lines) if json.loads(line).get("number") == 4)

    assert named(verify([*lines[: place + 1], lines[place], *lines[place + 1 :]])) == {(Wrong.INSERTED, 4)}


@pytest.mark.parametrize("change", [{"number": 9}, {"entry_hash": "00"}, {"at": "2026-01-01"}, {"signature": "AAAA"}])
async def test_a_forged_checkpoint_is_named(log: Log, change: dict) -> None:
    lines = (await log.exported()).splitlines()
    forged = [
        json.dumps(json.loads(line) | change) if json.loads(line)["kind"] == "checkpoint" else line for line in lines
    ]

    assert named(verify(forged)) == {(Wrong.SIGNATURE, change.get("number", 10))}


async def test_keys_had_from_elsewhere_are_the_only_ones(log: Log) -> None:
    published = log.sealer.folder.published()

    assert (await log.check(keys=published)).whole
    assert named(await log.check(keys={})) == {(Wrong.SIGNATURE, 10)}


async def test_checkpoints_had_from_elsewhere_find_what_an_export_keeps_silent_about(log: Log) -> None:
    apart = list(log.sealer.folder.read(log.world.organisation))
    await log.tamper(
        f"delete from vault.looks where id >= {look_of(8)} and organisation = $1",
        "delete from audit.entries where organisation = $1 and number >= 8",
    )
    silent = [line for line in (await log.exported()).splitlines() if json.loads(line)["kind"] != "checkpoint"]

    assert verify(silent).whole
    assert named(verify(silent, checkpoints=apart)) == {(Wrong.CUT_OFF, 10)}


async def test_a_key_that_was_added_signs_and_the_old_signatures_hold(log: Log) -> None:
    with keyset.changing(log.sealer.keyset_file):
        keyset.replace(log.sealer.keyset_file, keyset.load(log.sealer.keyset_file).with_current("k2"))
    await log.world.look()
    await log.seal()

    report = await log.check()

    assert report.whole, report.findings
    assert [each.key for each in log.sealer.folder.read(log.world.organisation)] == ["k1", "k2"]
    assert report.checkpoints == 2


async def test_the_export_holds_no_text_and_no_field_beyond_references_and_codes(log: Log) -> None:
    text = await log.exported()
    entry = next(json.loads(line) for line in text.splitlines() if json.loads(line)["kind"] == "entry")

    assert "skrevet af" not in text
    assert set(entry["look"]) == {
        "organisation", "look", "at", "judged_at", "person", "unit", "blob", "role", "service", "class", "reason", "reason_text",
    }  # fmt: skip


@pytest.mark.parametrize("broken", ["cut", "garbage", "empty", "headless", "tail", "two"])
async def test_a_file_that_is_no_whole_export_cannot_be_checked(log: Log, broken: str) -> None:
    lines = (await log.exported()).splitlines()
    files = {
        "cut": lines[:-1],
        "garbage": [*lines[:3], "{", *lines[3:]],
        "empty": [],
        "headless": lines[1:],
        "tail": [*lines, lines[3]],
        "two": [lines[0], *lines],
    }

    with pytest.raises(ExportUnreadable):
        verify(files[broken])
