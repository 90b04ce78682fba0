"""What assessment does when another service states a fact. SYSTEM follows what people did there and decides nothing."""

from __future__ import annotations

from uuid import UUID

from services.assessment.domain.case_commands import FollowIntervention, RegisterConcern
from services.assessment.domain.underretning_commands import RegisterUnderretning
from services.assessment.handlers import Cases, Underretninger
from shared.contracts import corps
from shared.contracts.assessment_codes import Happened
from shared.contracts.base import Fact
from shared.contracts.codes import Answer
from shared.contracts.envelope import Envelope
from shared.contracts.intake import CONCERN_TOPIC, AcuteRaised, ConcernRouted
from shared.messaging.consumer import Subscription
from shared.persistence.work import Transaction

HAPPENED: dict[type[corps.OfCase], Happened] = {
    corps.InterventionStarted: Happened.STARTED,
    corps.InterventionPaused: Happened.PAUSED,
    corps.InterventionResumed: Happened.RESUMED,
    corps.MemberReplaced: Happened.REPLACING,
    corps.InterventionEnded: Happened.ENDED,
    corps.InterventionStopped: Happened.STOPPED,
}


def subscriptions(cases: Cases, underretninger: Underretninger) -> tuple[Subscription, ...]:
    """Return the consumers of assessment: concerns that arrive, children they are about, interventions of the corps."""

    async def routed(tx: Transaction, envelope: Envelope, fact: ConcernRouted) -> None:
        case_id = await cases.register(tx, _arrival(envelope, fact))
        if fact.minor is not Answer.NO:
            known = fact.reporter is not None
            await underretninger.register(
                tx, _child(envelope, fact, fact.municipality, case_id=case_id, notifier_known=known)
            )

    async def acute(tx: Transaction, envelope: Envelope, fact: AcuteRaised) -> None:
        if fact.minor is Answer.NO or fact.subject_municipality is None:
            return
        await underretninger.register(tx, _child(envelope, fact, fact.subject_municipality))

    async def followed(tx: Transaction, envelope: Envelope, fact: corps.OfCase) -> None:
        command = FollowIntervention(
            intervention_id=envelope.aggregate_id, happened=HAPPENED[type(fact)], happened_at=envelope.time
        )
        await cases.follow(tx, fact.case_id, command)

    return (
        Subscription(
            consumer="assessment.concerns",
            topics=(CONCERN_TOPIC,),
            handlers={ConcernRouted.type: routed, AcuteRaised.type: acute},
            facts={ConcernRouted.type: ConcernRouted, AcuteRaised.type: AcuteRaised},
        ),
        Subscription(
            consumer="assessment.interventions",
            topics=(corps.INTERVENTION_TOPIC,),
            handlers={fact.type: followed for fact in HAPPENED},
            facts={fact.type: fact for fact in HAPPENED},
        ),
    )


def _arrival(envelope: Envelope, fact: ConcernRouted) -> RegisterConcern:
    """The clocks of the Infohus count from the routing, however late it is read here."""
    names = RegisterConcern.model_fields.keys() & ConcernRouted.model_fields.keys()
    known = {name: getattr(fact, name) for name in names}
    return RegisterConcern(concern_id=envelope.aggregate_id, arrived_at=envelope.time, **known)


def _child(
    envelope: Envelope, fact: Fact, municipality: str, *, case_id: UUID | None = None, notifier_known: bool = False
) -> RegisterUnderretning:
    """The 24 hours run from the moment of the fact. Unknown age counts as a child (`domain.md` 3.2)."""
    return RegisterUnderretning(
        concern_id=envelope.aggregate_id,
        case_id=case_id,
        municipality=municipality,
        made_by_authority=fact.organisation,
        notifier_known=notifier_known,
        received_at=envelope.time,
    )
