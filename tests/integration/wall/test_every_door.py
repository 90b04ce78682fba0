"""Every operation of every service, asked as every role in every relation: what `docs/access.md` says is what happens."""

from __future__ import annotations

from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import Response

from shared.lifecycle.actor import Role
from shared.persistence import roles
from shared.policy.doors import Door
from shared.policy.matrix import STAFF, Answer, Relation, answer
from tests.integration.wall.doors import House, Served, bodies, somebody


@pytest.mark.parametrize("service", roles.SERVICES)
async def test_every_operation_has_a_door_and_every_door_an_operation(built: House, service: str) -> None:
    served = built.services[service]

    assert set(served.operations) == set(served.doors)


@pytest.mark.parametrize("service", roles.SERVICES)
async def test_nobody_is_admitted_without_a_token(built: House, service: str) -> None:
    served = built.services[service]
    for name, door in served.doors.items():
        told = await served.ask(None, name)
        assert (told.status_code != 401) == door.public, name


@pytest.mark.timeout(600)  # 54 operations of assessment by 18 roles and up to 11 relations
@pytest.mark.parametrize("service", roles.SERVICES)
async def test_a_door_answers_each_role_in_each_relation_as_the_table_says(built: House, service: str) -> None:
    served, wrong, asked = built.services[service], [], 0
    for name, door in served.doors.items():
        if door.public:
            continue
        relations = Relation if door.about is not None else (Relation.OWNER, Relation.NONE)
        for role in STAFF:
            for relation in relations:
                asked += 1
                said, expected = await _ask(built, served, door, role, relation), answer(door, role, relation)
                if said is not expected:
                    wrong.append(f"{name} as {role} in relation {relation}: {said}, not {expected}")

    assert asked > 200
    assert not wrong, "\n".join(wrong)


ROUNDS = (9, 27, 81)
"""A door that seems slow is asked again, longer: the machine does other things too."""


@pytest.mark.timeout(400)  # some 90 doors, each asked 18 times at least
async def test_what_is_hidden_and_what_does_not_exist_are_told_alike_and_alike_fast(built: House) -> None:
    """At each door the medians of both are within a factor of two.

    So much a busy machine leaves to be said: what opens a text, derives a key or asks another server for one of the two is
    found, one more lookup of Postgres is not. That both run the same statements is what `Store.load` is for.
    """
    asked, apart = 0, []
    for served in built.services.values():
        for door in served.doors.values():
            if door.about is None or door.lists or door.about.kind not in built.records:
                continue
            who = next((role for role in STAFF if answer(door, role, Relation.OTHER_DISTRICT) is Answer.HIDDEN), None)
            if who is None:
                continue
            asked += 1
            ratio = 0.0
            for rounds in ROUNDS:
                ratio = await _ratio(built, served, door, who, rounds)
                if 0.5 < ratio < 2:
                    break
            else:
                apart.append(f"{door.operation}: what is hidden takes {ratio:.2f} times as long as what is not there")

    assert asked > 80
    assert not apart, "\n".join(apart)


async def _ratio(built: House, served: Served, door: Door, who: Role, rounds: int) -> float:
    """Ask for what is hidden and for what is not there in turn; return by how much their median times differ."""
    assert door.about is not None
    hidden_took, nowhere_took = [], []
    for _ in range(rounds):
        hidden, took = await _timed(built, served, door, who, built.records[door.about.kind])
        nowhere, as_long = await _timed(built, served, door, who, uuid4())
        assert (hidden.status_code, hidden.json()) == (nowhere.status_code, nowhere.json()), door.operation
        assert _headers(hidden) == _headers(nowhere)
        hidden_took.append(took)
        nowhere_took.append(as_long)
    return median(hidden_took) / median(nowhere_took)


async def test_a_list_shows_what_is_seen_and_of_the_rest_no_sign(built: House) -> None:
    wrong = []
    for served in built.services.values():
        for door in served.doors.values():
            if door.about is None or not door.lists:
                continue
            for role in STAFF:
                for relation in Relation:
                    if not door.admits(role):
                        continue
                    told = await served.ask(somebody(role, relation), door.operation)
                    shown = str(built.records[door.about.kind]) in told.text
                    single = Door(door.operation, door.rule, door.roles, door.about)
                    if shown is not (answer(single, role, relation) is Answer.ADMITTED):
                        wrong.append(f"{door.operation} as {role} in relation {relation}: shown {shown}")
    assert not wrong, "\n".join(wrong)


async def _ask(built: House, served: Served, door: Door, role: Role, relation: Relation) -> Answer:
    record = built.records.get(door.about.kind) if door.about else None
    return _read(door, await served.ask(somebody(role, relation), door.operation, record, _body(door, role, record)))


async def _timed(built: House, served: Served, door: Door, role: Role, record: UUID) -> tuple[Response, float]:
    who = somebody(role, Relation.OTHER_DISTRICT)
    body = _body(door, role, record)
    began = perf_counter()
    told = await served.ask(who, door.operation, record, body)
    return told, perf_counter() - began


def _body(door: Door, role: Role, record: UUID | None) -> Any:
    if door.operation.endswith("-open-texts"):
        return {"texts": [str(uuid4())], "role": role, "reason": "TRIAGE"}
    if door.about is None or record is None:
        return None
    return bodies(record).get(door.operation.removeprefix(f"{door.about.kind}-"))


AFTER_SIGHT = {(412, "stale_version"), (404, "text_not_found")}
"""What somebody who sees the record is told of a version that nobody saw, and of texts that are none: nothing earlier."""

AFTER_SIGHT_OF = {
    "loan": {(404, "intervention_not_found")},  # the records of the house have no intervention and no case of their own
    "insight": {(404, "case_not_found"), (409, "insight_not_yours")},
}
AFTER_ROLE = {(422, "field_invalid"), (404, "work_not_found"), (404, "case_not_found")}
"""What is told at doors that are about no record: an empty body, a random reference."""


def _read(door: Door, told: Response) -> Answer:
    assert told.status_code < 500, f"{door.operation}: {told.text}"
    if told.status_code < 300:
        return Answer.ADMITTED
    said = (told.status_code, told.json()["code"])
    if said == (403, "role_may_not"):
        return Answer.REFUSED
    if door.about is not None and said == (404, f"{door.about.kind}_not_found"):
        return Answer.HIDDEN
    kind = door.about.kind if door.about is not None and not door.lists else None
    expected = AFTER_ROLE if kind is None else AFTER_SIGHT | AFTER_SIGHT_OF.get(kind, set())
    assert said in expected, f"{door.operation}: {said} does not say whether the record was asked for"
    return Answer.ADMITTED


def _headers(told: Response) -> dict[str, str]:
    return {name: value for name, value in told.headers.items() if name != "x-correlation-id"}
