"""A topic's name says the service and the kind of aggregate: publishing again goes by it."""

from __future__ import annotations

from deploy.config import SERVICES
from shared.messaging.topics import TOPICS
from tests.support.settling import parts


def test_every_aggregates_topic_is_named_after_its_service_and_kind() -> None:
    topics = {}
    for service in SERVICES:
        for told in parts(service).told:
            topics[told.store.lifecycle.topic] = f"{service}.{told.store.lifecycle.kind}.v1"

    assert topics == {topic: topic for topic in TOPICS}
