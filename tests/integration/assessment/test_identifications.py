"""Asking for a person by CPR leaves a look on record whatever is answered, and nobody asks often enough to search."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import timedelta
from statistics import median
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from shared.lifecycle.actor import Role
from tests.integration.assessment.assessment_world import Person, World, both, person
from tests.integration.assessment.conftest import Installed
from tests.integration.assessment.test_one_open_case import YES

K, P = Role.TOVHOLDER_KOMMUNE, Role.TOVHOLDER_POLITI
NOBODY = UUID(int=0)


@pytest.fixture
async def admin(installed: Installed) -> AsyncIterator[asyncpg.Connection]:
    """The administrator, for what no service may read."""
    connection = await asyncpg.connect(installed.admin)
    yield connection
    await connection.close()


async def ask(world: World, by: Person, cpr: str, case: UUID | None = None) -> Any:
    """Open a case about this number; return the answer."""
    case = case or await world.routed()
    return await world.post(f"/v1/cases/{case}/open-case", by, {**YES, "cpr": cpr}, version=await world.version(case))


async def looks(admin: asyncpg.Connection, by: Person) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await admin.fetch("select * from vault.looks where person = $1 order by id", by.ref)
    return rows


async def asked_before(admin: asyncpg.Connection, by: Person, count: int, ago: timedelta) -> None:
    """Put questions of this person on record, as they were asked some time ago."""
    await admin.execute(
        "insert into vault.looks (ticket, at, judged_at, person, role, organisation, service, unit, blob, class, reason)"
        " select gen_random_uuid(), now() - $2::interval, now(), $1, $3, $4, 'assessment', gen_random_uuid(),"
        " gen_random_uuid(), 'C', 'IDENTIFICATION' from generate_series(1, $5)",
        by.ref, ago, by.role, by.organisation, count,
    )  # fmt: skip


async def test_a_question_is_on_record_though_its_command_was_refused(world: World, admin: asyncpg.Connection) -> None:
    by, first, second = person(K), await world.routed(), await world.routed()

    accepted = await ask(world, by, "010890-9993", first)
    refused = await ask(world, by, "0108909993", second)

    assert (accepted.status_code, refused.status_code) == (200, 409)
    known, again = await looks(admin, by)
    reason = {(row["reason"], row["role"], row["organisation"], row["class"]) for row in (known, again)}
    assert reason == {("IDENTIFICATION", K, by.organisation, "C")}
    assert (known["unit"], again["unit"]) == (first, second)
    assert known["blob"] == NOBODY  # nobody was known by the number then
    assert again["blob"] == UUID((await world.case(first))["subject_ref"])
    assert not any("0108909993" in str(value) for row in (known, again) for value in row.values())


async def test_a_question_of_a_correction_is_on_record_and_says_in_which_role(
    world: World, admin: asyncpg.Connection
) -> None:
    by, case = person(P), await world.routed()
    await world.give(case, "open-case", K, YES)

    answer = await world.post(
        f"/v1/cases/{case}/correct-subject", by, {"cpr": "0208909993"}, version=await world.version(case)
    )

    assert answer.status_code == 200
    [look] = await looks(admin, by)
    assert (look["reason"], look["role"], look["unit"]) == ("IDENTIFICATION", P, case)


async def test_it_stands_in_the_list_of_the_case_for_the_data_protection_officer(world: World) -> None:
    by, case = person(K), await world.routed()
    await ask(world, by, "0308909993", case)

    listed = (await world.get(f"/v1/access-log?unit={case}", Role.DPO))["items"]

    assert [(line["person"], line["reason"], line["field"]) for line in listed] == [
        (str(by.ref), "IDENTIFICATION", None)
    ]


async def test_a_number_that_cannot_be_one_and_a_case_that_is_not_seen_are_no_question(
    world: World, admin: asyncpg.Connection
) -> None:
    by, stranger = person(K), person(K, "kommune:0461")
    case = await world.routed()

    answers = [await ask(world, by, "3102909993", case), await ask(world, stranger, "0108909993", case)]

    assert [answer.status_code for answer in answers] == [422, 404]
    assert [*await looks(admin, by), *await looks(admin, stranger)] == []


@pytest.mark.parametrize(("count", "ago"), [(20, timedelta(minutes=50)), (60, timedelta(hours=22))])
async def test_a_question_too_many_is_refused_and_says_when_to_come_again(
    world: World, admin: asyncpg.Connection, count: int, ago: timedelta
) -> None:
    by, other = person(K), person(K)
    await asked_before(admin, by, count - 1, ago)
    assert (await ask(world, by, f"04089099{count}")).status_code == 200

    refused = await ask(world, by, "0408909993")

    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_persons_asked")
    window = timedelta(hours=1) if count == 20 else timedelta(days=1)
    assert 0 < int(refused.headers["Retry-After"]) <= (window - ago).total_seconds()
    assert "Retry-After" in refused.json()["remedy"]
    assert len(await looks(admin, by)) == count
    assert (await ask(world, other, f"04089097{count}")).status_code == 200


async def test_what_was_asked_before_the_window_counts_no_more(world: World, admin: asyncpg.Connection) -> None:
    by = person(K)
    await asked_before(admin, by, 20, timedelta(minutes=61))

    assert (await ask(world, by, "0508909993")).status_code == 200


async def test_of_many_questions_at_once_no_more_than_allowed_are_answered(
    world: World, admin: asyncpg.Connection
) -> None:
    by = person(K)
    await asked_before(admin, by, 18, timedelta(minutes=1))
    cases = [await world.routed() for _ in range(6)]

    answers = await both(*(ask(world, by, f"06089099{place:02}", case) for place, case in enumerate(cases, 10)))

    assert sorted(answer.status_code for answer in answers) == [200, 200, 429, 429, 429, 429]


async def test_without_a_number_a_case_is_opened_however_many_were_asked(
    world: World, admin: asyncpg.Connection
) -> None:
    by = person(K)
    await asked_before(admin, by, 60, timedelta(minutes=1))

    await world.give(await world.routed(), "open-case", by, YES)


async def test_nobody_opens_a_text_for_this_reason(world: World) -> None:
    case = await world.routed()
    ask_ = {"texts": [str(case)], "role": K, "reason": "IDENTIFICATION"}

    assert (await world.post(f"/v1/cases/{case}/open-texts", K, ask_)).status_code == 422


async def test_who_is_known_and_who_is_not_are_asked_for_in_the_same_time(world: World) -> None:
    """Each question by somebody new; known are persons whose case was closed, so that both are answered alike."""
    spent: dict[bool, list[float]] = {True: [], False: []}
    for place in range(10, 25):
        number = f"07089098{place}"
        closed = await world.routed()
        assert (await ask(world, person(K), number, closed)).status_code == 200
        for by in (K, P):
            await world.give(closed, "close-without-action", by, {"reason": "A1"})
        for known, cpr in ((True, number), (False, f"08089098{place}")):
            case, by_whom = await world.routed(), person(K)
            started = time.perf_counter()
            assert (await ask(world, by_whom, cpr, case)).status_code == 200
            spent[known].append(time.perf_counter() - started)

    ratio = median(spent[True]) / median(spent[False])
    assert 0.6 < ratio < 1.6, spent
