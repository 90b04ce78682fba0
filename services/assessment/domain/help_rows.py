"""The case's rows from the assessment to the end of follow-up, and those that follow the corps."""

from __future__ import annotations

from uuid import UUID

from services.assessment.domain import assessment_guards, consent_guards, help_guards, naming
from services.assessment.domain import case_commands as commands
from services.assessment.domain import case_deadlines as deadlines
from services.assessment.domain import case_fills as fills
from services.assessment.domain.case import Case, Stage
from services.assessment.domain.disclosure_commands import RecordConsent
from services.assessment.domain.disclosure_rows import DISCLOSURE_ROWS
from shared.contracts import assessment as facts
from shared.contracts.assessment_codes import Happened
from shared.lifecycle.actor import Role
from shared.lifecycle.deadlines import DeadlineRule
from shared.lifecycle.table import Command, Transition

TOVHOLDERE = (Role.TOVHOLDER_KOMMUNE, Role.TOVHOLDER_POLITI)
AFTER_END = (deadlines.FOLLOW_UP_6, deadlines.FOLLOW_UP_12, deadlines.CLOSE_AFTER_FOLLOW_UP)


def _assessment(rule: str, opens: tuple[DeadlineRule, ...], *, acute: bool) -> Transition[Case]:
    return Transition(
        rule=rule,
        command=commands.CompleteAssessment,
        fact=facts.AssessmentCompleted,
        sources=(Stage.MEETING,),
        target=Stage.RECOMMENDED,
        roles=(Role.TOVHOLDER_KOMMUNE,),
        when=fills.rates_acute if acute else None,
        guards=(
            assessment_guards.ALL_NINE,
            assessment_guards.UNKNOWN_HAS_REASON,
            assessment_guards.LEVEL_HAS_EVIDENCE,
            assessment_guards.CHILD_UNIT_TOOK_PART,
            assessment_guards.MEASURES_FIT,
        ),
        fills=fills.assessed,
        opens=opens,
        meets=("complete_assessment",),
    )


def _sending(rule: str, opens: tuple[DeadlineRule, ...], *, named: bool) -> Transition[Case]:
    """The recommendation goes to an authority; unless somebody is named there, its leader is asked to name one (R5)."""
    return Transition(
        rule=rule,
        command=commands.SendRecommendation,
        fact=facts.RecommendationSent,
        sources=(Stage.RECOMMENDED,),
        target=Stage.DECISION_PENDING,
        roles=(Role.TOVHOLDER_KOMMUNE,),
        when=naming.somebody if named else naming.nobody,
        guards=(assessment_guards.AUTHORITY_NAMED, naming.OWN_AUTHORITY, naming.SOMEBODY_ELSE),
        fills=naming.sent,
        opens=opens,
        meets=("send_recommendation",),
        hands=deadlines.CASEWORKERS_OWN,
    )


def _grant(rule: str, opens: tuple[DeadlineRule, ...], *, knows: bool) -> Transition[Case]:
    """The offer: at the latest now the citizen is told of the case (R22), unless that is done or rightly postponed."""
    return Transition(
        rule=rule,
        command=commands.DecideMeasure,
        fact=facts.AuthorityDecided,
        sources=(Stage.DECISION_PENDING,),
        target=Stage.OFFERED,
        roles=(Role.CASEWORKER,),
        when=fills.grants_to_one_who_knows if knows else fills.grants,
        guards=(
            assessment_guards.ADDRESSED,
            assessment_guards.NOT_THE_WRITER,
            assessment_guards.LAW_NAMED,
            assessment_guards.APPEAL_GUIDANCE,
            assessment_guards.SOMETHING_GRANTED,
        ),
        fills=fills.granted,
        opens=opens,
        meets=("decide", "assess_without_consent"),
    )


