"""The persons of the stories, as HTTP clients: each has a role at an organisation and a token of the issuer.

Every POST carries a fresh Idempotency-Key, every command the version that the person last saw, as a browser would send them. An
`Office` makes the persons; one whose persons sit at the console instead (`tests/support/console_people.py`) plays the same stories.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx

from shared.lifecycle.actor import Role

TOKEN_LASTS = 240.0
"""Seconds after which a person signs in again; tokens live 300."""


Give = Callable[[], Awaitable["Seen"]]
"""Sends what was made ready, and returns what came."""


class StoryFailed(Exception):
    """A story did not go as it must; the message says what was expected and which status and code came."""


@dataclass(frozen=True)
class Seen:
    """An answer: status, body, version."""

    status: int
    body: dict[str, Any]
    version: int | None

    @property
    def code(self) -> str | None:
        """Return the code of a problem, or None."""
        found = self.body.get("code")
        return str(found) if found is not None else None


class Office:
    """The way into Tovholder: one gateway, one issuer."""

    def __init__(self, gateway: str, issuer: str) -> None:
        self._issuer = issuer
        self.http = httpx.AsyncClient(base_url=gateway, timeout=30, trust_env=False)
        self._tokens: dict[UUID, tuple[float, str]] = {}

    async def token(self, person: UUID) -> str:
        """Return a token of the person, fetched anew before the last one ends."""
        known = self._tokens.get(person)
        if known is None or known[0] < time.monotonic():
            form = {"grant_type": "urn:tovholder:dev-user", "person": str(person)}
            answer = await self.http.post(f"{self._issuer}/token", data=form)
            answer.raise_for_status()
            known = (time.monotonic() + TOKEN_LASTS, answer.json()["access_token"])
            self._tokens[person] = known
        return known[1]

    def person(self, role: Role, organisation: str, ref: UUID | None) -> Person:
        """Return somebody at work, or a citizen where `ref` is None."""
        return Person(self, role, organisation, ref)

    async def close(self) -> None:
        """Close the connections."""
        await self.http.aclose()


@dataclass(frozen=True)
class Person:
    """Somebody at work: `role` at `organisation`. Without `ref` it is a citizen at the public form."""

    office: Office
    role: Role
    organisation: str
    ref: UUID | None

    async def send(
        self, method: str, path: str, body: Any = None, *, version: int | None = None, key: str | None = None
    ) -> Seen:
        """Send one request and return what came, whatever it was."""
        headers = {}
        if self.ref is not None:
            headers["Authorization"] = f"Bearer {await self.office.token(self.ref)}"
        if method == "POST":
            headers["Idempotency-Key"] = key or str(uuid4())
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        answer = await self.office.http.request(method, path, json=body, headers=headers)
        etag = answer.headers.get("etag", "").strip('W/"')
        content = answer.json() if answer.content else {}
        return Seen(answer.status_code, content, int(etag) if etag.isdigit() else None)

    async def see(self, path: str) -> Seen:
        """Look at something that must be there."""
        found = await self.send("GET", path)
        if found.status != 200:
            raise StoryFailed(f"{self.role} looks at {_anonymous(path)}: {found.status} {found.code}")
        return found

    async def create(self, path: str, body: Any) -> UUID:
        """Bring something into being; return its id."""
        found = await self.send("POST", path, body)
        if found.status != 201:
            raise StoryFailed(f"{self.role} creates at {path}: {found.status} {found.code} {found.body.get('detail')}")
        return UUID(found.body["id"])

    async def ready(self, thing: str, command: str, body: Any = None, *, seen_at: str | None = None) -> Give:
        """Look at a thing, and make a command ready with the version seen. `seen_at` is where its giver sees it, if not at its own path."""
        seen = await self.send("GET", seen_at or thing)

        async def give() -> Seen:
            return await self.send("POST", f"{thing}/{command}", body or {}, version=seen.version or 1)

        return give

    async def borrowing(self, intervention: UUID, agreement: dict[str, Any]) -> Give:
        """Write down the loan of a member for an intervention, ready to be offered; what comes is the loan."""
        loan = await self.create("/corps/v1/loans", {"intervention_id": str(intervention), **agreement})
        return await self.ready(f"/corps/v1/loans/{loan}", "offer-loan")

    async def do(self, thing: str, command: str, body: Any = None, *, seen_at: str | None = None) -> Seen:
        """Look, then give a command with the version seen; somebody else may have been first, then look again."""
        for _ in range(5):
            give = await self.ready(thing, command, body, seen_at=seen_at)
            found = await give()
            if found.status != 412:
                break
        if found.status != 200:
            detail = found.body.get("detail")
            raise StoryFailed(f"{self.role} gives {command}: {found.status} {found.code}: {detail}")
        return found

    async def refused(self, thing: str, command: str, body: Any = None) -> Seen:
        """Give a command that must be refused; return the problem."""
        give = await self.ready(thing, command, body)
        found = await give()
        if found.status < 400:
            raise StoryFailed(f"{self.role} was allowed to {command}, which must be refused")
        return found


def _anonymous(path: str) -> str:
    """Return the path with references shortened, for a message."""
    return "/".join(part[:8] if len(part) == 36 else part for part in path.split("/"))
