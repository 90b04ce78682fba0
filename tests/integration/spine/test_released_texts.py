"""Intake lets an officer open what a decision on insight released, for as long as the answer can be made (`domain.md` R21)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from prometheus_client import CollectorRegistry

from services.intake import repository
from services.intake.consumers import insights
from services.intake.tables import SPINE
from shared.contracts.envelope import Envelope
from shared.contracts.insight import ANSWER_LASTS, InsightDecided
from shared.messaging.consumer import Receiver
from shared.messaging.metrics import MessagingMetrics
from tests.integration.spine.spine_world import Cluster, Intake

DECIDED = datetime(2030, 1, 1, tzinfo=UTC)
KOMMUNE = "kommune:0253"


async def hear(intake: Intake, concern: str, *, organisation: str = KOMMUNE, released: bool = True) -> str:
    """Tell intake of a decision that released a text of this concern, or none."""
    fact = InsightDecided.model_validate(
        {
            "by": uuid4(),
            "by_role": "DPO",
            "organisation": organisation,
            "stage": "I3",
            "decision": "FULL",
            "released": [{"concern_id": concern, "text": uuid4()}] if released else [],
            "reveals_no_reporter": released,
            "decided_at": DECIDED,
        }
    )
    envelope = Envelope(
        id=uuid4(),
        source="/services/assessment",
        type=fact.type,
        time=DECIDED,
        subject=f"insight/{uuid4()}",
        sequence=2,
        correlationid=uuid4(),
        data=json.loads(fact.model_dump_json()),
    )
    subscription = insights(repository.concern_store(intake.vault), intake.vault)
    receiver = Receiver(subscription, intake.work, SPINE, MessagingMetrics(CollectorRegistry()))
    async with intake.work.begin(correlation_id=envelope.correlationid, causation_id=envelope.id) as tx:
        return await receiver.take_effect(tx, envelope)


async def leaves(cluster: Cluster, concern: str) -> list[Any]:
    """Return the leaves of officers on the concern, in order: organisation, class, whether given, until."""
    connection = await asyncpg.connect(cluster.dsn("postgres"))
    try:
        rows = await connection.fetch(
            "select organisation, class, granted, until from vault.grants where unit = $1 and role = 'DPO' order by id",
            UUID(concern),
        )
    finally:
        await connection.close()
    return [tuple(row) for row in rows]


async def test_an_officer_is_given_leave_for_as_long_as_the_answer_lasts(
    intake: Intake, spine_cluster: Cluster
) -> None:
    concern = await intake.concern()

    assert await hear(intake, concern) == "handled"

    until = DECIDED + ANSWER_LASTS
    assert await leaves(spine_cluster, concern) == [(KOMMUNE, each, True, until) for each in ("B", "C")]
    assert timedelta(days=30) == ANSWER_LASTS


@pytest.mark.parametrize("organisation", ["kommune:0265", "politi:fyn", "hotline:national"])
async def test_no_other_organisation_is_given_leave(intake: Intake, spine_cluster: Cluster, organisation: str) -> None:
    concern = await intake.concern()

    assert await hear(intake, concern, organisation=organisation) == "handled"

    assert await leaves(spine_cluster, concern) == []


async def test_a_decision_that_releases_nothing_gives_no_leave(intake: Intake, spine_cluster: Cluster) -> None:
    concern = await intake.concern()

    assert await hear(intake, concern, released=False) == "handled"

    assert await leaves(spine_cluster, concern) == []
