"""What can be typed into a request is sealed, or held to a closed code: there is no third kind of field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.strings import open_strings, sealed_strings

OPENAPI = Path(__file__).parents[2] / "docs" / "openapi"
DOCUMENTS: dict[str, dict[str, Any]] = {
    file.stem: json.loads(file.read_text()) for file in sorted(OPENAPI.glob("*.json"))
}

PUBLIC_KNOWLEDGE = {
    "intake HelpOffer.name": "the name of an organisation that helps, as in its leaflet",
    "intake HelpOffer.contact": "its telephone number or address, as in its leaflet",
    "intake HelpOffer.languages": "codes of languages",
    **dict.fromkeys(
        (f"{service} OpenTexts.reason_text" for service in ("intake", "assessment", "corps")),
        "sealed by the handler with the thing's own texts; no command carries it",
    ),
    "assessment SendRecommendation.addressed_to": "an organisation; a guard refuses every other text",
}
"""Open strings, each with the reason why it may be one."""

WITHOUT_BODY = ("work-seen", "glass-open-grounds")
"""Operations that change or record something and whose path says all of it."""


@pytest.mark.parametrize("service", DOCUMENTS)
def test_a_field_is_sealed_or_closed(service: str) -> None:
    schemas = DOCUMENTS[service]["components"]["schemas"]

    found = {
        f"{service} {name}.{place}"
        for name, schema in schemas.items()
        if name != "ValidationError"  # FastAPI's name for what it answers
        for place in open_strings(schema)
    }

    assert found - PUBLIC_KNOWLEDGE.keys() == set()


def test_texts_that_are_sealed_are_found() -> None:
    sealed = {
        f"{name}.{place}"
        for document in DOCUMENTS.values()
        for name, schema in document["components"]["schemas"].items()
        for place in sealed_strings(schema)
    }

    assert {"ReceiveConcern.description", "DimensionRating.need_text", "LogSession.note"} <= sealed
    assert len(sealed) >= 18


@pytest.mark.parametrize("service", DOCUMENTS)
def test_every_path_is_versioned_and_every_command_says_how_it_can_be_refused(service: str) -> None:
    for path, methods in DOCUMENTS[service]["paths"].items():
        assert path.startswith("/v1/")
        for method, operation in methods.items():
            if path.startswith("/v1/public/"):
                if method == "post":
                    assert {"409", "422", "429"} <= operation["responses"].keys(), path
                assert not {"401", "403"} & operation["responses"].keys(), path
                continue
            assert {"401", "422", "503"} <= operation["responses"].keys(), path
            headers = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "header"}
            if "Idempotency-Key" in headers:
                assert {"403", "409"} <= operation["responses"].keys(), path
            if "If-Match" in headers:
                assert {"404", "412", "428"} <= operation["responses"].keys(), path
            assert method == "get" or "requestBody" in operation or operation["operationId"] in WITHOUT_BODY, path
