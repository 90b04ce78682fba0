"""Items of my work, as a fact of a service would have put them in."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID, uuid4

from shared.lifecycle.actor import Role
from tests.support.product import Product

INSERT = """
insert into notify.work_item (deadline_id, service, aggregate_kind, aggregate_id, kind, sequence, state, opening, owner_role,
    owner_organisation, opened_at, due_at, reason, paragraph, sourced, late)
values ($1, $2, $3, $4, $5, 1, 'OPEN', 1, $6, $7, $8, $9, $10::jsonb, 'domain.md 2.3', false, false)
"""


async def waits(
    product: Product,
    hours: float,
    *,
    kind: str = "case.meeting",
    service: str = "assessment",
    role: Role = Role.TOVHOLDER_KOMMUNE,
    place: str = "kommune:0253",
) -> UUID:
    """Put an item into the list of an organisation's role, due in so many hours; return its deadline."""
    deadline, now = uuid4(), product.clock.now()
    aggregate, _, clock = kind.partition(".")
    began = now - timedelta(days=2)
    reason = {"unit": "WORKING_DAYS", "amount": 2, "counted_from": began.isoformat(), "skipped": []}
    due = now + timedelta(hours=hours)
    values = (deadline, service, aggregate, uuid4(), clock, role, place, began, due, json.dumps(reason))
    await product.rows(INSERT, *values)
    return deadline
