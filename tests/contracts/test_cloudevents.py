"""What we write the `cloudevents` package reads, and what it writes we read: CloudEvents 1.0, Kafka's binary mode."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka, to_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from shared.contracts.envelope import Envelope, decode
from tests.contracts.published_facts import committed, facts, golden_file

FACTS = facts()
EACH = pytest.mark.parametrize("wire_type", FACTS)
THING = UUID("00000000-0000-4000-8000-000000000002")


@EACH
def test_the_package_reads_what_we_write(wire_type: str) -> None:
    ours = _envelope(wire_type)

    theirs = from_kafka(KafkaMessage(dict(ours.headers()), ours.key, _value(ours)), JSONFormat())

    assert theirs.get_specversion() == "1.0"
    assert (theirs.get_id(), theirs.get_source(), theirs.get_type()) == (str(ours.id), ours.source, ours.type)
    assert (theirs.get_subject(), theirs.get_time()) == (ours.subject, ours.time)
    assert theirs.get_datacontenttype() == "application/json"
    assert theirs.get_extension("sequence") == str(ours.sequence)
    assert theirs.get_extension("correlationid") == str(ours.correlationid)
    assert theirs.get_extension("causationid") == str(ours.causationid)
    assert theirs.get_extension("partitionkey") == str(THING)
    assert theirs.get_data() == ours.data


@EACH
def test_we_read_what_the_package_writes(wire_type: str) -> None:
    ours = _envelope(wire_type)
    attributes: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(ours.id),
        "source": ours.source,
        "type": ours.type,
        "time": ours.time,
        "subject": ours.subject,
        "datacontenttype": "application/json",
        "partitionkey": str(THING),
        "sequence": str(ours.sequence),
        "correlationid": str(ours.correlationid),
        "causationid": str(ours.causationid),
    }

    message = to_binary(CloudEvent(attributes, ours.data), JSONFormat())

    assert decode(list(message.headers.items()), message.value) == ours
    assert message.key == str(THING)


def test_there_and_back_again_is_the_same_record() -> None:
    ours = _envelope("deadline.opened.v1")
    message = KafkaMessage(dict(ours.headers()), ours.key, _value(ours))

    again = to_binary(from_kafka(message, JSONFormat()), JSONFormat())

    assert decode(list(again.headers.items()), again.value) == ours


def _envelope(wire_type: str) -> Envelope:
    return Envelope(
        id=UUID("00000000-0000-4000-8000-000000000001"),
        source="/services/intake",
        type=wire_type,
        time=datetime(2026, 11, 2, 9, 30, tzinfo=UTC),
        subject=f"concern/{THING}",
        sequence=7,
        correlationid=UUID("00000000-0000-4000-8000-000000000003"),
        causationid=UUID("00000000-0000-4000-8000-000000000004"),
        data=committed(golden_file(wire_type)),
    )


def _value(envelope: Envelope) -> bytes:
    return json.dumps(envelope.data).encode()
