"""My work over a real Postgres, as a browser asks for it."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import sqlalchemy as sa

from services.notify import directory, repository
from services.notify.pages.live import Ears, LivePages
from services.notify.tables import ASSIGNMENT
from shared.lifecycle.actor import Actor, Role
from shared.web.console.language import DANISH
from shared.web.console.session import Present
from shared.web.console.site import Visit
from tests.integration.notify.notify_people import (
    CHILD_UNIT,
    COLLEAGUE,
    ELSEWHERE,
    HOLDER,
    LEADER,
    OPERATOR,
    item,
    listed,
    page,
    tile,
)
from tests.integration.notify.notify_world import HandClock, NotifyWorld, staff_member
from tests.unit.notify.notify_builders import GREVE, MONDAY, escalated, opened

pytestmark = [
    pytest.mark.usefixtures("registered"),
    pytest.mark.filterwarnings(r"ignore:\s*🚨 You probably want:DeprecationWarning"),  # Core tables, on purpose
]


async def test_the_list_says_what_is_due_when_and_why_and_leads_to_the_record(
    notify: NotifyWorld, hand_clock: HandClock
) -> None:
    late, soon, about = uuid4(), uuid4(), uuid4()
    await notify.bring(opened(soon, due_at=MONDAY + timedelta(hours=5)), uuid4(), kind="intervention")
    await notify.bring(opened(late, due_at=MONDAY + timedelta(hours=1)), about)
    hand_clock.moment = MONDAY + timedelta(hours=3)

    danish, english = await page(notify, HOLDER), await page(notify, HOLDER, language="en")

    assert listed(danish) == [str(late), str(soon)]
    assert "Overskredet for 2 t siden" in danish
    assert "man. 23. nov. kl. 11.00" in danish
    assert "2 arbejdsdage fra mandag 23. nov. kl. 10.00." in danish
    assert "Overdue 2 hrs ago" in english or "Overdue 2 hr ago" in english
    assert f'href="/assessment/cases/{about}"' in danish
    assert [tile(danish, when) for when in ("overdue", "today", "week", "later")] == [1, 1, 0, 0]


async def test_every_number_is_what_its_link_shows(notify: NotifyWorld, hand_clock: HandClock) -> None:
    spans = (-1, 2, 3, 30, 200, 400)
    for hours in spans:
        await notify.bring(opened(uuid4(), due_at=MONDAY + timedelta(hours=hours)), uuid4())
    for when in ("overdue", "today", "week", "later"):
        whole = await page(notify, HOLDER)
        assert tile(whole, when) == len(listed(await page(notify, HOLDER, f"/work?when={when}"))), when
    both = await page(notify, HOLDER, "/work?when=today&service=assessment&kind=case.open_or_merge")
    assert len(listed(both)) == 2
    assert listed(await page(notify, HOLDER, "/work?service=corps")) == []
    assert "Intet passer på det valgte" in await page(notify, HOLDER, "/work?service=corps")


async def test_nothing_waits_is_said_in_words(notify: NotifyWorld) -> None:
    assert "Intet venter på dig" in await page(notify, HOLDER)
    assert (await notify.look(HOLDER, "/work/count")).text.strip() == ""


async def test_what_i_take_leaves_my_colleagues_list_and_stays_in_the_units(notify: NotifyWorld) -> None:
    deadline = uuid4()
    await notify.bring(opened(deadline), uuid4())

    answer = await notify.look(HOLDER, "/work/take", [item(deadline), ("to", "me"), ("state", "when=later")])

    assert answer.status_code == 303
    assert answer.headers["location"] == "/notify/work?when=later&done=given&n=1&of=1"
    assert "Du har taget den" in await page(notify, HOLDER)
    assert listed(await page(notify, COLLEAGUE)) == []
    assert "har taget den" in await page(notify, COLLEAGUE, "/work?whose=unit")
    async with notify.work.begin() as tx:
        rows = (await tx.session.execute(sa.select(ASSIGNMENT))).mappings().all()
    noted = [(row["deadline_id"], row["person"], row["by_person"], row["at"]) for row in rows]
    assert noted == [(deadline, HOLDER.person_ref, HOLDER.person_ref, MONDAY)]


async def test_who_takes_what_somebody_else_has_taken_meanwhile_is_told_and_takes_nothing(notify: NotifyWorld) -> None:
    mine, free = uuid4(), uuid4()
    for deadline in (mine, free):
        await notify.bring(opened(deadline), uuid4())
    await notify.look(HOLDER, "/work/take", [item(mine), ("to", "me")])

    answer = await notify.look(COLLEAGUE, "/work/take", [item(mine), item(free), ("to", "me")])

    assert answer.headers["location"].endswith("done=given&n=1&of=2")
    told = await page(notify, COLLEAGUE, answer.headers["location"].removeprefix("/notify"))
    assert "1 af 2 opgaver er givet" in told
    assert listed(await page(notify, HOLDER)) == [str(mine)]


@pytest.mark.parametrize("to", [CHILD_UNIT, ELSEWHERE, LEADER], ids=["another role", "elsewhere", "the leader"])
async def test_work_is_given_within_the_same_organisation_and_role_alone(notify: NotifyWorld, to: Actor) -> None:
    deadline = uuid4()
    await notify.bring(opened(deadline), uuid4())

    answer = await notify.look(HOLDER, "/work/take", [item(deadline), ("to", str(to.person_ref))])

    assert answer.status_code == 422
    assert "colleague_unknown" in answer.text
    assert "Ingen har taget den" in await page(notify, HOLDER)


async def test_nobody_takes_what_is_not_their_units(notify: NotifyWorld) -> None:
    deadline = uuid4()
    await notify.bring(opened(deadline), uuid4())

    for who in (ELSEWHERE, CHILD_UNIT, LEADER, OPERATOR):
        answer = await notify.look(who, "/work/take", [item(deadline), ("to", "me")])
        assert "n=0&of=1" in answer.headers["location"], who.roles
    assert "Ingen har taget den" in await page(notify, HOLDER)


async def test_what_somebody_took_who_is_off_the_directory_waits_for_everybody_again(notify: NotifyWorld) -> None:
    deadline = uuid4()
    await notify.bring(opened(deadline), uuid4())
    await notify.look(HOLDER, "/work/take", [item(deadline), ("to", str(COLLEAGUE.person_ref))])
    assert listed(await page(notify, HOLDER)) == []

    async with notify.api.begin(OPERATOR) as tx, tx.as_system() as system:
        await directory.put_people(system, [staff_member(COLLEAGUE.person_ref, Role.CHILD_UNIT, organisation=GREVE)])

    assert listed(await page(notify, HOLDER)) == [str(deadline)]


async def test_a_deputy_sees_what_a_colleague_took_who_is_away(notify: NotifyWorld) -> None:
    deadline = uuid4()
    await notify.bring(opened(deadline), uuid4())
    await notify.look(COLLEAGUE, "/work/take", [item(deadline), ("to", "me")])
    await notify.away(COLLEAGUE.person_ref)

    text = await page(notify, HOLDER, "/work?whose=deputy")

    assert listed(text) == [str(deadline)]
    assert "Du er stedfortræder" in text


async def test_a_deputy_who_may_not_see_the_record_is_told_that_it_waits_and_not_which(notify: NotifyWorld) -> None:
    absent = Actor(uuid4(), GREVE, frozenset({Role.CASEWORKER}))
    named, other = Actor(uuid4(), GREVE, frozenset({Role.CASEWORKER})), uuid4()
    stands_in: dict[str, Any] = {"organisation": GREVE, "deputy": named.person_ref}
    await notify.staff(
        staff_member(absent.person_ref, Role.CASEWORKER, **stands_in),
        staff_member(other, Role.SECRETARIAT, **stands_in),
        staff_member(named.person_ref, Role.CASEWORKER, Role.SECRETARIAT, organisation=GREVE),
    )
    by_name, by_role = uuid4(), uuid4()
    of_her = opened(uuid4(), kind="decide", owner_role=Role.CASEWORKER, owner_person=absent.person_ref)
    await notify.bring(of_her, by_name)
    await notify.bring(opened(uuid4(), kind="meeting", owner_role=Role.SECRETARIAT), by_role)
    await notify.away(absent.person_ref)
    await notify.away(other)

    text = await page(notify, named, "/work?whose=deputy")

    assert text.count("Du ser ikke sagen") == 2
    assert "sagsbehandleren er udpeget ved navn. En leder kan udpege en anden" in text
    assert str(by_name) not in text
    assert str(by_role) not in text


async def test_a_leader_is_told_of_a_case_and_not_which(notify: NotifyWorld, hand_clock: HandClock) -> None:
    deadline, about = uuid4(), uuid4()
    await notify.bring(opened(deadline), about)
    await notify.bring(escalated(deadline), about)

    text = await page(notify, LEADER)

    assert "Du ser ikke sagen" in text
    assert str(about) not in text


async def test_a_leader_is_told_that_she_can_name_another_caseworker(notify: NotifyWorld) -> None:
    deadline, about = uuid4(), uuid4()
    named = opened(deadline, kind="decide", owner_role=Role.CASEWORKER, owner_person=uuid4())
    await notify.bring(named, about)
    await notify.bring(escalated(deadline), about)

    assert "Er den udpegede sagsbehandler væk, kan du udpege en anden" in await page(notify, LEADER)


async def test_a_leader_who_is_to_name_a_caseworker_is_led_to_the_stub_and_not_to_the_case(notify: NotifyWorld) -> None:
    about = uuid4()
    await notify.bring(opened(uuid4(), kind="name_caseworker", owner_role=Role.LEADER), about)

    text = await page(notify, LEADER)

    assert f'href="/assessment/namings/{about}"' in text
    assert f"/assessment/cases/{about}" not in text


async def test_the_officer_who_signs_a_break_glass_is_led_to_where_it_is_signed(notify: NotifyWorld) -> None:
    officer = Actor(uuid4(), GREVE, frozenset({Role.DPO}))
    about = uuid4()
    await notify.bring(opened(uuid4(), kind="review_glass", owner_role=Role.DPO), about)

    text = await page(notify, officer)

    assert 'href="/assessment/glass"' in text
    assert f"/assessment/cases/{about}" not in text, "an officer sees no case: the link would lead nowhere"


async def test_a_kind_with_a_number_in_its_name_can_be_filtered_by(notify: NotifyWorld) -> None:
    wanted, other = uuid4(), uuid4()
    await notify.bring(opened(wanted, kind="follow_up_6"), uuid4())
    await notify.bring(opened(other, kind="meeting"), uuid4())

    assert listed(await page(notify, HOLDER, "/work?kind=case.follow_up_6")) == [str(wanted)]


async def test_an_address_of_nonsense_numbers_is_still_the_list(notify: NotifyWorld) -> None:
    await page(notify, HOLDER, f"/work?done=given&n={'9' * 5_000}&of=1")


async def test_a_saved_view_is_its_owners_and_holds_codes_alone(notify: NotifyWorld, notify_database: Any) -> None:
    form = {"name": "  Møder  i dag ", "state": "kind=case.meeting&when=today&name=Nogen"}
    assert (await notify.look(HOLDER, "/work/views", form)).status_code == 303

    assert 'href="/notify/work?when=today&kind=case.meeting">Møder i dag</a>' in await page(notify, HOLDER)
    assert "Møder i dag" not in await page(notify, COLLEAGUE)
    assert (await notify.look(HOLDER, "/work/views", {**form, "name": "ring 010190-1234"})).status_code == 422
    await notify.look(COLLEAGUE, "/work/views/drop", {"name": "Møder i dag"})
    assert "Møder i dag" in await page(notify, HOLDER)
    await notify.look(HOLDER, "/work/views/drop", {"name": "Møder i dag"})
    assert "Møder i dag" not in await page(notify, HOLDER)


async def test_row_level_security_keeps_views_from_others_and_from_system(
    notify: NotifyWorld, notify_database: Any
) -> None:
    await notify.look(HOLDER, "/work/views", {"name": "min", "state": "when=today"})
    connection = await asyncpg.connect(notify_database.dsn("notify_api"))
    try:
        for who, seen in ((HOLDER, 1), (COLLEAGUE, 0), (Actor(uuid4(), "system:tovholder", frozenset()), 0)):
            async with connection.transaction():
                for name, value in (("organisation", who.organisation), ("person", str(who.person_ref))):
                    await connection.execute("select set_config($1, $2, true)", f"tovholder.{name}", value)
                assert await connection.fetchval("select count(*) from notify.saved_view") == seen
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("update notify.assignment set person = null")
    finally:
        await connection.close()


async def test_seen_is_noted_and_the_deadline_runs_on(notify: NotifyWorld) -> None:
    deadline = uuid4()
    await notify.bring(opened(deadline), uuid4())

    answer = await notify.look(HOLDER, "/work/seen", {"seen": str(deadline), "state": ""})

    assert answer.status_code == 303
    assert f'id="seen-{deadline}"' not in await page(notify, HOLDER)
    assert listed(await page(notify, HOLDER)) == [str(deadline)]


async def test_the_page_says_how_old_other_services_rows_are(notify: NotifyWorld) -> None:
    assert "er ikke hentet endnu" in await page(notify, HOLDER)
    async with notify.work.begin() as tx:
        await tx.session.execute(
            sa.text(
                "insert into notify.source values ('intake', now()), ('assessment', now()), ('corps', now() - interval '12 minutes')"
            )
        )
    text = await page(notify, HOLDER)
    assert "rækker fra korpset er 12 min gamle; noget kan mangle" in text
    assert "rækker fra sager" not in text


async def test_a_stream_tells_of_my_list_and_not_of_others(notify: NotifyWorld) -> None:
    """Asked at the generator, for the client of these tests waits for the end of an answer."""
    console = notify.app.state.console
    request: Any = type("R", (), {"headers": {"accept": "text/event-stream"}, "state": _State(), "app": notify.app})()
    request.cookies = {}
    visit = Visit(console, request, Present(HOLDER, datetime.now(UTC), ""), DANISH)
    ears = Ears(notify.database.dsn("notify_api"))
    stream = LivePages(console, ears)._stream(visit)
    ears.begin(request)
    try:
        mark = re.search(r'<div id="rows" data-mark="(\w+)"', await page(notify, HOLDER))
        assert mark is not None
        here = f"event: here\ndata: {mark[1]}\n\n"
        assert await anext(stream) == here, (
            "at once, so that a page knows that it is heard, and whether it shows the list that there is"
        )
        waiting = asyncio.ensure_future(anext(stream))
        await notify.bring(opened(uuid4(), owner_organisation="kommune:0265"), uuid4())
        done, _ = await asyncio.wait([waiting], timeout=1.5)
        assert not done
        await notify.bring(opened(uuid4()), uuid4())
        assert await asyncio.wait_for(waiting, 10) == "event: work\ndata: changed\n\n"
    finally:
        await stream.aclose()
        assert ears._task is not None
        ears._task.cancel()


async def test_the_mark_of_a_list_is_another_whenever_one_of_its_rows_is(notify: NotifyWorld) -> None:
    first, second = uuid4(), uuid4()

    async def mark() -> str:
        async with notify.work.begin(HOLDER) as tx:
            return await repository.my_mark(tx)

    async def does(sql: str) -> None:
        async with notify.work.begin() as tx:
            await tx.session.execute(sa.text(sql), {"first": first, "second": second})

    await notify.bring(opened(first), uuid4())
    marks = [await mark()]
    assert await mark() == marks[0], "nothing changed"
    await notify.bring(opened(second), uuid4())
    marks.append(await mark())
    for change in (
        "update notify.work_item set taken_by = gen_random_uuid(), taken_at = now() where deadline_id = :first",
        "update notify.work_item set seen_at = now() - interval '1 day' where deadline_id = :second",
        "update notify.work_item set due_at = due_at + interval '1 hour' where deadline_id = :second",
        "update notify.work_item set state = 'DONE' where deadline_id = :first",
    ):
        await does(change)
        marks.append(await mark())
    assert len(set(marks)) == len(marks), "also of what a colleague has in hand, and of one that is not the latest"


class _State:
    correlation_id = uuid4()
    traceparent = None
