"""What every process says on `/metrics`, read from the very registries that the code fills."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any, cast

from opentelemetry.sdk.trace import TracerProvider
from prometheus_client import CollectorRegistry

from services.assessment.settling import Settling
from services.notify.postman import MailMetrics
from shared.audit.sealer import SealerMetrics
from shared.durable.metrics import SdkMetrics
from shared.hosting.measures import ServiceMeasures
from shared.lifecycle.table import Lifecycle
from shared.messaging.broker import build_broker
from shared.messaging.metrics import MessagingMetrics
from shared.observability.metrics import Metrics

SCRAPED = {"job", "instance", "service", "process", "le"}
"""Labels that the scrape configuration and histograms add."""

TABLES = (
    ("services.intake.domain.table", "CONCERN"),
    ("services.assessment.domain.case_table", "CASE"),
    ("services.assessment.domain.underretning_table", "UNDERRETNING"),
    ("services.assessment.domain.insight_table", "INSIGHT"),
    ("services.corps.domain.intervention_table", "INTERVENTION"),
    ("services.corps.domain.loan_table", "LOAN"),
    ("services.notify.domain.table", "DELIVERY"),
)


@cache
def lifecycles() -> tuple[Lifecycle[Any], ...]:
    """Return the transition tables of all services."""
    return tuple(getattr(import_module(module), name) for module, name in TABLES)


@cache
def names() -> frozenset[str]:
    """Return every metric name, with the suffixes under which Prometheus stores it; `up` is Prometheus' own."""
    found = {"up"}
    for registry in _registries():
        for family in registry.collect():
            found |= _stored(family.name, family.type)
    return frozenset(found)


@cache
def label_names() -> frozenset[str]:
    """Return every label that a metric of ours has, and those that scraping adds."""
    ours = {name for registry in _registries() for each in _collectors(registry) for name in each._labelnames}
    return frozenset(ours | SCRAPED)


@cache
def _registries() -> tuple[CollectorRegistry, ...]:
    """Return the registry of an api and that of a worker, filled as the composition roots fill them."""
    worker = Metrics("notify")
    nothing = cast("Any", None)
    SdkMetrics(worker.registry)
    ServiceMeasures("notify", nothing, nothing, nothing, nothing, worker, MessagingMetrics(worker.registry))
    MailMetrics(worker.registry)
    Settling(nothing, nothing, worker.registry)
    SealerMetrics(worker.registry)
    build_broker("127.0.0.1:1", service="notify", registry=worker.registry, tracer_provider=TracerProvider())
    return Metrics("intake").registry, worker.registry


def _collectors(registry: CollectorRegistry) -> list[Any]:
    return [each for each in registry._collector_to_names if hasattr(each, "_labelnames")]


def _stored(name: str, kind: str) -> set[str]:
    match kind:
        case "counter":
            return {f"{name}_total"}
        case "histogram":
            return {f"{name}_bucket", f"{name}_count", f"{name}_sum"}
    return {name}
