"""After the load: what was answered with 201 is there, once, whole. Anything else is a wrong result and ends the run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from uuid import UUID

from tests.bench.load import Answer
from tests.bench.world import World


class WrongResult(Exception):
    """What was measured was not right, so its speed does not matter."""


def ids_of(answers: Iterable[Answer], status: int = 201) -> list[UUID]:
    """Return the references that were answered. Raises `WrongResult` for any other answer, with its code alone."""
    found = []
    for answer in answers:
        body = json.loads(answer.body or b"{}")
        if answer.status != status:
            raise WrongResult(f"answered {answer.status} ({body.get('code', 'no code')}) instead of {status}")
        found.append(UUID(body["id"]))
    return found


async def verify(world: World, concerns: Sequence[UUID], *, texts: int, only: bool = True) -> dict[str, int]:
    """Return what was counted for these intakes of `texts` sealed texts each.

    `only` says that there must be no other concern. Raises `WrongResult` if one is lost, there twice, or in parts.
    """
    wanted = len(concerns)
    main, keys = await world.admin(), await world.admin("tovholder_keys")
    try:
        counted = {
            "answered": wanted,
            "different": len(set(concerns)),
            **dict(await main.fetchrow(_COUNTS, concerns)),
            "keys": await keys.fetchval(
                "select count(*) from keystore.unit_keys where unit = any($1::uuid[])", concerns
            ),
        }
    finally:
        await main.close()
        await keys.close()
    expected = {
        **dict.fromkeys(("answered", "different", "concerns", "units", "answers", "whole", "keys"), wanted),
        "texts": texts * wanted,
        "unpointed": 0,
    }
    if only:
        expected["all_concerns"] = wanted
    wrong = {name: (counted[name], number) for name, number in expected.items() if counted[name] != number}
    if wrong:
        raise WrongResult(f"counted, and expected: {wrong}")
    return counted


_COUNTS = """
select (select count(*) from intake.concern where id = any($1::uuid[])) as concerns,
       (select count(*) from intake.concern) as all_concerns,
       (select count(*) from vault.units where unit = any($1::uuid[])) as units,
       (select count(*) from vault.sealed where unit = any($1::uuid[])) as texts,
       (select count(*) from intake.idempotency where (answer ->> 'id')::uuid = any($1::uuid[]) and status = 201) as answers,
       (select count(*) from intake.concern c where c.id = any($1::uuid[])
           and c.version = (select count(distinct f.sequence) from intake.facts f where f.aggregate_id = c.id)
           and c.version = (select max(f.sequence) from intake.facts f where f.aggregate_id = c.id)
           and c.version = (select count(*) from intake.facts f where f.aggregate_id = c.id)) as whole,
       (select count(*) from intake.facts f where f.aggregate_id = any($1::uuid[])
           and not exists (select from intake.outbox o where o.event_id = f.event_id)) as unpointed
"""
