"""A crash tells nobody what was typed: not the caller, not the log, not the span. The class of the error must do."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from structlog.testing import capture_logs

from deploy.docs import _settings as settings_in
from services.intake.tables import SPINE
from shared.hosting.api import ApiParts, build
from shared.web import edge

TYPED = "Kanariefuglen sang æøå"


async def test_an_unexpected_error_tells_its_class_and_never_what_was_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    spans, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr(edge, "tracer", lambda: provider.get_tracer("test"))

    with capture_logs() as said:
        answer = await _crash(tmp_path)

    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert [(line["event"], line["error"]) for line in said] == [("request_crashed", "ZeroDivisionError")]
    (span,) = spans.get_finished_spans()
    for each in (answer.text, str(said), caplog.text, span.to_json()):
        assert "Kanariefuglen" not in each


async def _crash(folder: Path) -> httpx.Response:
    async def crash() -> None:
        raise ZeroDivisionError(TYPED)

    def routes(router: APIRouter, _: ApiParts) -> None:
        router.add_api_route("/v1/crash", crash)

    app = build("intake", "test", SPINE, routes, settings_in(folder))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get("/v1/crash")
