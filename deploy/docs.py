"""Draws what the documentation shows of the code: `python -m deploy.docs`.

Writes `docs/states/` (diagrams and tables of the lifecycles), `docs/asyncapi/` (what each service publishes) and
`docs/openapi/` (what it answers to), `docs/access.md` (to whom), `docs/functions.md` (which browser test plays what). A test fails when a
file differs from what this would write.
"""

from __future__ import annotations

import json
import secrets
import tempfile
from base64 import b64encode
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from pydantic import SecretStr

from deploy import access_page, functions_page, played
from deploy.diagrams import page
from shared.hosting.api import Pages, Routes, build
from shared.lifecycle.table import Lifecycle
from shared.messaging.asyncapi import document
from shared.policy.doors import Door
from shared.settings import Settings
from shared.vault.keyset import create_if_missing

DOCS = Path(__file__).resolve().parent.parent / "docs"
VERSION = "1"

TABLES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "intake": (("services.intake.domain.table", "CONCERN"),),
    "assessment": (
        ("services.assessment.domain.case_table", "CASE"),
        ("services.assessment.domain.underretning_table", "UNDERRETNING"),
        ("services.assessment.domain.insight_table", "INSIGHT"),
    ),
    "corps": (
        ("services.corps.domain.intervention_table", "INTERVENTION"),
        ("services.corps.domain.loan_table", "LOAN"),
    ),
    "notify": (("services.notify.domain.table", "DELIVERY"),),
}
"""The lifecycles of each service."""


def lifecycles(service: str) -> list[Lifecycle[Any]]:
    """Return the lifecycles of a service."""
    return [getattr(import_module(module), name) for module, name in TABLES[service]]


def application(service: str) -> FastAPI:
    """Return the api of a service. Nothing is connected to: the keys are made up and thrown away."""
    routes, pages = rooms(service)
    spine = import_module(f"services.{service}.tables").SPINE
    with tempfile.TemporaryDirectory() as folder:
        return build(service, f"Tovholder: {service}", spine, routes, _settings(Path(folder)), pages)


def rooms(service: str) -> tuple[Routes, Pages | None]:
    """Return what adds a service's routes and its pages; where the two share something, `services.<service>.rooms` has both."""
    if find_spec(f"services.{service}.rooms") is not None:
        both = import_module(f"services.{service}.rooms").Rooms()
        return both.routes, both.pages
    pages = import_module(f"services.{service}.pages").pages if find_spec(f"services.{service}.pages") else None
    return import_module(f"services.{service}.api").routes, pages


def functions() -> list[functions_page.Function]:
    """Return every function of the product: each command that a person may give, each page, and what a page's other forms do."""
    return functions_page.every({service: application(service).state.console for service in TABLES})


def openapi(service: str) -> dict[str, Any]:
    """Return the OpenAPI document of a service."""
    made: dict[str, Any] = application(service).openapi()
    return made


def doors(service: str) -> list[Door]:
    """Return the doors of a service."""
    return list(application(service).state.doors.values())


def _settings(folder: Path) -> Settings:
    secret = folder / "idempotency.json"
    secret.write_text(json.dumps({"current": "k1", "keys": {"k1": b64encode(secrets.token_bytes(32)).decode()}}))
    create_if_missing(folder / "keyset.json")
    nowhere = SecretStr("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    return Settings(
        database_url=nowhere,
        keystore_url=nowhere,
        oidc_issuer="http://127.0.0.1:1",
        oidc_jwks_url="http://127.0.0.1:1/jwks.json",
        http_port=1,
        keyset_file=folder / "keyset.json",
        codec_keyset_file=folder / "keyset.json",
        idempotency_secret_file=secret,
    )


def generated() -> Iterator[tuple[str, str]]:
    """Yield the path below `docs/` and the text of every generated file."""
    for service in TABLES:
        for lifecycle in lifecycles(service):
            yield f"states/{lifecycle.kind}.md", page(service, lifecycle)
        yield f"asyncapi/{service}.json", _json(document(service, lifecycles(service), version=VERSION))
        yield f"openapi/{service}.json", _json(openapi(service))
    yield "access.md", access_page.page({service: doors(service) for service in TABLES})
    yield "functions.md", functions_page.page(functions(), played.declared())


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def write(folder: Path = DOCS) -> list[Path]:
    """Write every generated file; return those that changed."""
    changed = []
    for name, text in generated():
        file = folder / name
        if not file.exists() or file.read_text() != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            changed.append(file)
    return changed


if __name__ == "__main__":
    for written in write():
        print(f"wrote {written.relative_to(DOCS.parent)}")
