"""Putting a word in the clear into every store, so that a search that finds nothing is known to be able to find."""

from __future__ import annotations

import base64
import json
import os
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from uuid import uuid4

import asyncpg
from aiokafka import AIOKafkaProducer
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from prometheus_client import CollectorRegistry, Counter, start_http_server
from temporalio.client import Client

from deploy.config import DATABASE, KEYSTORE
from deploy.ports import is_free
from shared.messaging.topics import ensure_topics
from shared.observability.traces import JsonLines
from tests.support.canary import danish, word
from tests.support.product import Product

DATABASES = {"main": DATABASE, "key store": KEYSTORE}
"""Name of each Postgres server and the database of ours in it."""
CODECS = ("gzip", "snappy", "lz4", "zstd")


@dataclass(frozen=True)
class Control:
    """A word that was put somewhere in the clear: it must be found in each of the stores `kinds`."""

    how: str
    kinds: tuple[str, ...]
    word: str = field(default_factory=word)


@contextmanager
def in_process() -> Iterator[list[Control]]:
    """A process with a word among its arguments and another in its environment, for the time of a block."""
    said, told = Control("an argument", ("arguments",)), Control("a variable", ("environment",))
    child = subprocess.Popen(
        [sys.executable, "-c", "import sys; print('here', flush=True); sys.stdin.read()", f"ÆØÅ {said.word}"],
        env={**os.environ, "CONTROL": f"æ{told.word}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdout.readline()
        yield [said, told]
    finally:
        child.stdin.close()
        child.wait(10)


async def in_kafka(product: Product) -> list[Control]:
    """Records in the clear and in other clothes, under each codec that a producer may choose."""
    found: list[Control] = []
    await ensure_topics(product.backends.bootstrap, ["control.kafka.v1"], partitions=1, replication=1)
    for codec in CODECS:
        made = {
            how: Control(f"{codec}, {how}", ("kafka", "kafka files"), danish() if how == "text" else word())
            for how in ("key", "header", "text", "escaped", "base64", "hex")
        }
        await _sent(product.backends.bootstrap, codec, {how: control.word for how, control in made.items()})
        found += made.values()
    return found


async def _sent(bootstrap: str, codec: str, words: dict[str, str]) -> None:
    values = [
        f"ÆØÅ {words['text']}".encode() * 20,
        json.dumps({"text": f"æ{words['escaped']}"}).replace("k", "\\u006b").encode(),
        base64.b64encode(f"ab{words['base64']}".encode()),
        words["hex"].encode().hex().encode(),
    ]
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, compression_type=codec, linger_ms=50) as producer:
        for value in values:
            headers = [("ce_id", str(uuid4()).encode()), ("ce_sequence", b"1"), ("x", words["header"].encode())]
            await producer.send_and_wait("control.kafka.v1", value, key=words["key"].encode(), headers=headers)


async def in_temporal(product: Product) -> list[Control]:
    """Workflows that nobody works on, with an input and a memo in the clear, and one with a sealed input."""
    stored = ("temporal", "temporal database")
    plain, listed = Control("plain input", stored, danish()), Control("memo", stored)
    sealed = Control("sealed input", ("temporal",))
    clear = await Client.connect(product.backends.temporal_target)
    named = {"id": f"control-{uuid4()}", "task_queue": "nobody"}
    await clear.start_workflow("Nobody", f"æ{plain.word}", **named, memo={"text": listed.word})
    named["id"] = f"control-{uuid4()}"
    await (await product.temporal()).start_workflow("Nobody", f"æ{sealed.word}", **named)
    return [plain, sealed, listed]


async def in_postgres(product: Product, server: str) -> list[Control]:
    """Rows in the clear in one of both servers: short, long enough for TOAST, compressible; and a line in its log."""
    sql, dump, wal, pages, files, backup = (
        f"{server}: {each}" for each in ("rows", "dump", "WAL", "full pages", "data files", "backup")
    )
    everywhere = (sql, dump, wal, files, backup)
    text, toast = Control("text", everywhere, danish()), Control("a text in TOAST", everywhere)
    squeezed = Control("a text that Postgres compressed", everywhere)
    document, raw = Control("jsonb", everywhere), Control("bytea", everywhere)
    page, said = Control("a page in compressed WAL", (pages,)), Control(f"{server}: a line of the server", ("log",))
    connection = await asyncpg.connect(product.backends.dsn("postgres", DATABASES[server]))
    try:
        await connection.execute("create table if not exists public.control (a text, b jsonb, c bytea, d text, e text)")
        await connection.execute("alter table public.control alter column d set storage external")
        await connection.execute(
            "insert into public.control values ($1, $2, $3, $4, $5)",
            f"æ {text.word}",
            json.dumps({"a": [document.word]}),
            raw.word.encode(),
            f"{'langt, ' * 300}{toast.word}" * 5,  # a piece of 2 KB may end within one
            f"{squeezed.word} " + "en sætning, der gentages. " * 200,
        )
        await connection.execute("checkpoint")
        await connection.execute("set wal_compression = pglz")
        await connection.execute("insert into public.control (a) values ($1)", page.word)
        await connection.execute("reset wal_compression")
        await connection.execute(f"do $$ begin raise log 'control {said.word}'; end $$")
    finally:
        await connection.close()
    return [text, toast, squeezed, document, raw, page, said]


def in_metrics() -> tuple[str, Control]:
    """A page of metrics with a word as a label; return its address."""
    registry, control = CollectorRegistry(), Control("a label", ("metrics",))
    Counter("control", "A control", ["text"], registry=registry).labels(f"æ{control.word}").inc()
    port = next(port for port in range(17_000, 18_000) if is_free(port))
    start_http_server(port, "127.0.0.1", registry)
    return f"http://127.0.0.1:{port}/metrics", control


def in_files(product: Product, *folders: tuple[str, Path]) -> list[Control]:
    """A line of a log, a span, and a file in each of the folders that hold nothing but files."""
    log = Control("a line", ("log",), danish())
    span, echoed = Control("an attribute", ("trace",)), Control("an error", ("trace",))
    file = product.backends.config.logs / "control.log"
    file.write_text(json.dumps({"event": "said", "text": f"ÆØÅ {log.word}"}) + "\n")
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(JsonLines(product.state / "traces" / "control.jsonl")))
    with provider.get_tracer("control").start_as_current_span("control") as made:
        made.set_attribute("text", f"æ{span.word}")
        made.record_exception(ValueError(echoed.word))
    found = [log, span, echoed]
    for kind, folder in folders:
        found.append(Control("a file", (kind,)))
        (folder / "control.txt").write_text(f"æ{found[-1].word}")
    return found


def in_mail(product: Product) -> Control:
    """An e-mail whose body is in base64."""
    control, message = Control("a body in base64", ("mail",)), EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@tovholder.example", "b@tovholder.example", "Prøve"
    message.set_content(f"Kære æøå\n{control.word}\n", cte="base64")
    with smtplib.SMTP(product.backends.smtp_host, product.backends.smtp_port) as server:
        server.send_message(message)
    return control
