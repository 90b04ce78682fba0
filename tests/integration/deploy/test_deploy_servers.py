"""The servers under the services: who gets in, and what they keep when they are killed."""

from __future__ import annotations

import asyncio
import contextlib
import email
import shutil
import smtplib
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from joserfc import jwt
from joserfc.jwk import KeySet

from deploy.backends import Backends, backends
from deploy.config import SERVERS
from deploy.local.issuer_core import challenge_of, write_users
from deploy.local.postgres import archive_folder
from deploy.local.temporal import SEARCH_ATTRIBUTES, database, program
from tests.support.waiting import eventually

PERSON = "00000000-0000-4000-8000-000000000001"
USER = {
    "person_ref": PERSON,
    "organisation": "kommune:0253",
    "roles": ["TOVHOLDER_KOMMUNE"],
    "regime": "SOCIAL",
    "label": "Tovholder A",
}


@pytest.fixture(scope="module")
def servers() -> Iterator[Backends]:
    state = Path(tempfile.mkdtemp(prefix="tov-be-"))
    with backends(state) as started:
        write_users(started.issuer_users, [USER])
        yield started
    shutil.rmtree(state, ignore_errors=True)


async def query(dsn: str, statement: str) -> Any:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_postgres_lets_nobody_in_without_a_password(servers: Backends) -> None:
    for host in ("127.0.0.1", str(servers.socket_dir)):
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(host=host, port=servers.pg_port, user="postgres", password="x", database="postgres")
    lines = await query(servers.pg_admin_dsn, "select string_agg(distinct auth_method, ',') from pg_hba_file_rules")
    assert lines == "scram-sha-256"
    assert await query(servers.pg_admin_dsn, "show fsync") == "on"
    assert (await query(servers.pg_admin_dsn, "show server_version")).startswith("18.")


async def test_the_key_stores_server_opens_to_no_password_of_the_main_one(servers: Backends) -> None:
    port = servers.config.ports.port("keystore")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(servers.pg_admin_dsn.replace(f":{servers.pg_port}/", f":{port}/"))
    assert await query(servers.keystore_admin_dsn, "select count(*) from pg_database where datname = 'tovholder'") == 0


async def test_each_server_archives_its_log_into_a_home_of_its_own(servers: Backends) -> None:
    for server in SERVERS:
        dsn = servers.config.admin_dsn(server)
        await query(dsn, "select pg_logical_emit_message(true, 'test', 'something to put away')")
        segment = await query(dsn, "select pg_walfile_name(pg_switch_wal())")
        file = archive_folder(servers.config, server) / segment
        await eventually(file.exists, what=f"{server} put {segment} away")
        assert file.is_relative_to(servers.config.backup_home(server))
    main, keys = (servers.config.backup_home(server) for server in SERVERS)
    assert not main.is_relative_to(keys)
    assert not keys.is_relative_to(main)


async def test_postgres_writes_no_value_of_a_statement_to_its_log(servers: Backends) -> None:
    canary = "canary-in-a-statement"
    connection = await asyncpg.connect(servers.pg_admin_dsn)
    await connection.execute("create temp table seen (word text unique)")
    for _ in range(2):
        with contextlib.suppress(asyncpg.UniqueViolationError):
            await connection.execute("insert into seen values ($1)", canary)
    with pytest.raises(asyncpg.PostgresError):
        await connection.execute(f"select '{canary}' from nowhere")
    await connection.close()
    log = servers.stack.log("postgres").read_text()
    assert "violates unique constraint" in log
    assert canary not in log


async def test_postgres_keeps_a_committed_row_when_it_is_killed(servers: Backends) -> None:
    await query(servers.pg_admin_dsn, "create table kept as select 7 as number")
    servers.stack.kill("postgres")
    servers.stack.start("postgres")
    assert await query(servers.pg_admin_dsn, "select number from kept") == 7


async def test_kafka_keeps_an_acknowledged_record_when_it_is_killed(servers: Backends) -> None:
    await make_topic(servers.bootstrap, "kept", 1)
    await send(servers.bootstrap, "kept", b"before")
    servers.stack.kill("kafka")
    servers.stack.start("kafka")
    await send(servers.bootstrap, "kept", b"after")
    assert await read(servers.bootstrap, "kept", 2) == [b"before", b"after"]


def test_temporal_keeps_its_workflows_and_attributes_when_it_is_killed(servers: Backends) -> None:
    temporal(servers, "workflow", "start", "--type", "Nobody", "--task-queue", "nobody", "--workflow-id", "kept")
    servers.stack.kill("temporal")
    servers.stack.start("temporal")
    assert "Total: 1" in temporal(servers, "workflow", "count", "--query", "ExecutionStatus = 'Running'")
    assert "kept" in temporal(servers, "workflow", "describe", "-w", "kept")
    listed = temporal(servers, "operator", "search-attribute", "list")
    assert all(name in listed for name in SEARCH_ATTRIBUTES)


