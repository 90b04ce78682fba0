"""What corps does when the case moves: seek a member on consent, stop when it is withdrawn or the police take over."""

from __future__ import annotations

from uuid import UUID

from services.corps import repository
from services.corps.domain.intervention_commands import RequestIntervention, StopIntervention
from services.corps.domain.requests import OPEN
from services.corps.handlers import Corps
from shared.contracts.assessment import CASE_TOPIC, ClearanceRevoked, ConsentGiven
from shared.contracts.corps import Client
from shared.contracts.disclosure_codes import ConsentKind
from shared.contracts.disclosures import ConsentWithdrawn
from shared.contracts.envelope import Envelope
from shared.errors import Poison
from shared.messaging.consumer import Subscription
from shared.persistence.work import Transaction


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
        )
        await corps.interventions.request(tx, request)

    async def revoked(tx: Transaction, envelope: Envelope, _: ClearanceRevoked) -> None:
        await stop(tx, envelope.aggregate_id)

    async def withdrawn(tx: Transaction, envelope: Envelope, fact: ConsentWithdrawn) -> None:
        if fact.stops_help:
            await stop(tx, envelope.aggregate_id)

    async def stop(tx: Transaction, case_id: UUID) -> None:
        """Stop in the same words whatever the reason is: the member learns of no withdrawal and of no police (R24, row 42)."""
        for state in await repository.family(tx, case_id, lock=True):
            if state.stage in OPEN:
                await corps.interventions.carry_on(tx, state, StopIntervention())

    return (
        Subscription(
            consumer="corps.cases",
            topics=(CASE_TOPIC,),
            handlers={
                ConsentGiven.type: consented,
                ConsentWithdrawn.type: withdrawn,
                ClearanceRevoked.type: revoked,
            },
            facts={fact.type: fact for fact in (ConsentGiven, ConsentWithdrawn, ClearanceRevoked)},
        ),
    )
