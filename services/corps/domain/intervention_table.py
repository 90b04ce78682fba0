"""The intervention's transition table: `domain.md` 2.3 rows 27-31, 36, and rows 25 and 42 as they are seen here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from services.corps.domain import deadlines
from services.corps.domain import intervention_commands as commands
from services.corps.domain import intervention_guards as guards
from services.corps.domain.intervention import Intervention, Stage, apply, begin
from services.corps.domain.intervention_sessions import SESSION_ROWS
from services.corps.domain.intervention_values import about_member, of_case
from shared.contracts import corps as facts
from shared.contracts.corps_codes import ReturnReason
from shared.lifecycle.actor import Role
from shared.lifecycle.deadlines import DeadlineRule
from shared.lifecycle.table import Context, Lifecycle, Transition
from shared.reference.calendar import local

Row = Transition[Intervention]

OPEN = (Stage.MATCHING, Stage.ACTIVE, Stage.PAUSED)
HOME = (Role.LOCAL_COORDINATOR, Role.CASEWORKER)
WORK_CLOCKS = (deadlines.CONTACT, deadlines.SUPERVISION, deadlines.PROGRESSION, deadlines.PLAN_REVIEW)
"""The rhythm of an intervention that runs (rows 28, 29)."""

NARROW_POOL = 3
"""Fewer who fit, with a gender or safety need: three working days instead of ten (row 27)."""


def narrow(_: Intervention | None, command: commands.RequestIntervention, context: Context) -> bool:
    """Say whether a gender or safety need leaves fewer than three members who fit (`known["fitting"]`)."""
    needs = command.requirements
    return (needs.gender_required or needs.security_high) and context.known.get("fitting", 0) < NARROW_POOL


def _wide(state: Intervention | None, command: commands.RequestIntervention, context: Context) -> bool:
    return not narrow(state, command, context)


def _requested(is_narrow: bool) -> Callable[[Any, Any, Context], Mapping[str, Any]]:
    return lambda _, __, context: {"requested_at": context.now, "narrow": is_narrow}


def _followed(state: Intervention, command: commands.FollowCaseworker, _: Context) -> Mapping[str, Any]:
    return {
        "case_id": state.case_id,
        "left": state.authority if state.authority != command.authority else None,
        "replaced": state.caseworker_ref if state.caseworker_ref != command.caseworker else None,
    }


def _asked(state: Intervention, _: commands.AskDesk, context: Context) -> Mapping[str, Any]:
    return {"case_id": state.case_id, "district": state.district, "blocks": tuple(context.known.get("blocks", ()))}


def _own_choice(state: Intervention, _: commands.ChooseMember, context: Context) -> Mapping[str, Any]:
    return {
        "case_id": state.case_id,
        "employer_municipality": state.municipality,
        "held_until": deadlines.RESERVED.after(context.now),
        "option": context.known.get("option", 0),
    }


def _lent_choice(state: Intervention, _: commands.ChooseByLoan, context: Context) -> Mapping[str, Any]:
    lender = context.known.get("employer")
    return {
        "case_id": state.case_id,
        "employer_municipality": lender,
        "lender": lender,
        "option": context.known.get("option", 0),
    }


def _declined(state: Intervention, _: commands.RecordCitizenAnswer, __: Context) -> Mapping[str, Any]:
    reason = {"reason_code": ReturnReason.CITIZEN_DECLINED, "by_citizen": True}
    return {**about_member(state), **reason}


def _stepped_aside(state: Intervention, command: commands.DeclineMatch, __: Context) -> Mapping[str, Any]:
    return {**about_member(state), "reason_code": ReturnReason.MEMBER_DECLINED, "declined_because": command.reason}


def _lapsed(state: Intervention, _: commands.LapseChoice, __: Context) -> Mapping[str, Any]:
    """Name who had reserved the member: SYSTEM carries out what that person's reservation says."""
    assert state.member is not None
    return {**about_member(state), "chosen_by": state.member.chosen_by}


def _started(state: Intervention, _: commands.AcceptMatch, context: Context) -> Mapping[str, Any]:
    return {**about_member(state), "started_on": local(context.now).date()}


def _stopped(state: Intervention, _: commands.StopIntervention, __: Context) -> Mapping[str, Any]:
    return about_member(state) if state.member else of_case(state)


def _is_narrow(state: Intervention, _: Any, __: Context) -> bool:
    return state.narrow


def _is_wide(state: Intervention, _: Any, __: Context) -> bool:
    return not state.narrow


def _back_to_matching(row: Callable[[DeadlineRule, Callable[..., bool]], Row]) -> tuple[Row, Row]:
    """Return the row twice: the clock of a narrow request is three working days, else ten."""
    return row(deadlines.MATCH, _is_wide), row(deadlines.MATCH_NARROW, _is_narrow)


def _replaced(clock: DeadlineRule, when: Callable[..., bool]) -> Row:
    return Transition(
        rule="domain.md 2.3 row 31",
        command=commands.ReplaceMember,
        fact=facts.MemberReplaced,
        sources=(Stage.ACTIVE,),
        target=Stage.MATCHING,
        roles=(Role.LOCAL_COORDINATOR,),
        guards=(guards.AT_HOME,),
        when=when,
        fills=lambda state, _, __: about_member(state),
        opens=(clock,),
    )


