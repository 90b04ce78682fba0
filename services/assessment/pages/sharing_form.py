"""The form of a share: which basis allows whom to give to whom, read from the rules of the day (`domain.md` 4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.assessment.domain.case import Case
from services.assessment.domain.disclosure import live_consent
from shared.contracts.disclosure_codes import SharingBasis
from shared.errors import Invalid
from shared.persistence.work import Transaction
from shared.reference.calendar import local
from shared.reference.organisations import OrganisationKind, organisation
from shared.reference.sharing import RULES, SharingRule, rule_on
from shared.web.console.language import N_
from shared.web.console.site import Form, Visit

NATIONAL = frozenset({OrganisationKind.CENTRE, OrganisationKind.HOTLINE})

KINDS: Mapping[str, str] = {
    OrganisationKind.KOMMUNE: N_("kommune"),
    OrganisationKind.POLITI: N_("politi"),
    OrganisationKind.SCHOOL: N_("skole"),
    OrganisationKind.KRIMINALFORSORG: N_("Kriminalforsorgen"),
    OrganisationKind.PSYKIATRI: N_("psykiatri"),
}
"""What kinds of authority are called in a rule."""


async def beside(visit: Visit, tx: Transaction, case: Case) -> Mapping[str, Any]:
    """Return the rules in which the visitor's authority gives or receives today, each with whether a consent carries it."""
    kind = organisation(visit.actor.organisation).kind
    rules = [rule for rule in _today(visit) if kind in rule.senders | rule.receivers]
    return {"rules": [_shown(rule, case, tx) for rule in rules], "kinds": KINDS}


def _today(visit: Visit) -> list[SharingRule]:
    day, found = local(visit.now).date(), []
    for basis in SharingBasis:
        try:
            found.append(rule_on(basis, day))
        except Invalid:
            continue
    return found


def _shown(rule: SharingRule, case: Case, tx: Transaction) -> dict[str, Any]:
    consent = None if rule.consent is None else live_consent(case.consents, rule.consent, tx.now)
    return {
        "basis": str(rule.basis),
        "senders": sorted(rule.senders - NATIONAL),
        "receivers": sorted(rule.receivers - NATIONAL),
        "purpose": str(rule.purpose),
        "limits": sorted(rule.limits),
        "consent": rule.consent,
        "consented": consent,
        "from": rule.valid_from,
    }


def with_purpose(form: Form) -> Form:
    """Return the form with the purpose that the chosen basis has: each basis has one, so nobody is asked for it."""
    found = next((rule.purpose for rule in RULES if str(rule.basis) == form.get("basis")), None)
    kept = tuple(pair for pair in form.pairs if pair[0] != "purpose")
    return Form((*kept, ("purpose", str(found)))) if found is not None else form
