"""The worker process of a service: relay, consumers, Temporal worker, and the small page that says how they are.

Each part runs in a task of its own and waits for its server by itself: a worker starts, and goes on, with Kafka or Temporal
away. SIGTERM drains in order: not ready, consumers, Temporal worker, relay, database.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import structlog
import uvicorn
from faststream.kafka import KafkaBroker
from opentelemetry.sdk.trace import TracerProvider
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Worker

from shared import settings as environment
from shared.clock import clock_from
from shared.contracts.envelope import Envelope
from shared.contracts.lifecycle import StepAction
from shared.durable.activities import StepActivities
from shared.durable.client import connect
from shared.durable.metrics import SdkMetrics
from shared.durable.reconcile import ReconcileActivities, Reconciler
from shared.durable.schedule import keep_schedule
from shared.durable.signals import Nudged, nudge
from shared.durable.snapshots import Kept, Snapshots
from shared.durable.worker import build_worker
from shared.erasure.model import LedgerUnapplied
from shared.erasure.start import ErasureGate, about_erased
from shared.hosting.keys import refuse_development_keys
from shared.hosting.measures import ServiceMeasures
from shared.hosting.operations import operations_app
from shared.hosting.settling import settle
from shared.lifecycle.decide import TakeDeadlineStep
from shared.messaging.broker import Registered, build_broker, register
from shared.messaging.connection import pause
from shared.messaging.consumer import Receiver, Subscription
from shared.messaging.metrics import MessagingMetrics
from shared.messaging.relay import Relay, build_producer
from shared.messaging.replay import Replayer, answer_requests
from shared.messaging.topics import ensure_topics
from shared.messaging.watch import Watch
from shared.observability import logs, traces
from shared.observability.health import Health
from shared.observability.metrics import Metrics
from shared.persistence.handling import give
from shared.persistence.spine import Spine
from shared.persistence.store import Store
from shared.persistence.work import Transaction, UnitOfWork, build_engine
from shared.settings import Settings
from shared.vault import KeysetProvider, PostgresKeyStore, Vault

log = structlog.get_logger()

WAIT = 1.0
"""Seconds between tries to reach a server that is away."""

DRAIN_SECONDS = 5.0
"""What is in hand may take so long after SIGTERM, a record or an activity; what is cut short is done again elsewhere."""

LAST_SECONDS = 1.5
"""Then the relay, and a server that does not answer: whoever stops us gives 8 s before SIGKILL."""


@dataclass(frozen=True)
class Told:
    """An aggregate whose facts a workflow is told of: its store, its workflow, the stages it can rest in for good."""

    store: Store[Any]
    workflow: type
    terminal: frozenset[str]


@dataclass(frozen=True)
class WorkerParts:
    """What a service's own parts are built from."""

    settings: Settings
    work: UnitOfWork
    vault: Vault
    metrics: Metrics


@dataclass(frozen=True)
class ServiceParts:
    """What a service adds to a worker: told aggregates, consumers of other services' facts, activities of its own."""

    told: Sequence[Told]
    subscriptions: Sequence[Subscription] = ()
    activities: Sequence[Callable[..., Any]] = ()
    background: Sequence[Callable[[asyncio.Event], Awaitable[None]]] = ()


Assemble = Callable[[WorkerParts], ServiceParts]


