"""Things that broke, as they lie in the database until somebody sees to them: a dead letter, and mail that reached nobody."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID, uuid4

from services.notify.domain.delivery import Delivery, Stage
from shared.contracts.assessment import CASE_TOPIC
from shared.contracts.lifecycle import StepAction
from shared.contracts.notify import Audience
from tests.support.product import Product
from tests.support.topics import published
from tests.support.work import waits

LETTER = """
insert into {service}.dead_letters (consumer, topic, partition, "offset", key, headers, value, error_code, parked_behind, attempts)
values ($1, $2, 0, -floor(random() * 1000000000)::bigint, $3, $4::jsonb, $5, $6, false, 1)
"""
SECRET = b"hemmeligt"
CONSUMERS = {
    "intake": "intake.cases",
    "assessment": "assessment.concerns",
    "corps": "corps.cases",
    "notify": "notify.work",
}
"""One consumer of each service."""


async def dead_letter(product: Product, service: str) -> str:
    """Put in a letter that cannot be read, with its key parked; return the key."""
    key = str(uuid4())
    headers = [["ce_type", "deadline.opened.v1"]]
    await _lies(product, service, CASE_TOPIC, key, headers, SECRET, "envelope_invalid")
    return key


async def mended_letter(product: Product, service: str, topic: str) -> str:
    """Put in the latest record of a topic as one that failed for a reason that has gone; return the key."""
    last = (await published(product.backends.bootstrap, [topic])).records[-1]
    headers = [[name, value.decode()] for name, value in last.headers]
    key = last.key.decode()
    await _lies(product, service, topic, key, headers, last.value, "database_away")
    return key


async def _lies(
    product: Product, service: str, topic: str, key: str, headers: list[list[str]], value: bytes, code: str
) -> None:
    told = (CONSUMERS[service], topic, key, json.dumps(headers), value, code)
    await product.rows(LETTER.format(service=service), *told)
    await product.rows(f"insert into {service}.parked_keys (consumer, key) values ($1, $2)", CONSUMERS[service], key)


async def forget_letter(product: Product, service: str, key: str) -> None:
    """Take the letter and its parked key out again."""
    await product.rows(f"delete from {service}.dead_letters where key = $1", key)
    await product.rows(f"delete from {service}.parked_keys where key = $1", key)


DELIVERY = """
insert into notify.delivery (id, stage, version, opening, organisation, body, created_at, updated_at, deadline_id, audience, action)
values ($1, 'FAILED', 2, 1, $2, $3::jsonb, $4, $4, $5, 'OWNER', $6)
"""


async def failed_mail(product: Product, place: str = "kommune:0461") -> tuple[UUID, UUID]:
    """Put in a reminder whose addresses the mail server refused, about a task that still waits; return it and the task."""
    deadline, now = await waits(product, 30, place=place), product.clock.now()
    item = (await product.rows("select * from notify.work_item where deadline_id = $1", deadline))[0]
    mail = Delivery(
        id=uuid4(),
        stage=Stage.FAILED,
        version=2,
        organisation=place,
        deadline_id=deadline,
        deadline_kind=item["kind"],
        service=item["service"],
        about_kind=item["aggregate_kind"],
        about_id=item["aggregate_id"],
        action=StepAction.REMIND,
        step_at=now - timedelta(hours=1),
        audience=Audience.OWNER,
        role=item["owner_role"],
        due_at=item["due_at"],
        acute=False,
        send_at=now - timedelta(hours=1),
        refused=(uuid4(), uuid4()),
    )
    await product.rows(DELIVERY, mail.id, place, mail.model_dump_json(), now, deadline, mail.action)
    return mail.id, deadline
