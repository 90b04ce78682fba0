"""The loan's transition table: `domain.md` 3.9.

Both leaders have the same role, so each side has a command of its own, guarded by organisation; the second signature moves the
loan. What SYSTEM does here carries out what named persons signed, and its facts name them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from services.corps.domain import deadlines
from services.corps.domain import loan_commands as commands
from services.corps.domain import loan_guards as guards
from services.corps.domain.loan import Loan, Stage, apply, begin, reason_to_end
from shared.contracts import corps_loans as facts
from shared.contracts.corps_codes import Side
from shared.lifecycle.actor import Role
from shared.lifecycle.deadlines import DeadlineRule
from shared.lifecycle.table import Command, Context, Guard, Lifecycle, Transition

Row = Transition[Loan]

RULE = "domain.md 3.9"
NOT_ACTIVE_YET = (Stage.DRAFT, Stage.OFFERED, Stage.SIGNED)
RUNNING = (Stage.ACTIVE, Stage.EXTENDED)
SIDES = (Role.LOCAL_COORDINATOR, Role.LEADER)


def _drafted(_: Loan | None, __: commands.DraftLoan, context: Context) -> Mapping[str, Any]:
    return {name: context.known[name] for name in ("lender", "borrower", "kind")}


def _offered(_: Loan, __: commands.OfferLoan, context: Context) -> Mapping[str, Any]:
    return {"held_until": deadlines.RESERVED.after(context.now)}


def _signers(state: Loan, _: Any, __: Context) -> Mapping[str, Any]:
    return {"signed_by_lender": state.signed_by_lender, "signed_by_borrower": state.signed_by_borrower}


def _over(state: Loan, command: Any, context: Context) -> Mapping[str, Any]:
    return {**_signers(state, command, context), "reason": reason_to_end(state)}


def _by_side(side: Side) -> Callable[[Any, Any, Context], Mapping[str, Any]]:
    return lambda _, __, ___: {"side": side}


def _signing(
    command: type[Command],
    side: Side,
    guard: Guard,
    once: Guard,
    clock: DeadlineRule,
    other_signed: Callable[[Loan], bool],
) -> tuple[Row, Row]:
    """Return both rows of a side's signature: the first of the two, and the one that completes the agreement."""
    guarded = (guard, once, guards.OTHER_PERSON, guards.RESERVED)
    first: Row = Transition(
        rule=RULE,
        command=command,
        fact=facts.LoanSideSigned,
        sources=(Stage.OFFERED,),
        roles=(Role.LEADER,),
        guards=guarded,
        when=lambda state, _, __: not other_signed(state),
        fills=_by_side(side),
        meets=(clock.kind,),
    )
    second: Row = Transition(
        rule=RULE,
        command=command,
        fact=facts.LoanFullySigned,
        sources=(Stage.OFFERED,),
        target=Stage.SIGNED,
        roles=(Role.LEADER,),
        guards=guarded,
        when=lambda state, _, __: other_signed(state),
        fills=lambda _, __, context: {"side": side, "signed_at": context.now},
        opens=(deadlines.LOAN_STARTS,),
        meets=(clock.kind,),
    )
    return first, second


def _extending(
    command: type[Command], side: Side, guard: Guard, mine: DeadlineRule, theirs: DeadlineRule
) -> tuple[Row, Row]:
    """Return both rows of a side's signature under a longer term. Another day than the other side's is a new proposal."""

    def agreed(state: Loan, wanted: Any, _: Context) -> bool:
        proposal = state.proposal
        return proposal is not None and proposal.side is not side and proposal.ends_on == wanted.ends_on

    guarded = (guard, guards.LONGER, guards.EXTENSION_BY_ANOTHER)
    proposed: Row = Transition(
        rule=RULE,
        command=command,
        fact=facts.LoanExtensionProposed,
        sources=RUNNING,
        roles=(Role.LEADER,),
        guards=guarded,
        when=lambda state, wanted, context: not agreed(state, wanted, context),
        fills=_by_side(side),
        opens=(theirs,),
        meets=(mine.kind, theirs.kind),
    )
    extended: Row = Transition(
        rule=RULE,
        command=command,
        fact=facts.LoanExtended,
        sources=RUNNING,
        target=Stage.EXTENDED,
        roles=(Role.LEADER,),
        guards=guarded,
        when=agreed,
        fills=_by_side(side),
        opens=(deadlines.LOAN_ENDS,),
        meets=(mine.kind, "loan_ends"),
    )
    return proposed, extended


