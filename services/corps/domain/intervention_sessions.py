"""Rows 28 and 29 of `domain.md` 2.3: sessions, progression, supervision, plan reviews."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

from services.corps.domain import deadlines
from services.corps.domain import intervention_commands as commands
from services.corps.domain import intervention_guards as guards
from services.corps.domain.intervention import Intervention, Stage
from services.corps.domain.intervention_values import about_member, of_case
from shared.contracts import corps as facts
from shared.contracts.corps_codes import Attended
from shared.lifecycle.actor import Role
from shared.lifecycle.table import Context, Transition

Row = Transition[Intervention]


def _case(state: Intervention, _: Any, __: Context) -> Any:
    return of_case(state)


def _session(met: bool, worried: bool) -> Row:
    """Return the row of a session: contact restarts the clock of contact, a worry starts one for the coordinator."""

    def when(_: Intervention, command: commands.LogSession, __: Context) -> bool:
        return (command.attended is Attended.YES) == met and command.concern_raised == worried

    return Transition(
        rule="domain.md 2.3 row 28, 3.10",
        command=commands.LogSession,
        fact=facts.SessionLogged,
        sources=(Stage.ACTIVE,),
        roles=(Role.CORPS_MEMBER,),
        guards=(guards.IS_THE_MEMBER, guards.HELD_BY_NOW),
        when=when,
        fills=_case,
        opens=(*((deadlines.CONTACT,) if met else ()), *((deadlines.SESSION_CONCERN,) if worried else ())),
        meets=("contact",) if met else (),
    )


def _review(moved: bool) -> Row:
    """Return the row of a plan review; one that moves the planned end moves its clock as well."""

    def when(_: Intervention, command: commands.ReviewPlan, __: Context) -> bool:
        return (command.planned_end is not None) == moved

    return Transition(
        rule="domain.md 2.3 row 29",
        command=commands.ReviewPlan,
        fact=facts.PlanReviewed,
        sources=(Stage.ACTIVE,),
        roles=(Role.LOCAL_COORDINATOR, Role.CASEWORKER),
        guards=(guards.AT_HOME, guards.REVIEW_WITHIN_REACH),
        when=when,
        fills=_case,
        opens=(deadlines.PLAN_REVIEW, *((deadlines.PLANNED_END,) if moved else ())),
        meets=("plan_review", "answer_ending", *(("planned_end",) if moved else ())),
    )


def _supervised() -> Callable[[Intervention, Any, Context], Any]:
    return lambda state, _, __: about_member(state, "member_ref")


SESSION_ROWS: tuple[Row, ...] = (
    *(_session(met, worried) for met, worried in product((True, False), repeat=2)),
    Transition(
        rule="domain.md 2.3 row 28, 3.10",
        command=commands.SeeSessionConcern,
        fact=facts.SessionConcernSeen,
        sources=tuple(Stage),
        roles=(Role.LOCAL_COORDINATOR,),
        guards=(guards.AT_HOME, guards.CONCERN_WAITS),
        fills=_case,
        meets=("session_concern",),
    ),
    Transition(
        rule="domain.md 2.3 row 28, 3.10",
        command=commands.RecordProgression,
        fact=facts.ProgressionRecorded,
        sources=(Stage.ACTIVE,),
        roles=(Role.CORPS_MEMBER,),
        guards=(guards.IS_THE_MEMBER,),
        fills=_case,
        opens=(deadlines.PROGRESSION,),
        meets=("progression",),
    ),
    Transition(
        rule="domain.md 2.1 (proposes ending), 2.6",
        command=commands.ProposeEnding,
        fact=facts.EndingProposed,
        sources=(Stage.ACTIVE,),
        roles=(Role.CORPS_MEMBER,),
        guards=(guards.IS_THE_MEMBER, guards.ENDING_NOT_PROPOSED),
        fills=_case,
        opens=(deadlines.ANSWER_ENDING,),
    ),
    Transition(
        rule="domain.md 2.3 row 28",
        command=commands.HoldSupervision,
        fact=facts.SupervisionHeld,
        sources=(Stage.ACTIVE,),
        roles=(Role.CORPS_MEMBER, Role.LOCAL_COORDINATOR),
        guards=(guards.MEMBER_OR_AT_HOME, guards.HELD_BY_NOW),
        fills=_supervised(),
        opens=(deadlines.SUPERVISION,),
        meets=("supervision",),
    ),
    _review(moved=True),
    _review(moved=False),
)
