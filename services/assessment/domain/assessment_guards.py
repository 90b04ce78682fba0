"""Named conditions of assessment, recommendation, decision (`domain.md` 3.5, 3.6). Nothing here adds levels up."""

from __future__ import annotations

from datetime import date
from typing import Any, get_args

from dateutil.relativedelta import relativedelta

from services.assessment.domain import case_commands as commands
from services.assessment.domain.case import Case
from services.assessment.domain.case_commands import WellbeingDimension
from services.assessment.domain.case_guards import ELSEWHERE, NO_ACTION
from shared.contracts.assessment_codes import DecisionOutcome, Measure, Party, ResourceLevel, RiskLevel
from shared.contracts.codes import Answer, ClosingReason
from shared.contracts.corps import Dimension
from shared.errors import Invalid
from shared.lifecycle.table import Context, Guard
from shared.reference.calendar import local
from shared.reference.organisations import OrganisationKind, organisation

RISK_AND_THREAT = (Dimension.CONVICTIONS, Dimension.VIOLENCE, Dimension.CRIME, Dimension.RELATIONSHIPS)
"""Dimensions 1-4 of `domain.md` 3.5."""

WELLBEING: tuple[Dimension, ...] = get_args(WellbeingDimension)
"""Dimensions 5-9 of `domain.md` 3.5."""

EVIDENCED_RISK = frozenset({RiskLevel.SOME, RiskLevel.SERIOUS, RiskLevel.ACUTE})
EVIDENCED_RESOURCE = frozenset({ResourceLevel.SOME, ResourceLevel.STRONG})
OLDEST_EVIDENCE = relativedelta(months=12)
AUTHORITIES = frozenset(
    {OrganisationKind.KOMMUNE, OrganisationKind.POLITI, OrganisationKind.PSYKIATRI, OrganisationKind.KRIMINALFORSORG}
)


def _all_nine(_: Case, command: commands.CompleteAssessment, __: Context) -> bool:
    rated = [rating.dimension for rating in command.ratings]
    return len(rated) == len(Dimension) and set(rated) == set(Dimension)


def _unknown_has_reason(_: Case, command: commands.CompleteAssessment, __: Context) -> bool:
    return all(rating.unknown_reason is not None for rating in command.ratings if _has_unknown(rating))


def _has_unknown(rating: commands.DimensionRating) -> bool:
    return rating.risk_level is RiskLevel.UNKNOWN or rating.resource_level is ResourceLevel.UNKNOWN


def _level_has_evidence(_: Case, command: commands.CompleteAssessment, context: Context) -> bool:
    today = local(context.now).date()
    return all(_evidenced(rating, today) for rating in command.ratings if _needs_evidence(rating))


def _needs_evidence(rating: commands.DimensionRating) -> bool:
    return rating.risk_level in EVIDENCED_RISK or rating.resource_level in EVIDENCED_RESOURCE


def _evidenced(rating: commands.DimensionRating, today: date) -> bool:
    return any(today - OLDEST_EVIDENCE <= item.observed_on <= today for item in rating.evidence)


def _child_unit_took_part(case: Case, command: commands.CompleteAssessment, __: Context) -> bool:
    minor = command.minor or case.minor
    present = case.meeting is not None and Party.CHILD_UNIT in case.meeting.present
    return minor is Answer.NO or present or command.child_unit_contributed


def _measures_fit(_: Case, command: commands.CompleteAssessment, __: Context) -> bool:
    return Measure.NONE not in command.measures or command.measures == (Measure.NONE,)


def _task_open(case: Case, _: Any, __: Context) -> bool:
    return case.clock("acute_task") is not None


def _authority_named(_: Case, command: commands.SendRecommendation, __: Context) -> bool:
    try:
        return organisation(command.addressed_to).kind in AUTHORITIES
    except Invalid:
        return False


def _addressed(case: Case, _: Any, context: Context) -> bool:
    return context.actor.organisation == case.authority


def _not_the_writer(case: Case, _: commands.DecideMeasure, context: Context) -> bool:
    sent = {case.recommendation.sent_by} if case.recommendation else set()
    written = {case.assessments[-1].written_by} if case.assessments else set()
    return context.actor.person_ref not in sent | written


def _appeal_guidance(_: Case, command: commands.DecideMeasure, __: Context) -> bool:
    return command.appeal_guidance_given


def _law_named(_: Case, command: commands.DecideMeasure, __: Context) -> bool:
    return command.law is not None


def _something_granted(case: Case, command: commands.DecideMeasure, __: Context) -> bool:
    granted = granted_measures(case, command)
    return bool(granted) and Measure.NONE not in granted