def _lost(clock: DeadlineRule, when: Callable[..., bool]) -> Row:
    return Transition(
        rule="domain.md 3.9 (loan ended), 2.3 row 31",
        command=commands.LoseMember,
        fact=facts.MemberReplaced,
        sources=(Stage.ACTIVE,),
        target=Stage.MATCHING,
        roles=(Role.SYSTEM,),
        when=when,
        fills=lambda state, _, __: about_member(state),
        opens=(clock,),
        deciding=False,
        follows=True,
    )


REQUEST_ROWS: tuple[Row, ...] = (
    Transition(
        rule="domain.md 2.3 row 25",
        command=commands.RequestIntervention,
        fact=facts.InterventionRequested,
        target=Stage.MATCHING,
        roles=(Role.SYSTEM,),
        when=_wide,
        fills=_requested(False),
        opens=(deadlines.MATCH,),
        deciding=False,
        follows=True,
    ),
    Transition(
        rule="domain.md 2.3 rows 25, 27",
        command=commands.RequestIntervention,
        fact=facts.InterventionRequested,
        target=Stage.MATCHING,
        roles=(Role.SYSTEM,),
        when=narrow,
        fills=_requested(True),
        opens=(deadlines.MATCH_NARROW,),
        deciding=False,
        follows=True,
    ),
    Transition(
        rule="domain.md 3.4, R5",
        command=commands.FollowCaseworker,
        fact=facts.CaseworkerFollowed,
        sources=tuple(Stage),
        roles=(Role.SYSTEM,),
        fills=_followed,
        deciding=False,
        follows=True,
    ),
    Transition(
        rule="domain.md 5.3",
        command=commands.AskDesk,
        fact=facts.DeskAsked,
        sources=(Stage.MATCHING,),
        roles=(Role.LOCAL_COORDINATOR, Role.SYSTEM),
        guards=(guards.AT_HOME, guards.DESK_NOT_ASKED),
        fills=_asked,
        opens=(deadlines.BROKER,),
        deciding=False,
    ),
    Transition(
        rule="domain.md 5.1 H3",
        command=commands.ExcludeMember,
        fact=facts.MemberExcluded,
        sources=(Stage.MATCHING,),
        roles=HOME,
        guards=(guards.AT_HOME, guards.NOT_EXCLUDED_YET),
        fills=lambda state, _, __: of_case(state),
    ),
)

