"""Who sees a case or an underretning, and what they may open of it (`domain.md` R5, R6, T08)."""

from __future__ import annotations

from collections.abc import Iterator

from services.assessment.domain.case import Case, Stage
from services.assessment.domain.insight import InsightRequest
from services.assessment.domain.underretning import Underretning
from shared.contracts import assessment as facts
from shared.contracts.base import Fact
from shared.contracts.glass import GlassBroken
from shared.contracts.insight import InsightHandedOver, InsightRequested
from shared.contracts.underretning import UnderretningMade
from shared.lifecycle.actor import Role
from shared.lifecycle.text import FieldClass
from shared.persistence.store import AccessChange
from shared.policy.sights import Policy, Sight, Tie

B, C = FieldClass.CASE_TEXT, FieldClass.IDENTITY

CASE_POLICY = Policy(
    "case",
    (
        Sight(Role.TOVHOLDER_KOMMUNE, Tie.TAKES_PART, (B, C), "R6: one of both tovholdere"),
        Sight(Role.TOVHOLDER_POLITI, Tie.TAKES_PART, (B, C), "R6: one of both tovholdere"),
        Sight(Role.SECRETARIAT, Tie.TAKES_PART, (), "2.1: agenda, invitations, index of the minutes; no text"),
        Sight(Role.CASEWORKER, Tie.DECIDES, (B,), "2.1: the authority that decides on it"),
    ),
    {Tie.DECIDES: "authority"},
)
"""No department-wide access (R5), never the corps (R12), never a national role (R11)."""

UNDERRETNING_POLICY = Policy(
    "underretning",
    (
        Sight(Role.CHILD_UNIT, Tie.TAKES_PART, (), "3.7: the receiving unit"),
        Sight(Role.TOVHOLDER_KOMMUNE, Tie.TAKES_PART, (), "3.7: the tovholder beside whose case it runs"),
    ),
)
"""The notifier is no party (`domain.md` 3.7)."""

INSIGHT_POLICY = Policy(
    "insight",
    (
        Sight(Role.DPO, Tie.TAKES_PART, (B,), "R21: answers requests; opens the case's texts for the answer"),
        Sight(Role.CASEWORKER, Tie.TAKES_PART, (), "R21: may decide; opens what the case itself gives leave for"),
        Sight(Role.TOVHOLDER_KOMMUNE, Tie.TAKES_PART, (), "3.13: receives requests"),
        Sight(Role.TOVHOLDER_POLITI, Tie.TAKES_PART, (), "3.13: receives requests"),
    ),
)

KOMMUNE = CASE_POLICY.leave(Role.TOVHOLDER_KOMMUNE)
POLITI = CASE_POLICY.leave(Role.TOVHOLDER_POLITI)
AUTHORITY = CASE_POLICY.leave(Role.CASEWORKER)


def case_changes(case: Case, fact: Fact) -> Iterator[AccessChange]:
    """Yield who gains or loses sight with `fact`; `case` is the state after all facts of the command."""
    match fact:
        case facts.ConcernArrived():
            yield AccessChange(case.organisation, opens=KOMMUNE)
            yield AccessChange(case.police, opens=POLITI)
        case facts.RecommendationSent():
            yield AccessChange(fact.addressed_to, opens=AUTHORITY)
        case facts.PoliceTookOver() | facts.ClearanceRevoked():
            yield from _locked(case)
        case facts.PoliceReturned():
            yield AccessChange(case.organisation, opens=KOMMUNE)
            # The lock took it back, and a request for insight from before or meanwhile waits for its answer (R21).
            yield AccessChange(case.organisation, opens=INSIGHT_POLICY.leave(Role.DPO))
            if case.recommendation is not None:
                yield AccessChange(case.recommendation.addressed_to, opens=AUTHORITY)
        case GlassBroken():
            leave = CASE_POLICY.leave(Role(fact.by_role))
            yield AccessChange(fact.organisation, opens=leave, person=fact.by, until=fact.until)
        case facts.CaseReopened():
            if fact.left is not None and fact.left not in (case.organisation, case.police):
                yield AccessChange(fact.left, ends=True)


def _locked(case: Case) -> Iterator[AccessChange]:
    """Texts lock for all but the police, who broke the glass included; the municipality keeps sight of the stub (T08)."""
    yield AccessChange(case.organisation, ends=True)
    yield AccessChange(case.organisation)
    if case.authority not in (case.organisation, case.police):
        yield AccessChange(case.authority, ends=True)
    for glass in case.glasses:
        if glass.organisation not in (case.organisation, case.police):
            yield AccessChange(glass.organisation, ends=True, person=glass.by)


def underretning_changes(underretning: Underretning, fact: Fact) -> Iterator[AccessChange]:
    """Yield who gains sight: the municipality whose child unit it is for."""
    if isinstance(fact, UnderretningMade):
        yield AccessChange(underretning.organisation)


def insight_changes(insight: InsightRequest, fact: Fact) -> Iterator[AccessChange]:
    """Yield who gains sight of a request; its DPO gains leave to open the case's texts, unless police have it alone (T08)."""
    answering = INSIGHT_POLICY.leave(Role.DPO)
    match fact:
        case InsightRequested():
            yield AccessChange(insight.organisation, opens=answering)
            if not insight.locked:
                yield AccessChange(insight.organisation, opens=answering, unit=insight.case_id)
        case InsightHandedOver():
            yield AccessChange(fact.to_authority, opens=answering)
            if fact.to_authority == insight.police:
                yield AccessChange(fact.to_authority, opens=answering, unit=insight.case_id)


def handled_by_police(case: Case, organisation: str) -> bool:
    """Say whether this organisation sees only that the police handle it, and since when (T08)."""
    return case.stage == Stage.POLICE_ONLY and organisation != case.police