def granted_measures(case: Case, command: commands.DecideMeasure) -> tuple[Measure, ...]:
    """Return what is granted: the recommended measures, or the others that the authority names."""
    if command.outcome is DecisionOutcome.GRANT_OTHER:
        return command.measures
    return case.assessments[-1].measures if case.assessments else ()


def _refusal_has_grounds(_: Case, command: commands.DecideMeasure, __: Context) -> bool:
    return command.grounds is not None


def _refusal_has_reason(case: Case, command: commands.DecideMeasure, __: Context) -> bool:
    """D2 needs a withdrawal: nobody is closed as having withdrawn who did not (row 44)."""
    if command.reason is ClosingReason.D2:
        return case.clock("assess_without_consent") is not None
    return command.reason in (*NO_ACTION, *ELSEWHERE)


ALL_NINE = Guard(
    "dimensions_incomplete",
    _all_nine,
    "each of the nine dimensions is rated, once",
    rule="domain.md 3.5",
    remedy="Rate all nine; UNKNOWN is a rating, with its reason.",
    field="ratings",
)
UNKNOWN_HAS_REASON = Guard(
    "unknown_without_reason",
    _unknown_has_reason,
    "a level UNKNOWN has a reason",
    rule="domain.md 3.5",
    remedy="Say why it is unknown.",
    field="ratings",
)
LEVEL_HAS_EVIDENCE = Guard(
    "level_without_evidence",
    _level_has_evidence,
    "a level SOME or higher rests on evidence of the last 12 months",
    rule="domain.md 3.5",
    remedy="Name fresh evidence, or rate lower or UNKNOWN.",
    field="ratings",
)
CHILD_UNIT_TOOK_PART = Guard(
    "child_unit_missing",
    _child_unit_took_part,
    "for a child the child unit was present or contributed in writing; unknown age counts as a child",
    rule="domain.md 3.5",
    remedy="Get its contribution; or say that the person is of age (minor: NO).",
    field="child_unit_contributed",
)
MEASURES_FIT = Guard(
    "none_is_alone",
    _measures_fit,
    "NONE stands alone among the measures",
    rule="domain.md 3.6",
    remedy="Recommend NONE, or measures.",
    field="measures",
)
TASK_OPEN = Guard(
    "no_acute_task",
    _task_open,
    "there is no acute task to answer",
    rule="domain.md 3.5",
    remedy="Nothing is to be done.",
    early=True,
)
AUTHORITY_NAMED = Guard(
    "authority_unknown",
    _authority_named,
    "a recommendation goes to a named authority: a municipality, police, psychiatry or probation",
    rule="domain.md 2.3 row 22, 3.6",
    remedy="Give its organisation, such as kommune:0253.",
    field="addressed_to",
)
ADDRESSED = Guard(
    "not_the_addressed_authority",
    _addressed,
    "only the authority that the recommendation was addressed to decides",
    rule="domain.md 3.6",
    remedy="Ask the caseworker of the addressed authority.",
    early=True,
)
NOT_THE_WRITER = Guard(
    "writer_may_not_decide",
    _not_the_writer,
    "who wrote or sent the recommendation does not decide on it",
    rule="domain.md 3.6",
    remedy="Ask another caseworker.",
    early=True,
)
APPEAL_GUIDANCE = Guard(
    "appeal_guidance_missing",
    _appeal_guidance,
    "a decision comes with guidance on how to appeal",
    rule="domain.md 2.3 row 23, 3.6",
    remedy="Give the guidance and say so.",
    field="appeal_guidance_given",
)
LAW_NAMED = Guard(
    "legal_basis_missing",
    _law_named,
    "a measure has a legal basis",
    rule="domain.md 2.3 row 23, 3.6",
    remedy="Name the act.",
    field="law",
)
SOMETHING_GRANTED = Guard(
    "nothing_granted",
    _something_granted,
    "an offer grants at least one measure",
    rule="domain.md 3.6",
    remedy="Name measures with GRANT_OTHER, or decide NONE.",
    field="measures",
)
REFUSAL_HAS_GROUNDS = Guard(
    "grounds_missing",
    _refusal_has_grounds,
    "a decision for no measure has a reason text",
    rule="domain.md 2.3 row 24",
    remedy="Write the grounds.",
    field="grounds",
)
REFUSAL_HAS_REASON = Guard(
    "reason_missing",
    _refusal_has_reason,
    "a decision for no measure closes the case with a reason A1-A4 or B1-B5, after a withdrawn consent also D2",
    rule="domain.md 2.3 row 24, 2.5",
    remedy="Choose one.",
    field="reason",
)