OFFER_ROWS: tuple[Row, ...] = (
    Transition(
        rule=RULE,
        command=commands.DraftLoan,
        fact=facts.LoanDrafted,
        target=Stage.DRAFT,
        roles=(Role.LOCAL_COORDINATOR,),
        guards=(guards.LENDER_DIFFERS, guards.TERM_IN_ORDER, guards.SEEKS_A_MEMBER),
        fills=_drafted,
    ),
    Transition(
        rule=RULE,
        command=commands.OfferLoan,
        fact=facts.LoanOffered,
        sources=(Stage.DRAFT,),
        target=Stage.OFFERED,
        roles=(Role.LOCAL_COORDINATOR,),
        guards=(guards.BORROWING, guards.SEEKS_A_MEMBER, guards.FITS, guards.OWN_FIRST, guards.HOURS_LEFT),
        fills=_offered,
        opens=(deadlines.SIGN_LENDER, deadlines.SIGN_BORROWER),
    ),
    *_signing(
        commands.SignAsLender,
        Side.LENDER,
        guards.LENDING,
        guards.LENDER_SIGNS_ONCE,
        deadlines.SIGN_LENDER,
        lambda state: state.signed_by_borrower is not None,
    ),
    *_signing(
        commands.SignAsBorrower,
        Side.BORROWER,
        guards.BORROWING,
        guards.BORROWER_SIGNS_ONCE,
        deadlines.SIGN_BORROWER,
        lambda state: state.signed_by_lender is not None,
    ),
    Transition(
        rule=RULE,
        command=commands.LapseReservation,
        fact=facts.LoanReservationLapsed,
        sources=(Stage.OFFERED,),
        target=Stage.CANCELLED,
        roles=(Role.SYSTEM,),
        guards=(guards.UNSIGNED_IN_TIME,),
        fills=lambda state, _, __: {"offered_by": state.offered_by},
        deciding=False,
    ),
    Transition(
        rule=RULE,
        command=commands.CancelLoan,
        fact=facts.LoanCancelled,
        sources=NOT_ACTIVE_YET,
        target=Stage.CANCELLED,
        roles=SIDES,
        guards=(guards.EITHER_SIDE,),
    ),
)

TERM_ROWS: tuple[Row, ...] = (
    Transition(
        rule=RULE,
        command=commands.ActivateLoan,
        fact=facts.LoanActivated,
        sources=(Stage.SIGNED,),
        target=Stage.ACTIVE,
        roles=(Role.SYSTEM,),
        guards=(guards.DAY_REACHED, guards.INTERVENTION_ACTIVE),
        fills=_signers,
        opens=(deadlines.LOAN_ENDS,),
        meets=("loan_starts",),
        deciding=False,
    ),
    *_extending(
        commands.ExtendAsLender, Side.LENDER, guards.LENDING, deadlines.EXTEND_LENDER, deadlines.EXTEND_BORROWER
    ),
    *_extending(
        commands.ExtendAsBorrower, Side.BORROWER, guards.BORROWING, deadlines.EXTEND_BORROWER, deadlines.EXTEND_LENDER
    ),
    Transition(
        rule=f"{RULE} recall",
        command=commands.RecallLoan,
        fact=facts.LoanRecalled,
        sources=RUNNING,
        roles=SIDES,
        guards=(guards.LENDING, guards.NOTICE_GIVEN),
        opens=(deadlines.LOAN_ENDS,),
        meets=("loan_ends", "extend_lender", "extend_borrower"),
    ),
    Transition(
        rule=RULE,
        command=commands.EndLoan,
        fact=facts.LoanEnded,
        sources=RUNNING,
        target=Stage.ENDED,
        roles=(Role.SYSTEM,),
        guards=(guards.END_REACHED,),
        fills=_over,
        meets=("loan_ends",),
        deciding=False,
    ),
    Transition(
        rule=RULE,
        command=commands.FollowIntervention,
        fact=facts.LoanEnded,
        sources=RUNNING,
        target=Stage.ENDED,
        roles=(Role.SYSTEM,),
        fills=_signers,
        deciding=False,
        follows=True,
    ),
    Transition(
        rule=RULE,
        command=commands.FollowIntervention,
        fact=facts.LoanCancelled,
        sources=NOT_ACTIVE_YET,
        target=Stage.CANCELLED,
        roles=(Role.SYSTEM,),
        deciding=False,
        follows=True,
    ),
)

LOAN: Lifecycle[Loan] = Lifecycle(
    state=Loan, stages=tuple(Stage), begin=begin, apply=apply, rows=(*OFFER_ROWS, *TERM_ROWS)
)
