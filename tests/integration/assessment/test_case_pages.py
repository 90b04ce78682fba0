"""The pages of a case, as each of its people gets them without JavaScript."""

from __future__ import annotations

from typing import Any

import pytest

from services.assessment.pages.case_rooms import ROOMS
from shared.lifecycle.actor import Role
from tests.integration.assessment.assessment_world import TO_OFFER, World
from tests.support.visiting import Visitor


@pytest.fixture
def visit(world: World) -> Any:
    """Be somebody at a page: `visit(Role.SECRETARIAT)`, `visit(Role.DPO, "en")`."""

    def someone(role: Role, language: str = "da") -> Visitor:
        return Visitor(world.http, world.people[role].token, language)

    return someone


@pytest.mark.parametrize("language", ["da", "en"])
async def test_every_room_of_a_case_opens_at_every_step_of_its_way(world: World, visit: Any, language: str) -> None:
    case = await world.routed()
    for step in (None, *TO_OFFER, "record-consent"):
        if step:
            await world.walk(case, step)
        for room in ROOMS:
            page = await visit(Role.TOVHOLDER_KOMMUNE, language).get(f"/cases/{case}?rum={room}")
            assert 'aria-current="page"' in page.html
