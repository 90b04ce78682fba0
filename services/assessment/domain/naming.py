"""Who is named on a case as the caseworker who decides (`domain.md` R5, 3.4 `participants`): one person, from and to, and why.

Who leads the addressed authority names, or the tovholder whose own municipality it is; nobody names herself. Who is named next
takes the place at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.assessment.domain.case import Case, Named, Stage
from services.assessment.domain.case_commands import NameCaseworker, SendRecommendation
from services.assessment.domain.case_deadlines import CASEWORKERS_OWN
from shared.contracts.assessment import CaseReopened, RecommendationSent
from shared.contracts.assessment_codes import NamingReason
from shared.contracts.base import Fact
from shared.contracts.naming import CaseworkerNamed
from shared.lifecycle.actor import Role
from shared.lifecycle.table import Context, Guard, Transition

RULE: Final = "domain.md 3.4, R5"

NAMERS: Final = (Role.TOVHOLDER_KOMMUNE, Role.LEADER)

NAMEABLE: Final = (
    Stage.DECISION_PENDING,
    Stage.OFFERED,
    Stage.MATCHING,
    Stage.ACTIVE,
    Stage.PAUSED,
    Stage.FOLLOW_UP,
)
"""Open stages in which an authority works on the case; with the police alone nobody is named (T08)."""


def _own_authority(case: Case, command: SendRecommendation, _: Context) -> bool:
    return command.caseworker is None or command.addressed_to == case.organisation


def _somebody_else(_: Case, command: SendRecommendation, context: Context) -> bool:
    return command.caseworker != context.actor.person_ref


def _authority_names(case: Case, _: NameCaseworker, context: Context) -> bool:
    return context.actor.organisation == case.authority


def _not_oneself(_: Case, command: NameCaseworker, context: Context) -> bool:
    return command.person != context.actor.person_ref


def _not_named_yet(case: Case, command: NameCaseworker, _: Context) -> bool:
    return command.person != case.caseworker_ref


OWN_AUTHORITY: Final = Guard(
    "caseworker_of_another_authority",
    _own_authority,
    "the caseworker is named with the recommendation only where it goes to the municipality's own authority",
    RULE,
    "Leave it out: the leader of the addressed authority is asked to name somebody.",
    field="caseworker",
)
SOMEBODY_ELSE: Final = Guard(
    "names_themselves",
    _somebody_else,
    "nobody names themselves",
    RULE,
    "Name a colleague, or let the leader of the authority name you.",
    field="caseworker",
)
AUTHORITY_NAMES: Final = Guard(
    "naming_not_yours",
    _authority_names,
    "the authority that the recommendation was sent to names its own caseworker",
    RULE,
    "Ask its leader.",
    early=True,
)
NOT_ONESELF: Final = Guard(
    "names_themselves",
    _not_oneself,
    "nobody names themselves",
    RULE,
    "Let the tovholder or another leader of the authority name you.",
    field="person",
)
NOT_NAMED_YET: Final = Guard(
    "named_already",
    _not_named_yet,
    "this person is named on the case already",
    RULE,
    "Name somebody else, or nobody.",
    field="person",
)


def sent(case: Case, command: SendRecommendation, context: Context) -> Mapping[str, Any]:
    """Who is named at the addressed authority from here, and which authority the recommendation was with before."""
    before = case.recommendation.addressed_to if case.recommendation else None
    return {
        "caseworker": _next(case, command),
        "left": before if before != command.addressed_to else None,
        "sent_at": context.now,
    }


def somebody(case: Case, command: SendRecommendation, _: Context) -> bool:
    """Say whether a caseworker is named once it is sent: now, or at the same authority before (row 14)."""
    return _next(case, command) is not None


def nobody(case: Case, command: SendRecommendation, context: Context) -> bool:
    """Say whether somebody must be named before anybody can decide."""
    return not somebody(case, command, context)


def _next(case: Case, command: SendRecommendation) -> UUID | None:
    same = case.recommendation is not None and case.recommendation.addressed_to == command.addressed_to
    return command.caseworker or (case.caseworker_ref if same else None)


def _named(case: Case, _: NameCaseworker, context: Context) -> Mapping[str, Any]:
    return {"authority": case.authority, "replaced": case.caseworker_ref, "named_at": context.now}


NAMING_ROWS: Final[tuple[Transition[Case], ...]] = (
    Transition(
        rule=RULE,
        command=NameCaseworker,
        fact=CaseworkerNamed,
        sources=NAMEABLE,
        roles=NAMERS,
        guards=(AUTHORITY_NAMES, NOT_ONESELF, NOT_NAMED_YET),
        fills=_named,
        meets=("name_caseworker",),
        hands=CASEWORKERS_OWN,
    ),
)


def applied(case: Case, fact: Fact) -> Case:
    """Return the case after what a fact means to who is named on it."""
    match fact:
        case RecommendationSent(sent_at=datetime() as moment) if fact.caseworker != case.caseworker_ref:
            ended = _ended(case, moment)
            if fact.caseworker is None:
                return ended
            return _begun(ended, fact.addressed_to, fact.caseworker, moment, NamingReason.ALLOCATED)
        case CaseworkerNamed():
            return _begun(_ended(case, fact.named_at), fact.authority, fact.person, fact.named_at, fact.reason)
        case CaseReopened():
            return _ended(case, fact.reopened_at)
    return case


def _ended(case: Case, moment: datetime) -> Case:
    over = (each if each.until else each.model_copy(update={"until": moment}) for each in case.caseworkers)
    return case.with_(caseworkers=tuple(over))


def _begun(case: Case, organisation: str, person: UUID, moment: datetime, reason: NamingReason) -> Case:
    named = Named(organisation=organisation, person_ref=person, since=moment, reason=reason)
    return case.with_(caseworkers=(*case.caseworkers, named))
