"""A broker waits for Kafka, and topics are made once and never bent."""

from __future__ import annotations

import asyncio
import socket
from uuid import uuid4

import pytest
from aiokafka.errors import KafkaConnectionError
from prometheus_client import CollectorRegistry

from deploy.backends import Backends
from shared.errors import Invalid, Transient
from shared.messaging.broker import build_broker, register
from shared.messaging.topics import ensure_topics
from tests.integration.messaging.world import World, running, until

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_broker_starts_once_kafka_is_there(world: World) -> None:
    boat = uuid4()
    await world.sail(boat, 1, leg=1)
    host, _, port = world.bootstrap.partition(":")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        later = probe.getsockname()[1]
    broker = build_broker(f"127.0.0.1:{later}", service="fjord", registry=CollectorRegistry())
    register(broker, world.receiver(), world.metrics)
    for _ in range(2):
        with pytest.raises(KafkaConnectionError):
            await broker.start()
        await broker.stop()
    forward = await asyncio.start_server(lambda r, w: _forward(r, w, host, int(port)), "127.0.0.1", later)
    await broker.start()
    async with running(world.relay()):

        async def arrived() -> bool:
            return await world.effects() == [(boat, 1)]

        await until(arrived)
    await broker.stop()
    forward.close()


async def test_two_brokers_of_one_process_share_its_registry(world: World) -> None:
    for _ in range(2):
        build_broker(world.bootstrap, service="fjord", registry=world.registry)


async def test_topics_are_made_once_and_another_number_of_partitions_is_refused(servers: Backends) -> None:
    names = [f"fjord.{uuid4().hex[:8]}" for _ in range(2)]
    assert set(await ensure_topics(servers.bootstrap, names, partitions=2, replication=1)) == set(names)

    async def settled() -> bool:
        return await ensure_topics(servers.bootstrap, names, partitions=2, replication=1) == ()

    await until(settled)
    with pytest.raises(Invalid, match="topic_differs"):
        await ensure_topics(servers.bootstrap, names, partitions=4, replication=1)
    with pytest.raises(Transient, match="topic_not_made"):
        await ensure_topics(servers.bootstrap, [f"fjord.{uuid4().hex[:8]}"], partitions=2, replication=3)


async def test_a_kafka_that_is_not_there_is_a_transient_error() -> None:
    with pytest.raises(Transient, match="kafka_unavailable"):
        await ensure_topics("127.0.0.1:1", partitions=1, replication=1)


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, port: int) -> None:
    """Pass bytes both ways, so that a bootstrap address can come to life late."""
    there, back = await asyncio.open_connection(host, port)
    await asyncio.gather(_pump(reader, back), _pump(there, writer))


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        sink.write(data)
        await sink.drain()
    sink.close()
