"""Reading every store to the bottom: Kafka, Temporal, logs, metrics, traces, e-mails, Postgres, and all files on disk.

`plant` puts a word in the clear into each of them, so that a search that finds nothing is known to be able to find.
"""

from __future__ import annotations

import base64
import email
import email.policy
import json
import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
from aiokafka import AIOKafkaProducer
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from prometheus_client import CollectorRegistry, Counter, start_http_server
from temporalio.client import Client

from deploy.ports import is_free
from shared.messaging.topics import ensure_topics
from shared.observability.traces import JsonLines
from tests.support.canary import Stores, word
from tests.support.product import ALL, Product
from tests.support.topics import published
from tests.support.waiting import eventually
from tests.workflows.histories import opened_bytes, stored_bytes

EMPTY = {".index", ".timeindex"}
"""Files that Kafka makes large beforehand, of zeros and offsets."""


@dataclass(frozen=True)
class Control:
    """A word that was put somewhere in the clear: it must be found in stores of `kind`."""

    kind: str
    how: str
    word: str


# --- planting


async def plant(product: Product) -> tuple[list[Control], str]:
    """Put a word into every store, in every form; return them, and the address of a page of metrics that holds one."""
    page, metric = _in_metrics()
    planted = [*await _in_kafka(product), *await _in_temporal(product), *await _in_postgres(product), metric]
    return [*planted, *_in_files(product), _in_mail(product)], page


async def _in_kafka(product: Product) -> list[Control]:
    found = {how: Control("kafka", how, word()) for how in ("key", "header", "value", "escaped", "base64", "hex")}
    await ensure_topics(product.backends.bootstrap, ["control.kafka.v1"], partitions=1, replication=1)
    producer = AIOKafkaProducer(bootstrap_servers=product.backends.bootstrap, compression_type="lz4", linger_ms=50)
    escaped = json.dumps({"text": f"æ{found['escaped'].word}"}).replace("k", "\\u006b")
    values = [
        f"ÆØÅ {found['value'].word}".encode() * 20,
        escaped.encode(),
        base64.b64encode(f"ab{found['base64'].word}".encode()),
        found["hex"].word.encode().hex().encode(),
    ]
    async with producer:
        for value in values:
            headers = [("ce_id", str(uuid4()).encode()), ("ce_sequence", b"1"), ("x", found["header"].word.encode())]
            await producer.send_and_wait("control.kafka.v1", value, key=found["key"].word.encode(), headers=headers)
    return list(found.values())


async def _in_temporal(product: Product) -> list[Control]:
    plain, sealed, listed = (Control("temporal", how, word()) for how in ("plain input", "sealed input", "memo"))
    target = product.backends.temporal_target
    clear = await Client.connect(target)
    await clear.start_workflow(
        "Nobody", f"æ{plain.word}", id=f"control-{uuid4()}", task_queue="nobody", memo={"text": listed.word}
    )
    await (await product.temporal()).start_workflow(
        "Nobody", f"æ{sealed.word}", id=f"control-{uuid4()}", task_queue="nobody"
    )
    return [plain, sealed, listed]


async def _in_postgres(product: Product) -> list[Control]:
    found = [Control("postgres", how, word()) for how in ("text", "jsonb", "bytea")]
    disk = Control("disk", "a table in the clear", word())
    await product.rows("create table if not exists public.control (a text, b jsonb, c bytea)")
    row = (f"æ {found[0].word} {disk.word}", json.dumps({"a": [found[1].word]}), found[2].word.encode())
    await product.rows("insert into public.control values ($1, $2, $3)", *row)
    await product.rows("checkpoint")
    return [*found, disk]


def _in_metrics() -> tuple[str, Control]:
    registry, control = CollectorRegistry(), Control("metrics", "a label", word())
    Counter("control", "A control", ["text"], registry=registry).labels(f"æ{control.word}").inc()
    port = next(port for port in range(17_000, 18_000) if is_free(port))
    start_http_server(port, "127.0.0.1", registry)
    return f"http://127.0.0.1:{port}/metrics", control


def _in_files(product: Product) -> list[Control]:
    log, span, echoed = Control("log", "a line", word()), Control("trace", "an attribute", word()), word()
    file = product.backends.config.logs / "control.log"
    file.write_text(json.dumps({"event": "said", "text": f"ÆØÅ {log.word}"}) + "\n")
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(JsonLines(product.state / "traces" / "control.jsonl")))
    with provider.get_tracer("control").start_as_current_span("control") as made:
        made.set_attribute("text", f"æ{span.word}")
        made.record_exception(ValueError(echoed))
    return [log, span, Control("trace", "an error", echoed)]


