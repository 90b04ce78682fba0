"""What stores hold of a unit besides the vault, and whether any of it is text (`domain.md` 4.5 R20).

Facts, records and histories hold references and closed codes only; here that is looked at, value by value, and not believed.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.client import Client

from shared.durable.converter import ENCODING
from shared.messaging.topics import TOPICS

CODED: Final = (
    re.compile(r"[\w.:/+@<>=-]{0,80}", re.ASCII),  # references, moments, numbers and closed codes: no space
    re.compile(r"[a-z]+\.md [\w ,.()§-]{1,60}", re.ASCII),  # where a rule stands, as deadlines name it
    re.compile(r"\d{4}-\d\d-\d\d [A-Z_]{1,40}", re.ASCII),  # a day that a calendar skipped, and why
    re.compile(r"[A-Z]{1,20} of [a-z0-9_]{1,60}", re.ASCII),  # a timer's summary: step and kind of deadline
    re.compile(r"\((?:<\w+\.[A-Z_]+: '[A-Z_]+'>(?:, |,)?){1,20}\)", re.ASCII),  # several codes that were agreed on
)
"""What our own code writes: a string of another form is taken for text that somebody wrote."""


@dataclass(frozen=True, slots=True)
class Remains:
    """What one store holds of a unit: how many things were looked at, what of them is left to open, and what opens."""

    store: str
    looked_at: int
    left: int
    opens: int
    """Things that can be read: a text that unseals, a key that unwraps, a value that is text in the clear."""


def texts(value: Any) -> Iterator[str]:
    """Yield the strings inside a value that are neither reference nor code: what somebody may have written."""
    if isinstance(value, str):
        if not any(form.fullmatch(value) for form in CODED):
            yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)


def of_values(store: str, values: Sequence[Any]) -> Remains:
    """Return what these values are."""
    found = sum(1 for value in values if any(texts(value)))
    return Remains(store, len(values), found, found)


async def of_facts(url: str, schema: str, refs: Sequence[UUID]) -> Remains:
    """Read the facts of these aggregates as the service's worker does."""
    plain = url.replace("postgresql+asyncpg://", "postgresql://", 1)
    worker = await asyncpg.connect(plain, server_settings={"search_path": schema})
    try:
        rows = await worker.fetch("select body from facts where aggregate_id = any($1)", list(refs))
    finally:
        await worker.close()
    return of_values(f"facts of {schema}", [json.loads(row["body"]) for row in rows])


async def of_records(bootstrap: str, refs: Sequence[UUID], topics: Sequence[str] = TOPICS) -> Remains:
    """Read every topic from its start to where it ends now, and judge the records of these aggregates."""
    keys = {str(ref).encode() for ref in refs}
    values = [value async for key, value in _records(bootstrap, topics) if key in keys]
    return of_values("records in Kafka", [_parsed(value) for value in values])


async def _records(bootstrap: str, topics: Sequence[str]) -> AsyncIterator[tuple[bytes | None, bytes]]:
    # Not by seeking: the client's own search for a position, which ends at "latest", can overtake a seek.
    async with AIOKafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest"
    ) as consumer:
        known = await consumer.topics()
        places = await _places(bootstrap, [topic for topic in topics if topic in known])
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        left = {place for place in places if ends[place] > 0}
        while left:
            for records in (await consumer.getmany(timeout_ms=500, max_records=5000)).values():
                for record in records:
                    yield record.key, record.value or b""
            left = {place for place in left if await consumer.position(place) < ends[place]}


async def _places(bootstrap: str, topics: list[str]) -> list[TopicPartition]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        found = await admin.describe_topics(topics)
    finally:
        await admin.close()
    return [TopicPartition(topic["topic"], part["partition"]) for topic in found for part in topic["partitions"]]


def _parsed(value: bytes) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return "not JSON: " + str(len(value))


async def of_histories(client: Client, kinds: Sequence[str], refs: Sequence[UUID]) -> Remains:
    """Fetch the histories of these aggregates' workflows and judge every payload; one that is not sealed counts as text."""
    values: list[Any] = []
    for ref in refs:
        for kind in kinds:
            async for found in client.list_workflows(f"WorkflowId STARTS_WITH '{kind}-{ref}'"):
                history = await client.get_workflow_handle(found.id, run_id=found.run_id).fetch_history()
                values += [await _opened(client, payload) for event in history.events for payload in _payloads(event)]
    return of_values("histories in Temporal", values)


async def _opened(client: Client, payload: Payload) -> Any:
    codec = client.data_converter.payload_codec
    if payload.metadata.get("encoding") == ENCODING and codec is not None:
        [payload] = await codec.decode([payload])
    return _parsed(payload.data) if payload.data else None


def _payloads(message: Message) -> Iterator[Payload]:
    """Yield every payload inside a message, however deep; headers hold trace ids, search attributes references."""
    if isinstance(message, Payload):
        yield message
        return
    for field, value in message.ListFields():
        if field.message_type is None or field.name in ("header", "search_attributes"):
            continue
        if field.message_type.GetOptions().map_entry:
            inner = [part for part in value.values() if isinstance(part, Message)]
        else:
            inner = list(value) if hasattr(value, "add") else [value]
        for part in inner:
            yield from _payloads(part)
