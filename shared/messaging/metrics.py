"""What is counted of facts on their way. Labels are topics, consumers, wire types and closed outcomes, never ids."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge


class MessagingMetrics:
    """The metrics of one process; build it once per registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.published = Counter("facts_published", "Facts acknowledged by Kafka", ["topic"], registry=registry)
        self.publish_failures = Counter(
            "outbox_publish_failures", "Sends of a fact that failed", ["topic"], registry=registry
        )
        self.outbox_died = Counter(
            "outbox_rows_given_up", "Facts that Kafka refuses; their key waits", ["topic"], registry=registry
        )
        self.outbox_pending = Gauge("outbox_pending", "Facts not yet published", registry=registry)
        self.outbox_oldest = Gauge(
            "outbox_oldest_pending_seconds", "Age of the oldest unpublished fact", registry=registry
        )
        self.outbox_dead = Gauge("outbox_dead", "Facts given up and not yet revived", registry=registry)
        self.relay_leading = Gauge("relay_leading", "1 in the process whose relay publishes", registry=registry)
        self.consumed = Counter(
            "facts_consumed",
            "Records settled, by outcome",
            ["consumer", "type", "outcome"],
            registry=registry,
        )
        self.about_erased = Counter(
            "facts_about_erased",
            "Facts that came after what they are about was erased",
            ["consumer"],
            registry=registry,
        )
        self.gaps = Counter(
            "consumer_gaps", "Facts that came before one of their past", ["consumer"], registry=registry
        )
        self.nacks = Counter(
            "consumer_nacks", "Records put back after transient trouble", ["consumer"], registry=registry
        )
        self.lag = Gauge("consumer_lag", "Records not yet settled", ["consumer", "topic"], registry=registry)
        self.measured_at = Gauge(
            "consumer_measured_at_seconds",
            "When the lag was last measured, with partitions in hand (Unix time)",
            ["consumer"],
            registry=registry,
        )
        self.dead_letters = Gauge("dead_letters_open", "Records waiting for a person", ["consumer"], registry=registry)
        self.parked_keys = Gauge("parked_keys", "Aggregates whose facts line up", ["consumer"], registry=registry)
