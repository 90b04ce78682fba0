"""Who looks at the pages of notify, and what their page says."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from uuid import UUID, uuid4

from shared.lifecycle.actor import Actor, Role
from tests.integration.notify.notify_world import NotifyWorld, staff_member
from tests.unit.notify.notify_builders import GREVE

KOMMUNE = Role.TOVHOLDER_KOMMUNE
HOLDER = Actor(uuid4(), GREVE, frozenset({KOMMUNE}))
COLLEAGUE = Actor(uuid4(), GREVE, frozenset({KOMMUNE}))
LEADER = Actor(uuid4(), GREVE, frozenset({Role.LEADER}))
CHILD_UNIT = Actor(uuid4(), GREVE, frozenset({Role.CHILD_UNIT}))
ELSEWHERE = Actor(uuid4(), "kommune:0265", frozenset({KOMMUNE}))
OPERATOR = Actor(uuid4(), "centre:national", frozenset({Role.OPERATOR}))


async def registered(notify: NotifyWorld) -> None:
    """Put everybody into the directory."""
    people = (HOLDER, COLLEAGUE, LEADER, CHILD_UNIT, ELSEWHERE, OPERATOR)
    await notify.staff(
        *(
            staff_member(
                who.person_ref,
                *who.roles,
                organisation=who.organisation,
                deputy=HOLDER.person_ref if who is COLLEAGUE else None,
            )
            for who in people
        )
    )


async def page(notify: NotifyWorld, who: Actor, path: str = "/work", **more: Any) -> str:
    answer = await notify.look(who, path, **more)
    assert answer.status_code == 200, answer.text[:2000]
    return unescape(answer.text)


def listed(text: str) -> list[str]:
    """Return the references of the rows in their order."""
    return re.findall(r'id="ref-([0-9a-f-]{36})"', text)


def tile(text: str, when: str) -> int:
    found = re.search(rf'id="tile-{when}"[^>]*><strong>([\d.]+)</strong>', text)
    assert found is not None, when
    return int(found[1])


def item(deadline: UUID, held_by: UUID | None = None) -> tuple[str, str]:
    return "item", f"{deadline}:{held_by or '-'}"
