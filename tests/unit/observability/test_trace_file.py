"""The trace file takes every span, whatever the libraries put into its attributes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shared.observability import traces


def test_a_span_whose_attribute_is_bytes_costs_no_other_span(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opentelemetry.trace.set_tracer_provider", lambda made: None)
    file = tmp_path / "spans.jsonl"
    made = traces.provider("intake", "worker", file)
    tracer = made.get_tracer("test")
    with tracer.start_as_current_span("before"):
        pass
    with tracer.start_as_current_span("intake.concern.v1 process") as span:
        span.set_attribute("messaging.kafka.message.key", b"5f0c2a38-0000-4000-8000-000000000000")  # type: ignore[arg-type]

    assert made.force_flush()

    written = [json.loads(line) for line in file.read_text().splitlines()]
    assert [each["name"] for each in written] == ["before", "intake.concern.v1 process"]
    assert written[1]["attributes"] == {"messaging.kafka.message.key": "5f0c2a38-0000-4000-8000-000000000000"}
    made.shutdown()
