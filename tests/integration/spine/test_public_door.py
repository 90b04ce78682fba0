"""A reporter without a name: no record of one, nothing kept of the call, and a code that leads back to the concern alone."""

from __future__ import annotations

import json
import re
import statistics
import time
from typing import Any
from uuid import uuid1, uuid4

import asyncpg
import pytest
from httpx import ASGITransport, AsyncClient, Response

from services.intake.api_public import PublicDoor
from services.intake.codes import digest_of
from services.intake.gate import Bucket, Gate
from shared.lifecycle.actor import Role
from tests.integration.spine.spine_world import ADVISER, Cluster, Intake, person

DOOR = "/v1/public/concerns"
WEB = {"anonymity": "ANONYMOUS", "channel": "WEB_FORM", "description": "En opdigtet bekymring."}
CODE = re.compile(r"^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$")


class Rows:
    """Reads the database as its administrator."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def __call__(self, query: str, *values: Any) -> list[Any]:
        return list(await self._connection.fetch(query, *values))


async def write(intake: Intake, path: str = DOOR, *, key: str | None = None, **body: Any) -> Response:
    """Send what a browser without an account would."""
    headers = {
        "Idempotency-Key": key or str(uuid4()),
        "User-Agent": "Browser-Kanarie/1.0",
        "X-Forwarded-For": "192.0.2.77",
    }
    headers |= {"X-Correlation-Id": TRACKING, "traceparent": f"00-{TRACKING.replace('-', '')}-00f067aa0ba902b7-01"}
    transport = ASGITransport(intake.app, raise_app_exceptions=False, client=("192.0.2.77", 4711))
    async with AsyncClient(transport=transport, base_url="http://intake", headers=headers) as client:
        return await client.post(path, json=body)


TRACKING = "deadbeef-dead-4eef-8ead-beefdeadbeef"


async def test_a_nameless_reporter_is_given_a_code_and_comes_back_with_it(intake: Intake) -> None:
    made = await write(intake, **WEB)
    assert made.status_code == 201, made.text
    code = made.json()["reference_code"]
    assert CODE.match(code)

    asked = await write(intake, f"{DOOR}/status", code=code)
    assert asked.json() == {"status": "RECEIVED", "takes_information": True, "open_questions": 0}
    added = await write(intake, f"{DOOR}/add-information", code=code.lower(), information="Han har købt en billet.")
    assert (added.status_code, added.json()["status"]) == (200, "RECEIVED")
    assert added.headers["cache-control"] == "no-store"

    shown = (await intake.call(ADVISER, "GET", f"/v1/concerns/{made.json()['id']}")).json()
    assert len(shown["information"]) == 1
    assert "new_information" in {clock["kind"] for clock in shown["clocks"]}
    opening = {"texts": shown["information"], "role": "HOTLINE_ADVISER", "reason": "ADVICE"}
    opened = await intake.call(ADVISER, "POST", f"/v1/concerns/{shown['id']}/open-texts", json=opening)
    assert list(opened.json()["texts"].values()) == ["Han har købt en billet."]


async def test_a_repeat_is_answered_with_the_same_code_and_has_one_effect(intake: Intake, rows: Rows) -> None:
    key = str(uuid4())
    answers = [await write(intake, key=key, **WEB) for _ in range(3)]
    code = answers[0].json()["reference_code"]

    assert [answer.json() for answer in answers] == [answers[0].json()] * 3
    for _ in range(2):
        once = await write(intake, f"{DOOR}/add-information", key=key, code=code, information="Mere.")
        assert once.status_code == 200
    assert (
        len(
            await rows(
                "select 1 from intake.facts where type like '%information_added%' and aggregate_id = $1",
                answers[0].json()["id"],
            )
        )
        == 1
    )


async def test_the_code_is_kept_as_a_slow_hash_alone(intake: Intake, rows: Rows) -> None:
    made = (await write(intake, **WEB)).json()

    kept = await rows("select digest from intake.reference_code where concern_id = $1", made["id"])
    assert [row["digest"] for row in kept] == [digest_of(made["reference_code"])]
    assert await _found(rows, made["reference_code"]) == []
    assert await _found(rows, made["reference_code"].replace("-", "")) == []
    assert await _found(rows, made["id"]) != [], "the control: the search finds what is there"


async def test_nothing_of_a_nameless_call_is_kept(
    intake: Intake, rows: Rows, capsys: pytest.CaptureFixture[str]
) -> None:
    made = (await write(intake, **WEB)).json()

    for trace in ("192.0.2.77", "Browser-Kanarie", TRACKING, TRACKING.replace("-", "")):
        assert await _found(rows, trace) == [], trace
        assert trace not in "".join(capsys.readouterr())
    fact = (await rows("select * from intake.facts where aggregate_id = $1 order by sequence", made["id"]))[0]
    assert "reporter" not in json.loads(fact["body"])
    assert fact["traceparent"] is None or TRACKING.replace("-", "") not in fact["traceparent"]
    classes = await rows("select class from vault.sealed where unit = $1", made["id"])
    assert {row["class"] for row in classes} == {"B"}


async def test_a_nameless_concern_takes_no_reporter_and_a_named_one_does_not_become_nameless(intake: Intake) -> None:
    refused = await write(intake, **WEB, reporter="En opdigtet anmelder.")
    assert (refused.status_code, refused.json()["code"]) == (422, "reporter_does_not_fit_mode")
    named = await write(intake, **{**WEB, "anonymity": "CONFIDENTIAL"}, reporter="En opdigtet anmelder.")
    assert named.status_code == 201
    assert "reference_code" not in named.json(), "who gave a name is called back"
    path = f"/v1/concerns/{named.json()['id']}/set-anonymity"
    version = {"If-Match": named.headers["etag"]}

    lost = await intake.call(ADVISER, "POST", path, json={"anonymity": "ANONYMOUS"}, headers=version)

    assert (lost.status_code, lost.json()["code"]) == (422, "anonymity_lost")
    assert "§15" in lost.json()["remedy"]
    opened = await intake.call(ADVISER, "POST", path, json={"anonymity": "OPEN"}, headers=version)
    assert opened.status_code == 200


@pytest.mark.parametrize("end", ["status", "add-information"])
async def test_a_wrong_code_and_one_that_never_was_look_the_same(intake: Intake, end: str) -> None:
    code = (await write(intake, **WEB)).json()["reference_code"]
    nearly = code[:-1] + ("0" if code[-1] != "0" else "1")
    more = {"information": "Mere."} if end == "add-information" else {}

    answers = [await write(intake, f"{DOOR}/{end}", code=each, **more) for each in (nearly, "0" * 16, "hej", "z" * 64)]

    assert {(answer.status_code, answer.text) for answer in answers} == {(404, answers[0].text)}
    assert answers[0].json()["code"] == "code_unknown"


async def test_asking_costs_one_slow_hash_whether_the_code_exists_or_not(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (await write(intake, **WEB)).json()["reference_code"]
    hashed: list[str] = []
    monkeypatch.setattr("services.intake.codes.digest_of", lambda text: (hashed.append(text), digest_of(text))[1])
    took: dict[str, list[float]] = {code: [], "0000-0000-0000-0000": []}
    for _ in range(7):
        for each, times in took.items():
            started = time.perf_counter()
            await write(intake, f"{DOOR}/status", code=each)
            times.append(time.perf_counter() - started)

    assert len(hashed) == 14
    right, wrong = (statistics.median(times) for times in took.values())
    assert 0.5 < right / wrong < 2.0


async def test_the_status_says_how_far_it_is_and_nothing_of_what_is_known(intake: Intake) -> None:
    made = await write(intake, **WEB, subject_municipality="0253")
    code, path = made.json()["reference_code"], f"/v1/concerns/{made.json()['id']}"
    grounds = {"municipality": "0253", "grounds": "Begrundet."}
    sent = await intake.call(
        ADVISER, "POST", f"{path}/route-concern", json=grounds, headers={"If-Match": made.headers["etag"]}
    )
    assert sent.status_code == 200, sent.text
    told = await write(intake, f"{DOOR}/status", code=code)
    assert told.json() == {"status": "PASSED_ON", "takes_information": True, "open_questions": 0}

    await write(intake, f"{DOOR}/add-information", code=code, information="Mere, efter at den er sendt.")

    tovholder = person(Role.TOVHOLDER_KOMMUNE, "kommune:0253")
    shown = (await intake.call(tovholder, "GET", path)).json()
    assert [clock["owner_organisation"] for clock in shown["clocks"] if clock["kind"] == "new_information"] == [
        "kommune:0253"
    ]
    assert (await intake.call(ADVISER, "GET", path)).status_code == 404, "the hotline does not see it again"
    noted = await intake.call(
        tovholder, "POST", f"{path}/note-information", json={}, headers={"If-Match": f'"{shown["version"]}"'}
    )
    assert noted.status_code == 200


async def test_what_is_over_takes_nothing_more(intake: Intake) -> None:
    made = await write(intake, **WEB)
    path = f"/v1/concerns/{made.json()['id']}/give-advice"
    await intake.call(ADVISER, "POST", path, json={}, headers={"If-Match": made.headers["etag"]})

    code = made.json()["reference_code"]
    assert (await write(intake, f"{DOOR}/status", code=code)).json() == {
        "status": "CLOSED",
        "takes_information": False,
        "open_questions": 0,
    }
    refused = await write(intake, f"{DOOR}/add-information", code=code, information="Mere.")
    assert (refused.status_code, refused.json()["code"]) == (409, "concern_closed")


@pytest.mark.parametrize("key", ["12345678", "navn.efternavn", str(uuid1()), "00000000-0000-0000-0000-000000000001"])
async def test_a_key_that_a_stranger_could_guess_is_refused(intake: Intake, key: str) -> None:
    code = (await write(intake, **WEB)).json()["reference_code"]

    for answer in (
        await write(intake, key=key, **WEB),
        await write(intake, f"{DOOR}/add-information", key=key, code=code, information="Mere."),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_guessable")
        assert key not in answer.text


async def test_a_flood_loses_nothing_that_was_accepted(
    intake: Intake, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(await rows("select 1 from intake.concern"))
    keys = [str(uuid4()) for _ in range(8)]
    gate = gate_of(intake)
    monkeypatch.setattr(gate, "_concerns", Bucket(3, 0.001))
    answers = [await write(intake, key=key, **WEB) for key in keys]

    accepted = [answer for answer in answers if answer.status_code == 201]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert (len(accepted), len(refused)) == (3, 5)
    assert len(await rows("select 1 from intake.concern")) == before + 3
    for answer in refused:
        assert answer.headers["content-type"] == "application/problem+json"
        assert int(answer.headers["retry-after"]) >= 1
        assert {"112", "114"} <= set(re.findall(r"\d{3}", answer.json()["remedy"]))
    for key, first in zip(keys, answers, strict=True):
        if first.status_code == 201:
            assert (await write(intake, key=key, **WEB)).json() == first.json(), "a repeat is answered, full or not"
    acute = await write(intake, **WEB, travel="DEPARTED")
    assert acute.status_code == 201
    monkeypatch.setattr(gate, "_concerns", Bucket(100, 5))
    assert [(await write(intake, key=key, **WEB)).status_code for key in keys] == [201] * 8


@pytest.fixture
async def rows(spine_cluster: Cluster) -> Any:
    connection = await asyncpg.connect(spine_cluster.dsn("postgres"))
    yield Rows(connection)
    await connection.close()


def gate_of(intake: Intake) -> Gate:
    """Return the gate of the public door of this api."""
    routers = [route.original_router for route in intake.app.routes if hasattr(route, "original_router")]
    route = next(route for router in routers for route in router.routes if getattr(route, "path", "") == DOOR)
    door: PublicDoor = route.endpoint.__self__  # type: ignore[attr-defined]  # a route of ours
    return door._gate


async def _found(rows: Rows, text: str) -> list[str]:
    """Return the tables of every schema of ours in which a text stands, in any column."""
    tables = await rows(
        "select n.nspname || '.' || quote_ident(c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname in ('intake', 'vault', 'audit', 'identity') and c.relkind = 'r'"
    )
    assert len(tables) > 15
    found = []
    for table in tables:
        if await rows(f"select 1 from {table['name']} t where position(lower($1) in lower(t::text)) > 0 limit 1", text):
            found.append(table["name"])
    return found
