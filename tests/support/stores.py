"""Reading every store to the bottom: servers by their own language, then their files, then everything that processes leave.

`tests.support.planting` puts a word in the clear into each of them, and the test fails where one is not found.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx

from deploy.backup.taking import SEGMENT_BYTES
from deploy.config import KEYSTORE_SERVER, MAIN_SERVER, SUPERUSER, SUPERUSERS
from deploy.local.postgres import archive_folder, programs
from tests.support.canary import Stores
from tests.support.decoding import batches, decoded, opened_mail, records_of_wal
from tests.support.planting import DATABASES
from tests.support.product import ALL, Product
from tests.support.topics import published
from tests.support.waiting import eventually
from tests.workflows.histories import opened_bytes, stored_bytes

SERVERS = {"main": MAIN_SERVER, "key store": KEYSTORE_SERVER}
READ_APART = ("logs", "traces", "mail", "checkpoints", "erasures")
EMPTY = {".index", ".timeindex"}
"""Files that Kafka makes large beforehand, of zeros and offsets."""


async def of_kafka(product: Product, stores: Stores) -> None:
    """Every record as a consumer is given it, and every batch as it lies in the log."""
    for record in (await published(product.backends.bootstrap, topics=None)).records:
        place = f"{record.topic}/{record.partition}/{record.offset}"
        stores.add("kafka", f"{place} key", record.key or b"")
        stores.add("kafka", f"{place} value", decoded(record.value or b""))
        for name, value in record.headers:
            stores.add("kafka", f"{place} header {name}", value or b"")
    for file in sorted((product.state / "kafka").rglob("*")):
        if file.is_file() and file.suffix not in EMPTY:
            content = read(file)
            stores.add("kafka files", str(file), content)
            if file.suffix == ".log":
                for batch in batches(content):
                    stores.add("kafka files", f"{file} unpacked", batch)


async def of_temporal(product: Product, stores: Stores) -> None:
    """Every history through the API, as it is stored and opened; then every value of the database, and its files."""
    client = await product.temporal()
    codec = product.codec()
    async for found in client.list_workflows(""):
        stores.add("temporal", f"{found.id} as listed", found.raw_info.SerializeToString())
        history = await client.get_workflow_handle(found.id, run_id=found.run_id).fetch_history()
        stores.add("temporal", f"{found.id} as stored", stored_bytes(history))
        stores.add("temporal", f"{found.id} opened", await opened_bytes(history, codec))
    await asyncio.to_thread(_temporal_database, product.state / "temporal", stores)


def _temporal_database(folder: Path, stores: Stores) -> None:
    with sqlite3.connect(f"file:{folder / 'temporal.db'}?mode=ro", uri=True, timeout=30) as database:
        names = [row[0] for row in database.execute("select name from sqlite_master where type = 'table'")]
        for name in names:
            values = (value for row in database.execute(f'select * from "{name}"') for value in row)
            coded = (value if isinstance(value, bytes) else str(value).encode() for value in values)
            stores.add("temporal database", name, decoded(b"\n".join(coded)))
    database.close()
    for file in sorted(folder.glob("temporal.db*")):
        stores.add("temporal database", file.name, read(file))


async def of_postgres(product: Product, stores: Stores, server: str) -> None:
    """Every column of every row of every table, the catalog's too, with what the server ran last; then a dump."""
    database = DATABASES[server]
    for each in (database, "postgres", "template1"):
        await _rows(_dsn(product, server, each), f"{server}: rows", each, stores)
    dumped = await asyncio.to_thread(_program, product, server, "pg_dump", "--dbname", database)
    stores.add(f"{server}: dump", database, dumped)


async def _rows(dsn: str, kind: str, database: str, stores: Stores) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for schema, table in await connection.fetch(_TABLES):
            rows = await connection.fetch(f'select t::text from "{schema}"."{table}" t')
            content = "\n".join(row[0] or "" for row in rows)
            stores.add(kind, f"{database}.{schema}.{table}", decoded(content.encode()))
        for view in ("pg_stat_activity", "pg_prepared_xacts", "pg_file_settings", "pg_stats"):
            rows = await connection.fetch(f"select t::text from pg_catalog.{view} t")
            stores.add(kind, f"{database}.{view}", "\n".join(row[0] or "" for row in rows))
    finally:
        await connection.close()


def _dsn(product: Product, server: str, database: str) -> str:
    whole = product.backends.config.admin_dsn(SERVERS[server])
    return f"{whole.rpartition('/')[0]}/{database}"


def _program(product: Product, server: str, name: str, *arguments: str) -> bytes:
    config = product.backends.config
    secret = {"PGPASSWORD": config.passwords()[SUPERUSERS[SERVERS[server]]]}
    at = ("-h", "127.0.0.1", "-p", str(config.ports.port(SERVERS[server])), "-U", SUPERUSER)
    argv = [str(programs() / name), *at, *arguments]
    return subprocess.run(argv, env={"LC_ALL": "C.UTF-8", **secret}, capture_output=True, check=True).stdout


async def of_clusters(product: Product, stores: Stores, server: str) -> None:
    """A server's files as they lie on the disk after a checkpoint: data, write-ahead log, pages within it."""
    connection = await asyncpg.connect(_dsn(product, server, "postgres"))
    try:
        await connection.execute("checkpoint")
    finally:
        await connection.close()
    await asyncio.to_thread(_cluster, product, stores, server)


