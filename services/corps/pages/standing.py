"""Which commands wait for something else first, and for what: said beside them, before anybody fills in a form in vain.

The table says what is possible in a stage, to a role; these are the guards that can be seen from the record alone. The guard itself still
decides when the command is given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from services.corps.domain.intervention import Intervention, Stage
from services.corps.domain.loan import Loan
from shared.contracts.corps_codes import Side
from shared.web.console import finding
from shared.web.console.site import Visit


class Later(NamedTuple):
    """A command that waits: its code, why not now, and what to do."""

    command: str
    why: str
    remedy: str


def of_intervention(visit: Visit, state: Intervention) -> Mapping[str, Later]:
    """Return the commands on an intervention that wait, by code."""
    return {code: _later(visit, code, guard) for code, guard in _intervention(visit, state)}


def _intervention(visit: Visit, state: Intervention) -> Iterator[tuple[str, str]]:
    member = state.member
    if state.clock("session_concern") is None:
        yield "see-session-concern", "no_concern_waits"
    if state.ending_proposed is not None:
        yield "propose-ending", "ending_proposed_already"
    if state.clock("broker") is not None:
        yield "ask-desk", "desk_asked_already"
    if state.stage != Stage.MATCHING:
        return
    if member is None:
        for code in ("record-citizen-answer", "accept-match", "decline-match", "withdraw-choice"):
            yield code, "no_member_chosen"
        return
    if not member.holds(visit.now):
        yield "accept-match", "reservation_lapsed"
        return
    yield "choose-member", "member_chosen_already"
    if not member.citizen_accepted:
        yield "accept-match", "citizen_not_asked"
    elif member.loan_id is not None and not member.loan_signed:
        yield "accept-match", "loan_not_signed"


def of_loan(visit: Visit, loan: Loan) -> Mapping[str, Later]:
    """Return the commands on a loan that wait, or are the other side's, by code."""
    return {code: _later(visit, code, guard) for code, guard in _loan(visit, loan)}


def _loan(visit: Visit, loan: Loan) -> Iterator[tuple[str, str]]:
    lends = loan.side_of(visit.actor.organisation) is Side.LENDER
    if lends:
        for code in ("offer-loan", "sign-as-borrower", "extend-as-borrower"):
            yield code, "not_the_borrower"
    else:
        for code in ("sign-as-lender", "extend-as-lender", "recall-loan"):
            yield code, "not_the_lender"
    own, code = (loan.signed_by_lender, "sign-as-lender") if lends else (loan.signed_by_borrower, "sign-as-borrower")
    if own is not None:
        yield code, "signed_already"


def _later(visit: Visit, code: str, guard: str) -> Later:
    found = finding.reason(guard, code)
    return Later(code, visit.language.gettext(found.why), visit.language.gettext(found.remedy))
