"""Every operation by its own OpenAPI document, with examples that fit it and examples that do not: schemathesis makes them, real
roles send them. No crash, no status that the document does not name, no text that was sealed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import hypothesis
import pytest
import schemathesis
from httpx import ASGITransport, AsyncClient, Response
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode

from deploy.docs import DOCS
from shared.lifecycle.actor import Actor, Role
from shared.persistence import roles
from shared.policy.doors import Door
from shared.policy.matrix import STAFF, Relation
from tests.integration.spine.spine_world import ADVISER, person
from tests.integration.wall.doors import House, Served, somebody

EXAMPLES = {GenerationMode.POSITIVE: 4, GenerationMode.NEGATIVE: 3}
"""How many of each kind an operation gets: all services together take less than a minute of processor time."""

UNREAL = ("vault_unopenable", "update_hit_nothing")
"""What a record says that was put into Postgres without the key and the clocks that its service would have made."""

CANARY = "kanarifuglen synger"


@pytest.fixture(scope="module")
async def sung(built: House) -> list[str]:
    """Seal the canary in a concern that the hotline sees, and in one that another organisation has; return their ids."""
    call = {"anonymity": "CONFIDENTIAL", "channel": "HOTLINE", "minor": "NO", "description": CANARY, "subject": CANARY}
    call |= {"reporter": CANARY, "subject_known": "PARTIAL"}
    made = [
        await built.services["intake"].ask(who, "receive-concern", body=call)
        for who in (ADVISER, person(Role.TOVHOLDER_KOMMUNE, "kommune:0461"))
    ]
    assert [answer.status_code for answer in made] == [201, 201], made[0].text
    return [answer.json()["id"] for answer in made]


@pytest.mark.parametrize("service", roles.SERVICES)
async def test_no_example_crashes_an_operation_or_makes_it_tell_what_is_sealed(
    built: House, sung: list[str], service: str
) -> None:
    served, wrong, answered = built.services[service], [], 0
    planted = set(built.records.values())
    for case, fits in cases(service):
        operation = case.operation.definition.raw
        door = served.doors[operation["operationId"]]
        for who, record in askers(built, door, sung):
            told = await send(served, case, who, record)
            answered += 1
            if record in planted and told.status_code == 500 and told.json()["code"] in UNREAL:
                continue
            wrong += [
                f"{door.operation} {'fits' if fits else 'does not fit'}: {each}" for each in faults(operation, told)
            ]

    assert answered > 100
    assert wrong == []


def test_the_faults_that_are_looked_for_are_found() -> None:
    operation = {"responses": {"200": {}, "422": {}}}
    good = Response(200, json={"items": []})
    leaks = Response(200, json={"text": CANARY})
    strange, crash = Response(418, json={}), Response(500, json={})
    bare = Response(422, json={"detail": "no"})

    assert list(faults(operation, good)) == []
    for each in (leaks, strange, crash, bare):
        assert list(faults(operation, each)) != []


def cases(service: str) -> Iterator[tuple[Case, bool]]:
    """Yield examples for every operation of a service, the same in every run, and whether they fit the document."""
    schema = schemathesis.openapi.from_dict(json.loads((DOCS / "openapi" / f"{service}.json").read_text()))
    for found in schema.get_all_operations():
        operation = found.ok()
        for mode, number in EXAMPLES.items():
            for case in drawn(operation.as_strategy(generation_mode=mode), number):
                yield case, mode is GenerationMode.POSITIVE


def drawn(strategy: Any, number: int) -> list[Case]:
    """Return some examples of a strategy. None, where there is nothing in an operation that could be wrong."""
    kept: list[Case] = []

    @settings(
        max_examples=number,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def keep(case: Case) -> None:
        kept.append(case)

    try:
        keep()
    except (hypothesis.errors.Unsatisfiable, schemathesis.core.errors.SchemathesisError):
        return []
    return kept


def askers(built: House, door: Door, sung: list[str]) -> Iterator[tuple[Actor | None, UUID]]:
    """Yield who asks, about which record: who owns it, and somebody from far away."""
    if door.public:
        yield None, uuid4()
        return
    kind = door.about.kind if door.about else ""
    role = next(
        role for role in STAFF if door.admits(role) and (not door.about or role in door.about.roles or door.lists)
    )
    known = built.records.get(kind, uuid4())
    yield somebody(role, Relation.OWNER), known
    yield somebody(role, Relation.OTHER_DISTRICT), known
    if kind == "concern" and not door.lists:
        yield from ((ADVISER, UUID(each)) for each in sung)


async def send(served: Served, case: Case, who: Actor | None, record: UUID) -> Response:
    """Send an example; ids that fit are replaced by the record's, or nothing would ever be found."""
    path = case.path
    for name, value in (case.path_parameters or {}).items():
        path = path.replace(f"{{{name}}}", str(record) if name != "who" else str(value).replace("/", "-"))
    headers = [(name.encode(), str(value).encode("utf-8", "replace")) for name, value in (case.headers or {}).items()]
    headers = [(name, value) for name, value in headers if name.lower() not in (b"authorization", b"content-type")]
    if who is not None:
        headers.append((b"authorization", f"Bearer {who.person_ref}|{who.organisation}|{'|'.join(who.roles)}".encode()))
    query = urlencode(case.query or {}, doseq=True, errors="replace")
    content = None
    if case.method.upper() != "GET":
        content = _encoded(case.body)
        headers.append((b"content-type", b"application/json"))
    transport = ASGITransport(served.app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://service") as client:
        return await client.request(case.method, f"{path}?{query}" if query else path, headers=headers, content=content)


def faults(operation: dict[str, Any], told: Response) -> Iterator[str]:
    """Say what is wrong with an answer."""
    if told.status_code >= 500:
        yield f"{told.status_code} {told.text[:200]}"
    elif str(told.status_code) not in operation["responses"]:
        yield f"{told.status_code} is not in the document: {told.text[:200]}"
    elif told.status_code >= 400 and not (
        told.headers["content-type"] == "application/problem+json" and told.json().get("code")
    ):
        yield f"{told.status_code} is no problem with a code"
    if CANARY in told.text:
        yield "tells what is sealed"


def _encoded(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    try:
        return json.dumps(body).encode("utf-8", "surrogatepass")
    except TypeError:
        return b""
