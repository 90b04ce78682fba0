"""Ask and redeem: a look is on record before a text is open, and nobody opens what was not granted."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from shared.persistence.roles import DATABASE
from shared.vault import (
    FieldClass,
    Grant,
    Looker,
    LookReason,
    LookRefused,
    PostgresKeyStore,
    Ticket,
    TicketNotCommitted,
    TicketRefused,
    Unopenable,
    Vault,
    VaultError,
)
from shared.vault.provider import DevKeyProvider
from tests.integration.vault.world import ADVISER, GRANT_ADVISER, Cluster, Sealed, open_one


async def _ask(vault: Vault, engine: AsyncEngine, sealed: Sealed, **given: object) -> Ticket:
    async with AsyncSession(engine) as session, session.begin():
        return await vault.ask(
            session,
            looker=ADVISER,
            blob=sealed.blob,
            reason=LookReason.TRIAGE,
            **given,  # type: ignore[arg-type]
        )


async def _looks(cluster: Cluster, unit: UUID) -> list[dict[str, object]]:
    admin = await cluster.connect("postgres")
    try:
        return [dict(row) for row in await admin.fetch("select * from vault.looks where unit = $1 order by id", unit)]
    finally:
        await admin.close()


async def test_what_was_sealed_opens_as_it_was(vault: Vault, intake: AsyncEngine, sealed: Sealed) -> None:
    assert (await open_one(vault, intake, sealed.blob)).reveal() == sealed.text


async def test_several_texts_open_in_the_order_asked(vault: Vault, intake: AsyncEngine) -> None:
    units = [uuid4(), uuid4()]
    blobs = []
    for unit in units:
        await vault.new_unit(unit)
        async with AsyncSession(intake) as session, session.begin():
            texts = [(FieldClass.CASE_TEXT, f"note.{n}", f"note {n} of {unit}") for n in range(3)]
            blobs += await vault.put_many(session, unit=unit, texts=texts, grants=[GRANT_ADVISER])
    blobs = blobs[::-1]

    opened = await vault.look(intake, looker=ADVISER, blobs=blobs, reason=LookReason.ADVICE)

    expected = [f"note {n} of {unit}" for unit in reversed(units) for n in (2, 1, 0)]
    assert [plain.reveal() for plain in opened] == expected


async def test_a_look_survives_the_rollback_of_the_transaction_that_redeems(
    cluster: Cluster, vault: Vault, intake: AsyncEngine, sealed: Sealed
) -> None:
    ticket = await _ask(vault, intake, sealed)

    async with AsyncSession(intake) as session:
        plain = await vault.redeem(session, ticket)
        await session.rollback()

    assert plain.reveal() == sealed.text
    [look] = await _looks(cluster, sealed.unit)
    expected = {"person": ADVISER.person, "role": ADVISER.role, "organisation": ADVISER.organisation}
    expected |= {"service": "intake", "blob": sealed.blob, "class": "B", "reason": "TRIAGE", "ticket": ticket}
    assert {name: look[name] for name in expected} == expected


async def test_a_ticket_is_refused_in_the_transaction_that_asked(
    cluster: Cluster, vault: Vault, intake: AsyncEngine, sealed: Sealed
) -> None:
    async with AsyncSession(intake) as session:
        ticket = await vault.ask(session, looker=ADVISER, blob=sealed.blob, reason=LookReason.TRIAGE)
        with pytest.raises(TicketNotCommitted):
            await vault.redeem(session, ticket)

    assert await _looks(cluster, sealed.unit) == []


async def test_a_savepoint_does_not_make_another_transaction(vault: Vault, intake: AsyncEngine, sealed: Sealed) -> None:
    async with AsyncSession(intake) as session:
        async with session.begin_nested():
            ticket = await vault.ask(session, looker=ADVISER, blob=sealed.blob, reason=LookReason.TRIAGE)
        with pytest.raises(TicketNotCommitted):
            await vault.redeem(session, ticket)


async def test_a_rolled_back_question_leaves_a_ticket_that_opens_nothing(
    vault: Vault, intake: AsyncEngine, sealed: Sealed
) -> None:
    async with AsyncSession(intake) as session:
        ticket = await vault.ask(session, looker=ADVISER, blob=sealed.blob, reason=LookReason.TRIAGE)
        await session.rollback()

    async with AsyncSession(intake) as session:
        with pytest.raises(TicketRefused):
            await vault.redeem(session, ticket)


async def test_a_ticket_opens_once(vault: Vault, intake: AsyncEngine, sealed: Sealed) -> None:
    ticket = await _ask(vault, intake, sealed)

    async def redeem() -> bool:
        async with AsyncSession(intake) as session, session.begin():
            try:
                await vault.redeem(session, ticket)
            except TicketRefused:
                return False
            return True

    assert sorted(await asyncio.gather(*(redeem() for _ in range(5)))) == [False] * 4 + [True]


async def test_an_expired_ticket_opens_nothing(
    cluster: Cluster, vault: Vault, intake: AsyncEngine, sealed: Sealed
) -> None:
    ticket = await _ask(vault, intake, sealed)
    admin = await cluster.connect("postgres")
    await admin.execute("update vault.tickets set expires_at = now() - interval '1 second' where ticket = $1", ticket)
    await admin.close()

    async with AsyncSession(intake) as session:
        with pytest.raises(TicketRefused):
            await vault.redeem(session, ticket)


async def test_another_service_cannot_redeem_the_ticket(
    cluster: Cluster, vault: Vault, intake: AsyncEngine, sealed: Sealed
) -> None:
    ticket = await _ask(vault, intake, sealed)
    corps = create_async_engine(cluster.dsn("corps_api"), poolclass=NullPool)

    async with AsyncSession(corps) as session:
        with pytest.raises(TicketRefused):
            await vault.redeem(session, ticket)


@pytest.mark.parametrize(
    "looker",
    [
        Looker(ADVISER.person, ADVISER.organisation, "TOVHOLDER_KOMMUNE"),
        Looker(ADVISER.person, "kommune:0253", ADVISER.role),
    ],
    ids=["another role", "another organisation"],
)
async def test_a_look_without_leave_is_refused(
    vault: Vault, intake: AsyncEngine, sealed: Sealed, looker: Looker
) -> None:
    with pytest.raises(LookRefused):
        await open_one(vault, intake, sealed.blob, looker)


async def test_an_unknown_text_and_a_forbidden_one_look_the_same(
    vault: Vault, intake: AsyncEngine, sealed: Sealed
) -> None:
    stranger = Looker(uuid4(), "kommune:0253", "CASEWORKER")

    with pytest.raises(LookRefused) as forbidden:
        await open_one(vault, intake, sealed.blob, stranger)
    with pytest.raises(LookRefused) as unknown:
        await open_one(vault, intake, uuid4(), stranger)

    assert str(forbidden.value) == str(unknown.value)


async def test_one_refused_text_among_several_opens_none_and_leaves_no_look(
    cluster: Cluster, vault: Vault, intake: AsyncEngine, sealed: Sealed
) -> None:
    with pytest.raises(LookRefused):
        await vault.look(intake, looker=ADVISER, blobs=[sealed.blob, uuid4()], reason=LookReason.TRIAGE)

    assert await _looks(cluster, sealed.unit) == []


async def test_leave_for_one_class_opens_no_other(vault: Vault, intake: AsyncEngine, sealed: Sealed) -> None:
    async with AsyncSession(intake) as session, session.begin():
        email = await vault.put(
            session, unit=sealed.unit, field_class=FieldClass.REPORTER, field="email", plaintext="a@example.test"
        )

    with pytest.raises(LookRefused):
        await open_one(vault, intake, email)


async def test_expiry_is_judged_when_asked(vault: Vault, intake: AsyncEngine, sealed: Sealed) -> None:
    caseworker = Looker(uuid4(), "kommune:0253", "CASEWORKER")
    until = datetime.now(UTC) + timedelta(days=30)
    grant = Grant(caseworker.organisation, caseworker.role, FieldClass.CASE_TEXT, until)
    async with AsyncSession(intake) as session, session.begin():
        await vault.grant_many(session, unit=sealed.unit, grants=[grant])

    async def opens(now: datetime | None) -> bool:
        try:
            await vault.look(intake, looker=caseworker, blobs=[sealed.blob], reason=LookReason.DECISION, now=now)
        except LookRefused:
            return False
        return True

    assert await opens(None)
    assert await opens(until - timedelta(seconds=1))
    assert not await opens(until)


async def test_a_caller_cannot_turn_the_clock_back(vault: Vault, intake: AsyncEngine, sealed: Sealed) -> None:
    caseworker = Looker(uuid4(), "kommune:0253", "CASEWORKER")
    yesterday = datetime.now(UTC) - timedelta(days=1)
    async with AsyncSession(intake) as session, session.begin():
        grant = Grant(caseworker.organisation, caseworker.role, FieldClass.CASE_TEXT, yesterday)
        await vault.grant_many(session, unit=sealed.unit, grants=[grant])

    long_ago = yesterday - timedelta(days=1)
    with pytest.raises(LookRefused):
        await vault.look(intake, looker=caseworker, blobs=[sealed.blob], reason=LookReason.DECISION, now=long_ago)


async def test_leave_ends_with_its_revocation_and_comes_back_with_a_new_grant(
    vault: Vault, intake: AsyncEngine, sealed: Sealed
) -> None:
    async with AsyncSession(intake) as session, session.begin():
        assert await vault.revoke(session, unit=sealed.unit, organisation=ADVISER.organisation) == 1
        assert await vault.revoke(session, unit=sealed.unit, organisation=ADVISER.organisation) == 0
    with pytest.raises(LookRefused):
        await open_one(vault, intake, sealed.blob)

    async with AsyncSession(intake) as session, session.begin():
        await vault.grant_many(session, unit=sealed.unit, grants=[GRANT_ADVISER])
    assert (await open_one(vault, intake, sealed.blob)).reveal() == sealed.text


async def test_leave_for_a_person_is_for_no_colleague(vault: Vault, intake: AsyncEngine, sealed: Sealed) -> None:
    mentor, colleague = (Looker(uuid4(), "kommune:0253", "CORPS_MEMBER") for _ in range(2))
    async with AsyncSession(intake) as session, session.begin():
        await vault.grant(
            session,
            unit=sealed.unit,
            organisation=mentor.organisation,
            role=mentor.role,
            field_class=FieldClass.CASE_TEXT,
            person=mentor.person,
        )

    assert (await open_one(vault, intake, sealed.blob, mentor)).reveal() == sealed.text
    with pytest.raises(LookRefused):
        await open_one(vault, intake, sealed.blob, colleague)


async def test_a_worker_may_neither_ask_nor_redeem(
    cluster: Cluster, vault: Vault, intake: AsyncEngine, sealed: Sealed
) -> None:
    ticket = await _ask(vault, intake, sealed)
    worker = create_async_engine(cluster.dsn("intake_worker"), poolclass=NullPool)

    with pytest.raises(LookRefused):
        await open_one(vault, worker, sealed.blob)
    async with AsyncSession(worker) as session:
        with pytest.raises(LookRefused):
            await vault.redeem(session, ticket)


async def test_the_reason_of_the_worker_is_not_for_the_api(vault: Vault, intake: AsyncEngine, sealed: Sealed) -> None:
    with pytest.raises(VaultError, match="vault_call_malformed"):
        await vault.look(intake, looker=ADVISER, blobs=[sealed.blob], reason=LookReason.RECEIPT)


async def test_a_destroyed_key_opens_nothing_in_any_process(
    vault: Vault, cluster: Cluster, intake: AsyncEngine, sealed: Sealed
) -> None:
    assert (await open_one(vault, intake, sealed.blob)).reveal() == sealed.text

    assert await cluster.destroy("unit", sealed.unit) == [True]

    with pytest.raises(Unopenable):
        await open_one(vault, intake, sealed.blob)


async def test_other_key_encryption_keys_open_nothing(
    keystore: PostgresKeyStore, intake: AsyncEngine, sealed: Sealed
) -> None:
    with pytest.raises(Unopenable):
        await open_one(Vault(keystore, DevKeyProvider()), intake, sealed.blob)


@pytest.mark.parametrize(
    "damage",
    [
        "update vault.sealed set field = 'other' where blob = $1",
        "update vault.sealed set class = 'C' where blob = $1",
        "update vault.sealed set sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1) where blob = $1",
        "update vault.sealed set sealed = substring(sealed for 40) where blob = $1",
    ],
    ids=["field", "class", "ciphertext", "cut"],
)
async def test_a_value_changed_in_the_table_does_not_open(
    cluster: Cluster, vault: Vault, intake: AsyncEngine, sealed: Sealed, damage: str
) -> None:
    async with AsyncSession(intake) as session, session.begin():
        grant = Grant(ADVISER.organisation, ADVISER.role, FieldClass.IDENTITY)
        await vault.grant_many(session, unit=sealed.unit, grants=[grant])
    admin = await cluster.connect("postgres", DATABASE)
    await admin.execute(damage, sealed.blob)
    await admin.close()

    with pytest.raises(Unopenable):
        await open_one(vault, intake, sealed.blob)