def _cluster(product: Product, stores: Stores, server: str) -> None:
    data, log = product.state / SERVERS[server], archive_folder(product.backends.config, SERVERS[server])
    for file in files(data):
        _file_of_a_cluster(stores, server, "data files", file)
    for file in files(log):
        _file_of_a_cluster(stores, server, "WAL", file)
    _full_pages((log, data / "pg_wal"), stores, f"{server}: full pages")


def of_backups(product: Product, stores: Stores, server: str) -> None:
    """Every file of every backup; taking one lets go of the write-ahead log before it."""
    home = product.backends.config.backup_home(SERVERS[server])
    for file in files(home):
        if not file.is_relative_to(home / "wal"):
            _file_of_a_cluster(stores, server, "backup", file)


def _file_of_a_cluster(stores: Stores, server: str, kind: str, file: Path) -> None:
    content = read(file)
    if len(file.name) == 24 and len(content) == SEGMENT_BYTES:  # a segment of the log, wherever it lies
        kind, content = "WAL", records_of_wal(content)
    stores.add(f"{server}: {kind}", str(file), decoded(content), pages=True)


def _full_pages(logs: Iterable[Path], stores: Stores, kind: str) -> None:
    """The images of whole pages in the write-ahead log, which a setting may have compressed, as Postgres unpacks them."""
    with tempfile.TemporaryDirectory(prefix="tov-pages-") as folder:
        log = Path(folder) / "log"
        log.mkdir()
        for segment in (file for place in logs for file in files(place) if len(file.name) == 24):
            if not (log / segment.name).is_symlink():
                (log / segment.name).symlink_to(segment)
        for segment in sorted(log.iterdir()):
            pages = Path(folder) / f"pages of {segment.name}"
            argv = [str(programs() / "pg_waldump"), "--quiet", "-p", str(log), f"--save-fullpage={pages}", segment.name]
            subprocess.run(argv, capture_output=True, check=False)  # it ends with an error where the log ends
            for file in files(pages):
                stores.add(kind, file.name, read(file), pages=True)


async def of_metrics(product: Product, stores: Stores, page: str) -> None:
    """The page of every process, Temporal's, and one with a control."""
    pages = [f"{product.url(service, kind)}/metrics" for service, kind in ALL]
    pages.append(f"http://127.0.0.1:{product.backends.config.ports.port('temporal_metrics')}/metrics")
    async with httpx.AsyncClient(trust_env=False) as client:
        for url in [*pages, page]:
            stores.add("metrics", url, (await client.get(url)).content)


async def of_files(product: Product, stores: Stores, *apart: tuple[str, Path]) -> None:
    """What processes wrote: logs, spans, e-mails, the folders `apart`; then whatever else the state folder holds."""
    await _spans_are_written(product)
    state = product.state
    for file in sorted((state / "logs").iterdir()):
        stores.add("log", file.name, decoded(file.read_bytes()))
    for file in sorted((state / "traces").glob("*.jsonl")):
        stores.add("trace", file.name, decoded(file.read_bytes()))
    for file in sorted(product.backends.mail_dir.glob("*.eml")):
        stores.add("mail", file.name, opened_mail(file.read_bytes()))
    for kind, folder in apart:
        for file in files(folder):
            stores.add(kind, str(file), decoded(read(file)))
    read_before = {*READ_APART, "kafka", "temporal", *SERVERS.values(), "backups", "keystore-backups"}
    for file in files(state):
        place = file.relative_to(state)
        if place.parts[0] not in read_before:
            kind = "secrets" if place.parts[0] == "secrets" else "state folder"
            stores.add(kind, str(place), decoded(read(file)))


async def _spans_are_written(product: Product) -> None:
    trace = uuid4().hex
    apis = [(service, kind) for service, kind in ALL if kind == "api"]
    async with httpx.AsyncClient(trust_env=False) as client:
        for service, kind in apis:
            headers = {"traceparent": f"00-{trace}-{trace[:16]}-01"}
            await client.get(f"{product.url(service, kind)}/livez", headers=headers)
    for service, kind in apis:
        file = product.state / "traces" / f"{service}-{kind}.jsonl"
        await eventually(lambda file=file: trace in file.read_text(), what=f"the spans of {service} are written")


def of_processes(stores: Stores) -> None:
    """The arguments and the environment of every process below this one: the whole stack, Postgres' own children too."""
    for pid in sorted(_below(os.getpid())):
        for kind, name in (("arguments", "cmdline"), ("environment", "environ")):
            stores.add(kind, f"{pid} {name}", read(Path(f"/proc/{pid}/{name}")))


def _below(root: int) -> set[int]:
    """Return the processes that descend from one; those that end meanwhile are left out."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (stat := read(folder / "stat")):
            parents[int(folder.name)] = int(stat.rpartition(b")")[2].split()[1])
    found, fresh = set[int](), {root}
    while fresh:
        fresh = {pid for pid, parent in parents.items() if parent in fresh} - found
        found |= fresh
    return found


def files(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, in order; no links and no sockets."""
    return (each for each in sorted(folder.rglob("*")) if each.is_file() and not each.is_symlink())


def read(file: Path) -> bytes:
    """Return what a file holds; nothing when a server has just put it away, or the process has ended."""
    try:
        return file.read_bytes()
    except OSError:
        return b""


_TABLES = """
select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'm') order by 1, 2
"""
