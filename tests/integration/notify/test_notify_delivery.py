"""From a fact to a message: once, to the right person, whatever is away."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from services.notify import repository
from services.notify.domain.delivery import Stage
from services.notify.domain.table import DELIVERY
from services.notify.tables import SPINE
from shared.contracts.notify import Audience, Level
from shared.errors import Transient
from shared.lifecycle.actor import Role
from tests.integration.notify.notify_world import HandClock, NotifyWorld, address, staff_member, text_of
from tests.unit.notify.notify_builders import (
    FRIDAY_NIGHT,
    GREVE,
    MONDAY,
    cancelled,
    escalated,
    met,
    missed,
    opened,
    reminded,
)

pytestmark = pytest.mark.filterwarnings(r"ignore:\s*🚨 You probably want:DeprecationWarning")  # Core tables, on purpose

KOMMUNE = Role.TOVHOLDER_KOMMUNE
OWNER, DEPUTY, LEADER = uuid4(), uuid4(), uuid4()


@pytest.fixture(autouse=True)
async def roster(notify: NotifyWorld) -> None:
    await notify.staff(
        staff_member(OWNER, KOMMUNE, organisation=GREVE, deputy=DEPUTY),
        staff_member(DEPUTY, KOMMUNE, organisation=GREVE),
        staff_member(LEADER, Role.LEADER, organisation=GREVE),
    )


async def test_the_same_fact_delivered_twice_sends_one_mail(notify: NotifyWorld) -> None:
    case, deadline, event = uuid4(), uuid4(), uuid4()
    await notify.bring(opened(deadline), case)
    record = notify.record(reminded(deadline), case, event=event)

    outcomes = [await notify.receiver.receive(record), await notify.receiver.receive(record)]
    await notify.send_planned()
    await notify.send_planned()

    assert outcomes == ["handled", "duplicate"]
    assert notify.mailbox.recipients == [address(OWNER)]


async def test_the_same_fact_in_parallel_plans_one_delivery(notify: NotifyWorld) -> None:
    case, deadline = uuid4(), uuid4()
    await notify.bring(opened(deadline), case)
    record = notify.record(reminded(deadline), case)

    outcomes = await asyncio.gather(*(notify.receiver.receive(record) for _ in range(4)))

    assert sorted(outcomes) == ["duplicate", "duplicate", "duplicate", "handled"]
    assert len(await notify.deliveries()) == 1


async def test_the_same_step_under_another_event_id_sends_no_second_mail(notify: NotifyWorld) -> None:
    case, deadline = uuid4(), uuid4()
    await notify.bring(opened(deadline), case)
    await notify.bring(reminded(deadline), case)
    await notify.bring(reminded(deadline), case)

    assert len(await notify.deliveries()) == 1


async def test_mail_goes_out_once_when_the_mail_server_is_back(notify: NotifyWorld) -> None:
    case, deadline = uuid4(), uuid4()
    await notify.bring(opened(deadline), case)
    await notify.bring(reminded(deadline), case)
    notify.mailbox.stop()

    for _ in range(2):
        with pytest.raises(Transient):
            await notify.send_planned()
    assert [each.stage for each in await notify.deliveries()] == [Stage.PLANNED]
    assert notify.count("emails_failed_total", code="smtp_unavailable") == 2

    notify.mailbox.start()
    await notify.send_planned()
    await notify.send_planned()
    assert notify.mailbox.recipients == [address(OWNER)]
    assert notify.count("emails_sent_total", level="OWNER") == 1


async def test_a_deferred_address_is_tried_again_and_a_refused_one_is_skipped(notify: NotifyWorld) -> None:
    case, deadline = uuid4(), uuid4()
    await notify.bring(opened(deadline), case)
    await notify.bring(reminded(deadline), case)
    notify.mailbox.deferred.add(address(OWNER))
    with pytest.raises(Transient, match="smtp_deferred"):
        await notify.send_planned()

    notify.mailbox.refused.add(address(OWNER))
    await notify.send_planned()

    (delivery,) = await notify.deliveries()
    assert delivery.refused == (OWNER,)
    assert notify.mailbox.recipients == [address(DEPUTY)]


async def test_with_every_address_refused_the_delivery_fails_and_is_counted(notify: NotifyWorld) -> None:
    case, deadline = uuid4(), uuid4()
    await notify.bring(opened(deadline), case)
    await notify.bring(reminded(deadline), case)
    notify.mailbox.refused.update(address(one) for one in (OWNER, DEPUTY, LEADER))

    await notify.send_planned()

    assert [each.stage for each in await notify.deliveries()] == [Stage.FAILED]
    assert notify.count("emails_failed_total", code="address_refused") == 3


async def test_an_absent_owners_deputy_is_told_at_once(notify: NotifyWorld) -> None:
    case, deadline = uuid4(), uuid4()
    await notify.away(OWNER)
    await notify.bring(opened(deadline), case)
    await notify.bring(reminded(deadline), case)

    await notify.send_planned()

    (delivery,) = await notify.deliveries()
    assert (delivery.stage, delivery.level) == (Stage.HANDED_TO_DEPUTY, Level.DEPUTY)
    assert notify.mailbox.recipients == [address(DEPUTY)]


async def test_who_leaves_with_an_unanswered_message_hands_it_to_the_deputy_at_once(notify: NotifyWorld) -> None:
    case, deadline = uuid4(), uuid4()
    await notify.bring(opened(deadline), case)
    await notify.bring(reminded(deadline), case)
    await notify.send_planned()

    async with notify.work.begin() as tx:
        await notify.desk.leave(tx, OWNER, MONDAY - timedelta(hours=1), MONDAY + timedelta(days=5))
    await notify.send_planned()

    assert notify.mailbox.recipients == [address(OWNER), address(DEPUTY)]


@pytest.mark.parametrize("step", [escalated, missed])
async def test_a_leader_hears_of_what_is_escalated_or_missed(notify: NotifyWorld, step: object) -> None:
    case, deadline = uuid4(), uuid4()
    assert callable(step)
    await notify.bring(opened(deadline), case)
    await notify.bring(step(deadline), case)

    await notify.send_planned()

    assert sorted(notify.mailbox.recipients) == sorted([address(OWNER), address(LEADER)])
    assert {each.audience for each in await notify.deliveries()} == {Audience.OWNER, Audience.LEADER}


async def test_a_named_owner_is_told_and_no_colleague_of_the_same_role(notify: NotifyWorld) -> None:
    case, deadline, mentor, colleague = uuid4(), uuid4(), uuid4(), uuid4()
    await notify.staff(
        staff_member(colleague, Role.CORPS_MEMBER, organisation=GREVE, order=1),
        staff_member(mentor, Role.CORPS_MEMBER, organisation=GREVE, order=2),
    )
    await notify.bring(opened(deadline, owner_role=Role.CORPS_MEMBER, owner_person=mentor), case)
    await notify.bring(reminded(deadline), case)

    await notify.send_planned()

    assert notify.mailbox.recipients == [address(mentor)]


@pytest.mark.parametrize("close", [met, cancelled])
async def test_what_is_done_before_the_office_opens_sends_no_mail(
    notify: NotifyWorld, hand_clock: HandClock, close: object
) -> None:
    case, deadline = uuid4(), uuid4()
    assert callable(close)
    hand_clock.moment = FRIDAY_NIGHT
    await notify.bring(opened(deadline), case)
    await notify.bring(reminded(deadline, FRIDAY_NIGHT), case)
    with pytest.raises(Transient, match="not_yet"):
        await notify.send_planned()

    await notify.bring(close(deadline), case)
    hand_clock.moment = MONDAY
    await notify.send_planned()

    assert notify.mailbox.messages == []
    assert [each.stage for each in await notify.deliveries()] == [Stage.SETTLED]


async def test_an_acute_deadline_is_told_at_night(notify: NotifyWorld, hand_clock: HandClock) -> None:
    child, deadline = uuid4(), uuid4()
    hand_clock.moment = FRIDAY_NIGHT
    await notify.bring(opened(deadline, kind="assess_underretning"), child, kind="underretning")
    await notify.bring(reminded(deadline, FRIDAY_NIGHT), child, kind="underretning")

    await notify.send_planned()

    assert notify.mailbox.recipients == [address(OWNER)]


async def test_two_steps_over_a_weekend_become_one_mail(notify: NotifyWorld, hand_clock: HandClock) -> None:
    case, deadline = uuid4(), uuid4()
    hand_clock.moment = FRIDAY_NIGHT
    await notify.bring(opened(deadline), case)
    await notify.bring(reminded(deadline, FRIDAY_NIGHT), case)
    await notify.bring(missed(deadline, FRIDAY_NIGHT + timedelta(hours=1)), case)
    hand_clock.moment = MONDAY

    await notify.send_planned()

    assert sorted(notify.mailbox.recipients) == sorted([address(OWNER), address(LEADER)])


async def test_a_reminder_after_the_work_is_done_tells_nobody(notify: NotifyWorld) -> None:
    case, deadline = uuid4(), uuid4()
    await notify.bring(opened(deadline), case)
    await notify.bring(met(deadline), case)
    await notify.bring(reminded(deadline), case)

    assert await notify.deliveries() == []


async def test_an_empty_roster_is_tried_again_until_somebody_is_named(notify: NotifyWorld) -> None:
    case, deadline, late = uuid4(), uuid4(), uuid4()
    await notify.bring(opened(deadline, owner_organisation="kommune:0265"), case)
    await notify.bring(reminded(deadline), case)
    with pytest.raises(Transient, match="nobody_on_duty"):
        await notify.send_planned()

    await notify.staff(staff_member(late, KOMMUNE, organisation="kommune:0265"))
    await notify.send_planned()

    assert notify.mailbox.recipients == [address(late)]


CANARY = "Kanariefugl"


async def test_a_mail_holds_no_reference_to_a_person_or_a_case(notify: NotifyWorld) -> None:
    case, deadline = uuid4(), uuid4()
    await notify.bring(opened(deadline, kind=CANARY, paragraph=CANARY), case)
    for step in (reminded(deadline), escalated(deadline), missed(deadline)):
        await notify.bring(step, case)
    await notify.send_planned()

    text = text_of(notify.mailbox.messages)
    assert str(deadline) in text, "the positive control: what is in the mail is found"
    for secret in (CANARY, str(case), case.hex, str(OWNER), GREVE, "0253"):
        assert secret not in text


async def test_the_row_of_a_delivery_is_the_fold_of_its_facts(notify: NotifyWorld) -> None:
    case, deadline = uuid4(), uuid4()
    await notify.away(OWNER)
    await notify.bring(opened(deadline), case)
    await notify.bring(missed(deadline), case)
    await notify.send_planned()
    await notify.bring(met(deadline, late=True), case)

    for delivery in await notify.deliveries():
        async with notify.work.begin() as tx:
            query = sa.select(SPINE.facts.c.type, SPINE.facts.c.body).where(SPINE.facts.c.aggregate_id == delivery.id)
            rows = (await tx.session.execute(query.order_by(SPINE.facts.c.sequence))).all()
        facts = [DELIVERY.facts[row.type].model_validate(row.body) for row in rows]
        assert DELIVERY.replay(delivery.id, facts) == delivery
        assert delivery.stage == Stage.SETTLED


async def test_national_counters_count_each_fact_once(notify: NotifyWorld) -> None:
    case, deadline = uuid4(), uuid4()
    await notify.bring(opened(deadline), case)
    record = notify.record(missed(deadline), case)
    for _ in range(3):
        await notify.receiver.receive(record)

    async with notify.work.begin() as tx:
        (row,) = await repository.counters(tx, MONDAY.date().replace(day=1), MONDAY.date())
    assert (row["code"], row["count"]) == ("DEADLINE_MISSED", 1)
