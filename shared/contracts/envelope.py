"""CloudEvents 1.0 in Kafka's binary mode: attributes are headers, the value is the data alone.

The key of the record is the aggregate id, so that order holds per aggregate. Ids and times are given, never made here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from shared.errors import Poison

CONTENT_TYPE = "application/json"


class Envelope(BaseModel):
    """One published fact: CloudEvents attributes, our extensions, and the data as parsed JSON."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    source: str
    type: str
    time: datetime
    subject: str
    sequence: int
    correlationid: UUID
    causationid: UUID | None = None
    traceparent: str | None = None
    data: dict[str, Any]

    @property
    def aggregate_kind(self) -> str:
        """Return the kind of aggregate in the subject `<kind>/<id>`."""
        return self.subject.partition("/")[0]

    @property
    def aggregate_id(self) -> UUID:
        """Return the id of the aggregate in the subject `<kind>/<id>`."""
        return UUID(self.subject.partition("/")[2])

    def headers(self) -> list[tuple[str, bytes]]:
        """Return the headers of the Kafka record."""
        attributes = {
            "ce_specversion": "1.0",
            "ce_id": str(self.id),
            "ce_source": self.source,
            "ce_type": self.type,
            "ce_time": self.time.isoformat(),
            "ce_subject": self.subject,
            "ce_dataschema": f"/schemas/{self.type}.json",
            "ce_partitionkey": str(self.aggregate_id),
            "ce_sequence": str(self.sequence),
            "ce_correlationid": str(self.correlationid),
            "ce_causationid": str(self.causationid) if self.causationid else None,
            "traceparent": self.traceparent,
            "content-type": CONTENT_TYPE,
        }
        return [(name, value.encode()) for name, value in attributes.items() if value is not None]

    @property
    def key(self) -> bytes:
        """Return the key of the Kafka record."""
        return str(self.aggregate_id).encode()


def decode(headers: Iterable[tuple[str, bytes]] | Mapping[str, str], value: bytes) -> Envelope:
    """Read a record that came from Kafka.

    Raises `Poison` (`record_unreadable`) if an attribute is missing or the data is no JSON object. The message names the
    attribute and never shows a value.
    """
    from pydantic_core import from_json

    pairs = headers.items() if isinstance(headers, Mapping) else headers
    found = {name: raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw for name, raw in pairs}
    attributes = {name.removeprefix("ce_"): text for name, text in found.items() if name.startswith("ce_")}
    try:
        data = from_json(value)
        envelope = Envelope.model_validate({**attributes, "traceparent": found.get("traceparent"), "data": data})
        _ = envelope.aggregate_id
    except ValidationError as error:
        fields = ", ".join(".".join(str(part) for part in line["loc"]) for line in error.errors(include_input=False))
        raise Poison("record_unreadable", f"attributes missing or malformed: {fields}") from None
    except ValueError:
        raise Poison("record_unreadable", "the value is no JSON, or the subject is no <kind>/<id>") from None
    return envelope
