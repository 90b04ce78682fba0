"""Seeds, plays every story, leaves an ordinary day behind, reckons, and shows the table."""

from __future__ import annotations

import importlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from rich.console import Console
from rich.table import Table

from deploy.config import KEYSTORE, SERVICES, StackConfig
from deploy.demo.clockwork import Clockwork, Reads, Service, TimeStuck
from deploy.demo.conductor import Conductor
from deploy.demo.people import Office
from deploy.demo.reckoning import Account, account, published
from deploy.demo.stories import ALL, WAITING
from deploy.demo.tale import Story, Tale
from deploy.seed.load import load
from shared.clock import DemoClock
from shared.durable.client import connect
from shared.durable.snapshots import Kept, Snapshots
from shared.hosting.worker import ServiceParts, WorkerParts, kept_of
from shared.observability.metrics import Metrics
from shared.persistence.spine import Spine
from shared.persistence.work import UnitOfWork, build_engine
from shared.settings import Settings
from shared.vault import KeysetProvider, PostgresKeyStore, Vault


@dataclass(frozen=True, slots=True)
class Played:
    """What came of the stories: an account of each, and how many steps of deadlines fired, in global order or not."""

    accounts: Sequence[Account]
    steps: int
    in_order: bool

    @property
    def sound(self) -> bool:
        """Say whether every story ended as it must, and time ran in order."""
        return self.in_order and all(made.sound for made in self.accounts)


async def play(config: StackConfig, *, json_file: Path | None, console: Console) -> int:
    """Return 0 if every story ended as it must, 1 if not."""
    began = time.monotonic()
    office = Office(config.gateway_url, config.issuer_url)
    try:
        counted = await load(office, config, DemoClock(config.clock_file).now().date())
        console.print(f"Seeded: {', '.join(f'{number} {what}' for what, number in counted.items())}.")
        played = await perform(config, lambda _: office, console, (ALL, WAITING))
    except TimeStuck as error:
        console.print(f"[bold red]Time stood still:[/] {error}")
        return 1
    finally:
        await office.close()
    console.print(_table(played.accounts))
    console.print(
        f"{played.steps} steps of deadlines fired, {'in' if played.in_order else '[bold red]not in[/]'} global order; "
        f"{time.monotonic() - began:.0f} s in all."
    )
    if json_file is not None:
        _write(json_file, played.accounts)
    return 0 if played.sound else 1


async def perform(
    config: StackConfig,
    office_of: Callable[[str], Office],
    console: Console,
    rounds: Sequence[Sequence[tuple[str, str, Story]]] = (ALL,),
) -> Played:
    """Play stories on a stack that runs and is seeded: those of a round at once, one round after the other.

    `office_of` gives a story's people by its code. Raises `TimeStuck`.
    """
    clock = DemoClock(config.clock_file)
    database = await asyncpg.create_pool(config.dsn("postgres", "tovholder"), min_size=1, max_size=8)
    try:
        clockwork = await _clockwork(config, clock, database)
        conductor = Conductor(clockwork)
        tales: list[Tale] = []
        for stories in rounds:
            told = [Tale(code, title, story, office_of(code), conductor, console) for code, title, story in stories]
            await conductor.conduct([tale.play() for tale in told])
            await clockwork.settle()
            tales += told
        kafka = await published(config.bootstrap)
        accounts = [await account(tale, database, kafka) for tale in tales]
    finally:
        await database.close()
    return Played(accounts, len(clockwork.fired), _in_order(clockwork))


def _write(json_file: Path, accounts: Sequence[Account]) -> None:
    json_file.write_text(json.dumps({"stories": [made.as_json() for made in accounts]}, indent=2) + "\n")


async def _clockwork(config: StackConfig, clock: DemoClock, database: asyncpg.Pool) -> Clockwork:
    clients = {name: await connect(_settings(config, name)) for name in SERVICES}
    services = {name: _service(config, name, clock) for name in SERVICES}
    return Clockwork(clock, services, clients, database)


def _service(config: StackConfig, name: str, clock: DemoClock) -> Service:
    """Return what the driver needs of a service, from the service's own composition."""
    settings = _settings(config, name)
    work = UnitOfWork(build_engine(settings.database_url.get_secret_value(), name=f"{name}-demo", pool_size=2), clock)
    vault = Vault(
        PostgresKeyStore(settings.keystore_url.get_secret_value()), KeysetProvider.from_file(config.keyset_file)
    )
    worker = importlib.import_module(f"services.{name}.worker")
    spine: Spine = importlib.import_module(f"services.{name}.tables").SPINE
    parts: ServiceParts = worker.assemble(WorkerParts(settings, work, vault, Metrics(name)))
    kept: list[Kept] = [kept_of(told) for told in parts.told]
    own = {fact for told in parts.told for fact in told.store.lifecycle.facts}
    topics = frozenset(told.store.lifecycle.topic for told in parts.told)
    consumers = {f"{name}.workflows": Reads(frozenset(own), topics)}
    consumers |= {
        each.consumer: Reads(frozenset(each.handlers), frozenset(each.topics)) for each in parts.subscriptions
    }
    return Service(name, Snapshots(work, spine, kept), consumers)


def _settings(config: StackConfig, service: str) -> Settings:
    """Return the settings of a service's worker, as the stack gives them."""
    return Settings(
        database_url=config.dsn(f"{service}_worker", "tovholder", driver="postgresql+asyncpg"),
        keystore_url=config.dsn("keystore_app", KEYSTORE),
        kafka_bootstrap=config.bootstrap,
        temporal_target=config.temporal_target,
        oidc_issuer=config.issuer_url,
        oidc_jwks_url=config.issuer_url,
        http_port=0,
        keyset_file=config.keyset_file,
        codec_keyset_file=config.codec_keyset_file(service),
        idempotency_secret_file=config.idempotency_secret_file,
        clock_file=config.clock_file,
    )


def _in_order(clockwork: Clockwork) -> bool:
    moments = [due.at for due in clockwork.fired]
    return moments == sorted(moments)


def _table(accounts: Sequence[Account]) -> Table:
    table = Table(title="What happened", show_lines=False)
    for heading in (
        "story",
        "",
        "stages passed",
        "facts",
        "clocks met",
        "reminded",
        "escalated",
        "missed",
        "lost",
        "twice",
        "s",
    ):
        table.add_column(heading, overflow="fold")
    for made in accounts:
        table.add_row(
            made.id,
            "[green]as it must[/]" if made.sound else f"[red]{made.failure or 'facts lost or out of order'}[/]",
            " ".join(state["state"] for state in made.states),
            str(sum(made.facts_by_topic.values())),
            f"{made.deadlines_met}/{made.deadlines_opened}",
            str(made.reminded),
            str(made.escalated),
            str(made.missed),
            str(made.losses),
            str(made.duplicates),
            f"{made.seconds:.0f}",
        )
    return table