def _consent(rule: str, target: Stage, opens: tuple[DeadlineRule, ...], *, corps: bool) -> Transition[Case]:
    return Transition(
        rule=rule,
        command=RecordConsent,
        fact=facts.ConsentGiven,
        sources=(Stage.OFFERED,),
        target=target,
        roles=(Role.CASEWORKER,),
        when=fills.needs_corps if corps else fills.needs_no_corps,
        guards=(
            assessment_guards.ADDRESSED,
            consent_guards.INFORMED,
            consent_guards.RIGHT_PERSON,
            consent_guards.CONSENT_PERIOD,
            consent_guards.PARTIES_NAMED,
            help_guards.REQUIREMENTS_FIT,
            help_guards.GRANTED,
            help_guards.GOES_WITHOUT_CORPS,
        ),
        fills=fills.consented,
        opens=(*opens, deadlines.CONSENT_EXPIRES),
        meets=("answer_offer", "tell_citizen", "review_telling"),
    )


def _follow_up(number: int, clock: str, *, reopen: bool) -> Transition[Case]:
    return Transition(
        rule="domain.md 2.3 row 37" + (" (new worry)" if reopen else ""),
        command=commands.HoldFollowUp,
        fact=facts.FollowUpHeld,
        sources=(Stage.FOLLOW_UP,),
        roles=(Role.CASEWORKER,),
        when=fills.review(number, reopen=reopen),
        guards=(
            assessment_guards.ADDRESSED,
            help_guards.NOT_EARLY,
            help_guards.TRIED,
            help_guards.WELLBEING_RATED,
            help_guards.BASIS_THERE,
            help_guards.REOPEN_HAS_WORRY,
            help_guards.SECOND_FOLLOWS,
        ),
        fills=fills.reviewed,
        opens=(deadlines.CONFIRM_REOPENING,) if reopen else (),
        meets=(clock,),
    )


def _follow(
    rule: str,
    happened: Happened | None,
    sources: tuple[Stage, ...],
    target: Stage | None = None,
    opens: tuple[DeadlineRule, ...] = (),
) -> Transition[Case]:
    """A row that the corps' fact takes: people decided there."""
    return Transition(
        rule=rule,
        command=commands.FollowIntervention,
        fact=facts.InterventionFollowed,
        sources=sources,
        target=target,
        roles=(Role.SYSTEM,),
        when=fills.follows(happened) if happened else None,
        opens=opens,
        drops=("consent_expires",) if happened is Happened.ENDED else (),
        about=_offer,
        deciding=False,
        follows=True,
    )


def _offer(case: Case, _: Command) -> UUID | None:
    """What the offer rested on runs out with the help; its clock has nothing left to remind of."""
    return case.offer.consent_id if case.offer else None


ASSESSMENT_ROWS: tuple[Transition[Case], ...] = (
    _assessment("domain.md 2.3 row 21 (acute)", (deadlines.SEND_RECOMMENDATION, deadlines.ACUTE_TASK), acute=True),
    _assessment("domain.md 2.3 row 21", (deadlines.SEND_RECOMMENDATION,), acute=False),
    Transition(
        rule="domain.md 3.5 acute task",
        command=commands.AnswerAcuteTask,
        fact=facts.AcuteTaskAnswered,
        sources=tuple(stage for stage in Stage if stage not in (Stage.ARRIVED, Stage.MERGED)),
        roles=TOVHOLDERE,
        guards=(assessment_guards.TASK_OPEN,),
        meets=("acute_task",),
    ),
    _sending("domain.md 2.3 row 22", (deadlines.DECIDE,), named=True),
    _sending("domain.md 2.3 row 22 (to be named, R5)", (deadlines.DECIDE, deadlines.NAME_CASEWORKER), named=False),
    _grant("domain.md 2.3 row 23 (citizen knows)", (deadlines.ANSWER_OFFER,), knows=True),
    _grant("domain.md 2.3 row 23", (deadlines.ANSWER_OFFER, deadlines.TELL_CITIZEN), knows=False),
    Transition(
        rule="domain.md 2.3 row 24",
        command=commands.DecideMeasure,
        fact=facts.AuthorityDecided,
        sources=(Stage.DECISION_PENDING,),
        target=Stage.CLOSED,
        roles=(Role.CASEWORKER,),
        when=fills.refuses,
        guards=(
            assessment_guards.ADDRESSED,
            assessment_guards.NOT_THE_WRITER,
            assessment_guards.REFUSAL_HAS_GROUNDS,
            assessment_guards.REFUSAL_HAS_REASON,
            assessment_guards.APPEAL_GUIDANCE,
        ),
        fills=fills.refused,
        meets=("decide", "assess_without_consent"),
    ),
)

