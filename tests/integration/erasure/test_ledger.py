"""Erasing: decided by a person, carried out at once, final with the last epoch, and carried out again after a restore."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from shared.clock import WallClock
from shared.contracts.envelope import Envelope
from shared.erasure import ledger_file
from shared.erasure.ledger_file import LedgerUnreadable
from shared.erasure.model import Kind, LedgerUnapplied, Reason, Request
from shared.erasure.start import ErasureGate, about_erased
from shared.errors import Invalid
from shared.lifecycle.actor import PUBLIC, SYSTEM
from shared.persistence import roles
from shared.vault import LookRefused, PostgresKeyStore
from shared.vault.errors import EpochInUse, KeyStoreUnavailable, UnitErased
from shared.vault.keystore import WrappedKey
from shared.vault.persons import PersonHasOpenCase
from shared.vault.sealing import Holder
from tests.integration.erasure.conftest import DPO, Keeping
from tests.integration.vault.test_person_keys import put_one
from tests.integration.vault.world import Cluster, Sealed, open_one

NOW = datetime(2026, 11, 21, tzinfo=UTC)


async def written(keeping: Keeping, intake: AsyncEngine, person: UUID | None = None) -> tuple[UUID, UUID]:
    """Seal one text in a fresh unit; return unit and text."""
    unit = uuid4()
    await keeping.vault.new_unit(unit, person)
    return unit, await put_one(keeping.vault, intake, unit)


async def left(cluster: Cluster, unit: UUID) -> dict[str, int]:
    admin = await cluster.connect("postgres")
    counts = {
        table: await admin.fetchval(f"select count(*) from vault.{table} where unit = $1", unit)
        for table in ("sealed", "grants", "looks")
    }
    await admin.close()
    return counts


async def test_an_erased_unit_opens_nothing_and_its_rows_and_leaves_are_gone(
    keeping: Keeping, intake: AsyncEngine, cluster: Cluster
) -> None:
    unit, blob = await written(keeping, intake)
    other, kept = await written(keeping, intake)
    await open_one(keeping.vault, intake, blob)

    entry = await keeping.erase(unit)

    assert (entry.state, entry.epochs, entry.request.requested_by) == ("requested", ("k1",), DPO)
    with pytest.raises(LookRefused):
        await open_one(keeping.vault, intake, blob)
    assert await left(cluster, unit) == {"sealed": 0, "grants": 0, "looks": 1}  # who looked stays (RET-5)
    assert (await open_one(keeping.vault, intake, kept)).reveal() == Sealed.text
    assert await left(cluster, other) == {"sealed": 1, "grants": 1, "looks": 1}


async def test_erasing_a_person_erases_every_unit_under_their_key(
    keeping: Keeping, intake: AsyncEngine, cluster: Cluster
) -> None:
    person = uuid4()
    units = [(await written(keeping, intake, person))[0] for _ in range(3)]

    await keeping.erase(person, Kind.PERSON)

    for unit in units:
        assert (await left(cluster, unit))["sealed"] == 0
    entries = {entry.request.ref: entry for entry in await keeping.ledger.entries()}
    assert set(entries) == {person, *units}
    assert {entry.state for entry in entries.values()} == {"requested"}
    assert {entries[unit].person for unit in units} == {person}
    with pytest.raises(UnitErased):
        await keeping.vault.new_unit(uuid4(), person)


async def test_an_erased_case_blocks_no_other_about_the_person_and_is_tied_to_nobody(
    keeping: Keeping, cluster: Cluster
) -> None:
    engine = create_async_engine(cluster.dsn("assessment_api"), poolclass=NullPool)
    persons, subject, mistaken, right = keeping.vault.persons, uuid4(), uuid4(), uuid4()

    async def open_case(case: UUID) -> None:
        async with AsyncSession(engine) as session, session.begin():
            await persons.open_case(session, subject=subject, case=case, infohus="politi:fyn")

    await keeping.vault.new_unit(right, subject)  # so that something is still held about the person
    await open_case(mistaken)
    with pytest.raises(PersonHasOpenCase):
        await open_case(right)

    await keeping.erase(mistaken)

    await open_case(right)
    with pytest.raises(UnitErased):
        await open_case(mistaken)
    await engine.dispose()
    admin = await cluster.connect("postgres")
    held = await admin.fetch("select case_ref from vault.open_cases where subject_ref = $1", subject)
    await admin.close()
    assert [row["case_ref"] for row in held] == [right]


async def test_what_was_erased_takes_no_text_and_no_leave(keeping: Keeping, intake: AsyncEngine) -> None:
    unit, _ = await written(keeping, intake)
    await keeping.erase(unit)

    with pytest.raises(UnitErased):  # sealed with the key that this process remembers
        await put_one(keeping.vault, intake, unit)


async def test_an_erasure_is_final_when_the_last_epoch_that_held_the_key_is_gone(
    keeping: Keeping, intake: AsyncEngine
) -> None:
    unit, _ = await written(keeping, intake)
    await keeping.epochs.rotate(NOW)
    await keeping.erase(unit)
    later, _ = await written(keeping, intake)
    states = []
    for epoch in ("k1", "e2026-11"):
        await keeping.epochs.rotate(NOW)
        await keeping.epochs.rewrap()
        await keeping.epochs.retire(epoch)
        await keeping.ledger.finalise()
        states.append({each.request.ref: each.state for each in await keeping.ledger.entries()})

    assert [each[unit] for each in states] == ["requested", "final"]
    assert later not in states[1]


async def test_a_key_that_opens_nowhere_is_named_and_given_up_by_a_person_and_its_epoch_retires(
    keeping: Keeping, keystore: PostgresKeyStore
) -> None:
    lost = uuid4()
    await keystore.add(WrappedKey(lost, "k1", b"\x01" * 61))
    await keeping.epochs.rotate(NOW)
    assert (await keeping.epochs.rewrap()).named == (Holder(lost),)
    with pytest.raises(EpochInUse):
        await keeping.epochs.retire("k1")

    entry = await keeping.ledger.request(Request(lost, Kind.UNIT, DPO, NOW, Reason.KEY_LOST))

    await keeping.epochs.retire("k1")
    assert (entry.request.requested_by, entry.request.reason) == (DPO, Reason.KEY_LOST)


@pytest.mark.parametrize("actor", [SYSTEM, PUBLIC], ids=["system", "public"])
async def test_nobody_erases_but_a_person(keeping: Keeping, cluster: Cluster, actor: object) -> None:
    nobody = actor.person_ref  # type: ignore[attr-defined]
    with pytest.raises(Invalid, match="erasure_by_nobody"):
        Request(uuid4(), Kind.UNIT, nobody, WallClock().now(), Reason.STANDING_ORDER)

    keeper = await cluster.connect("vault_keeper")
    with pytest.raises(asyncpg.CheckViolationError):
        await keeper.execute("select vault.request_erasure($1, 'UNIT', $2, now(), 'STANDING_ORDER')", uuid4(), nobody)
    await keeper.close()


async def test_leaves_and_the_ledger_lose_no_row_otherwise(
    cluster: Cluster, keeping: Keeping, intake: AsyncEngine
) -> None:
    unit, _ = await written(keeping, intake)
    await keeping.erase((await written(keeping, intake))[0])
    admin = await cluster.connect("postgres")
    for statement in (
        f"delete from vault.grants where unit = '{unit}'",
        "truncate vault.grants",
        "delete from vault.erasures",
        "truncate vault.erasures",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await admin.execute(statement)
    await admin.close()


async def test_a_request_that_stopped_half_way_is_carried_out_by_apply_and_nothing_starts_before(
    keeping: Keeping, intake: AsyncEngine, keystore: PostgresKeyStore
) -> None:
    unit, blob = await written(keeping, intake)
    ledger_file.append(keeping.ledger_file, Request(unit, Kind.UNIT, DPO, NOW, Reason.PERSON_ASKED))
    gate = ErasureGate(intake, keystore, keeping.ledger_file)
    with pytest.raises(LedgerUnapplied, match="carried out"):
        await gate.refuse()

    assert await keeping.ledger.apply() == 1

    await gate.refuse()
    assert gate.passed
    with pytest.raises(LookRefused):
        await open_one(keeping.vault, intake, blob)


async def test_a_start_without_the_key_store_is_undone_once_it_is_there_and_something_is_back(
    keeping: Keeping, intake: AsyncEngine, keystore: PostgresKeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit, _ = await written(keeping, intake)
    ledger_file.append(keeping.ledger_file, Request(unit, Kind.UNIT, DPO, NOW, Reason.PERSON_ASKED))
    gate, asked = ErasureGate(intake, keystore, keeping.ledger_file), []
    holding = keystore.holding

    async def away_at_first(refs: list[UUID]) -> list[UUID]:
        asked.append(len(refs))
        if len(asked) == 1:
            raise KeyStoreUnavailable
        return await holding(refs)

    monkeypatch.setattr(keystore, "holding", away_at_first)
    await gate.refuse()
    assert not gate.passed

    with pytest.raises(LedgerUnapplied):
        await gate.keep()

    await keeping.ledger.apply()
    await gate.keep()
    assert gate.passed


async def test_a_key_that_is_back_keeps_services_from_starting_until_it_is_destroyed_again(
    keeping: Keeping, intake: AsyncEngine, keystore: PostgresKeyStore, cluster: Cluster
) -> None:
    person = uuid4()
    unit, _ = await written(keeping, intake, person)
    keys = await cluster.connect("postgres", roles.KEYSTORE_DATABASE)
    copy = {table: await keys.fetch(f"select * from keystore.{table}") for table in ("person_keys", "unit_keys")}
    await keeping.erase(person, Kind.PERSON)
    await ErasureGate(intake, keystore, keeping.ledger_file).refuse()
    await keys.execute("truncate keystore.destroyed")  # an old copy knows of no destruction
    for table, rows in copy.items():
        for row in rows:
            await keys.execute(
                f"insert into keystore.{table} select * from jsonb_populate_record(null::keystore.{table}, $1)",
                json.dumps(dict(row), default=_as_json),
            )
    with pytest.raises(LedgerUnapplied):
        await ErasureGate(intake, keystore, keeping.ledger_file).refuse()

    assert await keeping.ledger.apply_if_needed() > 0
    assert await keeping.ledger.apply_if_needed() == 0

    await ErasureGate(intake, keystore, keeping.ledger_file).refuse()
    assert await keys.fetchval("select count(*) from keystore.unit_keys where unit = $1", unit) == 0
    await keys.close()


def _as_json(value: object) -> str:
    return f"\\x{value.hex()}" if isinstance(value, bytes) else str(value)


async def test_a_fact_is_known_to_be_about_the_erased_by_its_aggregate_and_by_what_it_names(
    keeping: Keeping, intake: AsyncEngine
) -> None:
    unit, _ = await written(keeping, intake)
    await keeping.erase(unit)

    answers = []
    for subject, data in (
        (f"concern/{unit}", {}),
        (f"case/{uuid4()}", {"concern_id": str(unit)}),
        (f"case/{uuid4()}", {}),
    ):
        envelope = Envelope(
            id=uuid4(), source="/services/test", type="case.opened.v1", time=NOW, subject=subject, sequence=1,
            correlationid=uuid4(), data=data,
        )  # fmt: skip
        async with AsyncSession(intake) as session:
            answers.append(await about_erased(session, envelope))

    assert answers == [True, True, False]


async def test_an_erasure_and_a_text_that_meet_leave_no_row(
    keeping: Keeping, intake: AsyncEngine, cluster: Cluster
) -> None:
    for _ in range(10):
        unit, _ = await written(keeping, intake)
        await asyncio.gather(put_one(keeping.vault, intake, unit), keeping.erase(unit), return_exceptions=True)
        assert (await left(cluster, unit))["sealed"] == 0


async def test_no_decision_is_written_behind_an_unfinished_line(keeping: Keeping, intake: AsyncEngine) -> None:
    """Two lines in one would be two decisions that nobody can read, and the second was answered as on record."""
    (unit, _), (other, _) = await written(keeping, intake), await written(keeping, intake)
    await keeping.erase(unit)
    whole = keeping.ledger_file.read_bytes()
    keeping.ledger_file.write_bytes(whole + b'{"ref": "half a li')

    with pytest.raises(LedgerUnreadable, match="Line 2"):
        await keeping.erase(other)

    keeping.ledger_file.write_bytes(whole)
    await keeping.erase(other)
    assert {each.ref for each in ledger_file.read(keeping.ledger_file)} == {unit, other}


async def test_a_line_that_is_no_decision_is_named(keeping: Keeping, intake: AsyncEngine) -> None:
    await keeping.erase((await written(keeping, intake))[0])
    with keeping.ledger_file.open("a") as file:
        file.write("half a li")

    with pytest.raises(LedgerUnreadable, match="Line 2"):
        await keeping.ledger.apply()
