"""Forms and addresses that no page of ours made: refused in words or harmless, and never repeated in our name."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import uuid4

import pytest

from shared.lifecycle.actor import Role
from tests.integration.assessment.assessment_world import World
from tests.integration.assessment.test_naming import sent
from tests.support.visiting import WHO, Visitor

OPENS = {"accepts_responsibility": "yes", "purpose_plausible": "yes"}


@pytest.fixture
def tovholder(world: World) -> Visitor:
    """The tovholder of the municipality."""
    return Visitor(world.http, world.people[Role.TOVHOLDER_KOMMUNE].token)


async def test_what_a_link_says_was_done_is_not_said_in_our_name(world: World, tovholder: Visitor) -> None:
    case = await world.routed()

    assert "Ring 70 00 00 00" not in (await tovholder.get(f"/cases/{case}?done=Ring 70 00 00 00")).text
    assert "Gjort:" in (await tovholder.get(f"/cases/{case}?done=open-case")).text


@pytest.mark.parametrize("key", ["x\0" * 20, "k" * 9_000, "å" * 20, "' or 1=1"])
async def test_a_key_that_no_page_of_ours_gave_does_no_harm(world: World, tovholder: Visitor, key: str) -> None:
    case = await world.routed()

    await tovholder.fill(f"/cases/{case}/do/open-case", {**OPENS, "key": key})


@pytest.mark.parametrize("text", ["nul \0 i midten", "\ud7ff\uffff\U0010ffff", "\u202edrejet\u202c", "a\u0300" * 3_000])
async def test_odd_text_is_kept_or_refused_and_never_our_mistake(world: World, tovholder: Visitor, text: str) -> None:
    case = await world.routed()
    form = f"/cases/{case}/do/open-case"
    shown = await tovholder.get(form)
    answer = await world.http.post(
        form,
        content=urlencode([*shown.hidden().items(), *OPENS.items(), ("unknown", text), ("grounds", text)]),
        headers={WHO: tovholder.token, "Content-Type": "application/x-www-form-urlencoded"},
    )

    assert answer.status_code in (303, 422)


@pytest.mark.parametrize(
    "query", ["stage=%00", "cursor=%00", "cursor=e30=", "limit=" + "9" * 5_000, "stage=x&stage=y", "x=y"]
)
async def test_an_odd_address_of_a_list_is_refused_in_words(world: World, tovholder: Visitor, query: str) -> None:
    answer = await world.http.get(f"/cases?{query}", headers={WHO: tovholder.token})

    assert answer.status_code in (200, 422)


async def test_two_persons_in_one_form_name_nobody(world: World, tovholder: Visitor) -> None:
    case = await sent(world)
    form = await tovholder.get(f"/namings/{case}")
    chosen, written = str(uuid4()), str(uuid4())
    persons = [("person", chosen), ("person", written), ("reason", "ALLOCATED")]

    answer = await tovholder.post(f"/namings/{case}", [*form.hidden().items(), *persons], 422)

    assert "ikke begge" in answer.text
    assert (await world.get(f"/v1/namings/{case}"))["named"] is False
