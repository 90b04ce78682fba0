"""How facts make and change a case."""

from __future__ import annotations

from uuid import UUID

from services.assessment.domain import described, disclosure, glass, naming, subject
from services.assessment.domain.case import (
    Assessment,
    Case,
    Clearance,
    Concern,
    Meeting,
    Offer,
    Recommendation,
    RetentionClass,
    Review,
    Stage,
)
from shared.contracts import assessment as facts
from shared.contracts.assessment_codes import FollowUpDecision, Happened
from shared.contracts.base import Fact
from shared.contracts.codes import Answer, ClosingReason, Travel
from shared.contracts.disclosure_codes import ConsentKind
from shared.reference.organisations import kommune, politi

TRAVEL_BY_WEIGHT = (Travel.NONE, Travel.WISH, Travel.PLAN, Travel.DEPARTED, Travel.RETURNED)
"""Of two concerns about one person the one that has seen more of the journey holds."""


def begin(case_id: UUID, fact: Fact) -> Case:
    """Return the record that its first fact makes. Raises `LookupError` for any other first fact."""
    if not isinstance(fact, facts.ConcernArrived):
        raise LookupError(f"a case does not begin with {fact.type}")
    concern = Concern(
        concern_id=fact.concern_id,
        received_at=fact.received_at,
        description=fact.description,
        subject=fact.subject,
        reporter=fact.reporter,
        grounds=fact.grounds,
    )
    return Case(
        id=case_id,
        stage=Stage.ARRIVED,
        organisation=kommune(fact.municipality),
        police=politi(fact.police_district),
        municipality=fact.municipality,
        concerns=(concern,),
        reporter_kind=fact.reporter_kind,
        anonymity=fact.anonymity,
        minor=fact.minor,
        acute=fact.acute,
        travel=fact.travel,
        cross_over=fact.cross_over,
        arrived_at=fact.arrived_at,
        opened_at=fact.arrived_at,
    )


def apply(case: Case, fact: Fact) -> Case:
    """Return the case after what `fact` means to it alone."""
    case = naming.applied(case, fact)
    match fact:
        case facts.CaseOpened():
            return case.with_(
                minor=fact.minor, earlier_closed_concern=fact.earlier_closed_concern, subject_ref=fact.subject_ref
            )
        case facts.ConcernMerged():
            return case.with_(merged_into=fact.into)
        case facts.ConcernAttached():
            return _attached(case, fact)
        case facts.CaseReopened():
            return _reopened(case, fact)
        case facts.CaseClosed() | facts.ReferredElsewhere():
            closed = _closed(case, fact.reason, fact.after)
            return closed.with_(closed_at=fact.closed_at, never_opened=fact.never_opened)
        case facts.OfferDeclined():
            return _closed(case, fact.reason, fact.after).with_(closed_at=fact.closed_at)
    return _cleared(case, fact)


def _cleared(case: Case, fact: Fact) -> Case:
    """What police answer."""
    match fact:
        case facts.ClearanceRequested():
            return case.with_(clearance=Clearance.REQUESTED, clearance_at=None)
        case facts.PoliceTookOver():
            return case.with_(clearance=Clearance.TAKEN_OVER, clearance_at=fact.at)
        case facts.PoliceCleared():
            return case.with_(clearance=Clearance.CLEARED, clearance_at=fact.at)
        case facts.PoliceReturned():
            return case.with_(clearance=Clearance.RETURNED, clearance_at=fact.at)
        case facts.ClearanceRevoked():
            return case.with_(clearance=Clearance.REVOKED, clearance_at=fact.at)
    return _assessed(case, fact)


def _assessed(case: Case, fact: Fact) -> Case:
    """From the meeting to the authority's decision."""
    match fact:
        case facts.MeetingHeld():
            held = Meeting(held_at=fact.held_at, present=fact.present, invited=fact.invited, minutes=fact.minutes)
            return case.with_(meeting=held)
        case facts.ShortAssessmentRecorded():
            return case.with_(short_assessment=fact.assessment)
        case facts.AssessmentCompleted():
            return case.with_(minor=fact.minor, assessments=(*case.assessments, _assessment(fact)))
        case facts.RecommendationSent():
            sent = Recommendation(addressed_to=fact.addressed_to, unit=fact.unit, sent_by=fact.by, sent_at=fact.sent_at)
            return case.with_(recommendation=sent)
        case facts.AuthorityDecided():
            decided = case.with_(granted=fact.measures)
            if fact.reason is None or fact.after is None:
                return decided
            return _closed(decided, fact.reason, fact.after).with_(closed_at=fact.decided_at)
    return _helped(case, fact)


