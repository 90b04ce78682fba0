"""Fields that many facts of an intervention take from its state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.corps.domain.intervention import Intervention


def of_case(state: Intervention) -> Mapping[str, Any]:
    """Return the case that the intervention serves: every fact carries it."""
    return {"case_id": state.case_id}


def about_member(state: Intervention, *only: str) -> Mapping[str, Any]:
    """Return the case and the engaged member; `only` names the fields to keep besides the case."""
    assert state.member is not None, "a guard has seen to it that there is a member"
    fields = {
        "member_ref": state.member.member_ref,
        "employer_municipality": state.member.employer_municipality,
        "loan_id": state.member.loan_id,
    }
    kept = {name: value for name, value in fields.items() if not only or name in only}
    return {"case_id": state.case_id, **kept}
