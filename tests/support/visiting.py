"""Pages over ASGI, without a sign-in service: a header says in the clear who is at the page, as the tests' tokens do."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID

import httpx
from starlette.requests import Request

from shared.lifecycle.actor import Actor, Role
from shared.web.console.session import Present

WHO = "x-test-person"
CSRF = re.compile(r'name="csrf" value="([^"]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


class SignedIn:
    """Stands in for the sessions of a console."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self.provider = None

    async def find(self, request: Request, *, used: bool = True) -> Present | None:
        """Return who the header names; nobody without it."""
        token = request.headers.get(WHO)
        if token is None:
            return None
        person, organisation, *roles = token.split("|")
        actor = Actor(UUID(person), organisation, frozenset(Role(role) for role in roles))
        return Present(actor, datetime.now(UTC) + timedelta(minutes=30), token)


@dataclass
class Page:
    """A page as somebody got it."""

    answer: httpx.Response

    @property
    def text(self) -> str:
        """What it says, without tags and with single spaces."""
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", self.html))).strip()

    @property
    def html(self) -> str:
        return self.answer.text

    @property
    def status(self) -> int:
        return self.answer.status_code

    def hidden(self) -> dict[str, str]:
        """What its last command form carries unseen: csrf, key, version."""
        _, _, form = self.html.partition('class="command"')
        return {unescape(name): unescape(value) for name, value in HIDDEN.findall(form)}

    def hidden_of(self, action: str) -> dict[str, str]:
        """What the form that is sent to this path carries unseen."""
        _, _, form = self.html.partition(f'{action}"')
        return {unescape(name): unescape(value) for name, value in HIDDEN.findall(form.partition("</form>")[0])}


@dataclass
class Visitor:
    """Somebody with a browser that has no JavaScript."""

    http: httpx.AsyncClient
    token: str
    language: str = "da"
    headers: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str, status: int = 200) -> Page:
        """Look at a page."""
        answer = await self.http.get(path, headers=self._headers(), follow_redirects=False)
        assert answer.status_code == status, f"{answer.status_code}: {Page(answer).text[:2000]}"
        return Page(answer)

    async def post(self, path: str, fields: list[tuple[str, str]] | dict[str, str], status: int = 303) -> Page:
        """Send a form as it is."""
        pairs = list(fields.items()) if isinstance(fields, dict) else fields
        answer = await self.http.post(
            path,
            content=str(httpx.QueryParams(pairs)),
            headers=self._headers() | {"Content-Type": "application/x-www-form-urlencoded"},
            follow_redirects=False,
        )
        assert answer.status_code == status, f"{answer.status_code}: {Page(answer).text[:2000]}"
        return Page(answer)

    async def fill(self, path: str, fields: list[tuple[str, str]] | dict[str, str], status: int = 303) -> Page:
        """Look at a form and send it filled in."""
        shown = await self.get(path)
        pairs = list(fields.items()) if isinstance(fields, dict) else fields
        kept = [(name, value) for name, value in shown.hidden().items() if name not in dict(pairs)]
        return await self.post(path.partition("?")[0], [*kept, *pairs], status)

    def _headers(self) -> dict[str, str]:
        language = {"Cookie": f"__Host-tovholder-language={self.language}"}
        return {WHO: self.token, **language, **self.headers}