def _helped(case: Case, fact: Fact) -> Case:
    """From consent to follow-up."""
    match fact:
        case facts.ConsentGiven():
            return _consented(disclosure.given(case, fact), fact)
        case facts.MeasureEnded():
            return case.with_(ended_at=fact.ended_at)
        case facts.InterventionFollowed():
            return _followed(case, fact)
        case facts.FollowUpHeld():
            review = Review(number=fact.number, held_at=fact.held_at, contact=fact.contact, decision=fact.decision)
            return case.with_(
                reviews=(*case.reviews, review),
                reopen_asked=fact.decision is FollowUpDecision.REOPEN_TASK,
            )
    for part in (disclosure, glass, subject, described):
        case = part.applied(case, fact)
    return case


def _consented(case: Case, fact: facts.ConsentGiven) -> Case:
    """A consent to the offer is what help rests on from here; a renewed one takes the place of the former."""
    if fact.kind is not ConsentKind.OFFER:
        return case
    offer = Offer(
        consent_id=fact.consent_id,
        client=fact.client,
        needs_corps_member=fact.needs_corps_member,
        valid_until=fact.valid_until,
    )
    if fact.replaces is not None and case.offer is not None:
        offer = offer.model_copy(update={"needs_corps_member": case.offer.needs_corps_member})
    return case.with_(offer=offer)


def _attached(case: Case, fact: facts.ConcernAttached) -> Case:
    """Take a further concern in; what it says of danger or of a child is added, never taken away."""
    concern = Concern(
        concern_id=fact.concern_id,
        from_case=fact.from_case,
        received_at=fact.received_at,
        description=fact.description,
        subject=fact.subject,
        reporter=fact.reporter,
    )
    known = case.minor if fact.minor is Answer.UNKNOWN else fact.minor
    return case.with_(
        concerns=(*case.concerns, concern),
        minor=Answer.YES if case.minor is Answer.YES else known,
        acute=case.acute or fact.acute,
        travel=max(case.travel, fact.travel, key=TRAVEL_BY_WEIGHT.index),
        cross_over=case.cross_over or fact.cross_over,
    )


def _followed(case: Case, fact: facts.InterventionFollowed) -> Case:
    if fact.happened is Happened.STARTED and fact.stage is not None:
        return case.with_(intervention_id=fact.intervention_id)
    if fact.happened is Happened.ENDED and fact.stage is not None:
        return case.with_(ended_at=fact.happened_at)
    return case


def _assessment(fact: facts.AssessmentCompleted) -> Assessment:
    return Assessment(
        number=fact.number,
        ratings=fact.ratings,
        focus=fact.focus,
        measures=fact.measures,
        reasoning=fact.reasoning,
        psychiatry_missing=fact.psychiatry_missing,
        written_by=fact.by,
        completed_at=fact.completed_at,
    )


def _closed(case: Case, reason: ClosingReason, after: str) -> Case:
    return case.with_(closing_reason=reason, retention_class=retention_class(after, case.minor))


def retention_class(after: str, minor: Answer) -> RetentionClass:
    """Return how long the case is kept (`domain.md` 4.5), by the row of 2.3 that closed it."""
    if after in ("9", "10", "20"):
        return RetentionClass.BEFORE_MEETING
    if minor is Answer.YES:
        return RetentionClass.MINOR
    return RetentionClass.MEASURE if after == "38" else RetentionClass.NO_MEASURE


def _reopened(case: Case, fact: facts.CaseReopened) -> Case:
    """Begin again: all that was found is readable and holds no longer; everything is to be asked anew."""
    return case.with_(
        opening=fact.opening,
        opened_at=fact.reopened_at,
        earlier_closed_concern=case.earlier_closed_concern or case.closed_at is not None,
        assessments=tuple(one.model_copy(update={"outdated": True}) for one in case.assessments),
        clearance=None,
        clearance_at=None,
        meeting=None,
        short_assessment=None,
        recommendation=None,
        granted=(),
        offer=None,
        intervention_id=None,
        ended_at=None,
        reviews=(),
        reopen_asked=False,
        closing_reason=None,
        closed_at=None,
        retention_class=None,
    )
