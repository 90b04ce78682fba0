"""The stories of loans and interventions in skipped time: signatures, lapses, terms, and the rhythm of the work."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from temporalio.client import WorkflowHistory

from services.corps.domain.deadlines import midnight
from services.corps.workflows.intervention import InterventionWorkflow
from services.corps.workflows.loan import LoanWorkflow
from shared.durable.worker import build_replayer
from shared.reference.calendar import add_working_days
from tests.integration.corps.corps_people import BARE, FAR, HOST, as_member, caseworker, coordinator, leader
from tests.workflows import histories
from tests.workflows.corps.corps_stories import Stories

pytestmark = pytest.mark.filterwarnings(r"ignore:\s*🚨 You probably want:DeprecationWarning")  # Core tables, on purpose

FITTING = {"skills": [{"competence": "HOEJRE", "level": 3, "valid_until": "2032-01-01"}]}


async def member_at(stories: Stories, municipality: str) -> UUID:
    return await stories.corps.member(municipality, **FITTING)


async def offered(stories: Stories, member: UUID) -> tuple[UUID, str]:
    _, request = await stories.corps.consent(BARE)
    loan = await stories.corps.draft(BARE, request, member)
    await stories.corps.do(coordinator(BARE), f"/v1/loans/{loan}/offer-loan")
    await stories.tell(("intervention", request), ("loan", loan))
    return request, loan


async def test_leaders_are_reminded_after_three_working_days_and_after_five_the_reservation_is_undone(
    stories: Stories,
) -> None:
    member = await member_at(stories, FAR)
    start = stories.clock.now()
    request, loan = await offered(stories, member)
    await stories.corps.do(leader(FAR), f"/v1/loans/{loan}/sign-as-lender")
    await stories.tell(("loan", loan))

    await stories.pass_to(add_working_days(start, 3))
    await stories.until("loan", loan, lambda state: state.clock("sign_borrower").pending[0].action == "MISS")
    early = await stories.steps(loan)
    await stories.pass_to(add_working_days(start, 5))
    over = await stories.until("loan", loan, lambda state: state.stage == "L7")

    assert early == [("REMIND", "sign_borrower")]
    assert await stories.steps(loan) == [("REMIND", "sign_borrower"), ("MISS", "sign_borrower")]
    assert over.ending == "NOT_SIGNED"
    assert (await stories.corps.state("intervention", request)).member is None
    assert await stories.corps.taken(member) == (0, 0)
    assert (await stories.handle("loan", loan).result()).stage == "L7"
    await histories.save(stories.handle("loan", loan), name="loan: one leader signs, the other does not, lapsed")


async def test_a_signed_loan_begins_on_its_first_day_and_ends_with_its_last(stories: Stories) -> None:
    member = await member_at(stories, FAR)
    today = stories.clock.now().date()
    starts_on, ends_on = today + timedelta(days=7), today + timedelta(days=67)
    _, request, loan = await stories.corps.lent(
        BARE, FAR, member, starts_on=starts_on.isoformat(), ends_on=ends_on.isoformat()
    )
    await stories.corps.begin(BARE, request, member, FAR, days=60)
    await stories.tell(("loan", loan))
    before = (await stories.corps.state("loan", loan)).stage

    await stories.pass_to(midnight(starts_on))
    running = await stories.until("loan", loan, lambda state: state.stage == "L4")
    await stories.pass_to(running.ends_at)
    over = await stories.until("loan", loan, lambda state: state.stage == "L6")

    assert before == "L3"
    assert over.ending == "ENDS_ON"
    assert await stories.steps(loan) == [("REMIND", "loan_starts"), ("REMIND", "loan_ends"), ("REMIND", "loan_ends")]
    assert (await stories.corps.state("intervention", request)).stage == "K8"
    assert await stories.corps.taken(member) == (0, 0)
    assert (await stories.handle("loan", loan).result()).stage == "L6"
    await histories.save(stories.handle("loan", loan), name="loan: signed, begun on its first day, ended with its last")


async def test_a_match_accepted_after_the_first_day_activates_the_loan_by_itself(stories: Stories) -> None:
    member = await member_at(stories, FAR)
    _, request, loan = await stories.corps.lent(BARE, FAR, member)
    await stories.tell(("loan", loan))

    await stories.pass_to((await stories.corps.state("loan", loan)).clock("loan_starts").due_at)
    await stories.until("loan", loan, lambda state: not state.clock("loan_starts").pending)
    waiting = (await stories.corps.state("loan", loan)).stage
    await stories.corps.begin(BARE, request, member, FAR)

    assert waiting == "L3"
    assert (await stories.corps.state("loan", loan)).stage == "L4"
    assert ("MISS", "loan_starts") in await stories.steps(loan)


async def test_a_recalled_loan_ends_on_the_earlier_day(stories: Stories) -> None:
    member = await member_at(stories, FAR)
    _, request, loan = await stories.corps.lent(BARE, FAR, member)
    await stories.corps.begin(BARE, request, member, FAR)
    await stories.tell(("loan", loan))
    ends_on = stories.clock.now().date() + timedelta(days=20)

    await stories.corps.do(coordinator(FAR), f"/v1/loans/{loan}/recall-loan", {"ends_on": ends_on.isoformat()})
    await stories.tell(("loan", loan))
    await stories.pass_to(midnight(ends_on + timedelta(days=1)))
    over = await stories.until("loan", loan, lambda state: state.stage == "L6")

    assert over.ending == "RECALLED"
    await histories.save(stories.handle("loan", loan), name="loan: recalled, ended on the earlier day")


async def test_a_choice_that_nobody_answers_lapses_and_another_may_follow(stories: Stories) -> None:
    member = await member_at(stories, HOST)
    _, request = await stories.corps.consent(HOST)
    path = f"/v1/interventions/{request}"
    for _ in range(2):
        start = stories.clock.now()
        await stories.corps.do(coordinator(HOST), f"{path}/choose-member", {"member_ref": str(member)})
        await stories.tell(("intervention", request))
        await stories.pass_to(add_working_days(start, 5))
        await stories.until("intervention", request, lambda state: state.member is None)

    lapses = [fact for fact in await stories.corps.facts(request) if fact["type"] == "intervention.choice_lapsed.v1"]
    assert [fact["body"]["chosen_by"] for fact in lapses] == [str(coordinator(HOST).person_ref)] * 2
    assert await stories.corps.taken(member) == (0, 0)


async def test_the_work_keeps_its_rhythm_and_nothing_is_decided_for_anybody(stories: Stories) -> None:
    member = await member_at(stories, HOST)
    _, request = await stories.corps.consent(HOST)
    path = f"/v1/interventions/{request}"
    await stories.corps.do(coordinator(HOST), f"{path}/choose-member", {"member_ref": str(member)})
    await stories.corps.begin(HOST, request, member, HOST, days=200)
    await stories.tell(("intervention", request))
    start = stories.clock.now()

    await stories.pass_to(start + timedelta(days=91))
    await stories.until("intervention", request, lambda state: not state.clock("plan_review").pending)

    taken = await stories.steps(request)
    assert taken[:4] == [
        ("REMIND", "contact"),
        ("MISS", "contact"),
        ("REMIND", "supervision"),
        ("REMIND", "progression"),
    ]
    assert set(taken[4:6]) == {("MISS", "supervision"), ("MISS", "progression")}  # a month of 30 days: the same moment
    assert taken[6:] == [("REMIND", "plan_review"), ("MISS", "plan_review")]
    assert (await stories.corps.state("intervention", request)).stage == "K9"
    ending = {
        "end_reason": "E2", "criterion": "CITIZEN_ASKS", "farewell_held": True, "handed_over": True, "follow_ups_agreed": True,
    }  # fmt: skip
    await stories.corps.do(coordinator(HOST), f"{path}/end-intervention", ending)
    await stories.corps.do(caseworker(HOST), f"{path}/end-intervention", ending)
    await stories.tell(("intervention", request))
    assert (await stories.handle("intervention", request).result()).stage == "K12"
    await histories.save(stories.handle("intervention", request), name="intervention: silent for 91 days, then ended")


async def test_a_pause_is_followed_to_its_day_and_the_rhythm_begins_anew(stories: Stories) -> None:
    member = await member_at(stories, HOST)
    _, request = await stories.corps.consent(HOST)
    path = f"/v1/interventions/{request}"
    await stories.corps.do(coordinator(HOST), f"{path}/choose-member", {"member_ref": str(member)})
    await stories.corps.begin(HOST, request, member, HOST, days=200)
    resume_on = stories.clock.now().date() + timedelta(days=40)
    pause = {"reason_code": "ILLNESS", "resume_on": resume_on.isoformat()}
    await stories.corps.do(coordinator(HOST), f"{path}/pause-intervention", pause)
    await stories.tell(("intervention", request))

    await stories.pass_to(midnight(resume_on))
    await stories.until("intervention", request, lambda state: not state.clock("resume").pending)
    await stories.corps.do(coordinator(HOST), f"{path}/resume-intervention")
    session = {"held_on": resume_on.isoformat(), "minutes": 50, "mode": "IN_PERSON", "attended": "YES"}
    await stories.corps.do(as_member(member, HOST), f"{path}/log-session", session)

    assert await stories.steps(request) == [("REMIND", "resume"), ("MISS", "resume")]
    assert {clock.kind for clock in (await stories.corps.state("intervention", request)).clocks.values()} == {
        "contact", "supervision", "progression", "plan_review", "planned_end",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("workflow", "history"),
    [
        pytest.param(each, history, id=history.workflow_id)
        for each in (LoanWorkflow, InterventionWorkflow)
        for _, history in histories.saved(each.__name__)
    ],
)
async def test_every_saved_history_replays(workflow: type, history: WorkflowHistory) -> None:
    await build_replayer([workflow], histories.converter(), "corps").replay_workflow(history)
