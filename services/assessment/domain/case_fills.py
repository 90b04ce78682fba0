"""Fields of the case's facts that do not come by name from the command: (state, command, context) -> fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid5

from services.assessment.domain import case_commands as commands
from services.assessment.domain.assessment_guards import EVIDENCED_RISK, RISK_AND_THREAT, granted_measures
from services.assessment.domain.case import Case, Stage
from services.assessment.domain.disclosure_commands import RecordConsent
from shared.contracts.assessment import Rated
from shared.contracts.assessment_codes import DecisionOutcome, FollowUpDecision, Happened, Party, RiskLevel
from shared.contracts.codes import Answer, ClosingReason, Travel
from shared.contracts.corps import Client, Dimension
from shared.contracts.disclosure_codes import ConsentKind
from shared.lifecycle.table import Context

Fills = Mapping[str, Any]


def opened(case: Case, command: commands.OpenCase, context: Context) -> Fills:
    """What triage knows of the age replaces what the call knew; a person found by CPR is a reference from here on."""
    return {"minor": command.minor or case.minor, "subject_ref": context.known.get("subject_ref")}


def merged(case: Case, _: commands.MergeConcern, __: Context) -> Fills:
    """Name the concern, for intake follows."""
    return {"concern_id": case.concern_id}


def at_now(_: Case, __: Any, context: Context) -> Fills:
    """When the police answered."""
    return {"at": context.now}


def handed_over(case: Case, _: Any, context: Context) -> Fills:
    """When police took the case or gave it back, and which concerns lie in it: intake closes or opens those as well."""
    return {"at": context.now, "concerns": tuple(each.concern_id for each in case.concerns)}


def reopened(case: Case, _: commands.ReopenCase, context: Context) -> Fills:
    """A new opening has new clocks."""
    left = case.recommendation.addressed_to if case.recommendation else None
    return {"opening": case.opening + 1, "reopened_at": context.now, "left": left}


def ended(_: Case, command: commands.EndMeasure, context: Context) -> Fills:
    """When the measure ended, and how."""
    return {"end_reason": command.reason, "ended_at": context.now}


def declined(_: Case, __: commands.RecordDecline, context: Context) -> Fills:
    """Row 26: D1."""
    return {"reason": ClosingReason.D1, "after": "26", "closed_at": context.now}


def closed_by(row: str) -> Any:
    """Return what a closing row adds: its number, when, and whether the concern never became a case."""

    def fills(case: Case, _: Any, context: Context) -> Fills:
        return {"after": row, "closed_at": context.now, "never_opened": case.stage == Stage.ARRIVED}

    return fills


def assessed(case: Case, command: commands.CompleteAssessment, context: Context) -> Fills:
    """The ratings with references in the place of texts."""
    psychiatry = case.meeting is not None and Party.PSYCHIATRY in case.meeting.present
    vulnerable = any(
        rating.dimension is Dimension.MENTAL_VULNERABILITY and rating.risk_level in EVIDENCED_RISK
        for rating in command.ratings
    )
    return {
        "number": len(case.assessments) + 1,
        "minor": command.minor or case.minor,
        "ratings": tuple(_rated(rating) for rating in command.ratings),
        "psychiatry_missing": vulnerable and not psychiatry,
        "completed_at": context.now,
    }


def _rated(rating: commands.DimensionRating) -> Rated:
    texts = {"need_text": rating.need_text, "dissent_text": rating.dissent_text}
    refs = {name: text.ref for name, text in texts.items() if text is not None}
    return Rated(**rating.model_dump(exclude=set(texts)), **refs)


def rates_acute(_: Case, command: commands.CompleteAssessment, __: Context) -> bool:
    """Say whether a dimension of risk and threat is rated ACUTE, which opens a task."""
    return any(
        rating.dimension in RISK_AND_THREAT and rating.risk_level is RiskLevel.ACUTE for rating in command.ratings
    )


def granted(case: Case, command: commands.DecideMeasure, context: Context) -> Fills:
    """Row 23: what is offered."""
    return {"measures": granted_measures(case, command), "reason": None, "decided_at": context.now}


def refused(_: Case, __: commands.DecideMeasure, context: Context) -> Fills:
    """Row 24: nothing, and the case is closed."""
    return {"measures": (), "after": "24", "decided_at": context.now}


def grants(_: Case, command: commands.DecideMeasure, __: Context) -> bool:
    """Tell row 23 from row 24."""
    return command.outcome is not DecisionOutcome.NONE


def grants_to_one_who_knows(case: Case, command: commands.DecideMeasure, context: Context) -> bool:
    """Say whether the citizen knows of the case, or a section 22 reason is recorded (R22), so that no telling is due."""
    return grants(case, command, context) and (case.told_at is not None or case.postponed is not None)


def refuses(_: Case, command: commands.DecideMeasure, __: Context) -> bool:
    """Tell row 24 from row 23."""
    return command.outcome is DecisionOutcome.NONE


def consented(case: Case, command: RecordConsent, _: Context) -> Fills:
    """What the case knows goes into the requirements, so that nobody has to remember it."""
    wanted = command.requirements
    if wanted is not None:
        own = command.client is Client.SUBJECT
        wanted = wanted.model_copy(
            update={
                "minor": wanted.minor or (own and case.minor is not Answer.NO),
                "cross_over": wanted.cross_over or (own and case.cross_over),
                "returnee": wanted.returnee or (own and case.travel is Travel.RETURNED),
            }
        )
    return {
        "municipality": case.municipality,
        "consent_id": uuid5(case.id, f"consent/{case.version}"),
        "requirements": wanted,
        "authority": case.authority,
        "caseworker": case.caseworker_ref,
    }


def needs_corps(_: Case, command: RecordConsent, __: Context) -> bool:
    """Tell row 25 from row 43, and both from consents to anything else."""
    return _takes_offer(command) and command.needs_corps_member


def needs_no_corps(_: Case, command: RecordConsent, __: Context) -> bool:
    """Tell row 43 from row 25, and both from consents to anything else."""
    return _takes_offer(command) and not command.needs_corps_member


def _takes_offer(command: RecordConsent) -> bool:
    return command.kind is ConsentKind.OFFER and command.replaces is None


def reviewed(case: Case, _: commands.HoldFollowUp, context: Context) -> Fills:
    """Which review it is."""
    return {"number": len(case.reviews) + 1, "held_at": context.now}


def review(number: int, *, reopen: bool) -> Any:
    """Return the condition that this is the review of that number, asking to reopen or not."""

    def when(case: Case, command: commands.HoldFollowUp, _: Context) -> bool:
        asks = command.decision is FollowUpDecision.REOPEN_TASK
        return len(case.reviews) + 1 == number and asks is reopen

    return when


def follows(happened: Happened) -> Any:
    """Return the condition that this happened to the intervention that the case has; a start names it."""

    def when(case: Case, command: commands.FollowIntervention, _: Context) -> bool:
        known = happened is Happened.STARTED or case.intervention_id == command.intervention_id
        return command.happened is happened and known

    return when


def travels(_: Case | None, command: commands.RegisterConcern, __: Context) -> bool:
    """Say whether travel to a conflict zone is in it: triage in one working day (`domain.md` 2.4)."""
    return command.travel is not Travel.NONE