OFFER_ROWS: tuple[Transition[Case], ...] = (
    _consent("domain.md 2.3 row 25", Stage.MATCHING, (), corps=True),
    _consent("domain.md 2.3 row 43", Stage.ACTIVE, (deadlines.REVIEW_MEASURE,), corps=False),
    Transition(
        rule="domain.md 2.3 row 26",
        command=commands.RecordDecline,
        fact=facts.OfferDeclined,
        sources=(Stage.OFFERED,),
        target=Stage.CLOSED,
        roles=(Role.CASEWORKER,),
        guards=(assessment_guards.ADDRESSED,),
        fills=fills.declined,
        meets=("answer_offer", "tell_citizen", "review_telling"),
    ),
    Transition(
        rule="domain.md 2.3 row 29 (without the corps)",
        command=commands.ReviewMeasure,
        fact=facts.MeasureReviewed,
        sources=(Stage.ACTIVE,),
        roles=(Role.CASEWORKER,),
        guards=(assessment_guards.ADDRESSED, help_guards.WITHOUT_CORPS),
        opens=(deadlines.REVIEW_MEASURE,),
        meets=("review_measure",),
    ),
    Transition(
        rule="domain.md 2.3 row 36 (without the corps)",
        command=commands.EndMeasure,
        fact=facts.MeasureEnded,
        sources=(Stage.ACTIVE,),
        target=Stage.FOLLOW_UP,
        roles=(Role.CASEWORKER,),
        guards=(assessment_guards.ADDRESSED, help_guards.WITHOUT_CORPS, help_guards.END_REASON),
        fills=fills.ended,
        opens=AFTER_END,
        meets=("review_measure",),
        drops=("consent_expires",),
        about=_offer,
    ),
)

FOLLOWING_ROWS: tuple[Transition[Case], ...] = (
    _follow("domain.md 2.3 row 27", Happened.STARTED, (Stage.MATCHING,), Stage.ACTIVE),
    _follow("domain.md 2.3 row 30", Happened.PAUSED, (Stage.ACTIVE,), Stage.PAUSED),
    _follow("domain.md 2.3 row 30", Happened.RESUMED, (Stage.PAUSED,), Stage.ACTIVE),
    _follow("domain.md 2.3 row 31", Happened.REPLACING, (Stage.ACTIVE,), Stage.MATCHING),
    _follow("domain.md 2.3 row 36", Happened.ENDED, (Stage.ACTIVE,), Stage.FOLLOW_UP, AFTER_END),
    # Whatever else the corps says is on record and moves nothing: police may have taken the case meanwhile (row 42).
    _follow("domain.md 2.3 rows 27-36 (noted)", None, tuple(Stage)),
)

FOLLOW_UP_ROWS: tuple[Transition[Case], ...] = (
    _follow_up(1, "follow_up_6", reopen=True),
    _follow_up(1, "follow_up_6", reopen=False),
    _follow_up(2, "follow_up_12", reopen=True),
    _follow_up(2, "follow_up_12", reopen=False),
    Transition(
        rule="domain.md 2.3 row 38",
        command=commands.CloseCase,
        fact=facts.CaseClosed,
        sources=(Stage.FOLLOW_UP,),
        target=Stage.CLOSED,
        roles=TOVHOLDERE,
        together=TOVHOLDERE,
        guards=(help_guards.END_REASON, help_guards.FOLLOWED_UP),
        fills=fills.closed_by("38"),
        meets=("close_after_follow_up",),
    ),
)

HELP_ROWS = (*ASSESSMENT_ROWS, *OFFER_ROWS, *DISCLOSURE_ROWS, *FOLLOWING_ROWS, *FOLLOW_UP_ROWS)
