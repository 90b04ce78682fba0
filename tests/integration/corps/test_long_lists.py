"""Lists that are longer than a page: every row is on one page, once, and each count is true or says that there are more."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from itertools import chain
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.corps import roll
from shared.lifecycle.actor import Actor
from shared.persistence import counting
from shared.web.console import language, records
from tests.integration.corps.corps_pages import Site, site
from tests.integration.corps.corps_people import DESK, FAR, HOST, as_member, coordinator
from tests.integration.corps.corps_world import CorpsWorld

FOLLOWING = re.compile(r'<nav class="pages"[^>]*><a class="act" href="([^"]+)"')


@pytest.fixture
def pages(corps: CorpsWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The pages, where a page has two rows and a count stops at three."""
    monkeypatch.setattr(roll, "ROWS", 2)
    monkeypatch.setattr("services.corps.pages.interventions.ROWS", 2)
    monkeypatch.setattr(records, "ROWS", 2)
    for module in (counting, language):
        monkeypatch.setattr(module, "MANY", 3)
    return site(corps, tmp_path)


async def _turned(pages: Site, who: Actor, path: str, letter: str) -> list[list[str]]:
    """Return the references of each page, from the first to the last."""
    found, address = [], path
    while address:
        page = await pages.see(who, address)
        found.append(re.findall(rf">({letter}-[0-9A-F]{{4}}-[0-9A-F]{{4}})</a>", page))
        following = FOLLOWING.search(page)
        address = f"{path.partition('?')[0]}{unescape(following[1])}" if following else ""
        assert len(found) < 20, "the pages end"
    return found


def _all(turned: list[list[str]]) -> list[str]:
    return list(chain.from_iterable(turned))


def ref(letter: str, about: UUID) -> str:
    digits = about.hex[:8].upper()
    return f"{letter}-{digits[:4]}-{digits[4:]}"


async def test_every_member_is_on_one_page_and_who_has_most_places_is_on_the_first(pages: Site) -> None:
    own = [await pages.world.member(HOST, capacity_max=places) for places in (1, 3, 2, 3, 1)]
    far = [await pages.world.member(FAR, capacity_max=2) for _ in range(2)]

    turned = await _turned(pages, coordinator(HOST), "/members", "K")
    assert [len(page) for page in turned] == [2, 2, 1]
    assert sorted(_all(turned)) == sorted(ref("K", each) for each in own)
    assert set(turned[0]) == {ref("K", own[1]), ref("K", own[3])}
    assert turned[1][0] == ref("K", own[2])

    everywhere = await _turned(pages, DESK, "/members", "K")
    assert sorted(_all(everywhere)) == sorted(ref("K", each) for each in (*own, *far))
    assert "mere end 3 af mere end 3" in await pages.see(DESK, "/members")


async def test_filters_of_members_leave_out_whom_they_say_and_nobody_else(pages: Site) -> None:
    today = pages.world.clock.now().date()
    away = {"from_day": str(today - timedelta(days=1)), "to_day": str(today)}
    back = {"from_day": str(today - timedelta(days=9)), "to_day": str(today - timedelta(days=1))}
    gang = {"competence": "ONLINE_RISK", "level": 3, "valid_until": str(today)}
    lapsed = {"competence": "ONLINE_RISK", "level": 3, "valid_until": str(today - timedelta(days=1))}
    lasting = {"competence": "ONLINE_RISK", "level": 2, "valid_until": str(today + timedelta(days=900))}
    fits = await pages.world.member(HOST, skills=[gang], languages={"da": "C2", "so": "B2"}, leave=[back])
    lasts = await pages.world.member(HOST, skills=[lasting], languages={"da": "C2", "so": "B2"}, capacity_max=0)
    late = await pages.world.member(HOST, skills=[lapsed], languages={"da": "C2"}, leave=[away])

    for query, expected in (
        ("competence=ONLINE_RISK", {fits, lasts}),
        ("language=so", {fits, lasts}),
        ("free=1", {fits}),
        ("competence=ONLINE_RISK&free=1", {fits}),
        ("language=da", {fits, lasts, late}),
        ("competence=NOTHING", set()),
    ):
        turned = await _turned(pages, coordinator(HOST), f"/members?{query}", "K")
        assert set(_all(turned)) == {ref("K", each) for each in expected}, query
        page = await pages.see(coordinator(HOST), f"/members?{query}")
        assert f"{len(expected)} af 3" in page, query


async def test_a_held_place_is_not_free_and_one_whose_hold_has_lapsed_is(pages: Site) -> None:
    world = pages.world
    member = await world.member(HOST, capacity_max=1)
    _, about = await world.consent(HOST)
    chosen = {"member_ref": str(member), "reason_code": "FIRST_OPTION"}
    await world.do(coordinator(HOST), f"/v1/interventions/{about}/choose-member", chosen)
    assert "0 af 1" in await pages.see(coordinator(HOST), "/members?free=1")

    world.clock.moment += timedelta(days=60)
    assert "1 af 1" in await pages.see(coordinator(HOST), "/members?free=1")


async def test_who_may_see_a_member_is_the_same_in_the_list_as_by_her_record(pages: Site) -> None:
    own, other = await pages.world.member(HOST), await pages.world.member(FAR)
    for who, expected in (
        (coordinator(HOST), [ref("K", own)]),
        (as_member(other, FAR), [ref("K", other)]),
        (as_member(uuid4(), FAR), []),
    ):
        assert _all(await _turned(pages, who, "/members", "K")) == expected


async def test_a_cursor_of_somebody_elses_making_is_refused(pages: Site) -> None:
    for path in ("/members?after=x", "/members?after=WzFd", "/interventions?after=x"):
        assert (await pages.get(coordinator(HOST), path)).status_code == 422


async def test_every_request_is_on_one_page_in_the_order_of_waiting(pages: Site) -> None:
    begun = pages.world.clock.moment
    made = []
    for number in (3, 1, 4, 0, 2):
        pages.world.clock.moment = begun + timedelta(hours=number)
        made.append((number, (await pages.world.consent(HOST))[1]))
    pages.world.clock.moment = begun + timedelta(days=1)

    turned = await _turned(pages, coordinator(HOST), "/interventions", "F")
    assert _all(turned) == [ref("F", about) for _, about in sorted(made)]
    assert [len(page) for page in turned] == [2, 2, 1]
    assert "Anmodninger i alt: mere end 3." in await pages.see(coordinator(HOST), "/interventions")
