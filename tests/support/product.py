"""The whole product as a user meets it: real servers, real service processes as children, one gateway.

A `Product` is one stack on a state folder of its own, with free ports, whose domain time can be moved. Tests that break servers
have one of their own.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from temporalio.client import Client

from deploy import processes
from deploy.backends import Backends, start_backends
from deploy.config import KINDS, PROJECT, SERVICES
from deploy.demo.people import Office, Person
from deploy.local.issuer_core import write_users
from deploy.seed import issuer_users, person
from shared.clock import DemoClock
from shared.durable.client import connect
from shared.durable.codec_keys import together
from shared.durable.converter import Codec
from shared.settings import Settings
from tests.support.waiting import eventually

__all__ = ["ALL", "PROJECT", "Process", "Product", "running"]

Process = tuple[str, str]
"""Service and kind, such as ("intake", "api")."""


@dataclass
class Product:
    """One running stack. `office` is the way in, through the gateway, as people take it."""

    backends: Backends
    office: Office
    clock: DemoClock
    extra: dict[str, dict[str, str]] = field(default_factory=dict)
    """More environment by process name."""

    # --- people

    def at(self, role: str, organisation: str) -> Person:
        """Return the person who has a role at an organisation."""
        from shared.lifecycle.actor import Role

        return Person(self.office, Role(role), organisation, person(Role(role), organisation).person_ref)

    def citizen(self) -> Person:
        """Return somebody without an account."""
        from shared.lifecycle.actor import Role

        return Person(self.office, Role.PUBLIC, "public:web", None)

    def sign_up(self, person_ref: str, organisation: str, roles: Sequence[str]) -> None:
        """Let the issuer know one more person."""
        users = json.loads(self.backends.issuer_users.read_text())
        added = {"person_ref": person_ref, "organisation": organisation, "roles": list(roles), "regime": "GDPR"}
        write_users(self.backends.issuer_users, [*users, added])

    # --- processes

    def launch(self, *wanted: Process) -> list[str]:
        """Start service processes side by side, without waiting; return their names."""
        names = []
        for service, kind in wanted:
            port_name = processes.port_name(service, kind)
            self.backends.config.ports.secure(port_name)
            spec = processes.service_process(self.backends.config, service, kind)
            env = self.backends.service_env(service, kind, spec.port or 0) | self.extra.get(spec.name, {})
            self.backends.stack.add(replace(spec, env=env))
            self.backends.stack.launch(spec.name)
            names.append(spec.name)
        return names

    def start(self, *wanted: Process) -> None:
        """Start service processes side by side and wait until all of them are ready."""
        self.backends.stack.await_ready(*self.launch(*wanted))

    def begin(self, name: str) -> None:
        """Start a server again without waiting, so that the event loop goes on; `serving` waits."""
        self.backends.stack.launch(name)

    async def serving(self, *names: str, within: float = 60.0) -> None:
        """Wait until processes that were begun serve."""
        import asyncio

        for name in names:
            ready = self.backends.stack.specs[name].ready
            await eventually(lambda ready=ready: asyncio.to_thread(ready), within=within, what=f"{name} serves")

    def url(self, service: str, kind: str) -> str:
        """Return the address of a process itself, behind the gateway."""
        return self.backends.url(f"{service}-{kind}")

    # --- looking inside

    async def rows(self, sql: str, *values: Any, database: str = "tovholder") -> list[asyncpg.Record]:
        """Ask Postgres as the superuser."""
        connection = await asyncpg.connect(self.backends.dsn("postgres", database))
        try:
            return list(await connection.fetch(sql, *values))
        finally:
            await connection.close()

    async def value(self, sql: str, *values: Any) -> Any:
        """Ask Postgres for one value."""
        found = await self.rows(sql, *values)
        return found[0][0] if found else None

    async def metrics(self, service: str, kind: str) -> dict[str, float]:
        """Return the samples of a process's /metrics page by name and labels as they stand there."""
        async with httpx.AsyncClient(trust_env=False) as client:
            page = (await client.get(f"{self.url(service, kind)}/metrics")).text
        lines = (line.rpartition(" ") for line in page.splitlines() if line and not line.startswith("#"))
        return {name: float(number) for name, _, number in lines}

    def settings(self, service: str) -> Settings:
        """Return the settings of a service's worker."""
        port = self.backends.config.ports.port(processes.port_name(service, "worker"))
        given = self.backends.service_env(service, "worker", port)
        return Settings.model_validate({name.removeprefix("TOVHOLDER_").lower(): text for name, text in given.items()})

    async def temporal(self, service: str = "intake") -> Client:
        """Connect to Temporal with the codec of a service, which opens nothing of another's."""
        return await connect(self.settings(service))

    def codec(self) -> Codec:
        """Return what opens the payloads of every service, for looking."""
        return Codec(together([self.backends.config.codec_keyset_file(service) for service in SERVICES]))

    def log(self, name: str) -> str:
        """Return what a process has logged."""
        return self.backends.stack.log(name).read_text(errors="replace")

    @property
    def state(self) -> Path:
        """Return the state folder."""
        return self.backends.config.state


ALL: tuple[Process, ...] = tuple((service, kind) for service in SERVICES for kind in KINDS)


@contextmanager
def running(
    *wanted: Process, brokers: int = 1, codec_keys: str | None = None, traces: bool = False
) -> Iterator[Product]:
    """A stack with the wanted service processes (all of them when none is named) for the time of a block.

    `codec_keys` is the content of the file of keys under which Temporal's payloads are sealed, where a test must know them.
    """
    state = Path(tempfile.mkdtemp(prefix="tov-e2e-", dir="/tmp"))  # a socket path has 107 bytes
    backends: Backends | None = None
    try:
        if codec_keys is not None:
            place_codec_keys(state, codec_keys)
        backends = start_backends(state, brokers)
        yield _started(backends, wanted or ALL, traces=traces)
    finally:
        if backends is not None:
            backends.stop()
        if os.environ.get("KEEP_STATE") != "1":  # for who wants to read the logs of a failure
            shutil.rmtree(state, ignore_errors=True)


def _started(backends: Backends, wanted: Sequence[Process], *, traces: bool) -> Product:
    config = backends.config
    write_users(backends.issuer_users, [dict(user) for user in issuer_users()])
    clock = DemoClock(config.clock_file)
    clock.move_to(datetime.now(UTC))  # the file must be there before the services start, or they go by the wall
    backends.stack.add(processes.migration(config))
    backends.stack.start("migrate")
    product = Product(backends, Office(config.gateway_url, config.issuer_url), clock)
    if traces:
        (config.state / "traces").mkdir()
        names = [f"{service}-{kind}" for service, kind in wanted]
        product.extra = {
            name: {
                "TOVHOLDER_TRACE_FILE": str(config.state / "traces" / f"{name}.jsonl"),
                "OTEL_BSP_SCHEDULE_DELAY": "200",  # milliseconds until finished spans are written
            }
            for name in names
        }
    backends.stack.add(processes.gateway_process(config))
    backends.stack.launch("gateway")
    product.start(*wanted)
    backends.stack.await_ready("gateway")
    return product


def place_codec_keys(state: Path, content: str) -> None:
    """Give every service the same keys for its payloads, which the tests know."""
    for service in SERVICES:
        place_secret(state / "secrets" / f"codec-{service}.json", content)


def place_secret(file: Path, content: str) -> None:
    """Write a file that its owner alone reads."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.touch(mode=0o600)
    file.write_text(content)


def reference(text: str) -> UUID:
    """Return a reference from text, for the reader's eye."""
    return UUID(text)
