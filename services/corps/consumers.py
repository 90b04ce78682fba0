"""What corps does when the case moves: seek a member on consent, stop when the police take over."""

from __future__ import annotations

from services.corps import repository
from services.corps.domain.intervention_commands import RequestIntervention, StopIntervention
from services.corps.domain.requests import OPEN
from services.corps.handlers import Corps
from shared.contracts.assessment import CASE_TOPIC, ClearanceRevoked, ConsentGiven
from shared.contracts.corps import Client
from shared.contracts.envelope import Envelope
from shared.errors import Poison
from shared.messaging.consumer import Subscription
from shared.persistence.work import Transaction


def subscriptions(corps: Corps) -> tuple[Subscription, ...]:
    """Return the consumers of corps."""

    async def consented(tx: Transaction, envelope: Envelope, fact: ConsentGiven) -> None:
        if not fact.needs_corps_member:
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
        for state in await repository.family(tx, envelope.aggregate_id, lock=True):
            if state.stage in OPEN:
                await corps.interventions.carry_on(tx, state, StopIntervention())

    return (
        Subscription(
            consumer="corps.cases",
            topics=(CASE_TOPIC,),
            handlers={ConsentGiven.type: consented, ClearanceRevoked.type: revoked},
            facts={ConsentGiven.type: ConsentGiven, ClearanceRevoked.type: ClearanceRevoked},
        ),
    )
