"""Who sees a case or an underretning, and what they may open of it (`domain.md` R5, R6, T08)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from services.assessment.domain.case import Case, Stage
from services.assessment.domain.insight import InsightRequest
from services.assessment.domain.underretning import Underretning
from shared.contracts import assessment as facts
from shared.contracts.base import Fact
from shared.contracts.glass import GlassBroken
from shared.contracts.insight import InsightHandedOver, InsightRequested
from shared.contracts.naming import CaseworkerNamed
from shared.contracts.underretning import UnderretningMade
from shared.lifecycle.actor import Actor, Role
from shared.lifecycle.text import FieldClass
from shared.persistence.store import AccessChange
from shared.policy.sights import Policy, Sight, Tie
from shared.vault.model import Grant

B, C = FieldClass.CASE_TEXT, FieldClass.IDENTITY

CASE_POLICY = Policy(
    "case",
    (
        Sight(Role.TOVHOLDER_KOMMUNE, Tie.TAKES_PART, (B, C), "R6: one of both tovholdere"),
        Sight(Role.TOVHOLDER_POLITI, Tie.TAKES_PART, (B, C), "R6: one of both tovholdere"),
        Sight(Role.SECRETARIAT, Tie.TAKES_PART, (), "2.1: agenda, invitations, index of the minutes; no text"),
        Sight(Role.CASEWORKER, Tie.NAMED, (B,), "R5: who is named on it at the authority that decides"),
    ),
    {Tie.DECIDES: "authority", Tie.NAMED: "caseworker_ref"},
)
"""No department-wide access (R5), never the corps (R12), never a national role (R11)."""

NAMING_POLICY = Policy(
    "case",
    (
        Sight(Role.LEADER, Tie.DECIDES, (), "R5: names who decides at the authority; a stub, never the case"),
        Sight(Role.TOVHOLDER_KOMMUNE, Tie.TAKES_PART, (), "R5: names who decides at the own authority"),
    ),
    {Tie.DECIDES: "authority"},
    part="the stub for naming a caseworker",
)
"""What is shown of a case to who says which caseworker works on it."""

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
        Sight(Role.DPO, Tie.TAKES_PART, (B, C), "R21: answers requests; opens the case's texts for the answer"),
        Sight(Role.TOVHOLDER_KOMMUNE, Tie.TAKES_PART, (), "3.13: receives requests"),
        Sight(Role.TOVHOLDER_POLITI, Tie.TAKES_PART, (), "3.13: receives requests"),
    ),
)

KOMMUNE = CASE_POLICY.leave(Role.TOVHOLDER_KOMMUNE)
POLITI = CASE_POLICY.leave(Role.TOVHOLDER_POLITI)
AUTHORITY = CASE_POLICY.leave(Role.CASEWORKER)

EXPORTING = timedelta(minutes=5)
"""How long a DPO's leave for one export lasts: it opens what it opens at once [P]."""


def case_changes(case: Case, fact: Fact) -> Iterator[AccessChange]:
    """Yield who gains or loses sight with `fact`; `case` is the state after all facts of the command."""
    if fact.stage == Stage.CLOSED:
        # Who was named works on it no longer; the authority keeps its decision in its own files (R5).
        yield from _no_longer(case, case.caseworker_ref)
    match fact:
        case facts.ConcernArrived():
            yield AccessChange(case.organisation, opens=KOMMUNE)
            yield AccessChange(case.police, opens=POLITI)
        case facts.RecommendationSent():
            yield from _sent(case, fact)
        case CaseworkerNamed():
            yield from _no_longer(case, fact.replaced)
            yield AccessChange(fact.authority, opens=AUTHORITY, person=fact.person)
        case facts.PoliceTookOver() | facts.ClearanceRevoked():
            yield from _locked(case)
        case facts.PoliceReturned():
            yield AccessChange(case.organisation, opens=KOMMUNE)
            if case.recommendation is not None:
                yield from _authority(case)
        case GlassBroken():
            leave = CASE_POLICY.leave(Role(fact.by_role))
            yield AccessChange(fact.organisation, opens=leave, person=fact.by, until=fact.until)
        case facts.CaseReopened():
            yield from _no_longer(case, *(each.person_ref for each in case.caseworkers))
            yield from _left(case, fact.left)


def _sent(case: Case, fact: facts.RecommendationSent) -> Iterator[AccessChange]:
    """The addressed authority takes part, and of its people the one who is named; another one before has no part any more."""
    yield from _no_longer(case, *(each.person_ref for each in case.caseworkers if each.person_ref != fact.caseworker))
    yield from _left(case, fact.left)
    yield from _authority(case)


def _left(case: Case, authority: str | None) -> Iterator[AccessChange]:
    """An authority that the case is with no longer has no part in it, unless it is one of both that always have."""
    if authority is not None and authority not in (case.organisation, case.police):
        yield AccessChange(authority, ends=True)


def _authority(case: Case) -> Iterator[AccessChange]:
    person = case.caseworker_ref
    yield AccessChange(case.authority, opens=AUTHORITY if person else (), person=person)


def _no_longer(case: Case, *persons: UUID | None) -> Iterator[AccessChange]:
    """Take back the leave of those who were named; their organisations keep their part."""
    for person in persons:
        for organisation in {each.organisation for each in case.caseworkers if each.person_ref == person}:
            yield AccessChange(organisation, ends=True, person=person)


def _locked(case: Case) -> Iterator[AccessChange]:
    """Texts lock for all but the police, who broke the glass included; the municipality keeps sight of the stub (T08)."""
    yield AccessChange(case.organisation, ends=True)
    yield AccessChange(case.organisation, stub=True)
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
    """Yield who gains sight of a request, and its DPO leave to open its grounds; of the case, see `answering_leave`."""
    answering = INSIGHT_POLICY.leave(Role.DPO)
    match fact:
        case InsightRequested():
            yield AccessChange(insight.organisation, opens=answering)
        case InsightHandedOver():
            yield AccessChange(fact.to_authority, opens=answering)


def answering_leave(insight: InsightRequest, actor: Actor, now: datetime) -> list[Grant]:
    """Return the leave that a DPO is given on the case's texts for one export (R21), alone and for minutes.

    Leave that were given with the request would outlive its answer, and one answer would take it from another that waits.
    Only who was asked and the case's police answer with its texts.
    """
    if Role.DPO not in actor.roles or actor.organisation not in (insight.organisation, insight.police):
        return []
    until = now + EXPORTING
    return [
        Grant(actor.organisation, role, opened, until, actor.person_ref)
        for role, opened in INSIGHT_POLICY.leave(Role.DPO)
    ]


def handled_by_police(case: Case, organisation: str) -> bool:
    """Say whether this organisation sees only that the police handle it, and since when (T08)."""
    return case.stage == Stage.POLICE_ONLY and organisation != case.police
