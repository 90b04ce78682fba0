"""Who sees a case or an underretning, and what they may open of it (`domain.md` R5, R6, T08)."""

from __future__ import annotations

from collections.abc import Iterator

from services.assessment.domain.case import Case, Stage
from services.assessment.domain.underretning import Underretning
from shared.contracts import assessment as facts
from shared.contracts.base import Fact
from shared.contracts.underretning import UnderretningMade
from shared.lifecycle.actor import Role
from shared.lifecycle.text import FieldClass
from shared.persistence.store import AccessChange

KOMMUNE = ((Role.TOVHOLDER_KOMMUNE, FieldClass.CASE_TEXT), (Role.TOVHOLDER_KOMMUNE, FieldClass.IDENTITY))
POLITI = ((Role.TOVHOLDER_POLITI, FieldClass.CASE_TEXT), (Role.TOVHOLDER_POLITI, FieldClass.IDENTITY))
AUTHORITY = ((Role.CASEWORKER, FieldClass.CASE_TEXT),)

CASE_ROLES = frozenset({Role.TOVHOLDER_KOMMUNE, Role.TOVHOLDER_POLITI, Role.SECRETARIAT})
"""Roles that see the cases their organisation takes part in; no department-wide access (R5), and never the corps (R12)."""

DECIDING_ROLES = frozenset({Role.CASEWORKER})
"""Roles that see the cases on which their organisation decides."""

UNDERRETNING_ROLES = frozenset({Role.CHILD_UNIT, Role.TOVHOLDER_KOMMUNE})
"""The receiving unit, and the tovholder beside whose case it runs. The notifier is no party (`domain.md` 3.7)."""


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
            if case.recommendation is not None:
                yield AccessChange(case.recommendation.addressed_to, opens=AUTHORITY)
        case facts.CaseReopened():
            if fact.left is not None and fact.left not in (case.organisation, case.police):
                yield AccessChange(fact.left, ends=True)


def _locked(case: Case) -> Iterator[AccessChange]:
    """Texts lock for all but the police; the municipality keeps sight of the stub (T08)."""
    yield AccessChange(case.organisation, ends=True)
    yield AccessChange(case.organisation)
    if case.authority not in (case.organisation, case.police):
        yield AccessChange(case.authority, ends=True)


def underretning_changes(underretning: Underretning, fact: Fact) -> Iterator[AccessChange]:
    """Yield who gains sight: the municipality whose child unit it is for."""
    if isinstance(fact, UnderretningMade):
        yield AccessChange(underretning.organisation)


def handled_by_police(case: Case, organisation: str) -> bool:
    """Say whether this organisation sees only that the police handle it, and since when (T08)."""
    return case.stage == Stage.POLICE_ONLY and organisation != case.police
