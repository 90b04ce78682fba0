"""The connection to Temporal, the same for every process: converter, tracing, metrics."""

from __future__ import annotations

from temporalio.client import Client
from temporalio.contrib.opentelemetry import TracingInterceptor
from temporalio.runtime import Runtime

from shared.durable.converter import converter_from
from shared.settings import Settings


async def connect(settings: Settings, *, runtime: Runtime | None = None, lazy: bool = False) -> Client:
    """Connect to the namespace of this installation.

    A `lazy` client connects at its first call, so that a process can start while Temporal is down; a worker needs one
    that is connected. `runtime` is one per process (`SdkMetrics.runtime`). Raises `KeysetUnusable`, and
    `RuntimeError` when the server does not answer.
    """
    return await Client.connect(
        settings.temporal_target,
        namespace=settings.temporal_namespace,
        data_converter=converter_from(settings.codec_keyset_file),
        interceptors=[TracingInterceptor()],
        runtime=runtime,
        lazy=lazy,
    )
