"""What notify shows beside my work: the directory, an absence, counts, deliveries; over a real Postgres, as a browser asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from services.notify import directory
from shared.identity import staff
from shared.lifecycle.actor import Actor, Role
from tests.integration.notify.notify_people import (
    COLLEAGUE,
    ELSEWHERE,
    HOLDER,
    KOMMUNE,
    LEADER,
    OPERATOR,
    page,
)
from tests.integration.notify.notify_world import HandClock, NotifyWorld, address, staff_member
from tests.unit.notify.notify_builders import GREVE, MONDAY, opened, reminded

pytestmark = [
    pytest.mark.usefixtures("registered"),
    pytest.mark.filterwarnings(r"ignore:\s*🚨 You probably want:DeprecationWarning"),  # Core tables, on purpose
]


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

    assert set(await known(LEADER, KOMMUNE)) == {HOLDER.person_ref, COLLEAGUE.person_ref}
    assert await known(ELSEWHERE, KOMMUNE) == [ELSEWHERE.person_ref], "their own organisation's, and no other's"
    assert await known(LEADER, Role.EXIT_COORD) == []

    left = [staff_member(who.person_ref, *who.roles, organisation=GREVE) for who in (COLLEAGUE, LEADER)]
    async with notify.api.begin(OPERATOR) as tx, tx.as_system() as system:
        await directory.take_off_others(system, left)
    assert await known(LEADER, KOMMUNE) == [COLLEAGUE.person_ref]


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
    form = {"from": "2026-11-23", "from.time": "08:00", "to": "2026-11-27", "to.time": "16:00"}

    assert (await notify.look(COLLEAGUE, "/me/absence", form)).status_code == 303

    assert "Du er noteret som væk til fredag 27. november 2026 kl. 16.00" in await page(notify, COLLEAGUE, "/me")
    assert "se arbejdet" in await page(notify, HOLDER, "/me")
    assert (await notify.look(COLLEAGUE, "/me/absence", {"back": "now"})).status_code == 303
    hand_clock.moment += timedelta(minutes=1)
    assert "Du er noteret som væk" not in await page(notify, COLLEAGUE, "/me")
    wrong = await notify.look(COLLEAGUE, "/me/absence", {**form, "to": "2026-11-01"})
    assert (wrong.status_code, "Fraværet skal slutte" in wrong.text) == (422, True)


async def test_an_absence_that_has_not_begun_can_be_taken_back(notify: NotifyWorld, hand_clock: HandClock) -> None:
    hand_clock.moment = MONDAY
    form = {"from": "2026-12-21", "from.time": "08:00", "to": "2026-12-23", "to.time": "16:00"}
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
