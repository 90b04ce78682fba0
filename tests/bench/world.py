"""What is measured against: a running set of servers and services, people who sign in, and what they send."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from uuid import uuid4

import asyncpg
import httpx

from deploy import processes
from deploy.config import DATABASE, SUPERUSER, StackConfig
from deploy.local.issuer_core import write_users
from deploy.seed import issuer_users
from deploy.stack import Stack
from tests.bench.load import Request

HOTLINE = "HOTLINE_ADVISER"
SCHOOL = "PRO_REPORTER"
TOVHOLDER = "TOVHOLDER_KOMMUNE"

CALL = {
    "anonymity": "CONFIDENTIAL",
    "channel": "HOTLINE",
    "reporter_kind": "TEACHER",
    "subject_known": "IDENTIFIED",
    "subject_municipality": "0253",
    "minor": "YES",
    "description": "En elev i 9. klasse trækker sig fra kammeraterne og taler om at rejse. Skolen er bekymret. " * 8,
    "subject": "Elev i 9. b, bor hos sin mor",
    "reporter": "Klasselærer, træffes bedst efter kl. 14",
}
"""A call to the hotline of ordinary length: three sealed texts, one of 730 characters."""
FORM = {**CALL, "anonymity": "OPEN", "channel": "SCHOOL_FORM"}
"""A school's form, which goes on to the Infohus in the same transaction (T04)."""
VISIT = {**CALL, "channel": "PHONE_LOCAL"}
QUESTION = {
    "anonymity": "ANONYMOUS",
    "channel": "HOTLINE",
    "reporter_kind": "RELATIVE",
    "description": "Et råd ønskes.",
}
"""A call about nobody in particular, which advice closes."""


@dataclass
class World:
    """Servers and services that run; `stack` starts what a measurement adds."""

    config: StackConfig
    stack: Stack
    others: Callable[[], dict[str, int]] = field(default=dict)
    """Processes by name that `stack` did not start."""

    def seed(self) -> None:
        """Let the issuer know its fictional people."""
        write_users(self.config.issuer_users, [dict(user) for user in issuer_users()])

    def pids(self) -> dict[str, int]:
        """Every process by name."""
        return {
            **self.others(),
            **{name: self.stack.pid(name) for name in self.stack.names() if self.stack.alive(name)},
        }

    def start(self, service: str, kind: str, number: int = 1) -> str:
        """Start a process of a service and wait until it is ready; return its URL."""
        self.config.ports.secure(processes.port_name(service, kind, number))
        spec = processes.service_process(self.config, service, kind, number)
        self.stack.add(spec)
        self.stack.start(spec.name)
        return f"http://127.0.0.1:{spec.port}"

    def url(self, service: str) -> str:
        """Return the URL of a service's api process that runs already."""
        return f"http://127.0.0.1:{self.config.ports.port(processes.port_name(service, 'api'))}"

    async def admin(self, database: str = DATABASE) -> asyncpg.Connection:
        """Return a connection that sees everything, for looking and counting."""
        return await asyncpg.connect(self.config.dsn(SUPERUSER, database))

    def tokens(self, role: str, organisation: str | None = None, count: int = 8) -> list[str]:
        """Sign in `count` people of a role, or the same ones again where there are fewer; good for five minutes."""
        fitting = [
            user for user in issuer_users() if role in user["roles"] and organisation in (None, user["organisation"])
        ][:count]
        signed = [self._token(user["person_ref"]) for user in fitting]
        return list(itertools.islice(itertools.cycle(signed), count))

    def _token(self, person: str) -> str:
        form = {"grant_type": "urn:tovholder:dev-user", "person": person}
        answer = httpx.post(f"{self.config.issuer_url}/token", data=form, trust_env=False)
        return str(answer.raise_for_status().json()["access_token"])


def concerns(token: str, body: dict[str, str]) -> Iterator[Request]:
    """Yield the same concern again and again, each with a key of its own."""
    wire = json.dumps(body, ensure_ascii=False).encode()
    while True:
        headers = {"authorization": f"Bearer {token}", "idempotency-key": str(uuid4())}
        yield Request.of("POST", "/v1/concerns", headers, wire)
