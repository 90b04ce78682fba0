"""What corps does when the case moves: seek a member on consent, stop when it is withdrawn or the police take over, and follow who
is named on it as caseworker.
"""

from __future__ import annotations

from uuid import UUID

from services.corps import repository
from services.corps.domain.intervention_commands import FollowCaseworker, RequestIntervention, StopIntervention
from services.corps.domain.requests import OPEN
from services.corps.handlers import Corps
from shared.contracts.assessment import CASE_TOPIC, CaseReopened, ClearanceRevoked, ConsentGiven, RecommendationSent
from shared.contracts.base import Fact
from shared.contracts.corps import Client
from shared.contracts.disclosure_codes import ConsentKind
from shared.contracts.disclosures import ConsentWithdrawn
from shared.contracts.envelope import Envelope
from shared.contracts.naming import CaseworkerNamed
from shared.errors import Poison
from shared.messaging.consumer import Subscription
from shared.persistence.work import Transaction

Naming = CaseworkerNamed | RecommendationSent | CaseReopened
"""Facts of a case after which somebody else is named on it, or nobody (R5)."""

FACTS: tuple[type[Fact], ...] = (
    ConsentGiven,
    ConsentWithdrawn,
    ClearanceRevoked,
    CaseworkerNamed,
    RecommendationSent,
    CaseReopened,
)


def subscriptions(corps: Corps) -> tuple[Subscription, ...]:
    """Return the consumers of corps."""

    async def consented(tx: Transaction, envelope: Envelope, fact: ConsentGiven) -> None:
        if fact.kind is not ConsentKind.OFFER or not fact.needs_corps_member:
            return
        if fact.requirements is None:
            raise Poison("requirements_missing", "consent to a corps member came without requirements")
        request = RequestIntervention(
            case_id=envelope.aggregate_id,
            requirements=fact.requirements,
            municipality=fact.municipality,
            client=Client(fact.client),
            consent_id=fact.consent_id,
            valid_until=fact.valid_until,
            authority=fact.authority,
            caseworker=fact.caseworker,
        )
        await corps.interventions.request(tx, request)

    async def revoked(tx: Transaction, envelope: Envelope, _: ClearanceRevoked) -> None:
        await _stop(tx, corps, envelope.aggregate_id)

    async def withdrawn(tx: Transaction, envelope: Envelope, fact: ConsentWithdrawn) -> None:
        if fact.stops_help:
            await _stop(tx, corps, envelope.aggregate_id)

    async def named(tx: Transaction, envelope: Envelope, fact: Naming) -> None:
        await _follow_caseworker(tx, corps, envelope.aggregate_id, _named_by(fact))

    return (
        Subscription(
            consumer="corps.cases",
            topics=(CASE_TOPIC,),
            handlers={
                ConsentGiven.type: consented,
                ConsentWithdrawn.type: withdrawn,
                ClearanceRevoked.type: revoked,
                **dict.fromkeys((CaseworkerNamed.type, RecommendationSent.type, CaseReopened.type), named),
            },
            facts={fact.type: fact for fact in FACTS},
        ),
    )


def _named_by(fact: Naming) -> FollowCaseworker:
    match fact:
        case CaseworkerNamed():
            return FollowCaseworker(authority=fact.authority, caseworker=fact.person)
        case RecommendationSent():
            return FollowCaseworker(authority=fact.addressed_to, caseworker=fact.caseworker)
    return FollowCaseworker()


async def _follow_caseworker(tx: Transaction, corps: Corps, case_id: UUID, command: FollowCaseworker) -> None:
    """Every intervention of the case, those that are over too: who is named no longer sees none of them (R5).

    It is the same consumer that learns of the consent, so that an intervention never begins with a name that was replaced.
    """
    for state in await repository.family(tx, case_id, lock=True):
        if (state.authority, state.caseworker_ref) != (command.authority, command.caseworker):
            await corps.interventions.carry_on(tx, state, command)


async def _stop(tx: Transaction, corps: Corps, case_id: UUID) -> None:
    """Stop in the same words whatever the reason is: the member learns of no withdrawal and of no police (R24, row 42)."""
    for state in await repository.family(tx, case_id, lock=True):
        if state.stage in OPEN:
            await corps.interventions.carry_on(tx, state, StopIntervention())
