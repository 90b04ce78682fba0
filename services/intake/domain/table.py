"""The concern's transition table: `domain.md` 2.3 rows 1-4, 7 (as it is seen here), 50-52."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

from services.intake.domain import commands, deadlines, guards
from services.intake.domain.concern import HOTLINE, Concern, Stage, apply, begin
from services.intake.domain.desks import AT_DESK_OR_INFOHUS, AT_DESK_OR_POLICE, AT_OWN_DESK, DESKS
from shared.contracts import intake as facts
from shared.contracts.codes import Answer, Travel
from shared.lifecycle.actor import Role
from shared.lifecycle.table import Context, Lifecycle, Transition
from shared.reference.districts import district_of
from shared.reference.opening_hours import hotline_open

RECEIVING = (
    Role.HOTLINE_ADVISER,
    Role.PRO_REPORTER,
    Role.TOVHOLDER_KOMMUNE,
    Role.TOVHOLDER_POLITI,
    Role.CHILD_UNIT,
    Role.PUBLIC,
)
"""Row 1, and the public form of T03."""

ANYONE = tuple(role for role in Role if role not in (Role.SYSTEM, Role.PUBLIC))
"""Row 3: anyone may raise an alarm."""

TALKING = (Stage.RECEIVED, Stage.ACUTE, Stage.ROUTED, Stage.MERGED)
"""While a reporter can say more, and can be asked."""

TOVHOLDERE = (Role.TOVHOLDER_KOMMUNE, Role.TOVHOLDER_POLITI)

READING = (Role.HOTLINE_ADVISER, Role.PRO_REPORTER, *TOVHOLDERE, Role.CHILD_UNIT)
"""Who takes a concern in, or gets it, reads what is added to it."""


ASKING = (Role.HOTLINE_ADVISER, *TOVHOLDERE)
"""Who has the concern asks, and writes down an answer that was given by phone."""


def _asked(_: Concern, command: commands.AnswerQuestion | commands.WithdrawQuestion) -> UUID:
    return command.question


def _received(_: Concern | None, command: commands.ReceiveConcern, context: Context) -> Mapping[str, Any]:
    coded = bool(context.known.get("coded"))
    return {"received_at": context.now, "out_of_hours": not hotline_open(context.now), "coded": coded}


ACUTE_TRAVEL_WITHIN = timedelta(hours=72)
"""A departure sooner than this is acute (`domain.md` 2.4, 3.2)."""


def _waits_for_morning(context: Context) -> bool:
    """Say whether it comes to the hotline while that is closed (T03)."""
    to_hotline = Role.PUBLIC in context.actor.roles or context.actor.organisation == HOTLINE
    return to_hotline and not hotline_open(context.now)


def _receiving(*, night: bool, departing: bool) -> Transition[Concern]:
    """Return the row of a concern by its clocks: one that came at night waits for the morning, a near departure does not."""

    def when(_: Concern | None, command: commands.ReceiveConcern, context: Context) -> bool:
        soon = command.departs_at is not None and command.departs_at - context.now < ACUTE_TRAVEL_WITHIN
        return _waits_for_morning(context) == night and soon == departing

    return Transition(
        rule="domain.md 2.3 row 1",
        command=commands.ReceiveConcern,
        fact=facts.ConcernReceived,
        target=Stage.RECEIVED,
        roles=RECEIVING,
        when=when,
        guards=(
            guards.REPORTER_FITS_MODE,
            guards.NO_ADDRESS_WITHOUT_A_NAME,
            guards.IDENTIFIED_HAS_RESIDENCE,
            guards.RESIDENCE_EXISTS,
            guards.OBSERVED_IN_ORDER,
            guards.OBSERVED_WITHIN_TEN_YEARS,
            guards.DEPARTS_BY_PLAN,
        ),
        fills=_received,
        opens=(
            deadlines.ROUTE_OR_CLOSE,
            *((deadlines.NEXT_MORNING,) if night else ()),
            *((deadlines.ACUTE_TRAVEL,) if departing else ()),
        ),
    )


def _acute(concern: Concern, command: commands.RaiseAcute, _: Context) -> Mapping[str, Any]:
    """What was known before the alarm stays known."""
    return {
        "subject_municipality": command.subject_municipality or concern.subject_municipality,
        "minor": concern.minor if command.minor is Answer.UNKNOWN else command.minor,
        "travel": concern.travel if command.travel is Travel.NONE else command.travel,
    }


def _routed(concern: Concern, command: commands.RouteConcern, _: Context) -> Mapping[str, Any]:
    """Give the Infohus what it needs to begin: codes, and references to what is sealed."""
    names = ("channel", "anonymity", "reporter_kind", "minor", "travel", "acute", "cross_over", "received_at")
    sealed = ("description", "subject", "reporter")
    return {
        **{name: getattr(concern, name) for name in (*names, *sealed)},
        "police_district": district_of(command.municipality).slug,
    }


CONCERN: Lifecycle[Concern] = Lifecycle(
    state=Concern,
    stages=tuple(Stage),
    begin=begin,
    apply=apply,
    rows=(
        *(_receiving(night=night, departing=departing) for night, departing in product((False, True), repeat=2)),
        Transition(
            rule="domain.md 2.3 row 2",
            command=commands.GiveAdvice,
            fact=facts.AdviceGiven,
            sources=(Stage.RECEIVED,),
            target=Stage.ADVISED_CLOSED,
            roles=DESKS,
            guards=(AT_OWN_DESK, guards.NOBODY_IDENTIFIED),
            meets=("route_or_close", "next_morning", "acute_travel"),
            drops=("question_open",),
        ),
        Transition(
            rule="domain.md 2.3 row 52",
            command=commands.PointOutHelp,
            fact=facts.HelpPointedOut,
            sources=(Stage.RECEIVED,),
            target=Stage.ADVISED_CLOSED,
            roles=DESKS,
            guards=(AT_OWN_DESK, guards.PLACE_EXISTS),
            meets=("route_or_close", "next_morning", "acute_travel"),
            drops=("question_open",),
        ),
        Transition(
            rule="domain.md 2.3 row 3",
            command=commands.RaiseAcute,
            fact=facts.AcuteRaised,
            sources=(Stage.RECEIVED,),
            target=Stage.ACUTE,
            roles=ANYONE,
            guards=(guards.RESIDENCE_EXISTS,),
            fills=_acute,
            opens=(deadlines.HAND_OVER, deadlines.COMPLETE_RECORD, deadlines.ROUTE_ACUTE, deadlines.CLOSE_ACUTE),
            meets=("next_morning", "acute_travel"),
        ),
        Transition(
            rule="domain.md 2.3 row 3 (hand-over)",
            command=commands.LogHandover,
            fact=facts.HandoverLogged,
            sources=(Stage.ACUTE, Stage.ROUTED),
            roles=(*DESKS, Role.PRO_REPORTER),
            guards=(AT_DESK_OR_INFOHUS, guards.HANDED_OVER_BEFORE_NOW),
            meets=("hand_over", "acute_travel"),
        ),
        Transition(
            rule="domain.md 2.3 row 3 (record)",
            command=commands.CompleteRecord,
            fact=facts.RecordCompleted,
            sources=(Stage.RECEIVED, Stage.ACUTE, Stage.ROUTED),
            roles=(*DESKS, Role.PRO_REPORTER),
            guards=(
                AT_DESK_OR_INFOHUS,
                guards.SOMETHING_TO_COMPLETE,
                guards.RESIDENCE_EXISTS,
                guards.COMPLETED_HAS_RESIDENCE,
            ),
            meets=("complete_record",),
        ),
        Transition(
            rule="domain.md 2.4 anonymous caller",
            command=commands.SetAnonymity,
            fact=facts.AnonymitySet,
            sources=(Stage.RECEIVED, Stage.ACUTE),
            roles=(*DESKS, Role.PRO_REPORTER),
            guards=(AT_DESK_OR_INFOHUS, guards.NOT_ANONYMOUS_AGAIN, guards.NAME_GIVEN),
        ),
        Transition(
            rule="domain.md 2.4 anonymous caller (comes back)",
            command=commands.AddInformation,
            fact=facts.InformationAdded,
            sources=TALKING,
            roles=(*READING, Role.PUBLIC),
            guards=(guards.ROOM_FOR_MORE,),
            opens=(deadlines.NEW_INFORMATION,),
        ),
        Transition(
            rule="domain.md 2.4 anonymous caller (is read)",
            command=commands.NoteInformation,
            fact=facts.InformationNoted,
            sources=TALKING,
            roles=READING,
            meets=("new_information",),
        ),
        Transition(
            rule="domain.md 2.3 row 5",
            command=commands.AskQuestion,
            fact=facts.QuestionAsked,
            sources=TALKING,
            roles=ASKING,
            guards=(guards.ASKED_BY_READER, guards.REPORTER_REACHABLE, guards.ROOM_FOR_QUESTIONS),
            opens=(deadlines.QUESTION_OPEN,),
        ),
        Transition(
            rule="domain.md 2.3 row 5 (answer)",
            command=commands.AnswerQuestion,
            fact=facts.QuestionAnswered,
            sources=TALKING,
            roles=(*ASKING, Role.PUBLIC),
            guards=(guards.QUESTION_IS_OPEN,),
            opens=(deadlines.NEW_INFORMATION,),
            meets=("question_open",),
            about=_asked,
        ),
        Transition(
            rule="domain.md 2.3 row 5 (taken back)",
            command=commands.WithdrawQuestion,
            fact=facts.QuestionWithdrawn,
            sources=TALKING,
            roles=ASKING,
            guards=(guards.ASKED_BY_READER, guards.QUESTION_IS_OPEN),
            drops=("question_open",),
            about=_asked,
        ),
        Transition(
            rule="domain.md 2.3 row 4",
            command=commands.RouteConcern,
            fact=facts.ConcernRouted,
            sources=(Stage.RECEIVED,),
            target=Stage.ROUTED,
            roles=(*DESKS, Role.PRO_REPORTER),
            guards=(AT_OWN_DESK, guards.INFOHUS_EXISTS),
            fills=_routed,
            meets=("route_or_close", "next_morning"),
            hands=(deadlines.QUESTION_OPEN,),
        ),
        Transition(
            rule="domain.md 2.3 row 50",
            command=commands.RouteConcern,
            fact=facts.ConcernRouted,
            sources=(Stage.ACUTE,),
            target=Stage.ROUTED,
            roles=(*DESKS, Role.PRO_REPORTER),
            guards=(AT_DESK_OR_INFOHUS, guards.INFOHUS_EXISTS, guards.HANDOVER_KNOWN),
            fills=_routed,
            meets=("route_acute", "close_acute"),
            hands=(deadlines.QUESTION_OPEN,),
        ),
        Transition(
            rule="domain.md 2.3 row 51",
            command=commands.CloseAcute,
            fact=facts.AcuteClosed,
            sources=(Stage.ACUTE,),
            target=Stage.ADVISED_CLOSED,
            roles=DESKS,
            guards=(AT_DESK_OR_POLICE, guards.ANSWERED_BY_POLICE),
            meets=("route_acute", "close_acute", "complete_record"),
            drops=("question_open",),
        ),
        Transition(
            rule="domain.md 2.3 row 7",
            command=commands.AttachConcern,
            fact=facts.ConcernAttached,
            sources=(Stage.ROUTED,),
            target=Stage.MERGED,
            roles=(Role.SYSTEM,),
            deciding=False,
            follows=True,
        ),
        *(
            Transition(
                rule=f"domain.md 2.3 {rows}",
                command=command,
                fact=fact,
                sources=(Stage.ROUTED, Stage.MERGED),
                roles=(Role.SYSTEM,),
                hands=(deadlines.QUESTION_OPEN,),
                deciding=False,
                follows=True,
            )
            for rows, command, fact in (
                ("rows 12 and 42", commands.FollowTakeOver, facts.TakenByPolice),
                ("row 14", commands.FollowReturn, facts.ReturnedByPolice),
            )
        ),
    ),
)
