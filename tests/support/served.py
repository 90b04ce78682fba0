"""What the services say that they serve: every path of every OpenAPI document, and a request for each."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from deploy.config import SERVICES
from tests.support.product import Product

PUBLIC = ("intake", "/v1/public/")
"""The one door without a key."""


@dataclass(frozen=True)
class Served:
    """One method of one path of one service."""

    service: str
    method: str
    path: str
    operation: dict[str, Any]

    @property
    def name(self) -> str:
        """Return what a person calls it."""
        return f"{self.service} {self.method} {self.path}"

    @property
    def public(self) -> bool:
        """Say whether it is the public door."""
        return self.service == PUBLIC[0] and self.path.startswith(PUBLIC[1])

    def url(self, parameter: str = "00000000-0000-4000-8000-000000000001") -> str:
        """Return the path behind the gateway, with every parameter filled in."""
        return f"/{self.service}{re.sub(r'{[^}]+}', parameter, self.path)}"


async def documents(product: Product) -> dict[str, dict[str, Any]]:
    """Return the OpenAPI documents that the running services serve."""
    found = {}
    for service in SERVICES:
        answer = await product.office.http.get(f"/{service}/v1/openapi.json")
        assert answer.status_code == 200
        found[service] = answer.json()
    return found


async def served(product: Product) -> list[Served]:
    """Return everything that is served under /v1."""
    return [
        Served(service, method.upper(), path, operation)
        for service, document in (await documents(product)).items()
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


async def ask(
    product: Product, each: Served, token: str | None = None, without: Collection[str] = (), **more: Any
) -> httpx.Response:
    """Send one request, with an Idempotency-Key and a version where it could need them, except for headers `without`."""
    headers = {"Idempotency-Key": str(uuid4()), "If-Match": '"1"', **more.pop("headers", {})}
    headers = {name: value for name, value in headers.items() if name not in without}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    url = more.pop("url", each.url())
    return await product.office.http.request(each.method, url, headers=headers, **more)