CHOICE_ROWS: tuple[Row, ...] = (
    Transition(
        rule="domain.md 5.3, 2.3 row 27",
        command=commands.ChooseMember,
        fact=facts.MemberChosen,
        sources=(Stage.MATCHING,),
        roles=(Role.LOCAL_COORDINATOR,),
        guards=(guards.AT_HOME, guards.NOBODY_CHOSEN, guards.OWN_MEMBER, guards.FITS, guards.FIRST_OR_REASONED),
        fills=_own_choice,
        opens=(deadlines.ANSWER_CHOICE,),
        meets=("broker", "choose_again"),
    ),
    Transition(
        rule="domain.md 3.9, 2.3 row 27",
        command=commands.ChooseByLoan,
        fact=facts.MemberChosen,
        sources=(Stage.MATCHING,),
        roles=(Role.LOCAL_COORDINATOR,),
        guards=(guards.AT_HOME, guards.NOBODY_CHOSEN, guards.FITS, guards.FIRST_OR_REASONED),
        fills=_lent_choice,
        meets=("broker", "choose_again"),
        follows=True,
    ),
    Transition(
        rule="domain.md 3.9",
        command=commands.FollowSignature,
        fact=facts.LoanSigned,
        sources=OPEN,
        roles=(Role.SYSTEM,),
        guards=(guards.SOMEBODY_CHOSEN,),
        fills=lambda state, _, __: of_case(state),
        deciding=False,
        follows=True,
    ),
    Transition(
        rule="domain.md 2.3 row 27",
        command=commands.RecordCitizenAnswer,
        fact=facts.CitizenAccepted,
        sources=(Stage.MATCHING,),
        roles=HOME,
        guards=(guards.AT_HOME, guards.SOMEBODY_CHOSEN, guards.HOLDS, guards.NOT_ACCEPTED_YET),
        when=lambda _, command, __: command.accepts,
        fills=lambda state, _, __: about_member(state, "member_ref"),
    ),
    Transition(
        rule="domain.md 5.3",
        command=commands.RecordCitizenAnswer,
        fact=facts.ChoiceWithdrawn,
        sources=(Stage.MATCHING,),
        roles=HOME,
        guards=(guards.AT_HOME, guards.SOMEBODY_CHOSEN, guards.DECLINED_FREELY),
        when=lambda _, command, __: not command.accepts,
        fills=_declined,
        meets=("answer_choice",),
    ),
    Transition(
        rule="domain.md 3.9",
        command=commands.WithdrawChoice,
        fact=facts.ChoiceWithdrawn,
        sources=(Stage.MATCHING,),
        roles=(Role.LOCAL_COORDINATOR,),
        guards=(guards.AT_HOME, guards.SOMEBODY_CHOSEN),
        fills=lambda state, _, __: about_member(state),
        meets=("answer_choice",),
    ),
    Transition(
        rule="domain.md 3.9",
        command=commands.ReturnChoice,
        fact=facts.ChoiceWithdrawn,
        sources=(Stage.MATCHING,),
        roles=(Role.SYSTEM,),
        guards=(guards.SOMEBODY_CHOSEN,),
        fills=lambda state, _, __: about_member(state),
        deciding=False,
        follows=True,
    ),
    Transition(
        rule="domain.md 3.9",
        command=commands.LapseChoice,
        fact=facts.ChoiceLapsed,
        sources=(Stage.MATCHING,),
        roles=(Role.SYSTEM,),
        guards=(guards.SOMEBODY_CHOSEN, guards.LAPSED),
        fills=_lapsed,
        meets=("answer_choice",),
        deciding=False,
    ),
    Transition(
        rule="domain.md 2.3 row 27 (declined)",
        command=commands.DeclineMatch,
        fact=facts.ChoiceWithdrawn,
        sources=(Stage.MATCHING,),
        roles=(Role.CORPS_MEMBER,),
        guards=(guards.SOMEBODY_CHOSEN, guards.IS_THE_MEMBER),
        fills=_stepped_aside,
        opens=(deadlines.CHOOSE_AGAIN,),
        meets=("answer_choice", "choose_again"),
    ),
    Transition(
        rule="domain.md 2.3 row 27",
        command=commands.AcceptMatch,
        fact=facts.InterventionStarted,
        sources=(Stage.MATCHING,),
        target=Stage.ACTIVE,
        roles=(Role.CORPS_MEMBER, Role.LOCAL_COORDINATOR),
        together=(Role.CORPS_MEMBER, Role.LOCAL_COORDINATOR),
        guards=(
            guards.SOMEBODY_CHOSEN,
            guards.MEMBER_OR_AT_HOME,
            guards.HOLDS,
            guards.CITIZEN_ACCEPTED,
            guards.LOAN_IS_SIGNED,
            guards.FITS,
            guards.PLANNED_WITHIN_REACH,
        ),
        fills=_started,
        opens=(*WORK_CLOCKS, deadlines.PLANNED_END),
        meets=("match", "broker", "answer_choice", "choose_again"),
    ),
)

COURSE_ROWS: tuple[Row, ...] = (
    Transition(
        rule="domain.md 2.3 row 30",
        command=commands.PauseIntervention,
        fact=facts.InterventionPaused,
        sources=(Stage.ACTIVE,),
        target=Stage.PAUSED,
        roles=(Role.LOCAL_COORDINATOR,),
        guards=(guards.AT_HOME, guards.PAUSE_IN_REACH),
        fills=lambda state, _, __: of_case(state),
        opens=(deadlines.RESUME,),
    ),
    Transition(
        rule="domain.md 2.3 row 30",
        command=commands.ResumeIntervention,
        fact=facts.InterventionResumed,
        sources=(Stage.PAUSED,),
        target=Stage.ACTIVE,
        roles=(Role.LOCAL_COORDINATOR,),
        guards=(guards.AT_HOME,),
        fills=lambda state, _, __: of_case(state),
        opens=(*WORK_CLOCKS, deadlines.PLANNED_END),
        meets=("resume",),
    ),
    *_back_to_matching(_replaced),
    *_back_to_matching(_lost),
    Transition(
        rule="domain.md 3.9 (loan ended)",
        command=commands.LoseMember,
        fact=facts.MemberLeft,
        sources=(Stage.PAUSED,),
        roles=(Role.SYSTEM,),
        fills=lambda state, _, __: about_member(state),
        deciding=False,
        follows=True,
    ),
    Transition(
        rule="domain.md 2.3 row 36, 2.6",
        command=commands.EndIntervention,
        fact=facts.InterventionEnded,
        sources=(Stage.ACTIVE,),
        target=Stage.ENDED,
        roles=HOME,
        together=HOME,
        guards=(guards.AT_HOME, guards.CRITERION_MET, guards.PARTED_WELL),
        fills=lambda state, _, __: about_member(state),
        meets=("planned_end", "answer_ending"),
    ),
    Transition(
        rule="domain.md 2.3 rows 42, 44",
        command=commands.StopIntervention,
        fact=facts.InterventionStopped,
        sources=OPEN,
        target=Stage.STOPPED,
        roles=(Role.SYSTEM,),
        fills=_stopped,
        deciding=False,
        follows=True,
    ),
)

INTERVENTION: Lifecycle[Intervention] = Lifecycle(
    state=Intervention,
    stages=tuple(Stage),
    begin=begin,
    apply=apply,
    rows=(*REQUEST_ROWS, *CHOICE_ROWS, *SESSION_ROWS, *COURSE_ROWS),
)
