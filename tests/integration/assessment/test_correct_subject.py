"""A mistyped CPR number is taken back by both tovholdere: the case, its keys and the place of the open case go to the right person."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import sqlalchemy as sa

from services.assessment.tables import SPINE
from shared.lifecycle.actor import Role
from shared.persistence import roles
from tests.integration.assessment.assessment_world import WAY, World, person
from tests.integration.assessment.conftest import Installed
from tests.integration.assessment.test_one_open_case import ELSEWHERE, YES, _elsewhere

K, P = Role.TOVHOLDER_KOMMUNE, Role.TOVHOLDER_POLITI
GROUNDS = "Hvorfor sagen åbnes, skrevet af en prøve"


def numbers(day: int) -> tuple[str, str]:
    """Return two numbers of that day that nobody has, for one test alone."""
    return f"{day:02}07909993", f"{day:02}07909994"


async def opened(world: World, cpr: str | None) -> UUID:
    """Open a case about somebody, by somebody who has not asked for many yet."""
    case = await world.routed()
    body = {**YES, "grounds": GROUNDS} | ({"cpr": cpr} if cpr else {})
    answer = await world.post(f"/v1/cases/{case}/open-case", person(K), body, version=await world.version(case))
    assert answer.status_code == 200, answer.text
    return case


async def said(world: World, case: UUID, by: Role, **body: Any) -> Any:
    """Give correct-subject; return the answer."""
    return await world.post(f"/v1/cases/{case}/correct-subject", by, body, version=await world.version(case))


async def corrected(world: World, case: UUID, **body: Any) -> None:
    for by in (K, P):
        answer = await said(world, case, by, **body)
        assert answer.status_code == 200, answer.text


async def elsewhere(world: World, cpr: str) -> int:
    """Try to open a case about this number in another municipality; return the status."""
    case, by = await _elsewhere(world), person(K, "kommune:0461")
    answer = await world.post(f"/v1/cases/{case}/open-case", by, {**YES, "cpr": cpr}, version=1 + 1)
    return answer.status_code


async def subject(world: World, case: UUID) -> str | None:
    found: str | None = (await world.case(case))["subject_ref"]
    return found


async def keys(installed: Installed, units: list[UUID]) -> set[UUID | None]:
    """Return whose these units are in the key store."""
    store = await asyncpg.connect(installed.admin.replace(roles.DATABASE, roles.KEYSTORE_DATABASE, 1))
    rows = await store.fetch("select person from keystore.unit_keys where unit = any($1::uuid[])", units)
    await store.close()
    return {row["person"] for row in rows}


async def test_one_alone_corrects_nothing_and_both_together_do(world: World) -> None:
    wrong, right = numbers(1)
    case = await opened(world, wrong)
    before = await subject(world, case)

    first = await said(world, case, K, cpr=right)
    alone = await subject(world, case)
    second = await said(world, case, P, cpr=right)

    assert (first.status_code, second.status_code) == (200, 200)
    assert alone == before
    assert await subject(world, case) not in (None, before)
    assert (await world.types(case))[-1] == "case.subject_corrected.v1"


async def test_the_same_person_twice_is_not_two(world: World) -> None:
    wrong, right = numbers(2)
    case = await opened(world, wrong)
    await said(world, case, K, cpr=right)

    again = await said(world, case, K, cpr=right)

    assert (again.status_code, again.json()["code"]) == (409, "already_agreed")


async def test_two_who_mean_different_persons_correct_nothing(world: World) -> None:
    wrong, right = numbers(3)
    case = await opened(world, wrong)
    await said(world, case, K, cpr=right)

    other = await said(world, case, P, not_known=True)

    assert (other.status_code, other.json()["code"]) == (409, "terms_differ")
    assert right not in other.text


async def test_the_place_of_the_open_case_goes_to_the_right_person(world: World) -> None:
    wrong, right = numbers(4)
    case = await opened(world, wrong)
    assert await elsewhere(world, wrong) == 409

    await corrected(world, case, cpr=right)

    assert await elsewhere(world, right) == 409
    assert await elsewhere(world, wrong) == 200


async def test_a_correction_to_somebody_who_has_an_open_case_is_refused_and_names_the_infohus(world: World) -> None:
    wrong, right = numbers(5)
    case = await opened(world, wrong)
    before = await subject(world, case)
    assert await elsewhere(world, right) == 200
    assert (await said(world, case, K, cpr=right)).status_code == 200

    refused = await said(world, case, P, cpr=right)

    assert refused.status_code == 409
    assert (refused.json()["code"], refused.json()["infohus"]) == (
        "person_has_open_case",
        f"politi:{ELSEWHERE['police_district']}",
    )
    assert await subject(world, case) == before
    assert await elsewhere(world, wrong) == 409


async def test_the_keys_of_case_and_concerns_follow_and_the_text_opens_before_and_after(
    world: World, installed: Installed
) -> None:
    wrong, right = numbers(6)
    case, joined = await opened(world, wrong), await world.routed()
    await world.give(joined, "merge-concern", K, {"into": str(case), "same_subject_confirmed": True})
    await world.walk(case, "request-clearance", "clear-case")
    by, meeting = WAY["hold-meeting"](world)
    await world.give(case, "hold-meeting", by, meeting | {"minutes": "Et referat, skrevet af en prøve"})
    text = (await world.case(case))["meeting"]["minutes"]
    states = []
    for correction in (None, {"cpr": right}, {"not_known": True}):
        if correction is not None:
            await corrected(world, case, **correction)
            assert await read(world, case, text) == "Et referat, skrevet af en prøve"
        await world.settling.settle()
        assert await read(world, case, text) == "Et referat, skrevet af en prøve"
        # Whose both units are: the case's own, and that of the record which was merged into it.
        states.append((await keys(installed, [case, joined]), await subject(world, case)))

    assert [found for found, _ in states] == [{UUID(ref) if ref else None} for _, ref in states]
    assert len({ref for _, ref in states}) == 3


async def read(world: World, case: UUID, text: str) -> str:
    ask = {"texts": [text], "role": K, "reason": "ASSESSMENT"}
    answer = await world.post(f"/v1/cases/{case}/open-texts", K, ask)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["texts"][text])


async def test_a_person_who_was_not_known_is_said_later_and_a_correction_is_corrected(world: World) -> None:
    wrong, right = numbers(7)
    case = await opened(world, None)

    await corrected(world, case, cpr=wrong)
    await corrected(world, case, cpr=right)

    assert await elsewhere(world, wrong) == 200
    assert await elsewhere(world, right) == 409


async def test_a_closed_case_is_corrected_and_blocks_no_open_one(world: World) -> None:
    wrong, right = numbers(8)
    case = await opened(world, wrong)
    for by in (K, P):
        await world.give(case, "close-without-action", by, {"reason": "A1"})

    await corrected(world, case, cpr=right)

    assert await subject(world, case) is not None
    assert await elsewhere(world, right) == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "number_or_not_known"),
        ({"cpr": numbers(10)[1], "not_known": True}, "number_or_not_known"),
        ({"cpr": numbers(9)[0]}, "subject_unchanged"),
    ],
)
async def test_a_correction_says_who_or_that_nobody_knows(world: World, body: dict[str, Any], code: str) -> None:
    case = await opened(world, numbers(9)[0]) if code == "subject_unchanged" else await opened(world, None)

    refused = await said(world, case, K, **body)

    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (422, code, "cpr")


async def test_the_numbers_are_in_no_fact(world: World) -> None:
    wrong, right = numbers(11)
    case = await opened(world, wrong)
    await corrected(world, case, cpr=right)

    table = SPINE.facts
    async with world.work.begin() as tx:
        query = sa.select(table.c.body).where(table.c.aggregate_id == case).order_by(table.c.sequence)
        rows = (await tx.session.execute(query)).scalars().all()

    assert not any(number in str(body) for body in rows for number in (wrong, right))
    assert [UUID(body["subject_ref"]) for body in rows[-1:]]


async def test_a_case_that_went_with_the_wrong_person_is_told_to_be_gone_at_the_first_word(
    world: World, installed: Installed
) -> None:
    wrong, right = numbers(12)
    case = await opened(world, wrong)
    admin = await asyncpg.connect(installed.admin)
    await admin.execute(
        "select vault.request_erasure($1, 'PERSON', $2, now(), 'PERSON_ASKED')",
        UUID(str(await subject(world, case))),
        uuid4(),
    )
    await admin.close()

    refused = await said(world, case, K, cpr=right)

    assert (refused.status_code, refused.json()["code"]) == (409, "vault_unit_erased")
