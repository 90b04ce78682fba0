"""What a leader is shown of what waits follows from the policies, and from nowhere else (R5)."""

from __future__ import annotations

from services.assessment.access import CASE_POLICY, INSIGHT_POLICY, UNDERRETNING_POLICY
from services.corps.access import INTERVENTION_POLICY, LOAN_POLICY, MEMBER_POLICY
from services.intake.access import CONCERN_POLICY
from services.notify.explaining import LEADERS_SEE
from shared.lifecycle.actor import Role

POLICIES = (
    CASE_POLICY,
    INSIGHT_POLICY,
    UNDERRETNING_POLICY,
    INTERVENTION_POLICY,
    LOAN_POLICY,
    MEMBER_POLICY,
    CONCERN_POLICY,
)


def test_a_leader_is_shown_the_records_that_a_policy_lets_leaders_see_and_no_others() -> None:
    assert {policy.kind for policy in POLICIES if Role.LEADER in policy.roles} == LEADERS_SEE
