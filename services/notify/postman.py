"""Sending a delivery's mail: choose who is on duty now, hand it to the mail server, record it.

The mail server is asked outside any transaction. Dying between its answer and the record sends the message again, with the
same Message-ID; nothing is ever recorded as sent that was not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

import structlog
from prometheus_client import CollectorRegistry, Counter

from services.notify.domain.commands import GiveUp, RecordSent, SkipAddress
from services.notify.domain.delivery import Delivery, Stage
from services.notify.domain.roster import Addressee
from services.notify.handlers import Desk
from services.notify.mail import Letters
from shared.contracts.notify import FailureReason, PassingReason
from shared.errors import Transient
from shared.lifecycle.table import Command
from shared.mail import AddressRefused, Mailer
from shared.persistence.handling import carry_out
from shared.persistence.work import UnitOfWork

log = structlog.get_logger()

F = TypeVar("F", Transient, AddressRefused)


class MailMetrics:
    """What is counted of mail. Labels are closed codes."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.sent = Counter("emails_sent", "Messages that the mail server took", ["level"], registry=registry)
        self.failed = Counter(
            "emails_failed", "Messages that were not sent, by error code", ["code"], registry=registry
        )


@dataclass(frozen=True)
class Postman:
    """Sends deliveries, and passes on what nobody answers. Acts as SYSTEM."""

    work: UnitOfWork
    desk: Desk
    mailer: Mailer
    letters: Letters
    metrics: MailMetrics

    async def send(self, delivery_id: UUID) -> None:
        """Send a planned delivery; one that is not planned any more is left alone.

        An address that is refused for good is skipped for the next person. Raises `Transient` to be tried again later: the
        mail server is away, or nobody is on duty yet.
        """
        while True:
            delivery, to = await self._addressee(delivery_id)
            if delivery.stage != Stage.PLANNED:
                return
            if to is None:
                if not delivery.refused:
                    raise self._failed(Transient("nobody_on_duty", "the roster names nobody who could be told"))
                await self._record(delivery_id, GiveUp(reason=FailureReason.ADDRESSES_REFUSED))
                return
            try:
                await self.mailer.send(self.letters.write(delivery, to, self.work.clock.now()))
            except AddressRefused as error:
                self._failed(error)
                await self._record(delivery_id, SkipAddress(person=to.person.person_ref))
                continue
            except Transient as error:
                raise self._failed(error) from None
            self.metrics.sent.labels(to.level).inc()
            await self._record(delivery_id, _sent(to))
            return

    async def pass_on(self, delivery_id: UUID) -> None:
        """Let the next one hear of what nobody has answered; without a next one it stays where it is."""
        async with self.work.begin() as tx:
            delivery = await self.desk.store.load(tx, delivery_id)
            await self.desk.pass_on(tx, delivery, PassingReason.SILENT)

    async def _addressee(self, delivery_id: UUID) -> tuple[Delivery, Addressee | None]:
        async with self.work.begin() as tx:
            delivery = await self.desk.store.load(tx, delivery_id, lock=False)
            if delivery.stage != Stage.PLANNED:
                return delivery, None
            if delivery.send_at > tx.now:
                raise Transient("not_yet", "it may not go out before its time")
            ladder = await self.desk.ladder(tx, delivery)
            return delivery, ladder.next(delivery.level, delivery.tried, tx.now)

    async def _record(self, delivery_id: UUID, command: Command) -> None:
        async with self.work.begin() as tx:
            delivery = await self.desk.store.load(tx, delivery_id)
            if delivery.stage == Stage.PLANNED:  # else it was answered or settled while the mail server was asked
                await carry_out(tx, self.desk.store, None, delivery, delivery_id, command)

    def _failed(self, error: F) -> F:
        self.metrics.failed.labels(error.code).inc()
        log.warning("email_failed", code=error.code)
        return error


def _sent(to: Addressee) -> RecordSent:
    return RecordSent(person=to.person.person_ref, person_organisation=to.person.organisation, level=to.level)
