"""The AsyncAPI 3.0 document of what a service publishes, made from its lifecycle tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from shared.contracts.base import Fact

REF = "#/components/schemas/{model}"

HEADERS: Mapping[str, tuple[str, bool]] = {
    "ce_specversion": ("always 1.0", True),
    "ce_id": ("id of the fact; the inbox goes by it", True),
    "ce_source": ("the service", True),
    "ce_type": ("wire type with its major version", True),
    "ce_time": ("domain time at which it happened", True),
    "ce_subject": ("kind and id of the aggregate", True),
    "ce_dataschema": ("path of the JSON Schema", True),
    "ce_partitionkey": ("id of the aggregate", True),
    "ce_sequence": ("gapless number of the fact within its aggregate, from 1", True),
    "ce_correlationid": ("the same for all that one request has led to", True),
    "ce_causationid": ("id of the fact or command that led to this one", False),
    "traceparent": ("W3C trace context", False),
    "content-type": ("always application/json", True),
}


class Published(Protocol):
    """What of a lifecycle is published: `shared.lifecycle.table.Lifecycle` is one."""

    @property
    def topic(self) -> str:
        """Return the Kafka topic."""

    @property
    def facts(self) -> Mapping[str, type[Fact]]:
        """Return the facts of the topic by wire type."""


def document(service: str, lifecycles: Iterable[Published], *, version: str) -> dict[str, Any]:
    """Return the document: a channel per topic, a message per wire type, schemas shared. The same input, the same
    answer.
    """
    lifecycles = sorted(lifecycles, key=lambda lifecycle: lifecycle.topic)
    facts = {kind: fact for lifecycle in lifecycles for kind, fact in lifecycle.facts.items()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"Tovholder {service}",
            "version": version,
            "description": "Facts: past tense, CloudEvents 1.0 in binary mode, references and closed codes only. "
            "At least once; in order per aggregate.",
        },
        "defaultContentType": "application/json",
        "channels": {lifecycle.topic: _channel(lifecycle) for lifecycle in lifecycles},
        "operations": {_operation(lifecycle.topic): _sends(lifecycle) for lifecycle in lifecycles},
        "components": {
            "messages": {kind: _message(fact) for kind, fact in sorted(facts.items())},
            "schemas": _schemas(facts.values()),
        },
    }


def _channel(lifecycle: Published) -> dict[str, Any]:
    kinds = sorted(lifecycle.facts)
    return {
        "address": lifecycle.topic,
        "messages": {kind: {"$ref": f"#/components/messages/{kind}"} for kind in kinds},
        "bindings": {"kafka": {"topic": lifecycle.topic, "bindingVersion": "0.5.0"}},
    }


def _operation(topic: str) -> str:
    return f"publish.{topic}"


def _sends(lifecycle: Published) -> dict[str, Any]:
    channel = f"#/channels/{lifecycle.topic}"
    messages = [{"$ref": f"{channel}/messages/{kind}"} for kind in sorted(lifecycle.facts)]
    return {"action": "send", "channel": {"$ref": channel}, "messages": messages}


def _message(fact: type[Fact]) -> dict[str, Any]:
    return {
        "name": fact.type,
        "title": fact.__name__,
        "summary": _summary(fact),
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/Headers"},
        "payload": {"$ref": f"#/components/schemas/{fact.type}"},
        "bindings": {"kafka": {"key": {"type": "string", "format": "uuid"}, "bindingVersion": "0.5.0"}},
    }


def _summary(fact: type[Fact]) -> str:
    return (fact.__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")


def _schemas(facts: Iterable[type[Fact]]) -> dict[str, Any]:
    schemas: dict[str, Any] = {"Headers": _headers()}
    for fact in facts:
        schema = fact.model_json_schema(mode="serialization", ref_template=REF)
        # Models that facts share stand beside them, once: `$defs` inside a payload could not be referred to from there.
        schemas.update(schema.pop("$defs", {}))
        schemas[fact.type] = schema
    return dict(sorted(schemas.items()))


def _headers() -> dict[str, Any]:
    fields = {name: {"type": "string", "description": meaning} for name, (meaning, _) in HEADERS.items()}
    required = [name for name, (_, always) in HEADERS.items() if always]
    return {"type": "object", "properties": fields, "required": required}
