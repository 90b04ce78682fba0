"""The underretning's transition table: `domain.md` 2.3 rows 15-18."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.assessment.domain import underretning_commands as commands
from services.assessment.domain import underretning_deadlines as deadlines
from services.assessment.domain.case import OPEN_CASE
from services.assessment.domain.underretning import Stage, Underretning, apply, begin
from shared.contracts import underretning as facts
from shared.contracts.assessment_codes import Investigation
from shared.contracts.codes import Answer
from shared.errors import Invalid
from shared.lifecycle.actor import Role
from shared.lifecycle.deadlines import DeadlineRule
from shared.lifecycle.table import Context, Guard, Lifecycle, Transition
from shared.reference.municipalities import municipality

PUBLIC_SERVICE = tuple(role for role in Role if role not in (Role.SYSTEM, Role.PUBLIC, Role.OPERATOR))
"""Row 15: anyone in public service has the duty, whatever the role in a case."""


def _may_be_child(_: Underretning | None, command: commands.MakeUnderretning, __: Context) -> bool:
    return command.minor is not Answer.NO


def _need_possible(_: Underretning | None, command: commands.MakeUnderretning, __: Context) -> bool:
    return command.possible_need_of_support


def _case_open(_: Underretning | None, command: commands.MakeUnderretning, context: Context) -> bool:
    return command.case_id is None or context.known.get("case_stage") in OPEN_CASE


def _residence_known(_: Underretning | None, command: commands.MakeUnderretning, context: Context) -> bool:
    code = _municipality(command, context)
    if code is None:
        return False
    try:
        municipality(code, context.now.date())
    except Invalid:
        return False
    return True


def _municipality(command: commands.MakeUnderretning, context: Context) -> str | None:
    return command.municipality or context.known.get("case_municipality")


def _receipt_due(underretning: Underretning, _: commands.SendReceipt, __: Context) -> bool:
    return underretning.notifier_known and not underretning.receipt_sent


def _made(_: Underretning | None, command: commands.MakeUnderretning, context: Context) -> Mapping[str, Any]:
    return {
        "municipality": _municipality(command, context),
        "made_by_authority": context.actor.organisation,
        "received_at": context.now,
    }


def _notifier_known(_: Underretning | None, command: Any, __: Context) -> bool:
    return bool(command.notifier_known)


def _notifier_learned(underretning: Underretning, command: commands.NoteRouting, _: Context) -> bool:
    return command.notifier_known and not underretning.notifier_known


def _investigates(_: Underretning, command: commands.DecideInvestigation, __: Context) -> bool:
    return command.follow_up in (Investigation.P19, Investigation.P20)


MAY_BE_CHILD = Guard(
    "not_a_child",
    _may_be_child,
    "an underretning is about somebody who is, or may be, under 18",
    rule="domain.md 2.3 row 15",
    remedy="Ordinary social services help adults.",
    field="minor",
)
NEED_POSSIBLE = Guard(
    "no_need_of_support",
    _need_possible,
    "an underretning says that support may be needed",
    rule="domain.md 2.3 row 15",
    remedy="Make one as soon as support may be needed; certainty is not asked for.",
    field="possible_need_of_support",
)
CASE_OPEN = Guard(
    "case_not_open",
    _case_open,
    "the case is not an open one",
    rule="domain.md 2.3 row 15",
    remedy="Make it without a case, naming the municipality.",
    field="case_id",
)
RESIDENCE_KNOWN = Guard(
    "municipality_unknown",
    _residence_known,
    "the child's municipality of residence is not known",
    rule="domain.md 2.3 row 15, 3.1",
    remedy="Give the municipality where the child lives.",
    field="municipality",
)
RECEIPT_DUE = Guard(
    "no_receipt_due",
    _receipt_due,
    "there is no known notifier who waits for a receipt",
    rule="domain.md 2.3 row 17",
    remedy="Nothing is to be done.",
    early=True,
)
GUARDS = (MAY_BE_CHILD, NEED_POSSIBLE, CASE_OPEN, RESIDENCE_KNOWN)


def _making(opens: tuple[DeadlineRule, ...], *, known: bool) -> Transition[Underretning]:
    return Transition(
        rule="domain.md 2.3 row 15",
        command=commands.MakeUnderretning,
        fact=facts.UnderretningMade,
        target=Stage.RECEIVED,
        roles=PUBLIC_SERVICE,
        when=_notifier_known if known else None,
        guards=GUARDS,
        fills=_made,
        opens=opens,
    )


def _registering(opens: tuple[DeadlineRule, ...], *, known: bool) -> Transition[Underretning]:
    """The track starts by itself, as a task and not as a decision (`domain.md` 2.4)."""
    return Transition(
        rule="domain.md 2.4 child",
        command=commands.RegisterUnderretning,
        fact=facts.UnderretningMade,
        target=Stage.RECEIVED,
        roles=(Role.SYSTEM,),
        when=_notifier_known if known else None,
        opens=opens,
        deciding=False,
        follows=True,
    )


def _noting(opens: tuple[DeadlineRule, ...], *, learned: bool) -> Transition[Underretning]:
    return Transition(
        rule="domain.md 2.3 row 17 (routing)",
        command=commands.NoteRouting,
        fact=facts.RoutingNoted,
        sources=tuple(Stage),
        roles=(Role.SYSTEM,),
        when=_notifier_learned if learned else None,
        opens=opens,
        deciding=False,
        follows=True,
    )


UNDERRETNING: Lifecycle[Underretning] = Lifecycle(
    state=Underretning,
    stages=tuple(Stage),
    begin=begin,
    apply=apply,
    rows=(
        _making((deadlines.ASSESS, deadlines.SEND_RECEIPT), known=True),
        _making((deadlines.ASSESS,), known=False),
        _registering((deadlines.ASSESS, deadlines.SEND_RECEIPT), known=True),
        _registering((deadlines.ASSESS,), known=False),
        _noting((deadlines.SEND_RECEIPT,), learned=True),
        _noting((), learned=False),
        Transition(
            rule="domain.md 2.3 row 16",
            command=commands.AssessUnderretning,
            fact=facts.UnderretningAssessed,
            sources=(Stage.RECEIVED,),
            target=Stage.ASSESSED,
            roles=(Role.CHILD_UNIT,),
            meets=("assess_underretning",),
        ),
        Transition(
            rule="domain.md 2.3 row 17",
            command=commands.SendReceipt,
            fact=facts.ReceiptSent,
            # Six working days outlast the 24 hours of row 16, so a receipt is possible in every stage.
            sources=tuple(Stage),
            roles=(Role.CHILD_UNIT,),
            guards=(RECEIPT_DUE,),
            meets=("send_receipt",),
        ),
        *(
            Transition(
                rule="domain.md 2.3 row 18",
                command=commands.DecideInvestigation,
                fact=facts.InvestigationDecided,
                sources=(Stage.ASSESSED,),
                target=target,
                roles=(Role.CHILD_UNIT,),
                when=when,
            )
            for target, when in ((Stage.INVESTIGATING, _investigates), (Stage.CLOSED, None))
        ),
        Transition(
            rule="domain.md 2.2 U4",
            command=commands.CloseUnderretning,
            fact=facts.UnderretningClosed,
            sources=(Stage.INVESTIGATING,),
            target=Stage.CLOSED,
            roles=(Role.CHILD_UNIT,),
        ),
    ),
)