def _in_mail(product: Product) -> Control:
    control, message = Control("mail", "a body in base64", word()), EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@tovholder.example", "b@tovholder.example", "Prøve"
    message.set_content(f"Kære æøå\n{control.word}\n", cte="base64")
    with smtplib.SMTP(product.backends.smtp_host, product.backends.smtp_port) as server:
        server.send_message(message)
    return control


# --- reading


async def collect(product: Product, page: str) -> Stores:
    """Read everything."""
    await _spans_are_written(product)
    stores = Stores()
    await _kafka(product, stores)
    await _temporal(product, stores)
    await _postgres(product, stores)
    await _metrics(product, stores, page)
    _files(product, stores)
    return stores


async def _spans_are_written(product: Product) -> None:
    trace = uuid4().hex
    async with httpx.AsyncClient(trust_env=False) as client:
        for service, kind in ALL:
            if kind == "api":
                headers = {"traceparent": f"00-{trace}-{trace[:16]}-01"}
                await client.get(f"{product.url(service, kind)}/livez", headers=headers)
    for service, kind in ALL:
        if kind == "api":
            file = product.state / "traces" / f"{service}-{kind}.jsonl"
            await eventually(lambda file=file: trace in file.read_text(), what=f"the spans of {service} are written")


async def _kafka(product: Product, stores: Stores) -> None:
    for record in (await published(product.backends.bootstrap, topics=None)).records:
        place = f"{record.topic}/{record.partition}/{record.offset}"
        stores.add("kafka", f"{place} key", record.key or b"")
        stores.add("kafka", f"{place} value", _decoded(record.value or b""))
        for name, value in record.headers:
            stores.add("kafka", f"{place} header {name}", value or b"")


async def _temporal(product: Product, stores: Stores) -> None:
    client = await product.temporal()
    codec = product.codec()
    async for found in client.list_workflows(""):
        stores.add("temporal", f"{found.id} as listed", found.raw_info.SerializeToString())
        history = await client.get_workflow_handle(found.id, run_id=found.run_id).fetch_history()
        stores.add("temporal", f"{found.id} as stored", stored_bytes(history))
        stores.add("temporal", f"{found.id} opened", await opened_bytes(history, codec))


async def _postgres(product: Product, stores: Stores) -> None:
    """Every row of every table of both databases, as text; bytes as hex."""
    for database in ("tovholder", "tovholder_keys"):
        connection = await asyncpg.connect(product.backends.dsn("postgres", database))
        try:
            tables = await connection.fetch(_TABLES)
            for schema, table in tables:
                rows = await connection.fetch(f'select t::text from "{schema}"."{table}" t')
                stores.add("postgres", f"{database}.{schema}.{table}", "\n".join(row[0] or "" for row in rows))
        finally:
            await connection.close()


async def _metrics(product: Product, stores: Stores, page: str) -> None:
    pages = [f"{product.url(service, kind)}/metrics" for service, kind in ALL]
    pages.append(f"http://127.0.0.1:{product.backends.config.ports.port('temporal_metrics')}/metrics")
    async with httpx.AsyncClient(trust_env=False) as client:
        for url in [*pages, page]:
            stores.add("metrics", url, (await client.get(url)).content)


def _files(product: Product, stores: Stores) -> None:
    state = product.state
    for file in sorted((state / "logs").glob("*.log*")):
        stores.add("log", file.name, _decoded(file.read_bytes()))
    for file in sorted((state / "traces").glob("*.jsonl")):
        stores.add("trace", file.name, _decoded(file.read_bytes()))
    for file in sorted(product.backends.mail_dir.glob("*.eml")):
        stores.add("mail", file.name, _opened_mail(file.read_bytes()))
    for file in sorted(each for each in state.rglob("*") if each.is_file() and not each.is_symlink()):
        if file.parent.name not in ("logs", "traces", "mail") and file.suffix not in EMPTY:
            stores.add("disk", str(file.relative_to(state)), _read(file))


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except (FileNotFoundError, OSError):  # a server has just put it away
        return b""


def _decoded(content: bytes) -> bytes:
    """Return some bytes, and beside them what they are without JSON's escapes."""
    if b"\\u" not in content:
        return content
    text = content.decode("utf-8", "replace")
    parts = text.split("\\u")
    plain = parts[0] + "".join(_unescaped(part) for part in parts[1:])
    return content + b"\n" + plain.encode("utf-8", "replace")


def _unescaped(part: str) -> str:
    try:
        return chr(int(part[:4], 16)) + part[4:]
    except ValueError:
        return part


def _opened_mail(content: bytes) -> bytes:
    """Return a message as it is stored, and beside it its headers and parts as they are read."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    lines = [f"{name}: {value}" for name, value in message.items()]
    lines += [str(part.get_content()) for part in message.walk() if not part.is_multipart()]
    return content + b"\n" + "\n".join(lines).encode()


_TABLES = """
select table_schema, table_name from information_schema.tables
where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema') order by 1, 2
"""
