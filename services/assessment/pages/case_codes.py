"""Which codes the forms of a case let somebody choose: what a guard of the case refuses whatever else is said is not offered."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from services.assessment.domain.case import Case, Stage
from services.assessment.domain.case_guards import ELSEWHERE, ENDED, NO_ACTION
from services.assessment.domain.disclosure import live_consent
from services.assessment.domain.disclosure_rows import HELPED
from services.assessment.domain.help_guards import MEASURES_OF
from shared.contracts.assessment_codes import AuthorityUnit, ConsentBy, DecisionOutcome, Measure, ReferralBasis
from shared.contracts.codes import Answer, ClosingReason, InterventionKind
from shared.contracts.disclosure_codes import ConsentKind, Exemption, RecipientKind
from shared.lifecycle.actor import Role
from shared.web.console.commands import Open
from shared.web.console.site import Visit


def _elsewhere(_: Visit, case: Case) -> Collection[str]:
    return [each for each in ELSEWHERE if case.may_be_minor or each is not ClosingReason.B2]


def _referral(_: Visit, case: Case) -> Collection[str]:
    return [each for each in ReferralBasis if case.may_be_minor or each is not ReferralBasis.BL_UNDERRETNING]


def _outcomes(_: Visit, case: Case) -> Collection[str]:
    recommended = case.assessments[-1].measures if case.assessments else ()
    granting = bool(recommended) and Measure.NONE not in recommended
    return [each for each in DecisionOutcome if granting or each is not DecisionOutcome.GRANT]


def _refusals(_: Visit, case: Case) -> Collection[str]:
    withdrawn = case.clock("assess_without_consent") is not None
    return (*NO_ACTION, *ELSEWHERE, *((ClosingReason.D2,) if withdrawn else ()))


def _consents(visit: Visit, case: Case) -> Collection[str]:
    """The offer is taken once it is there, and renewed while help rests on it; by the caseworker."""
    takes = case.stage == Stage.OFFERED or (case.stage in HELPED and case.offer is not None)
    offer = takes and Role.CASEWORKER in visit.actor.roles
    return [each for each in ConsentKind if offer or each is not ConsentKind.OFFER]


def _givers(_: Visit, case: Case) -> Collection[str]:
    return (ConsentBy.SUBJECT if case.minor is Answer.NO else ConsentBy.CUSTODY_HOLDER, ConsentBy.RELATIVE)


def _help(_: Visit, case: Case) -> Collection[str]:
    return [each for each in InterventionKind if MEASURES_OF.get(each, frozenset()) & set(case.granted)]


def _recipients(visit: Visit, case: Case) -> Collection[str]:
    """Every basis but the citizen's own consent is for employees alone (R4)."""
    consented = live_consent(case.consents, ConsentKind.SHARE, visit.now) is not None
    return tuple(RecipientKind) if consented else (RecipientKind.EMPLOYEE,)


OPEN: Mapping[str, Open] = {
    "close-without-action.reason": lambda visit, case: NO_ACTION,
    "refer-elsewhere.reason": _elsewhere,
    "refer-elsewhere.basis": _referral,
    "decide-measure.outcome": _outcomes,
    "decide-measure.measures": lambda visit, case: [each for each in Measure if each is not Measure.NONE],
    "decide-measure.reason": _refusals,
    "record-consent.kind": _consents,
    "record-consent.given_by": _givers,
    "record-consent.requirements.kind": _help,
    "end-measure.reason": lambda visit, case: ENDED,
    "close-case.reason": lambda visit, case: ENDED,
    "postpone-telling.exemption": lambda visit, case: (Exemption.DBL22_PRIVATE, Exemption.DBL22_CRIME),
    # Asked for an underretning alone, and that goes to the child unit.
    "share-information.to_unit": lambda visit, case: (AuthorityUnit.CHILDREN_AND_FAMILIES,),
    "share-information.recipient_kind": _recipients,
}
"""By `<command>.<field>`."""
