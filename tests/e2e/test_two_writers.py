"""Two people write at once: one wins, the other hears it, and whoever reads the facts sees one order without a hole."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from deploy.demo.people import Person, Seen
from tests.support.calls import routed
from tests.support.cases import Infohus, id_of
from tests.support.product import Product
from tests.support.topics import published

pytestmark = pytest.mark.timeout(240)  # the first test also starts the servers
ROUNDS = 20


async def test_of_two_writers_of_one_concern_one_wins_and_the_other_hears_it(product: Product) -> None:
    house = Infohus(product)
    concern = await routed(product)
    path = f"/intake/v1/concerns/{concern}"

    for number in range(ROUNDS):
        version = (await house.tovholder.see(path)).version
        answers = await asyncio.gather(
            *(
                _give(who, path, "complete-record", {"description": f"Skrevet {number}."}, version)
                for who in _both(house)
            )
        )
        assert sorted(answer.status for answer in answers) == [200, 412]
        assert {answer.code for answer in answers if answer.status == 412} == {"stale_version"}

    await house.settled()
    await _is_gapless(product, "intake", concern, at_least=ROUNDS)


async def test_of_two_writers_of_one_case_one_wins_and_the_consumers_see_one_order(product: Product) -> None:
    house = Infohus(product)
    path = await house.cleared()

    for _ in range(ROUNDS):
        version = (await house.police.see(path)).version
        closing = {"reason": "A1", "registers_add_nothing": True}
        answers = await asyncio.gather(
            _give(house.tovholder, path, "close-without-action", closing, version),
            _give(house.police, path, "revoke-clearance", {}, version),
        )
        assert [answer.status for answer in answers].count(200) == 1
        assert {answer.status for answer in answers} <= {200, 409, 412}
        if answers[1].status != 200:
            await house.police.do(path, "revoke-clearance")
        await house.police.do(path, "return-case")

    await house.settled()
    await _is_gapless(product, "assessment", id_of(path), at_least=2 * ROUNDS)


async def test_writers_who_all_repeat_one_request_have_one_effect_and_one_answer(product: Product) -> None:
    house = Infohus(product)
    concern = await routed(product)
    path, command = f"/intake/v1/concerns/{concern}", {"description": "Skrevet én gang."}
    version = (await house.tovholder.see(path)).version

    answers = await asyncio.gather(
        *(
            house.tovholder.send("POST", f"{path}/complete-record", command, version=version, key="the-same-key")
            for _ in range(12)
        )
    )

    assert {answer.status for answer in answers} == {200}
    assert all(answer.body == answers[0].body for answer in answers)
    assert (await house.tovholder.see(path)).version == answers[0].body["version"]


def _both(house: Infohus) -> tuple[Person, Person]:
    return house.tovholder, house.police


async def _give(who: Person, path: str, command: str, body: dict[str, object], version: int | None) -> Seen:
    return await who.send("POST", f"{path}/{command}", body, version=version)


async def _is_gapless(product: Product, service: str, thing: UUID, *, at_least: int) -> None:
    """Hold that Postgres, Kafka and the consumer of another service agree on one order without a hole."""
    saved = await product.value(f"select count(*) from {service}.facts where aggregate_id = $1", thing)
    assert saved >= at_least
    order = (await published(product.backends.bootstrap)).order()
    assert order[str(thing)] == list(range(1, saved + 1))
    gaps = {
        name: number
        for reader in ("intake", "assessment", "corps", "notify")
        for name, number in (await product.metrics(reader, "worker")).items()
        if name.startswith("consumer_gaps_total") and number
    }
    assert gaps == {}