def test_temporal_starts_empty_when_its_database_is_gone(servers: Backends) -> None:
    servers.stack.kill("temporal")
    for file in database(servers.config).parent.glob("temporal.db*"):
        file.unlink()
    servers.stack.start("temporal")
    assert "kept" not in temporal(servers, "workflow", "list")


def test_a_mail_becomes_one_file(servers: Backends) -> None:
    with smtplib.SMTP(servers.smtp_host, servers.smtp_port) as client:
        client.sendmail(
            "noreply@tovholder.example", ["desk@kommune.example"], "Subject: Ny opgave\r\n\r\nSe listen.\r\n"
        )
    [file] = servers.mail_dir.glob("*.eml")
    message = email.message_from_bytes(file.read_bytes())
    assert (message["X-RcptTo"], message["Subject"]) == ("desk@kommune.example", "Ny opgave")


async def test_the_issuer_signs_a_short_token_that_its_keys_verify(servers: Backends) -> None:
    async with httpx.AsyncClient(base_url=servers.issuer_url) as client:
        answer = await client.post("/token", data={"grant_type": "urn:tovholder:dev-user", "person": PERSON})
        keys = KeySet.import_key_set((await client.get("/jwks.json")).json())
        unknown = await client.post("/token", data={"grant_type": "urn:tovholder:dev-user", "person": "nobody"})
    token = jwt.decode(answer.json()["access_token"], keys, algorithms=["RS256"])
    assert token.header["typ"] == "at+jwt"
    assert (token.claims["iss"], token.claims["aud"], token.claims["sub"]) == (servers.issuer_url, "tovholder", PERSON)
    assert (token.claims["organisation"], token.claims["roles"]) == (USER["organisation"], USER["roles"])
    assert token.claims["exp"] - token.claims["iat"] == 300
    assert unknown.status_code == 400


async def test_a_browser_signs_in_with_a_code_that_is_good_once_and_only_with_its_verifier(servers: Backends) -> None:
    verifier, back = "v" * 43, "http://127.0.0.1:1/back"
    asked = {"response_type": "code", "client_id": "console", "redirect_uri": back, "state": "s", "nonce": "n"}
    asked |= {"code_challenge": challenge_of(verifier), "code_challenge_method": "S256"}
    async with httpx.AsyncClient(base_url=servers.issuer_url) as client:
        page = await client.get("/authorize", params=asked)
        assert "Tovholder A" in page.text
        codes = []
        for _ in range(2):
            sent = await client.post("/authorize", params=asked, data={"person": PERSON})
            assert sent.headers["location"].startswith(back)
            codes.append(httpx.URL(sent.headers["location"]).params["code"])
        form = {"grant_type": "authorization_code", "client_id": "console", "redirect_uri": back}
        wrong = await client.post("/token", data={**form, "code": codes[0], "code_verifier": "w" * 43})
        right = await client.post("/token", data={**form, "code": codes[1], "code_verifier": verifier})
        twice = await client.post("/token", data={**form, "code": codes[1], "code_verifier": verifier})
        abroad = await client.get("/authorize", params={**asked, "redirect_uri": "http://example.org/back"})
    assert [wrong.status_code, right.status_code, twice.status_code, abroad.status_code] == [400, 200, 400, 400]
    assert {"access_token", "id_token"} <= set(right.json())


async def test_three_brokers_lose_no_acknowledged_record_when_one_is_killed() -> None:
    state = Path(tempfile.mkdtemp(prefix="tov-k3-"))
    with backends(state, kafka_brokers=3, extras=False) as started:
        await make_topic(started.bootstrap, "kept", 3)
        underway = asyncio.Event()
        sending = asyncio.create_task(send_many(started.bootstrap, "kept", 300, underway))
        await underway.wait()
        started.stack.kill("kafka_2")
        sent = await sending
        assert sorted(await read(started.bootstrap, "kept", len(sent))) == sorted(sent)
    shutil.rmtree(state, ignore_errors=True)


def temporal(servers: Backends, *arguments: str) -> str:
    argv = [str(program("temporal")), *arguments, "--address", servers.temporal_target]
    return subprocess.run(argv, capture_output=True, text=True, check=True, timeout=30).stdout


async def make_topic(bootstrap: str, name: str, copies: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(name, num_partitions=1, replication_factor=copies)])
    await admin.close()


async def send(bootstrap: str, topic: str, record: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        await producer.send_and_wait(topic, record)


async def send_many(bootstrap: str, topic: str, count: int, underway: asyncio.Event) -> list[bytes]:
    """Send records one by one, each acknowledged by two brokers or more; `underway` is set after the fiftieth."""
    records = [str(number).encode() for number in range(count)]
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True) as producer:
        for number, record in enumerate(records):
            await producer.send_and_wait(topic, record)
            if number == 50:
                underway.set()
    return records


async def read(bootstrap: str, topic: str, count: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    async with consumer, asyncio.timeout(60):
        return [(await consumer.getone()).value for _ in range(count)]
