"""The pages of notify over a real Postgres, as a browser asks for them."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import sqlalchemy as sa

from services.notify import directory
from services.notify.pages.live import Ears, LivePages
from services.notify.tables import ASSIGNMENT
from shared.identity import staff
from shared.lifecycle.actor import Actor, Role
from shared.web.console.language import DANISH
from shared.web.console.session import Present
from shared.web.console.site import Visit
from tests.integration.notify.notify_world import HandClock, NotifyWorld, address, staff_member
from tests.unit.notify.notify_builders import GREVE, MONDAY, escalated, opened, reminded

pytestmark = pytest.mark.filterwarnings(r"ignore:\s*🚨 You probably want:DeprecationWarning")  # Core tables, on purpose

KOMMUNE = Role.TOVHOLDER_KOMMUNE
HOLDER = Actor(uuid4(), GREVE, frozenset({KOMMUNE}))
COLLEAGUE = Actor(uuid4(), GREVE, frozenset({KOMMUNE}))
LEADER = Actor(uuid4(), GREVE, frozenset({Role.LEADER}))
CHILD_UNIT = Actor(uuid4(), GREVE, frozenset({Role.CHILD_UNIT}))
ELSEWHERE = Actor(uuid4(), "kommune:0265", frozenset({KOMMUNE}))
OPERATOR = Actor(uuid4(), "centre:national", frozenset({Role.OPERATOR}))


@pytest.fixture(autouse=True)
async def _staff(notify: NotifyWorld) -> None:
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
        staff_member(named.person_ref, Role.CASEWORKER, organisation=GREVE),
    )
    by_name, by_role = uuid4(), uuid4()
    of_her = opened(uuid4(), kind="decide", owner_role=Role.CASEWORKER, owner_person=absent.person_ref)
    await notify.bring(of_her, by_name)
    await notify.bring(opened(uuid4(), kind="meeting", owner_role=Role.SECRETARIAT), by_role)
    await notify.away(absent.person_ref)
    await notify.away(other)

    text = await page(notify, named, "/work?whose=deputy")

    assert text.count("Du ser ikke sagen") == 2
    assert str(by_name) not in text
    assert str(by_role) not in text


async def test_a_leader_is_told_of_a_case_and_not_which(notify: NotifyWorld, hand_clock: HandClock) -> None:
    deadline, about = uuid4(), uuid4()
    await notify.bring(opened(deadline), about)
    await notify.bring(escalated(deadline), about)

    text = await page(notify, LEADER)

    assert "Du ser ikke sagen" in text
    assert str(about) not in text


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


async def test_a_message_that_is_sent_again_is_the_operators_doing(notify: NotifyWorld, hand_clock: HandClock) -> None:
    deadline, about = uuid4(), uuid4()
    await notify.bring(opened(deadline), about)
    await notify.bring(reminded(deadline), about)
    people = (HOLDER, COLLEAGUE, LEADER)
    notify.mailbox.refused.update(address(one.person_ref) for one in people)
    await notify.send_planned()
    (failed,) = await notify.deliveries()
    hand_clock.moment += timedelta(minutes=1)

    answer = await notify.look(OPERATOR, "/operations/send-again", {"delivery": str(failed.id)})

    assert answer.status_code == 303, answer.text
    async with notify.work.begin() as tx:
        planned = sa.text(
            "select actor_ref, actor_role, organisation from notify.facts where type = 'delivery.planned.v1' order by occurred_at"
        )
        rows = [tuple(row) for row in (await tx.session.execute(planned)).all()]
    assert rows[-1] == (OPERATOR.person_ref, "OPERATOR", OPERATOR.organisation)
    assert rows[0][1] == "SYSTEM"


async def test_the_directory_tells_every_service_who_the_askers_colleagues_are(notify: NotifyWorld) -> None:
    async def known(who: Actor, role: Role) -> list[UUID]:
        async with notify.api.begin(who) as tx:
            return await staff.colleagues(tx.session, role)

    here = [staff_member(who.person_ref, *who.roles, organisation=GREVE) for who in (HOLDER, COLLEAGUE, LEADER)]
    async with notify.api.begin(OPERATOR) as tx, tx.as_system() as system:
        await directory.take_off_others(system, here)
    assert set(await known(LEADER, KOMMUNE)) == {HOLDER.person_ref, COLLEAGUE.person_ref}
    assert await known(ELSEWHERE, KOMMUNE) == [ELSEWHERE.person_ref], "their own organisation's, and no other's"
    assert await known(LEADER, Role.EXIT_COORD) == []

    left = [staff_member(who.person_ref, *who.roles, organisation=GREVE) for who in (COLLEAGUE, LEADER)]
    async with notify.api.begin(OPERATOR) as tx, tx.as_system() as system:
        await directory.take_off_others(system, left)
    assert await known(LEADER, KOMMUNE) == [COLLEAGUE.person_ref]


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


@pytest.mark.parametrize(
    ("role", "begins"),
    [
        (Role.HOTLINE_ADVISER, "/intake/desk"),
        (Role.CORPS_MEMBER, "/corps/mine"),
        (Role.PRO_REPORTER, "/intake/report"),
        (Role.OPERATOR, "/notify/operations"),
        (KOMMUNE, "/notify/work"),
    ],
)
async def test_a_role_begins_with_its_own_page(notify: NotifyWorld, role: Role, begins: str) -> None:
    answer = await notify.look(Actor(uuid4(), GREVE, frozenset({role})), "/start")

    assert (answer.status_code, answer.headers["location"]) == (303, begins)


async def test_who_notes_an_absence_is_away_and_back_again(notify: NotifyWorld, hand_clock: HandClock) -> None:
    hand_clock.moment = MONDAY
    form = {"from_day": "2026-11-23", "from_time": "08:00", "to_day": "2026-11-27", "to_time": "16:00"}

    assert (await notify.look(COLLEAGUE, "/me/absence", form)).status_code == 303

    assert "Du er noteret som væk til fredag 27. november 2026 kl. 16.00" in await page(notify, COLLEAGUE, "/me")
    assert "se arbejdet" in await page(notify, HOLDER, "/me")
    assert (await notify.look(COLLEAGUE, "/me/absence", {"back": "now"})).status_code == 303
    hand_clock.moment += timedelta(minutes=1)
    assert "Du er noteret som væk" not in await page(notify, COLLEAGUE, "/me")
    wrong = await notify.look(COLLEAGUE, "/me/absence", {**form, "to_day": "2026-11-01"})
    assert (wrong.status_code, "Fraværet skal slutte" in wrong.text) == (422, True)


async def test_an_absence_that_has_not_begun_can_be_taken_back(notify: NotifyWorld, hand_clock: HandClock) -> None:
    hand_clock.moment = MONDAY
    form = {"from_day": "2026-12-21", "from_time": "08:00", "to_day": "2026-12-23", "to_time": "16:00"}
    await notify.look(COLLEAGUE, "/me/absence", form)
    assert "Slet fraværet" in await page(notify, COLLEAGUE, "/me")

    gone = await notify.look(COLLEAGUE, "/me/absence", {"back": "now"})

    assert (gone.status_code, gone.headers["location"]) == (303, "/notify/me?done=never")
    hand_clock.moment += timedelta(days=30)
    text = await page(notify, COLLEAGUE, "/me?done=never")
    assert "Fraværet er slettet." in text
    assert "Slet fraværet" not in text
    assert "noteret som væk" not in text


async def test_the_directory_shows_addresses_to_its_keepers_alone(notify: NotifyWorld) -> None:
    assert "@tovholder.example" in await page(notify, OPERATOR, f"/people?organisation={GREVE}")
    mine = await page(notify, HOLDER, "/people?organisation=kommune:0265")
    assert "@" not in mine.partition("<main")[2].partition("</main>")[0]
    assert "Greve" in mine


async def test_counts_that_are_too_small_are_in_no_table_and_no_bar(notify: NotifyWorld) -> None:
    async with notify.work.begin() as tx:
        for code, count in (("CASE_OPENED", 3), ("ADVICE_GIVEN", 2), ("CONCERN_ROUTED", 12)):
            row = {"month": datetime(2026, 11, 1, tzinfo=UTC).date(), "code": code, "count": count}
            await tx.session.execute(sa.text("insert into notify.counter values (:month, :code, :count)"), row)
    who = Actor(uuid4(), "centre:national", frozenset({Role.STEERING}))

    text = await page(notify, who, "/counters")

    opened_ = text[text.index("Sager åbnet") : text.index("</section>", text.index("Sager åbnet"))]
    assert ">3<" not in opened_
    assert 'class="hidden"' in opened_
    assert ">12<" in text
    assert " style=" not in text
    assert (await notify.look(HOLDER, "/counters")).status_code == 403


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
        assert await anext(stream) == "event: here\ndata: yes\n\n", "at once, so that a page knows that it is heard"
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


class _State:
    correlation_id = uuid4()
    traceparent = None
