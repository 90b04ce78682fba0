"""My work over HTTP: whose it is, in which order, in which language, and that shuffled topics give the same list."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.notify.domain.delivery import Stage
from shared.contracts.base import Fact
from shared.errors import Unauthenticated
from shared.lifecycle.actor import Actor, Role
from shared.reference.organisations import politi_of
from tests.integration.notify.notify_world import HandClock, NotifyWorld, staff_member
from tests.unit.notify.notify_builders import GREVE, MONDAY, cancelled, escalated, met, missed, opened, reminded

pytestmark = pytest.mark.filterwarnings(r"ignore:\s*🚨 You probably want:DeprecationWarning")  # Core tables, on purpose

KOMMUNE = Role.TOVHOLDER_KOMMUNE
HOLDER = Actor(uuid4(), GREVE, frozenset({KOMMUNE}))
STEERING = Actor(uuid4(), "centre:national", frozenset({Role.STEERING}))


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


async def work(notify: NotifyWorld, who: Actor, language: str = "da", **query: Any) -> dict[str, Any]:
    async with notify.as_(who, language) as client:
        answer = await client.get("/v1/work", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def items(notify: NotifyWorld, who: Actor, **query: Any) -> list[str]:
    return [item["deadline_id"] for item in (await work(notify, who, **query))["items"]]


async def test_my_work_is_overdue_first_then_by_due_time_over_all_services(
    notify: NotifyWorld, hand_clock: HandClock
) -> None:
    late, soon, other = uuid4(), uuid4(), uuid4()
    await notify.bring(opened(soon, due_at=MONDAY + timedelta(hours=5)), uuid4(), kind="case")
    await notify.bring(opened(late, due_at=MONDAY + timedelta(hours=1)), uuid4(), kind="intervention")
    await notify.bring(opened(other, owner_organisation="kommune:0265"), uuid4())
    hand_clock.moment = MONDAY + timedelta(hours=2)

    found = await work(notify, HOLDER)

    assert [(item["deadline_id"], item["status"]) for item in found["items"]] == [
        (str(late), "Overskredet"),
        (str(soon), "Åben"),
    ]
    assert {item["service"] for item in found["items"]} == {"assessment", "corps"}
    expected = {"all": 2, "overdue": 1, "today": 1, "week": 0, "later": 0, "owner": 2, "deputy": 0, "leader": 0}
    assert found["counts"] == expected


async def test_the_same_item_in_both_languages_with_its_reason(notify: NotifyWorld) -> None:
    await notify.bring(opened(uuid4()), uuid4())

    danish = (await work(notify, HOLDER))["items"][0]
    english = (await work(notify, HOLDER, "en-GB,en;q=0.9,da;q=0.1"))["items"][0]

    assert danish["todo"] == "Åbn sagen, læg henvendelsen til en sag, der er åben, eller luk den uden sag."
    assert danish["why"] == "2 arbejdsdage fra mandag 23. nov. kl. 10.00."
    assert english["why"] == "2 working days from Monday 23 Nov 10:00."
    assert english["authority"] == "The deadline is our proposal, not law."
    assert danish["link"] == f"/assessment/v1/cases/{danish['aggregate_id']}"


async def test_a_page_ends_where_the_next_begins(notify: NotifyWorld) -> None:
    deadlines = [uuid4() for _ in range(7)]
    for number, deadline in enumerate(deadlines):
        await notify.bring(opened(deadline, due_at=MONDAY + timedelta(hours=number // 2 + 1)), uuid4())
    whole = await items(notify, HOLDER)

    paged: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        found = await work(notify, HOLDER, limit=3, **cursor)
        paged += [item["deadline_id"] for item in found["items"]]
        if found["next"] is None:
            break
        cursor = {"cursor": found["next"]}

    assert paged == whole
    assert len(set(paged)) == 7


async def test_a_wrong_cursor_and_a_wrong_filter_are_said_clearly(notify: NotifyWorld) -> None:
    async with notify.as_(HOLDER) as client:
        cursor = await client.get("/v1/work", params={"cursor": "nonsense"})
        when = await client.get("/v1/work", params={"when": "someday"})

    assert (cursor.status_code, cursor.json()["code"]) == (422, "cursor_invalid")
    assert (when.status_code, when.json()["field"]) == (422, "when")


@pytest.mark.parametrize(("when", "expected"), [("overdue", 1), ("today", 1), ("week", 1), ("later", 1)])
async def test_the_list_is_filtered_by_the_parts_that_are_counted(
    notify: NotifyWorld, hand_clock: HandClock, when: str, expected: int
) -> None:
    for hours in (1, 5, 48, 24 * 9):
        await notify.bring(opened(uuid4(), due_at=MONDAY + timedelta(hours=hours)), uuid4())
    hand_clock.moment = MONDAY + timedelta(hours=2)

    found = await work(notify, HOLDER, when=when)

    assert len(found["items"]) == expected == found["counts"][when]


async def test_a_deputy_sees_the_work_of_whom_they_stand_in_for_only_while_that_one_is_away(
    notify: NotifyWorld, hand_clock: HandClock
) -> None:
    absent = uuid4()
    deputy = Actor(uuid4(), GREVE, frozenset({Role.PARTICIPANT}))
    await notify.staff(
        staff_member(absent, KOMMUNE, organisation=GREVE, deputy=deputy.person_ref),
        staff_member(deputy.person_ref, KOMMUNE, Role.PARTICIPANT, organisation=GREVE),
    )
    await notify.bring(opened(uuid4()), uuid4())
    before = await items(notify, deputy)

    await notify.away(absent)
    found = await work(notify, deputy)

    assert before == []
    assert [(item["because"], item["standing_in_for"]) for item in found["items"]] == [("DEPUTY", str(absent))]
    told = [(item["aggregate_id"], item["link"]) for item in found["items"]]
    assert told == [(None, None)], "a deputy without the role hears that it waits, and not which record it is"
    hand_clock.moment = MONDAY + timedelta(days=3)
    assert await items(notify, deputy) == []


async def test_a_leader_sees_what_was_escalated_or_missed_here_and_nothing_else(notify: NotifyWorld) -> None:
    leader = Actor(uuid4(), GREVE, frozenset({Role.LEADER}))
    quiet, heard, police = uuid4(), uuid4(), uuid4()
    await notify.bring(opened(quiet), uuid4())
    for deadline, place in ((heard, GREVE), (police, politi_of("0253"))):
        about = uuid4()
        await notify.bring(opened(deadline, owner_organisation=place), about)
        await notify.bring(escalated(deadline), about)

    assert await items(notify, leader) == [str(heard)]
    assert await items(notify, Actor(uuid4(), politi_of("0253"), frozenset({Role.LEADER}))) == [str(police)]


async def test_a_mentor_sees_their_own_clocks_and_not_a_colleagues(notify: NotifyWorld) -> None:
    mentor = Actor(uuid4(), GREVE, frozenset({Role.CORPS_MEMBER}))
    colleague = Actor(uuid4(), GREVE, frozenset({Role.CORPS_MEMBER}))
    mine = opened(uuid4(), owner_role=Role.CORPS_MEMBER, owner_person=mentor.person_ref)
    await notify.bring(mine, uuid4(), kind="intervention")

    assert len(await items(notify, mentor)) == 1
    assert await items(notify, colleague) == []


async def test_seen_ends_the_message_once_and_leaves_the_deadline_open(notify: NotifyWorld) -> None:
    case, deadline = uuid4(), uuid4()
    await notify.staff(staff_member(HOLDER.person_ref, KOMMUNE, organisation=GREVE))
    await notify.bring(opened(deadline), case)
    await notify.bring(reminded(deadline), case)
    await notify.send_planned()
    once = key()

    async with notify.as_(HOLDER) as client:
        answers = [await client.post(f"/v1/work/{deadline}/seen", headers=each) for each in (once, once, key())]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert [each.stage for each in await notify.deliveries()] == [Stage.SEEN]
    assert (await work(notify, HOLDER))["items"][0]["seen_at"] == MONDAY.isoformat()


async def test_what_is_not_mine_is_not_there(notify: NotifyWorld) -> None:
    deadline = uuid4()
    await notify.bring(opened(deadline), uuid4())
    stranger = Actor(uuid4(), "kommune:0265", frozenset({KOMMUNE}))

    async with notify.as_(stranger) as client:
        answers = [
            await client.get(f"/v1/work/{deadline}"),
            await client.post(f"/v1/work/{deadline}/seen", headers=key()),
            await client.post(f"/v1/work/{uuid4()}/seen", headers=key()),
        ]

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "work_not_found")}


def _stories() -> dict[UUID, list[Fact]]:
    one, two, three, four = (uuid4() for _ in range(4))
    return {
        uuid4(): [opened(one), reminded(one), opened(two), met(one), missed(two)],
        uuid4(): [opened(three), escalated(three), cancelled(three)],
        uuid4(): [opened(four, due_at=MONDAY + timedelta(hours=1)), reminded(four)],
    }


@pytest.mark.parametrize("seed", range(5))
async def test_shuffled_topics_converge_to_the_same_work_list(notify: NotifyWorld, seed: int) -> None:
    stories = _stories()
    shuffle = random.Random(seed)
    records = {about: [notify.record(fact, about) for fact in facts] for about, facts in stories.items()}
    lanes = [about for about, story in records.items() for _ in story]
    shuffle.shuffle(lanes)

    queues = {about: list(story) for about, story in records.items()}
    for about in lanes:
        record = queues[about].pop(0)
        await notify.receiver.receive(record)
        await notify.receiver.receive(shuffle.choice(records[about][: len(records[about]) - len(queues[about])]))

    found = (await work(notify, HOLDER))["items"]
    first, _, third = stories.values()
    two, four = first[-1], third[-1]
    expected = [(str(_deadline(four)), False), (str(_deadline(two)), True)]
    assert [(item["deadline_id"], item["missed_at"] is not None) for item in found] == expected


def _deadline(fact: Fact) -> UUID:
    found: UUID = getattr(fact, "deadline_id")  # noqa: B009  # every fact of the stories has it
    return found


async def test_the_directory_is_kept_by_operators_and_shows_addresses_to_them_alone(notify: NotifyWorld) -> None:
    one = {
        "person_ref": str(HOLDER.person_ref),
        "organisation": GREVE,
        "roles": ["TOVHOLDER_KOMMUNE"],
        "email": "tovholder.kommune-0253@tovholder.example",
    }
    async with notify.as_(STEERING) as client:
        put = await client.put("/v1/people", json={"people": [one]})
        bad = await client.put("/v1/people", json={"people": [{**one, "email": "no address"}]})
        shown = (await client.get("/v1/people", params={"organisation": GREVE})).json()["items"]
    async with notify.as_(HOLDER) as client:
        refused = await client.put("/v1/people", json={"people": [one]})
        mine = (await client.get("/v1/people")).json()["items"]

    assert put.json() == {"count": 1, "removed": 0}
    assert (bad.status_code, bad.json()["field"]) == (422, "people.0.email")
    assert "no address" not in bad.text
    assert refused.status_code == 403
    assert [person["email"] for person in shown] == [one["email"]]
    assert "email" not in mine[0]


async def test_an_absence_is_told_by_oneself_or_by_the_leader_of_the_same_organisation(notify: NotifyWorld) -> None:
    leader = Actor(uuid4(), GREVE, frozenset({Role.LEADER}))
    await notify.staff(staff_member(HOLDER.person_ref, KOMMUNE, organisation=GREVE))
    span = {"from": MONDAY.isoformat(), "to": (MONDAY + timedelta(days=3)).isoformat()}

    async with notify.as_(HOLDER) as client:
        own = await client.post("/v1/people/me/absence", json=span, headers=key())
        backwards = {"from": span["to"], "to": span["from"]}
        wrong = await client.post("/v1/people/me/absence", json=backwards, headers=key())
        away = (await client.get("/v1/people")).json()["items"][0]["away"]
    path = f"/v1/people/{HOLDER.person_ref}/absence"
    async with notify.as_(leader) as client:
        by_leader = await client.post(path, json=span, headers=key())
    async with notify.as_(Actor(uuid4(), "kommune:0265", frozenset({Role.LEADER}))) as client:
        by_stranger = await client.post(path, json=span, headers=key())

    assert (own.status_code, away) == (200, True)
    assert (wrong.status_code, by_leader.status_code, by_stranger.status_code) == (422, 200, 404)


async def test_national_counters_are_for_national_roles(notify: NotifyWorld) -> None:
    case, deadline = uuid4(), uuid4()
    await notify.bring(opened(deadline), case)
    await notify.bring(missed(deadline), case)

    async with notify.as_(STEERING) as client:
        found = (await client.get("/v1/counters")).json()["items"]
    async with notify.as_(HOLDER) as client:
        refused = await client.get("/v1/counters")

    assert found == [{"month": "2026-11", "code": "DEADLINE_MISSED", "count": 1, "suppressed": False}]
    assert refused.status_code == 403


async def test_who_was_told_is_shown_to_those_whose_work_it_is_also_when_it_is_done(notify: NotifyWorld) -> None:
    case, deadline = uuid4(), uuid4()
    await notify.bring(opened(deadline), case)
    await notify.bring(reminded(deadline), case)
    await notify.bring(met(deadline), case)
    path = f"/v1/work/{deadline}/deliveries"

    async with notify.as_(HOLDER) as client:
        mine = (await client.get(path)).json()["items"]
    async with notify.as_(Actor(uuid4(), GREVE, frozenset({Role.PARTICIPANT}))) as client:
        colleague = await client.get(path)

    assert [(each["stage"], each["action"]) for each in mine] == [(Stage.SETTLED, "REMIND")]
    assert colleague.status_code == 404


async def test_who_loses_a_role_is_not_admitted_with_the_token_that_says_otherwise(notify: NotifyWorld) -> None:
    before = Actor(
        uuid4(), GREVE, frozenset({Role.TOVHOLDER_KOMMUNE}), issued_at=datetime.now(UTC) - timedelta(seconds=5)
    )
    one = {
        "person_ref": str(before.person_ref),
        "organisation": GREVE,
        "roles": ["TOVHOLDER_KOMMUNE", "LEADER"],
        "email": "tovholder.kommune-0253@tovholder.example",
    }
    async with notify.as_(STEERING) as client:
        await client.put("/v1/people", json={"people": [one]})
        await client.put("/v1/people", json={"people": [one]})
        async with notify.api.begin(before):
            pass  # nothing was taken away
        await client.put("/v1/people", json={"people": [{**one, "roles": ["TOVHOLDER_KOMMUNE"]}]})

    with pytest.raises(Unauthenticated, match="token_revoked"):
        async with notify.api.begin(before):
            pass
