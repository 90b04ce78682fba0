"""What the Temporal SDK counts, moved from its buffer to the process's own page: one page per process, no second port."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from temporalio.runtime import (
    BufferedMetricUpdate,
    MetricBuffer,
    MetricBufferDurationFormat,
    Runtime,
    TelemetryConfig,
)

BUFFER = 50_000
"""Updates of SDK metrics between two drains."""

LATENCY = (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300)
"""Upper bounds in seconds; a step that waits for minutes matters, one that waits for milliseconds does not."""

_COUNTERS: Mapping[str, tuple[str, ...]] = {
    "temporal_workflow_completed": ("workflow_type",),
    "temporal_workflow_failed": ("workflow_type",),
    "temporal_workflow_continue_as_new": ("workflow_type",),
    "temporal_workflow_task_execution_failed": ("workflow_type", "failure_reason"),
    "temporal_activity_execution_failed": ("activity_type",),
    "temporal_request_failure": ("operation", "status_code"),
    "temporal_long_request_failure": ("operation", "status_code"),
    "tovholder_steps_given_up": ("workflow_type",),
    "tovholder_reconcile_refused": (),
    "tovholder_clocks_not_in_story": ("workflow_type", "stage"),
}
_GAUGES: Mapping[str, tuple[str, ...]] = {
    "temporal_num_pollers": ("poller_type",),
    "temporal_sticky_cache_size": (),
    "temporal_worker_task_slots_available": ("worker_type",),
}
_HISTOGRAMS: Mapping[str, tuple[str, ...]] = {
    "temporal_workflow_task_schedule_to_start_latency": (),
    "temporal_workflow_task_execution_latency": ("workflow_type",),
    "temporal_activity_schedule_to_start_latency": (),
    "temporal_activity_execution_latency": ("activity_type",),
}


class SdkMetrics:
    """The Temporal runtime of a process (make one, before any client) and its metrics in our registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._buffer = MetricBuffer(BUFFER, MetricBufferDurationFormat.SECONDS)
        self.runtime = Runtime(telemetry=TelemetryConfig(metrics=self._buffer))
        self._counters = {name: Counter(name, name, labels, registry=registry) for name, labels in _COUNTERS.items()}
        self._gauges = {name: Gauge(name, name, labels, registry=registry) for name, labels in _GAUGES.items()}
        self._histograms = {
            name: Histogram(f"{name}_seconds", name, labels, buckets=LATENCY, registry=registry)
            for name, labels in _HISTOGRAMS.items()
        }

    def drain(self) -> None:
        """Move what the SDK has counted since the last time; call it before the page is made, and every few seconds."""
        for update in self._buffer.retrieve_updates():
            self._move(update)

    async def keep(self, every: timedelta = timedelta(seconds=5)) -> None:
        """Drain until cancelled: a full buffer drops updates."""
        while True:
            self.drain()
            await asyncio.sleep(every.total_seconds())

    def _move(self, update: BufferedMetricUpdate) -> None:
        name = update.metric.name
        if name in self._counters:
            labels = _labels(_COUNTERS[name], update)
            (self._counters[name].labels(**labels) if labels else self._counters[name]).inc(update.value)
        elif name in self._gauges:
            labels = _labels(_GAUGES[name], update)
            (self._gauges[name].labels(**labels) if labels else self._gauges[name]).set(update.value)
        elif name in self._histograms:
            labels = _labels(_HISTOGRAMS[name], update)
            (self._histograms[name].labels(**labels) if labels else self._histograms[name]).observe(update.value)


def _labels(names: tuple[str, ...], update: BufferedMetricUpdate) -> dict[str, str]:
    return {name: str(update.attributes.get(name, "")) for name in names}