@dataclass
class ServiceWorker:
    """One worker process, put together."""

    service: str
    settings: Settings
    spine: Spine
    work: UnitOfWork
    parts: ServiceParts
    metrics: Metrics
    messaging: MessagingMetrics
    provider: TracerProvider
    gate: ErasureGate
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    broker: KafkaBroker | None = None
    registered: list[Registered] = field(default_factory=list)
    temporal: Worker | None = None

    async def run(self) -> bool:
        """Run until SIGTERM or SIGINT, then drain; return False if a part ended by itself."""
        await self.gate.refuse()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop.set)
        sdk = SdkMetrics(self.metrics.registry)
        client = await connect(self.settings, runtime=sdk.runtime, lazy=True)
        kept = {each.store.lifecycle.kind: kept_of(each) for each in self.parts.told}
        snapshots = Snapshots(self.work, self.spine, kept.values())
        receivers = [
            # A workflow outlives what it is about: it is told its own facts to the end.
            Receiver(self._own_facts(client, snapshots), self.work, self.spine, self.messaging),
            *(
                Receiver(subscription, self.work, self.spine, self.messaging, erased=about_erased)
                for subscription in self.parts.subscriptions
            ),
        ]
        relay_stop = asyncio.Event()
        health = Health(
            {
                "postgres": self._ping_postgres,
                "kafka": self._ping_kafka,
                "temporal": self._ping_temporal,
                "erasures": self.gate.check,
            }
        )
        page = uvicorn.Server(_page_config(self.settings, self.metrics, health))
        page.install_signal_handlers = lambda: None  # type: ignore[attr-defined,method-assign,unused-ignore]  # ours drain
        relay = asyncio.create_task(self._relay().run(relay_stop), name="relay")
        tasks = [
            asyncio.create_task(page.serve(), name="operations"),
            asyncio.create_task(self._consume(receivers), name="consumers"),
            asyncio.create_task(self._keep_promises(snapshots, sdk), name="temporal"),
            asyncio.create_task(sdk.keep(), name="sdk-metrics"),
            asyncio.create_task(keep_schedule(client, self.service), name="schedule"),
            asyncio.create_task(
                ServiceMeasures(
                    self.service, snapshots, client, self.spine, self.work, self.metrics, self.messaging
                ).run(self.stop),
                name="measures",
            ),
            asyncio.create_task(health.watch(self.metrics.missing), name="health"),
            asyncio.create_task(self._keep_gate(), name="erasures"),
            *(asyncio.create_task(_call(each, self.stop)) for each in self.parts.background),
        ]
        self.metrics.up.set(1)
        log.info("worker_started")
        asked = await self._until_stopped([relay, *tasks])
        log.info("worker_draining")
        health.draining = True
        self.metrics.up.set(0)
        await self._drain(relay, relay_stop, tasks, page)
        return asked

    async def _keep_gate(self) -> None:
        """Go down if it turns out that something erased is back; a server may have been away at the start."""
        await self.gate.keep()
        await self.stop.wait()

    async def _until_stopped(self, tasks: Sequence[asyncio.Task[Any]]) -> bool:
        """Wait for the signal; a part that ends by itself is a crash, and the process goes with it."""
        waiting = asyncio.create_task(self.stop.wait())
        done, _ = await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        for task in done - {waiting}:
            log.error("part_ended", part=task.get_name(), error=type(task.exception()).__name__)
        asked = self.stop.is_set()
        self.stop.set()
        return asked

    async def _drain(
        self,
        relay: asyncio.Task[None],
        relay_stop: asyncio.Event,
        tasks: Sequence[asyncio.Task[Any]],
        page: uvicorn.Server,
    ) -> None:
        ends = [
            asyncio.create_task(end(), name=name)
            for name, end in (("consumers", self._end_consumers), ("temporal", self._end_temporal))
        ]
        await _wait_for(ends, DRAIN_SECONDS + LAST_SECONDS)
        relay_stop.set()
        await _wait_for([relay], LAST_SECONDS / 2)
        page.should_exit = True
        for task in (*ends, relay, *tasks):
            task.cancel()
        await _wait_for([*ends, relay, *tasks], LAST_SECONDS / 2)
        await self.work.engine.dispose()
        # A Temporal client that is torn down with its loop can abort the interpreter (temporalio/sdk-python#300).
        await asyncio.sleep(0.2)
        log.info("worker_stopped")

    async def _end_consumers(self) -> None:
        if self.broker is not None:
            await self.broker.stop()

    async def _end_temporal(self) -> None:
        if self.temporal is not None and self.temporal.is_running:
            await self.temporal.shutdown()

    def _relay(self) -> Relay:
        dsn = self.settings.database_url.get_secret_value()
        producer = build_producer(self.settings.kafka_bootstrap, client_id=f"{self.service}-relay")
        return Relay(dsn, self.service, producer, self.messaging)

    def _own_facts(self, client: Client, snapshots: Snapshots) -> Subscription:
        """Each fact of our own tells the workflow of its aggregate what Postgres says now."""

        async def tell(tx: Transaction, envelope: Envelope, _: Any) -> None:
            found = await snapshots.read(tx.session, envelope.aggregate_kind, envelope.aggregate_id)
            # A later fact of the same aggregate is behind this one in the log, and tells what is true then.
            if found is not None and found.version <= envelope.sequence:
                told = await nudge(client, self.service, snapshots.kept, found)
                if told is Nudged.TOLD:  # else the clocks that are open are kept by nobody, and shall be counted so
                    await snapshots.mark_told(tx.session, found.aggregate_id)

        lifecycles = [each.store.lifecycle for each in self.parts.told]
        facts = {name: fact for lifecycle in lifecycles for name, fact in lifecycle.facts.items()}
        return Subscription(
            consumer=f"{self.service}.workflows",
            topics=tuple(lifecycle.topic for lifecycle in lifecycles),
            handlers=dict.fromkeys(facts, tell),
            facts=facts,
        )

    async def _consume(self, receivers: Sequence[Receiver]) -> None:
        """Start the consumers once Kafka answers, then measure them until the end."""
        broker = build_broker(
            self.settings.kafka_bootstrap,
            service=self.service,
            registry=self.metrics.registry,
            tracer_provider=self.provider,
            graceful_timeout=DRAIN_SECONDS,
        )
        self.registered[:] = [register(broker, receiver, self.messaging) for receiver in receivers]
        while not self.stop.is_set():
            try:
                await ensure_topics(
                    self.settings.kafka_bootstrap,
                    partitions=self.settings.kafka_partitions,
                    replication=self.settings.kafka_replication,
                )
                await broker.start()
                self.broker = broker
                break
            except Exception as error:  # noqa: BLE001  # Kafka's clients raise many things while it is away
                log.warning("kafka_away", error=type(error).__name__)
                await broker.stop()
                await pause(self.stop, WAIT)
        watch = Watch(self.work, self.spine, self.registered, self.messaging)
        replayer = Replayer(self.work, self.spine, receivers)
        dsn = self.settings.database_url.get_secret_value()
        await asyncio.gather(watch.run(self.stop), answer_requests(dsn, self.spine.schema, replayer, self.stop))

    async def _keep_promises(self, snapshots: Snapshots, sdk: SdkMetrics) -> None:
        """Run the Temporal worker once the server answers; start it again if it gives up."""
        steps = StepActivities(self._take_step, snapshots.of)
        while not self.stop.is_set():
            try:
                client = await connect(self.settings, runtime=sdk.runtime)
                self.temporal = build_worker(
                    client,
                    self.service,
                    [each.workflow for each in self.parts.told],
                    [
                        *steps.all,
                        *ReconcileActivities(Reconciler(client, self.service, snapshots)).all,
                        *self.parts.activities,
                    ],
                    concurrent_activities=self.settings.pool_size,
                    drain=timedelta(seconds=DRAIN_SECONDS),
                )
                await self.temporal.run()
            except (RuntimeError, RPCError) as error:
                log.warning("temporal_away", error=type(error).__name__)
            await pause(self.stop, WAIT)

    async def _take_step(self, kind: str, aggregate_id: UUID, deadline_id: UUID, action: StepAction) -> None:
        """Give the command of a clock's step, as SYSTEM, in a transaction of its own."""
        store = next(each.store for each in self.parts.told if each.store.lifecycle.kind == kind)
        async with self.work.begin(traceparent=traces.current_traceparent()) as tx:
            await give(tx, store, None, aggregate_id, TakeDeadlineStep(deadline_id=deadline_id, action=action))

    async def _ping_postgres(self) -> None:
        async with self.work.engine.connect() as connection:
            await connection.execute(sa.text("select 1"))

    async def _ping_kafka(self) -> None:
        consumer = self.registered[0].subscriber.consumer if self.broker is not None else None
        if consumer is None:
            raise ConnectionError("kafka")
        await consumer.topics()

    async def _ping_temporal(self) -> None:
        if self.temporal is None or not self.temporal.is_running:
            raise ConnectionError("temporal")
        await self.temporal.client.service_client.check_health()


def kept_of(told: Told) -> Kept:
    """Return what the reading of snapshots needs to know of a told aggregate."""
    return Kept(told.store.lifecycle.kind, told.store.table, told.terminal, told.workflow.__name__)


async def _wait_for(tasks: Sequence[asyncio.Task[Any]], seconds: float) -> None:
    """Wait for tasks that may fail or never end; log which did, and go on."""
    done, pending = await asyncio.wait(tasks, timeout=seconds)
    for task in done:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.warning("part_failed_to_end", part=task.get_name(), error=type(error).__name__)
    for task in pending:
        log.warning("part_cut_short", part=task.get_name())


async def _call(task: Callable[[asyncio.Event], Awaitable[None]], stop: asyncio.Event) -> None:
    await task(stop)


def _page_config(settings: Settings, metrics: Metrics, health: Health) -> uvicorn.Config:
    return uvicorn.Config(
        operations_app(metrics, health),
        host=settings.http_host,
        port=settings.http_port,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
    )


def serve(service: str, spine: Spine, assemble: Assemble) -> None:
    """Run the worker process of a service until it is told to stop."""
    settings = environment.load()
    logs.configure(service, "worker", settings.log_level)
    provider = traces.provider(service, "worker", settings.trace_file, settings.otlp_endpoint)
    metrics = Metrics(service)
    engine = build_engine(
        settings.database_url.get_secret_value(), name=f"{service}-worker", pool_size=settings.pool_size
    )
    work = UnitOfWork(engine, clock_from(settings.clock_file))
    refuse_development_keys(settings)
    keystore = PostgresKeyStore(settings.keystore_url.get_secret_value())
    vault = Vault(keystore, KeysetProvider.from_file(settings.keyset_file))
    parts = assemble(WorkerParts(settings, work, vault, metrics))
    messaging = MessagingMetrics(metrics.registry)
    gate = ErasureGate(engine, keystore, settings.erasure_ledger_file)
    worker = ServiceWorker(service, settings, spine, work, parts, metrics, messaging, provider, gate)
    settle()
    try:
        with asyncio.Runner() as runner:
            asked = runner.run(worker.run())
    except LedgerUnapplied:
        raise SystemExit(1) from None  # its sentence is in the log
    if not asked:
        raise SystemExit(1)  # whoever keeps us running shall see that nobody asked for this end
