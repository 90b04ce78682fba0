"""The form of the nine dimensions: risk, resource and need side by side, what each level means, and the version before.

Nothing here adds levels up (`domain.md` 3.5).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from services.assessment.domain.assessment_guards import RISK_AND_THREAT
from services.assessment.domain.case import Case
from shared.contracts.assessment_codes import Confidence, EvidenceFrom, Party, ResourceLevel, RiskLevel, UnknownReason
from shared.contracts.corps import Dimension
from shared.persistence.work import Transaction
from shared.web.console.site import Form, Visit
from shared.web.console.words.codes.anchors import ANCHORS

_EVIDENCE = re.compile(r"^(ratings\.\d\.evidence\.\d{1,2})\.(source|observed_on|kind)$")


def begin() -> Form:
    """Return what the form begins with: each dimension once, in order, and no level."""
    pairs = [(f"ratings.{number}.dimension", str(dimension)) for number, dimension in enumerate(Dimension)]
    pairs += [(f"ratings.{number}.confidence", str(Confidence.MEDIUM)) for number in range(len(Dimension))]
    return Form(tuple(pairs))


async def beside(visit: Visit, _: Transaction, case: Case) -> Mapping[str, Any]:
    """Return the dimensions with the meaning of their levels, and the version before for reading beside."""
    earlier = case.assessments[-1] if case.assessments else None
    rated = {str(each.dimension): each for each in earlier.ratings} if earlier else {}
    return {
        "dimensions": [_dimension(visit, str(each)) for each in Dimension],
        "risk_levels": [str(each) for each in RiskLevel],
        "resource_levels": [str(each) for each in ResourceLevel],
        "threat": frozenset(str(each) for each in RISK_AND_THREAT),
        "earlier": earlier,
        "rated": rated,
        "sources": [str(each) for each in EvidenceFrom],
        "unknown": [str(each) for each in UnknownReason],
        "parties": [str(each) for each in case.meeting.present] if case.meeting else [str(each) for each in Party],
        "child": case.may_be_minor,
    }


def _dimension(visit: Visit, code: str) -> dict[str, Any]:
    return {
        "code": code,
        "risk": {str(level): _anchor(visit, f"{code}.risk.{level}") for level in RiskLevel},
        "resource": {str(level): _anchor(visit, f"{code}.resource.{level}") for level in ResourceLevel},
    }


def _anchor(visit: Visit, key: str) -> str:
    return visit.say(ANCHORS[key]) if key in ANCHORS else ""


def rated_in(form: Form) -> int:
    """Return how many dimensions have both levels: a count of what is filled in, never of what it says."""
    return sum(
        bool(form.get(f"ratings.{number}.risk_level") and form.get(f"ratings.{number}.resource_level"))
        for number in range(len(Dimension))
    )


def without_empty_evidence(form: Form) -> Form:
    """Return the form without pieces of evidence of which only the kind was left as it stood."""
    said = {found[1] for name, value in form.pairs if (found := _EVIDENCE.match(name)) and value and found[2] != "kind"}
    return Form(
        tuple(pair for pair in form.pairs if not ((found := _EVIDENCE.match(pair[0])) and found[1] not in said))
    )
