"""The story of a delivery in skipped time: silence, absence, nights, and a mail server that is away."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from temporalio.client import WorkflowHistory

from services.notify.domain.delivery import Stage
from services.notify.tables import SPINE
from services.notify.workflows.delivery import DeliveryWorkflow
from shared.durable.worker import build_replayer
from shared.lifecycle.actor import Actor, Role
from tests.integration.notify.notify_world import address, staff_member
from tests.unit.notify.notify_builders import GREVE, met
from tests.workflows import histories
from tests.workflows.notify.delivery_world import DeliveryWorld

pytestmark = pytest.mark.filterwarnings(r"ignore:\s*🚨 You probably want:DeprecationWarning")  # Core tables, on purpose

KOMMUNE = Role.TOVHOLDER_KOMMUNE
OWNER, DEPUTY, LEADER = uuid4(), uuid4(), uuid4()
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
async def roster(delivering: DeliveryWorld) -> None:
    await delivering.notify.staff(
        staff_member(OWNER, KOMMUNE, organisation=GREVE, deputy=DEPUTY),
        staff_member(DEPUTY, KOMMUNE, organisation=GREVE),
        staff_member(LEADER, Role.LEADER, organisation=GREVE),
    )


async def test_after_a_silent_working_day_the_deputy_hears_and_after_another_the_leader(
    delivering: DeliveryWorld, monday: datetime
) -> None:
    delivering.clock.begin_at(monday)
    about, deadline = await delivering.reminder()
    await delivering.until_stage(Stage.SENT)

    await delivering.env.sleep(DAY - HOUR)
    early = list(delivering.notify.mailbox.recipients)
    await delivering.env.sleep(2 * HOUR)
    await delivering.until_stage(Stage.HANDED_TO_DEPUTY)
    await delivering.env.sleep(DAY + HOUR)
    await delivering.until_stage(Stage.HANDED_TO_LEADER)

    assert early == [address(OWNER)]
    assert delivering.notify.mailbox.recipients == [address(OWNER), address(DEPUTY), address(LEADER)]
    await delivering.notify.bring(met(deadline), about)
    await delivering.nudge()
    handle = await delivering.handle()
    assert (await handle.result()).stage == Stage.SETTLED
    await histories.save(handle, name="silent owner, silent deputy, leader, settled")


async def test_an_acute_silence_lasts_an_hour_also_at_night(delivering: DeliveryWorld, friday_night: datetime) -> None:
    delivering.clock.begin_at(friday_night)
    await delivering.reminder(kind="assess_underretning")
    await delivering.until_stage(Stage.SENT)

    await delivering.env.sleep(HOUR + timedelta(minutes=5))
    await delivering.until_stage(Stage.HANDED_TO_DEPUTY)

    assert delivering.notify.mailbox.recipients == [address(OWNER), address(DEPUTY)]


async def test_a_reminder_of_friday_night_goes_out_on_monday_when_the_office_opens(
    delivering: DeliveryWorld, friday_night: datetime, monday: datetime
) -> None:
    delivering.clock.begin_at(friday_night)
    await delivering.reminder()

    await delivering.env.sleep(monday - friday_night - 2 * HOUR)
    over_the_weekend = list(delivering.notify.mailbox.recipients)
    await delivering.env.sleep(HOUR)
    await delivering.until_stage(Stage.SENT)

    assert over_the_weekend == []
    assert delivering.notify.mailbox.recipients == [address(OWNER)]


async def test_seen_ends_the_story_and_nobody_else_is_told(delivering: DeliveryWorld, monday: datetime) -> None:
    delivering.clock.begin_at(monday)
    _, deadline = await delivering.reminder()
    await delivering.until_stage(Stage.SENT)

    async with delivering.notify.api.begin(Actor(OWNER, GREVE, frozenset({KOMMUNE}))) as tx:
        await delivering.notify.desk.confirm_seen(tx, deadline)
    await delivering.nudge()

    handle = await delivering.handle()
    assert (await handle.result()).stage == Stage.SEEN
    assert delivering.notify.mailbox.recipients == [address(OWNER)]
    await histories.save(handle, name="seen by its owner")


async def test_with_the_mail_server_away_for_hours_the_mail_is_late_and_still_goes_out_once(
    delivering: DeliveryWorld, monday: datetime
) -> None:
    delivering.clock.begin_at(monday)
    delivering.notify.mailbox.stop()
    await delivering.reminder()

    await delivering.env.sleep(3 * HOUR)
    assert (await delivering.delivery()).stage == Stage.PLANNED
    delivering.notify.mailbox.start()
    await delivering.env.sleep(timedelta(minutes=5))
    await delivering.until_stage(Stage.SENT)

    assert delivering.notify.mailbox.recipients == [address(OWNER)]
    assert delivering.notify.count("emails_failed_total", code="smtp_unavailable") > 10
    assert "deadline.missed.v1" in await _facts(delivering), "an hour without mail is on record"


async def test_what_is_met_while_the_mail_server_is_away_sends_nothing(
    delivering: DeliveryWorld, monday: datetime
) -> None:
    delivering.clock.begin_at(monday)
    delivering.notify.mailbox.stop()
    about, deadline = await delivering.reminder()
    await delivering.env.sleep(timedelta(minutes=10))

    await delivering.notify.bring(met(deadline), about)
    await delivering.nudge()
    handle = await delivering.handle()
    assert (await handle.result()).stage == Stage.SETTLED

    delivering.notify.mailbox.start()
    assert delivering.notify.mailbox.messages == []
    await histories.save(handle, name="settled while the mail server is away")


async def test_with_nobody_above_a_silent_owner_the_story_waits_for_an_answer(
    delivering: DeliveryWorld, monday: datetime
) -> None:
    delivering.clock.begin_at(monday)
    alone = uuid4()
    await delivering.notify.staff(staff_member(alone, Role.PRO_REPORTER, organisation="school:greve-01"))
    about, deadline = await delivering.reminder(owner_role=Role.PRO_REPORTER, owner_organisation="school:greve-01")
    await delivering.until_stage(Stage.SENT)

    await delivering.env.sleep(3 * DAY)
    assert (await delivering.delivery()).stage == Stage.SENT
    await delivering.notify.bring(met(deadline), about)
    await delivering.nudge()

    assert (await (await delivering.handle()).result()).stage == Stage.SETTLED
    assert delivering.notify.mailbox.recipients == [address(alone)]


async def _facts(delivering: DeliveryWorld) -> list[str]:
    async with delivering.notify.work.begin() as tx:
        query = sa.select(SPINE.facts.c.type).order_by(SPINE.facts.c.sequence)
        return list((await tx.session.execute(query)).scalars())


SAVED = list(histories.saved(DeliveryWorkflow.__name__))


@pytest.mark.parametrize(("workflow_type", "history"), SAVED, ids=lambda each: getattr(each, "workflow_id", str(each)))
async def test_a_saved_history_replays(workflow_type: str, history: WorkflowHistory) -> None:
    assert workflow_type == DeliveryWorkflow.__name__

    await build_replayer([DeliveryWorkflow], histories.converter(), "notify").replay_workflow(history)
