"""The activities of a delivery's workflow: each gives commands to this service and answers with what Postgres says then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from temporalio import activity

from services.notify.postman import Postman
from services.notify.workflows.delivery import PASS_ON, SEND_MAIL_ACTIVITY
from shared.durable.activities import as_failure
from shared.durable.snapshot import Reference, Snapshot
from shared.durable.snapshots import Snapshots
from shared.errors import NotFound, TovholderError


@dataclass(frozen=True)
class DeliveryActivities:
    """Sends mail and passes on silence."""

    postman: Postman
    snapshots: Snapshots

    @activity.defn(name=SEND_MAIL_ACTIVITY)
    async def send_mail(self, reference: Reference) -> Snapshot:
        """Send the delivery's mail; tried again until the mail server takes it."""
        return await self._after(self.postman.send, reference)

    @activity.defn(name=PASS_ON)
    async def pass_on(self, reference: Reference) -> Snapshot:
        """Tell the next one, because those who were told are silent."""
        return await self._after(self.postman.pass_on, reference)

    @property
    def all(self) -> list[Callable[..., Any]]:
        """Return the activities for the worker."""
        return [self.send_mail, self.pass_on]

    async def _after(self, act: Callable[[UUID], Awaitable[None]], reference: Reference) -> Snapshot:
        try:
            await act(reference.aggregate_id)
            found = await self.snapshots.of(reference.aggregate_kind, reference.aggregate_id)
            if found is None:
                raise NotFound("delivery_not_found", "there is no such delivery")
        except TovholderError as error:
            raise as_failure(error) from None
        return found
