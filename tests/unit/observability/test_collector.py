"""Traces reach the collector that is set (OTLP over HTTP), and cost nothing where none is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.sdk.trace import TracerProvider

from shared.observability import traces


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, list[bytes]]]:
    """A collector on loopback, and what was sent to it."""
    received: list[bytes] = []

    class Sink(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return None

    # The global provider is set once a process; a test must leave it alone.
    monkeypatch.setattr("opentelemetry.trace.set_tracer_provider", lambda made: None)
    server = HTTPServer(("127.0.0.1", 0), Sink)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1/traces", received
    server.shutdown()
    thread.join()
    server.server_close()


def _span(made: TracerProvider) -> bool:
    with made.get_tracer("test").start_as_current_span("POST intake") as span:
        return span.is_recording()


def test_a_span_reaches_the_collector(collector: tuple[str, list[bytes]]) -> None:
    endpoint, received = collector
    made = traces.provider("intake", "api", collector=endpoint)

    assert _span(made)
    assert made.force_flush()

    assert any(b"POST intake" in body for body in received)
    made.shutdown()


def test_without_a_collector_nothing_is_recorded(collector: tuple[str, list[bytes]]) -> None:
    made = traces.provider("intake", "api")

    assert not _span(made)
    assert collector[1] == []
    made.shutdown()
