"""What waits goes with the sight of the record behind it (R5), on every surface; leaders and deputies see no further."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from services.notify.domain.delivery import Stage
from shared.contracts.lifecycle import SightChanged
from shared.contracts.notify import SettlingReason
from shared.errors import Invalid, Unauthenticated
from shared.lifecycle.actor import Actor, Role
from tests.integration.notify.notify_world import NotifyWorld, address, staff_member
from tests.unit.notify.notify_builders import GREVE, MONDAY, escalated, missed, opened, reminded

pytestmark = pytest.mark.filterwarnings(r"ignore:\s*🚨 You probably want:DeprecationWarning")  # Core tables, on purpose

KOMMUNE = Role.TOVHOLDER_KOMMUNE
LYNGBY = "kommune:0173"
HOLDER = Actor(uuid4(), GREVE, frozenset({KOMMUNE}))
LEADER = Actor(uuid4(), GREVE, frozenset({Role.LEADER}))
STEERING = Actor(uuid4(), "centre:national", frozenset({Role.STEERING}))
CASE_ROLES = (Role.CASEWORKER, KOMMUNE)


def sight(sees: bool, *, organisation: str = GREVE, person: UUID | None = None) -> SightChanged:
    return SightChanged(
        by=uuid4(),
        by_role=Role.TOVHOLDER_POLITI,
        organisation="politi:midt-og-vestsjaelland",
        of_organisation=organisation,
        of_person=person,
        of_roles=CASE_ROLES,
        sees=sees,
    )


async def shown(notify: NotifyWorld, who: Actor) -> tuple[list[dict[str, Any]], int]:
    """Return the items and the count of all: a count must not say what the list leaves out."""
    async with notify.as_(who) as client:
        answer = (await client.get("/v1/work")).json()
    return answer["items"], answer["counts"]["all"]


async def statuses(notify: NotifyWorld, who: Actor, deadline: UUID) -> list[int]:
    async with notify.as_(who) as client:
        one = await client.get(f"/v1/work/{deadline}")
        told = await client.get(f"/v1/work/{deadline}/deliveries")
        seen = await client.post(f"/v1/work/{deadline}/seen", json={}, headers={"Idempotency-Key": str(uuid4())})
    return [one.status_code, told.status_code, seen.status_code]


async def test_what_waited_goes_with_sight_and_comes_back_with_it(notify: NotifyWorld) -> None:
    case, deadline = uuid4(), uuid4()
    await notify.bring(opened(deadline), case)
    await notify.bring(missed(deadline), case)

    await notify.bring(sight(False), case)

    assert await shown(notify, HOLDER) == ([], 0)
    assert await shown(notify, LEADER) == ([], 0)
    assert await statuses(notify, HOLDER, deadline) == [404, 404, 404]
    await notify.bring(sight(True), case)
    assert (await shown(notify, HOLDER))[1] == (await shown(notify, LEADER))[1] == 1
    assert await statuses(notify, HOLDER, deadline) == [200, 200, 200]


async def test_what_comes_later_is_not_there_either_and_other_cases_are(notify: NotifyWorld) -> None:
    taken, other = uuid4(), uuid4()
    await notify.bring(sight(False), taken)

    await notify.bring(opened(uuid4()), taken)
    await notify.bring(opened(uuid4()), other)

    assert [item["aggregate_id"] for item in (await shown(notify, HOLDER))[0]] == [str(other)]


async def test_an_older_fact_about_sight_changes_nothing(notify: NotifyWorld) -> None:
    case = uuid4()
    await notify.bring(opened(uuid4()), case, sequence=1)
    await notify.bring(sight(True), case, sequence=3)

    await notify.bring(sight(False), case, sequence=2)

    assert (await shown(notify, HOLDER))[1] == 1


async def test_what_waits_for_a_role_whose_sight_it_is_not_stays(notify: NotifyWorld) -> None:
    case = uuid4()
    await notify.bring(opened(uuid4(), kind="review_glass", owner_role=Role.DPO), case)

    await notify.bring(sight(False), case)

    assert (await shown(notify, Actor(uuid4(), GREVE, frozenset({Role.DPO}))))[1] == 1


async def test_a_person_whose_sight_ended_sees_nothing_and_nobody_stands_in_for_them(notify: NotifyWorld) -> None:
    case, deputy, colleague = uuid4(), uuid4(), Actor(uuid4(), GREVE, frozenset({KOMMUNE}))
    await notify.staff(
        staff_member(HOLDER.person_ref, KOMMUNE, organisation=GREVE, deputy=deputy),
        staff_member(deputy, KOMMUNE, Role.PARTICIPANT, organisation=GREVE),
    )
    await notify.away(HOLDER.person_ref)
    await notify.bring(opened(uuid4()), case)
    assert (await shown(notify, Actor(deputy, GREVE, frozenset({Role.PARTICIPANT}))))[1] == 1

    await notify.bring(sight(False, person=HOLDER.person_ref), case)

    assert (await shown(notify, HOLDER))[1] == 0
    assert (await shown(notify, Actor(deputy, GREVE, frozenset({Role.PARTICIPANT}))))[1] == 0
    assert (await shown(notify, colleague))[1] == 1


async def test_what_is_one_persons_is_seen_by_that_person_and_the_deputy(notify: NotifyWorld) -> None:
    deputy = Actor(uuid4(), GREVE, frozenset({KOMMUNE}))
    await notify.staff(
        staff_member(HOLDER.person_ref, KOMMUNE, organisation=GREVE, deputy=deputy.person_ref),
        staff_member(deputy.person_ref, KOMMUNE, organisation=GREVE),
    )
    await notify.bring(opened(uuid4(), owner_person=HOLDER.person_ref), uuid4())

    assert [(await shown(notify, who))[1] for who in (HOLDER, deputy)] == [1, 0]
    await notify.away(HOLDER.person_ref)
    assert [(await shown(notify, who))[1] for who in (HOLDER, deputy)] == [1, 1]


async def test_no_mail_goes_to_who_sees_the_record_no_more(notify: NotifyWorld) -> None:
    case, told, silent = uuid4(), uuid4(), uuid4()
    await notify.staff(staff_member(HOLDER.person_ref, KOMMUNE, organisation=GREVE))
    await notify.bring(opened(told), case)
    await notify.bring(opened(silent), case)
    await notify.bring(reminded(told), case)

    await notify.bring(sight(False), case)
    await notify.bring(reminded(silent), case)
    await notify.send_planned()

    (dropped,) = await notify.deliveries()
    assert (dropped.stage, notify.mailbox.messages) == (Stage.SETTLED, [])
    assert await settled_because(notify) == [SettlingReason.SIGHT_ENDED]
    await notify.bring(sight(True), case)
    await notify.send_planned()
    assert notify.mailbox.recipients == [
        address(HOLDER.person_ref)
    ]  # of what came meanwhile; the other was told before


async def settled_because(notify: NotifyWorld) -> list[str]:
    query = "select body->>'reason' from notify.facts where type = 'delivery.settled.v1'"
    async with notify.work.begin() as tx:
        return list((await tx.session.execute(sa.text(query))).scalars().all())


async def test_a_mail_passes_by_the_one_person_who_sees_the_record_no_more(notify: NotifyWorld) -> None:
    case, deadline, colleague = uuid4(), uuid4(), uuid4()
    await notify.staff(
        staff_member(HOLDER.person_ref, KOMMUNE, organisation=GREVE, order=1),
        staff_member(colleague, KOMMUNE, organisation=GREVE, order=2),
    )
    await notify.bring(opened(deadline), case)
    await notify.bring(sight(False, person=HOLDER.person_ref), case)

    await notify.bring(reminded(deadline), case)
    await notify.send_planned()

    assert notify.mailbox.recipients == [address(colleague)]


async def test_a_leader_hears_that_something_waits_in_which_unit_and_not_about_which_case(notify: NotifyWorld) -> None:
    case, loan = uuid4(), uuid4()
    for about, kind, deadline in ((case, "case", uuid4()), (loan, "loan", uuid4())):
        await notify.bring(opened(deadline, due_at=MONDAY + timedelta(hours=2)), about, kind=kind)
        await notify.bring(escalated(deadline), about, kind=kind)

    items, count = await shown(notify, LEADER)

    assert count == 2
    found = {item["aggregate_kind"]: item for item in items}
    assert (found["case"]["aggregate_id"], found["case"]["link"]) == (None, None)
    assert str(case) not in str(items)
    assert (found["case"]["owner_role"], found["case"]["owner_organisation"]) == (KOMMUNE, GREVE)
    assert found["loan"]["link"] == f"/corps/v1/loans/{loan}"
    async with notify.as_(LEADER) as client:
        assert str(case) not in (await client.get(f"/v1/work/{found['case']['deadline_id']}")).text


async def test_a_deputy_is_of_the_same_organisation(notify: NotifyWorld) -> None:
    stranger = uuid4()
    await notify.staff(staff_member(stranger, KOMMUNE, organisation=LYNGBY))

    for deputy in (stranger, uuid4()):
        with pytest.raises(Invalid, match="deputy_elsewhere"):
            await notify.staff(staff_member(HOLDER.person_ref, KOMMUNE, organisation=GREVE, deputy=deputy))


async def test_a_deputy_has_a_role_of_whom_they_stand_in_for(notify: NotifyWorld) -> None:
    """Else the mail goes to somebody who can neither see the work nor do it."""
    unit = staff_member(uuid4(), Role.CHILD_UNIT, organisation=GREVE)
    holder = staff_member(HOLDER.person_ref, KOMMUNE, organisation=GREVE, deputy=unit["person_ref"])

    with pytest.raises(Invalid, match="deputy_without_role"):
        await notify.staff(unit, holder)
    await notify.staff({**unit, "roles": [Role.CHILD_UNIT, KOMMUNE]}, holder)
    await notify.staff(unit)

    async with notify.work.begin() as tx:
        stands_in = "select deputy_ref from notify.person where person_ref = :person"
        left = (await tx.session.execute(sa.text(stands_in), {"person": HOLDER.person_ref})).scalar_one()
    assert left is None, "who lost the role stands in no more"


async def test_a_deputy_who_is_of_another_organisation_all_the_same_sees_nothing_and_hears_nothing(
    notify: NotifyWorld,
) -> None:
    case, deadline, stranger = uuid4(), uuid4(), Actor(uuid4(), LYNGBY, frozenset({KOMMUNE}))
    await notify.staff(staff_member(HOLDER.person_ref, KOMMUNE, organisation=GREVE))
    await notify.staff(staff_member(stranger.person_ref, KOMMUNE, organisation=LYNGBY))
    await notify.away(HOLDER.person_ref)
    async with notify.work.begin() as tx:  # as it could stand from before
        change = "update notify.person set deputy_ref = :deputy where person_ref = :person"
        await tx.session.execute(sa.text(change), {"deputy": stranger.person_ref, "person": HOLDER.person_ref})
    await notify.bring(opened(deadline), case)
    await notify.bring(reminded(deadline), case)

    (planned,) = await notify.deliveries()
    async with notify.work.begin() as tx:
        ladder = await notify.desk.ladder(tx, planned)

    assert await shown(notify, stranger) == ([], 0)
    assert await statuses(notify, stranger, deadline) == [404, 404, 404]
    assert ladder.deputies == {}


async def test_the_wall_shows_no_work_of_a_record_that_is_out_of_sight(notify: NotifyWorld) -> None:
    case = uuid4()
    await notify.bring(opened(uuid4()), case)
    query = sa.text("select count(*) from notify.work_item")
    async with notify.api.begin(HOLDER) as tx:
        before = (await tx.session.execute(query)).scalar_one()

    await notify.bring(sight(False), case)

    async with notify.api.begin(HOLDER) as tx:
        assert (before, (await tx.session.execute(query)).scalar_one()) == (1, 0)


async def test_who_is_left_out_of_an_organisations_list_is_off_it_and_signed_out(notify: NotifyWorld) -> None:
    leaves, stays, elsewhere = (
        Actor(uuid4(), place, frozenset({KOMMUNE}), issued_at=datetime.now(UTC) - timedelta(seconds=60))
        for place in (GREVE, GREVE, LYNGBY)
    )
    await notify.staff(
        *(staff_member(who.person_ref, KOMMUNE, organisation=who.organisation) for who in (leaves, elsewhere))
    )
    await notify.staff(staff_member(stays.person_ref, KOMMUNE, organisation=GREVE, deputy=leaves.person_ref))
    listed = {
        "person_ref": str(stays.person_ref),
        "organisation": GREVE,
        "roles": [KOMMUNE],
        "email": "tovholder.kommune-0253@tovholder.example",
    }

    async with notify.as_(STEERING) as client:
        added = await client.post("/v1/people", json={"people": [listed]})
        async with notify.api.begin(leaves):
            pass  # who adds some takes nobody off
        put = await client.put("/v1/people", json={"people": [listed]})
        left = (await client.get("/v1/people", params={"organisation": GREVE})).json()["items"]

    assert (added.json(), put.json()) == ({"count": 1, "removed": 0}, {"count": 1, "removed": 1})
    assert [one["person_ref"] for one in left] == [str(stays.person_ref)]
    with pytest.raises(Unauthenticated, match="token_revoked"):
        async with notify.api.begin(leaves):
            pass
    for who in (stays, elsewhere):
        async with notify.api.begin(who):
            pass


@pytest.mark.parametrize(("ahead", "admitted"), [(20, False), (31, True)])
async def test_a_token_from_before_a_revocation_counts_no_more_with_the_issuers_clock_ahead(
    notify: NotifyWorld, ahead: int, admitted: bool
) -> None:
    """The issuer's clock is `ahead` seconds ahead; the token was issued in the moment before the revocation."""
    issued = Actor(uuid4(), GREVE, frozenset({KOMMUNE}), issued_at=datetime.now(UTC) + timedelta(seconds=ahead))
    async with notify.api.begin(STEERING) as tx, tx.as_system() as system:
        await system.session.execute(sa.text("select identity.revoke(:person)"), {"person": issued.person_ref})

    try:
        async with notify.api.begin(issued):
            counted = True
    except Unauthenticated:
        counted = False

    assert counted is admitted
