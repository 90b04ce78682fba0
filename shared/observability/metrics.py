"""Metrics of every process. Labels are closed codes: service, route template, command, outcome; never a reference."""

from __future__ import annotations

from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

LATENCY = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


@dataclass
class Metrics:
    """The registry of a process and the metrics that the shared code counts with."""

    service: str
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def __post_init__(self) -> None:
        ProcessCollector(registry=self.registry)
        self.requests = Counter(
            "http_requests_total", "HTTP requests", ["method", "route", "status"], registry=self.registry
        )
        self.latency = Histogram(
            "http_request_seconds", "Time to answer", ["method", "route"], buckets=LATENCY, registry=self.registry
        )
        self.commands = Counter(
            "commands_total",
            "Commands by outcome code (`done` or an error code)",
            ["command", "outcome"],
            registry=self.registry,
        )
        self.missing = Gauge(
            "dependency_missing",
            "1 while something that the process needs does not answer",
            ["dependency"],
            registry=self.registry,
        )
        self.up = Gauge("process_ready", "1 while the process is ready", registry=self.registry)

    def page(self) -> tuple[bytes, str]:
        """Return the exposition and its content type."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST
