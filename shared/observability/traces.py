"""Traces from HTTP over Postgres and Kafka to the workflow (OpenTelemetry).

Spans carry references and closed codes. They go to an OTLP collector where one is set, or as JSON lines to a file, or nowhere.
The traceparent of a command is stored with its facts, so that the trace does not end at the database.
"""

from __future__ import annotations

from pathlib import Path

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, DEFAULT_ON
from opentelemetry.trace import SpanContext, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_PROPAGATOR = TraceContextTextMapPropagator()


class JsonLines(SpanExporter):
    """Writes finished spans to a file, one JSON object a line; for one machine without a collector."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def export(self, spans: tuple[ReadableSpan, ...] | list[ReadableSpan]) -> SpanExportResult:  # type: ignore[override]  # the base says Sequence, callers pass tuples
        """Append the spans."""
        with self._path.open("a") as file:
            file.writelines(_readable(span).to_json(indent=None) + "\n" for span in spans)
        return SpanExportResult.SUCCESS


def _readable(span: ReadableSpan) -> ReadableSpan:
    """Return the span with attributes that JSON has: a record's key comes as bytes, and would cost the whole batch."""
    if not any(isinstance(value, bytes) for value in (span.attributes or {}).values()):
        return span
    plain = {
        name: value.decode(errors="replace") if isinstance(value, bytes) else value
        for name, value in (span.attributes or {}).items()
    }
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=plain,
        events=span.events,
        links=span.links,
        kind=span.kind,
        status=span.status,
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def provider(
    service: str, process: str, trace_file: Path | None = None, collector: str | None = None
) -> TracerProvider:
    """Return the tracer provider of a process and make it the global one.

    `collector` is where OTLP over HTTP takes traces, such as `http://collector:4318/v1/traces`.
    """
    # Where no span goes anywhere, none is recorded; the trace's id still passes on to the facts.
    sampler = DEFAULT_ON if trace_file is not None or collector is not None else ALWAYS_OFF
    made = TracerProvider(
        sampler=sampler, resource=Resource.create({"service.name": service, "service.instance.id": process})
    )
    if trace_file is not None:
        made.add_span_processor(BatchSpanProcessor(JsonLines(trace_file)))
    if collector is not None:
        # Only where it is set: it brings an HTTP client and protobuf into the process.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        made.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=collector)))
    trace.set_tracer_provider(made)
    return made


_TRACER = trace.get_tracer("tovholder")


def tracer() -> Tracer:
    """Return our tracer, which follows the global provider."""
    return _TRACER


def current_traceparent() -> str | None:
    """Return the W3C traceparent of the current span, or None outside of one."""
    context: SpanContext = trace.get_current_span().get_span_context()
    if not context.is_valid:
        return None
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get("traceparent")
