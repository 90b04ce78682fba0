"""Kafka topics: their names, and how they are made.

Topics are made by the deployment, never by a client that happens to send. The number of partitions is for good: the
key picks the partition, so another number would let two facts of one aggregate overtake each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaConnectionError, KafkaError, TopicAlreadyExistsError, for_code

from shared.errors import Invalid, Transient

TOPICS: Final = (
    "intake.concern.v1",
    "assessment.case.v1",
    "assessment.underretning.v1",
    "assessment.insight.v1",
    "corps.intervention.v1",
    "corps.loan.v1",
    "notify.delivery.v1",
)
"""One topic per kind of aggregate."""

RETENTION_DAYS: Final = 30
"""Longer than any consumer may be away. Facts stay in Postgres for good; Kafka only carries them."""


async def ensure_topics(
    bootstrap: str, names: Iterable[str] = TOPICS, *, partitions: int, replication: int
) -> tuple[str, ...]:
    """Make the topics that are missing; return their names.

    Raises `Transient` (`kafka_unavailable`) if Kafka does not answer, `Invalid` (`topic_differs`) if a topic exists
    with another number of partitions.
    """
    wanted = tuple(names)
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await admin.start()
        made = await _create(admin, wanted, partitions, replication)
        await _check_partitions(admin, [name for name in wanted if name not in made], partitions)
        return made
    except KafkaConnectionError as error:
        raise Transient("kafka_unavailable", "Kafka did not answer; no topic was made") from error
    finally:
        await admin.close()


async def _create(
    admin: AIOKafkaAdminClient, names: tuple[str, ...], partitions: int, replication: int
) -> tuple[str, ...]:
    config = {"retention.ms": str(RETENTION_DAYS * 24 * 3600 * 1000), "compression.type": "producer"}
    if replication > 2:
        config["min.insync.replicas"] = str(replication - 1)
    topics = [NewTopic(name, partitions, replication, topic_configs=config) for name in names]
    answer: Any = await admin.create_topics(topics)
    made = []
    for name, code, *_ in answer.topic_errors:
        error: type[KafkaError] = for_code(code)
        if code == 0:
            made.append(name)
        elif error is not TopicAlreadyExistsError:
            raise Transient("topic_not_made", f"Kafka refused to make {name}: {error.__name__}")
    return tuple(made)


async def _check_partitions(admin: AIOKafkaAdminClient, names: list[str], partitions: int) -> None:
    if not names:
        return
    for topic in await admin.describe_topics(names):
        found = len(topic["partitions"])
        # 0: another process has just made it, and this broker does not know its partitions yet.
        if found not in (0, partitions):
            raise Invalid(
                "topic_differs",
                f"{topic['topic']} has {found} partitions, the setting says {partitions}",
                field="TOVHOLDER_KAFKA_PARTITIONS",
                remedy="Set it to what is there: another number would break the order of facts already sent.",
            )
