"""The case's transition table: `domain.md` 2.3 rows 6, 7, 9-14, 19-26, 29, 36-39, 42, 43, 46, 49, and the corps' as seen here.

Rows from arrival to the meeting are here; `help_rows` has those from the assessment on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from services.assessment.domain import case_commands as commands
from services.assessment.domain import case_deadlines as deadlines
from services.assessment.domain import case_fills as fills
from services.assessment.domain import case_guards as guards
from services.assessment.domain.case import OPEN_CASE, Case, Stage
from services.assessment.domain.case_facts import apply, begin
from services.assessment.domain.described import DESCRIBED_ROWS
from services.assessment.domain.glass import GLASS_ROWS
from services.assessment.domain.help_rows import HELP_ROWS
from services.assessment.domain.naming import NAMING_ROWS
from services.assessment.domain.subject import SUBJECT_ROWS
from shared.contracts import assessment as facts
from shared.lifecycle.actor import Role
from shared.lifecycle.deadlines import DeadlineRule
from shared.lifecycle.table import Lifecycle, Transition

TOVHOLDERE = (Role.TOVHOLDER_KOMMUNE, Role.TOVHOLDER_POLITI)
K3_TO_K10_AND_K12 = (
    Stage.GATHERING,
    Stage.MEETING,
    Stage.RECOMMENDED,
    Stage.DECISION_PENDING,
    Stage.OFFERED,
    Stage.MATCHING,
    Stage.ACTIVE,
    Stage.PAUSED,
    Stage.FOLLOW_UP,
)


def _arrival(rule: str, opens: tuple[DeadlineRule, ...], *, travels: bool) -> Transition[Case]:
    return Transition(
        rule=rule,
        command=commands.RegisterConcern,
        fact=facts.ConcernArrived,
        target=Stage.ARRIVED,
        roles=(Role.SYSTEM,),
        when=fills.travels if travels else None,
        opens=opens,
        deciding=False,
        follows=True,
    )


ARRIVAL_ROWS: tuple[Transition[Case], ...] = (
    _arrival("domain.md 2.4 travel", (deadlines.OPEN_OR_MERGE_TRAVEL,), travels=True),
    _arrival("domain.md 2.3 row 4 (arrival)", (deadlines.OPEN_OR_MERGE,), travels=False),
    Transition(
        rule="domain.md 2.3 row 6",
        command=commands.OpenCase,
        fact=facts.CaseOpened,
        sources=(Stage.ARRIVED,),
        target=Stage.TRIAGE,
        roles=(Role.TOVHOLDER_KOMMUNE,),
        guards=(guards.RESPONSIBILITY, guards.PURPOSE),
        fills=fills.opened,
        opens=(deadlines.REQUEST_CLEARANCE, deadlines.CLOSE_OR_REFER),
        meets=("open_or_merge",),
    ),
    Transition(
        rule="domain.md 2.3 row 7",
        command=commands.MergeConcern,
        fact=facts.ConcernMerged,
        sources=(Stage.ARRIVED,),
        target=Stage.MERGED,
        roles=(Role.TOVHOLDER_KOMMUNE,),
        guards=(guards.SAME_SUBJECT, guards.TARGET_OPEN),
        fills=fills.merged,
        meets=("open_or_merge",),
    ),
    Transition(
        rule="domain.md 2.3 row 7 (receiving)",
        command=commands.AttachConcern,
        fact=facts.ConcernAttached,
        sources=OPEN_CASE,
        roles=(Role.TOVHOLDER_KOMMUNE,),
        # Given together with the command on the concern's own record, never by itself.
        follows=True,
    ),
)

TRIAGE_ROWS: tuple[Transition[Case], ...] = (
    Transition(
        # From C2 too: a concern that fails the purpose test of row 6 ends here without having been a case (ADR 19).
        rule="domain.md 2.3 row 9",
        command=commands.CloseWithoutAction,
        fact=facts.CaseClosed,
        sources=(Stage.ARRIVED, Stage.TRIAGE),
        target=Stage.CLOSED,
        roles=TOVHOLDERE,
        together=TOVHOLDERE,
        guards=(guards.NO_ACTION_REASON, guards.RETURNEE_CLEARED),
        fills=fills.closed_by("9"),
        meets=("open_or_merge", "close_or_refer", "triage_again"),
    ),
    Transition(
        rule="domain.md 2.3 row 10",
        command=commands.ReferElsewhere,
        fact=facts.ReferredElsewhere,
        sources=(Stage.ARRIVED, Stage.TRIAGE),
        target=Stage.CLOSED,
        roles=(Role.TOVHOLDER_KOMMUNE,),
        guards=(
            guards.ELSEWHERE_REASON,
            guards.REFERRAL_BASIS,
            guards.PRIVATE_BY_CONSENT,
            guards.CHILD_FOR_CHILD_UNIT,
            guards.RETURNEE_CLEARED,
        ),
        fills=fills.closed_by("10"),
        meets=("open_or_merge", "close_or_refer", "triage_again"),
    ),
    Transition(
        rule="domain.md 2.3 row 11",
        command=commands.RequestClearance,
        fact=facts.ClearanceRequested,
        sources=(Stage.TRIAGE,),
        target=Stage.POLICE_CLEARANCE,
        roles=(Role.TOVHOLDER_KOMMUNE,),
        opens=(deadlines.CLEARANCE,),
        meets=("request_clearance", "triage_again"),
    ),
    Transition(
        rule="domain.md 2.3 row 12",
        command=commands.TakeOver,
        fact=facts.PoliceTookOver,
        sources=(Stage.POLICE_CLEARANCE,),
        target=Stage.POLICE_ONLY,
        roles=(Role.TOVHOLDER_POLITI,),
        fills=fills.handed_over,
        meets=("clearance",),
    ),
    Transition(
        rule="domain.md 2.3 row 13",
        command=commands.ClearCase,
        fact=facts.PoliceCleared,
        sources=(Stage.POLICE_CLEARANCE,),
        target=Stage.GATHERING,
        roles=(Role.TOVHOLDER_POLITI,),
        fills=fills.at_now,
        opens=(deadlines.MEETING,),
        meets=("clearance",),
    ),
    Transition(
        rule="domain.md 2.3 row 14",
        command=commands.ReturnCase,
        fact=facts.PoliceReturned,
        sources=(Stage.POLICE_ONLY,),
        target=Stage.GATHERING,
        roles=(Role.TOVHOLDER_POLITI,),
        fills=fills.handed_over,
        opens=(deadlines.MEETING,),
    ),
    Transition(
        rule="domain.md 2.3 row 42",
        command=commands.RevokeClearance,
        fact=facts.ClearanceRevoked,
        sources=K3_TO_K10_AND_K12,
        target=Stage.POLICE_ONLY,
        roles=(Role.TOVHOLDER_POLITI,),
        fills=fills.handed_over,
    ),
    Transition(
        rule="domain.md 2.3 row 19",
        command=commands.HoldMeeting,
        fact=facts.MeetingHeld,
        sources=(Stage.GATHERING,),
        target=Stage.MEETING,
        roles=(Role.SECRETARIAT,),
        guards=(guards.HELD_BEFORE_NOW, guards.QUORUM, guards.CHILD_UNIT_INVITED, guards.PSYCHIATRY_INVITED),
        opens=(deadlines.COMPLETE_ASSESSMENT,),
        meets=("meeting",),
    ),
    Transition(
        rule="domain.md 2.3 row 20",
        command=commands.CloseWithoutAction,
        fact=facts.CaseClosed,
        sources=(Stage.GATHERING,),
        target=Stage.CLOSED,
        roles=TOVHOLDERE,
        together=TOVHOLDERE,
        guards=(guards.NO_ACTION_REASON, guards.REGISTERS_ADD_NOTHING),
        fills=fills.closed_by("20"),
    ),
    Transition(
        rule="domain.md 2.3 row 46 (short assessment)",
        command=commands.RecordShortAssessment,
        fact=facts.ShortAssessmentRecorded,
        sources=(Stage.MEETING,),
        roles=(Role.TOVHOLDER_KOMMUNE,),
    ),
    Transition(
        rule="domain.md 2.3 row 46",
        command=commands.CloseWithoutAction,
        fact=facts.CaseClosed,
        sources=(Stage.MEETING,),
        target=Stage.CLOSED,
        roles=TOVHOLDERE,
        together=TOVHOLDERE,
        guards=(guards.NO_ACTION_REASON, guards.SHORT_ASSESSMENT),
        fills=fills.closed_by("46"),
        meets=("complete_assessment",),
    ),
)

REOPENING_ROWS: tuple[Transition[Case], ...] = tuple(
    Transition(
        rule=f"domain.md 2.3 row {row}",
        command=commands.ReopenCase,
        fact=facts.CaseReopened,
        sources=(source,),
        target=Stage.TRIAGE,
        roles=(Role.TOVHOLDER_KOMMUNE,),
        guards=guarded,
        fills=fills.reopened,
        opens=(deadlines.TRIAGE_AGAIN, deadlines.CLOSE_OR_REFER),
        meets=("confirm_reopening",),
        hands=deadlines.CASEWORKERS_OWN,
    )
    for row, source, guarded in (
        ("39", Stage.CLOSED, (guards.WAS_OPENED, guards.CONCERN_WAITS)),
        ("49", Stage.FOLLOW_UP, (guards.REOPEN_ASKED,)),
    )
)

AT_REST: Mapping[str, tuple[str, ...]] = {
    Stage.CLOSED: ("consent_expires", "tell_citizen", "review_telling"),
    Stage.POLICE_ONLY: ("consent_expires", "tell_citizen", "review_telling", "tell_parties"),
}
"""Clocks that outlast a stage and end all the same when the case is closed, or alone with the police."""


def _resting(row: Transition[Case]) -> Transition[Case]:
    return replace(row, drops=(*row.drops, *AT_REST.get(row.target or "", ())))


CASE: Lifecycle[Case] = Lifecycle(
    state=Case,
    stages=tuple(Stage),
    begin=begin,
    apply=apply,
    rows=tuple(
        _resting(row)
        for row in (
            *ARRIVAL_ROWS,
            *TRIAGE_ROWS,
            *HELP_ROWS,
            *NAMING_ROWS,
            *REOPENING_ROWS,
            *GLASS_ROWS,
            *SUBJECT_ROWS,
            *DESCRIBED_ROWS,
        )
    ),
)
