"""Two relations that last for a while: who broke the glass of a case (R7), and whose case the police have alone (T08)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from httpx import Response
from sqlalchemy.ext.asyncio import create_async_engine

from services.assessment import repository as assessment
from services.assessment.access import CASE_POLICY
from services.assessment.domain.case import Stage
from shared.lifecycle.actor import Actor, Role
from shared.policy.doors import Door
from shared.policy.matrix import Relation
from tests.integration.spine.spine_world import Cluster
from tests.integration.wall.doors import PLACES, House, Served, _put, bodies
from tests.unit.assessment import assessment_builders

VISITING: Final = "kommune:0461"
STUB: Final = {"id", "stage", "version", "organisation", "handled_by", "regime", "controller", "since", "note"}
LOOKS: Final = ("case-show", "case-facts", "case-shares", "case-open-texts")
"""Doors that change nothing. A command is no visitor's."""


@dataclass(frozen=True)
class Apart:
    """Two cases: one whose glass one person broke, one that the police have alone."""

    visited: UUID
    locked: UUID
    visitor: Actor
    colleague: Actor


@pytest.fixture(scope="module")
async def apart(whole: Cluster, built: House) -> Apart:
    """Put both cases in, with the rows of sight that their services would have written."""
    engine = create_async_engine(whole.dsn("postgres", driver="postgresql+asyncpg"))
    visitor = Actor(uuid4(), VISITING, frozenset({Role.TOVHOLDER_KOMMUNE}))
    store, cases = assessment.case_store(None), []
    for stage in (Stage.GATHERING, Stage.POLICE_ONLY):
        state = assessment_builders.case_in(stage).model_copy(update={"id": uuid4()})
        await _put(engine, store, state, {})
        cases.append(state.id)
    now = datetime.now(UTC)
    visit = {"valid_from": now - timedelta(hours=1), "valid_to": now + timedelta(hours=3), "person": visitor.person_ref}
    async with engine.begin() as connection:
        row = {"aggregate_id": cases[0], "organisation": VISITING, **visit}
        await connection.execute(sa.insert(store.spine.case_access).values(**row))
    await engine.dispose()
    return Apart(cases[0], cases[1], visitor, Actor(uuid4(), VISITING, visitor.roles))


def doors(built: House) -> list[tuple[Served, Door]]:
    """Return every door to one case."""
    served = built.services["assessment"]
    return [(served, door) for door in served.doors.values() if door.about is CASE_POLICY and not door.lists]


async def ask(served: Served, door: Door, who: Actor, case: UUID) -> Response:
    """Ask with a body that fits."""
    if door.operation == "case-open-texts":
        body: Any = {"texts": [str(uuid4())], "role": next(iter(who.roles)), "reason": "ACUTE"}
    else:
        body = bodies(case).get(door.operation.removeprefix("case-"))
    return await served.ask(who, door.operation, case, body)


async def test_who_broke_the_glass_may_look_and_every_other_door_answers_like_no_case(
    built: House, apart: Apart
) -> None:
    wrong = []
    for served, door in doors(built):
        if not door.admits(Role.TOVHOLDER_KOMMUNE):
            continue
        told = await ask(served, door, apart.visitor, apart.visited)
        nowhere = await ask(served, door, apart.visitor, uuid4())
        hidden = (told.status_code, told.json()) == (nowhere.status_code, nowhere.json())
        if hidden is (door.operation in LOOKS):
            wrong.append(f"{door.operation}: {told.status_code} {told.text[:80]}")

    assert not wrong, "\n".join(wrong)


async def test_a_colleague_of_who_broke_the_glass_sees_no_case(built: House, apart: Apart) -> None:
    for served, door in doors(built):
        told = await ask(served, door, apart.colleague, apart.visited)
        nowhere = await ask(served, door, apart.colleague, uuid4())
        assert (told.status_code, told.json()) == (nowhere.status_code, nowhere.json()), door.operation


async def test_of_a_case_that_police_have_alone_the_municipality_is_told_that_alone(built: House, apart: Apart) -> None:
    kommune = Actor(uuid4(), PLACES[Relation.OWNER], frozenset({Role.TOVHOLDER_KOMMUNE}))
    said = {door.operation: await ask(served, door, kommune, apart.locked) for served, door in doors(built)}

    assert set(said["case-show"].json()) == STUB
    for operation in ("case-facts", "case-shares"):
        assert said[operation].json()["items"] == []
    assert said["case-open-texts"].json()["code"] == "text_not_found"
    commands = [told for operation, told in said.items() if operation not in LOOKS]
    assert len(commands) > 20
    assert {told.json()["code"] for told in commands} == {"stale_version", "role_may_not"}


async def test_the_authority_that_was_asked_sees_no_case_that_police_have_alone(built: House, apart: Apart) -> None:
    decider = Actor(uuid4(), PLACES[Relation.FORMER], frozenset({Role.CASEWORKER}))
    for served, door in doors(built):
        told, nowhere = await ask(served, door, decider, apart.locked), await ask(served, door, decider, uuid4())
        assert (told.status_code, told.json()) == (nowhere.status_code, nowhere.json()), door.operation
