"""A question to a reporter: asked by who has the concern, read and answered with the code or signed in, and nothing else opens so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from httpx import ASGITransport, AsyncClient, Response

from shared.lifecycle.actor import PUBLIC, Actor, Role
from shared.vault import Looker, LookReason, LookRefused, VaultError
from tests.integration.spine.spine_world import ADVISER, Cluster, Intake, person

Rows = Callable[..., Any]


@pytest.fixture
async def rows(spine_cluster: Cluster) -> AsyncIterator[Rows]:
    """Read the database as its administrator."""
    connection = await asyncpg.connect(spine_cluster.dsn("postgres"))
    yield connection.fetch
    await connection.close()


DOOR = "/v1/public/concerns"
WEB = {"anonymity": "ANONYMOUS", "channel": "WEB_FORM", "description": "En opdigtet bekymring.", "minor": "NO"}
ASKED, ANSWERED = "Hvornår så du det sidst?", "Det var i går."
TOVHOLDER = person(Role.TOVHOLDER_KOMMUNE, "kommune:0253")


async def write(intake: Intake, path: str = DOOR, *, key: str | None = None, **body: object) -> Response:
    transport = ASGITransport(intake.app, raise_app_exceptions=False)
    headers = {"Idempotency-Key": key or str(uuid4())}
    async with AsyncClient(transport=transport, base_url="http://intake", headers=headers) as client:
        return await client.post(path, json=body)


async def do(intake: Intake, who: Actor, path: str, command: str, **body: object) -> Response:
    seen = (await intake.call(who, "GET", path)).json()["version"]
    return await intake.call(who, "POST", f"{path}/{command}", json=body, headers={"If-Match": f'"{seen}"'})


def running(shown: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the clocks that run."""
    return [clock for clock in shown["clocks"] if clock["state"] == "OPEN"]


async def asked(intake: Intake) -> tuple[str, str, str]:
    """A nameless reporter is asked something; return the code, the concern's path and the question."""
    made = (await write(intake, **WEB)).json()
    path = f"/v1/concerns/{made['id']}"
    sent = await do(intake, ADVISER, path, "ask-question", question=ASKED)
    assert sent.status_code == 200, sent.text
    shown = (await intake.call(ADVISER, "GET", path)).json()
    return made["reference_code"], path, shown["questions"][0]["text"]


async def test_who_has_the_code_reads_the_question_and_answers_it_once(intake: Intake) -> None:
    code, path, question = await asked(intake)

    assert (await write(intake, f"{DOOR}/status", code=code)).json()["open_questions"] == 1
    told = await write(intake, f"{DOOR}/questions", code=code)
    assert told.headers["cache-control"] == "no-store"
    assert told.json()["questions"] == [{"question": question, "text": ASKED}]
    said = {"code": code, "question": question, "answer": ANSWERED}
    key = str(uuid4())
    for _ in range(2):
        answered = await write(intake, f"{DOOR}/answer-question", key=key, **said)
        assert (answered.status_code, answered.json()["open_questions"]) == (200, 0)
    again = await write(intake, f"{DOOR}/answer-question", **said)
    assert (again.status_code, again.json()["code"]) == (422, "question_not_open")

    shown = (await intake.call(ADVISER, "GET", path)).json()
    assert "new_information" in {clock["kind"] for clock in shown["clocks"]}
    opening = {"texts": [shown["questions"][0]["answer"]], "role": "HOTLINE_ADVISER", "reason": "ADVICE"}
    opened = await intake.call(ADVISER, "POST", f"{path}/open-texts", json=opening)
    assert list(opened.json()["texts"].values()) == [ANSWERED]


async def test_what_is_asked_and_answered_is_sealed_and_in_no_fact(intake: Intake, rows: Rows) -> None:
    code, path, question = await asked(intake)
    await write(intake, f"{DOOR}/answer-question", code=code, question=question, answer=ANSWERED)

    bodies = await rows("select body::text from intake.facts where aggregate_id = $1", path.rpartition("/")[2])
    assert len(bodies) > 2
    assert not [row for row in bodies if ASKED in row["body"] or ANSWERED in row["body"]]


async def test_reading_a_question_is_on_record_as_the_reporters(intake: Intake, rows: Rows) -> None:
    code, _, question = await asked(intake)
    await write(intake, f"{DOOR}/questions", code=code)

    looks = await rows("select person, role, organisation, class, reason from vault.looks where blob = $1", question)
    assert [tuple(row) for row in looks] == [(PUBLIC.person_ref, "PUBLIC", "public:web", "B", "QUESTION")]


async def test_no_other_text_opens_to_a_reporter(intake: Intake) -> None:
    _, path, question = await asked(intake)
    shown = (await intake.call(ADVISER, "GET", path)).json()
    reporter = Looker(PUBLIC.person_ref, PUBLIC.organisation, Role.PUBLIC)

    with pytest.raises(LookRefused):
        await intake.vault.questions(intake.api.engine, looker=reporter, blobs=[UUID(shown["description"])])
    with pytest.raises(LookRefused):
        await intake.vault.look(intake.api.engine, looker=reporter, blobs=[UUID(question)], reason=LookReason.ADVICE)


async def test_staff_cannot_look_as_if_they_were_the_reporter(intake: Intake) -> None:
    _, _, question = await asked(intake)
    staff = Looker(ADVISER.person_ref, ADVISER.organisation, Role.HOTLINE_ADVISER)

    with pytest.raises(VaultError, match="vault_call_malformed"):
        await intake.vault.questions(intake.api.engine, looker=staff, blobs=[UUID(question)])
    with pytest.raises(VaultError, match="vault_call_malformed"):
        await intake.vault.look(intake.api.engine, looker=staff, blobs=[UUID(question)], reason=LookReason.QUESTION)


async def test_a_wrong_code_reads_and_answers_nothing(intake: Intake) -> None:
    _, _, question = await asked(intake)
    wrong = "0000-0000-0000-0000"

    told = [
        await write(intake, f"{DOOR}/questions", code=wrong),
        await write(intake, f"{DOOR}/answer-question", code=wrong, question=question, answer=ANSWERED),
    ]
    assert [(each.status_code, each.json()["code"]) for each in told] == [(404, "code_unknown")] * 2


async def test_a_question_follows_the_concern_to_the_infohus(intake: Intake) -> None:
    code, path, question = await asked(intake)
    sent = await do(intake, ADVISER, path, "route-concern", municipality="0253", grounds="Begrundet.")
    assert sent.status_code == 200, sent.text

    shown = (await intake.call(TOVHOLDER, "GET", path)).json()
    assert {(clock["kind"], clock["owner_organisation"]) for clock in running(shown)} == {
        ("question_open", "kommune:0253")
    }
    await write(intake, f"{DOOR}/answer-question", code=code, question=question, answer=ANSWERED)
    shown = (await intake.call(TOVHOLDER, "GET", path)).json()
    assert [clock["kind"] for clock in running(shown)] == ["new_information"]
    assert (await intake.call(ADVISER, "GET", path)).status_code == 404, "the hotline does not see it again"


async def test_a_code_answers_while_many_ask(intake: Intake) -> None:
    code, _, question = await asked(intake)
    tries = [write(intake, f"{DOOR}/answer-question", code=code, question=question, answer=ANSWERED) for _ in range(3)]

    assert sorted(each.status_code for each in await asyncio.gather(*tries)) == [200, 422, 422]
