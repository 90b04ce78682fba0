"""The receipt: one neutral message to the address that a reporter left, when the concern was sent on or closed (`domain.md` 2.4).

The address is the one text that a worker opens (reason RECEIPT, on record before, once). It is held while the mail server takes the
message and nowhere after that: the sealed address goes with its opening. Dying in between loses the receipt and never doubles it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Final, Protocol
from uuid import UUID

import structlog
from prometheus_client import CollectorRegistry, Counter

from shared.errors import Transient
from shared.mail import AddressRefused, Mailer
from shared.persistence.work import UnitOfWork
from shared.vault.errors import LookRefused, Unopenable
from shared.vault.vault import Vault

log = structlog.get_logger(__name__)

SUBJECT: Final = "Kvittering / Receipt"
"""A mailbox is read by more than one person: the subject says nothing of what it is about."""

BODY: Final = """Vi har modtaget det, du fortalte os. Du skal ikke gøre mere.
Du kan ikke svare på denne besked.

We have received what you told us. There is nothing more for you to do.
You cannot reply to this message.
"""
"""Nothing of the concern, no code, no link, no name: not even which authority."""

NO_RECEIPT: Final[Mapping[type[Exception], str]] = {LookRefused: "not_to_open", Unopenable: "unopenable"}
"""Why there is none, as the counter names it: it was opened before, or what it belongs to was erased."""


class Postbox(Mailer, Protocol):
    """A mail server that can be asked whether it is there, before an address is opened for it."""

    async def ready(self) -> None:
        """Raise `Transient` while it does not answer."""


class ReceiptMetrics:
    """What is counted of receipts. Labels are closed codes."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.settled = Counter(
            "receipts_settled", "Receipts to reporters, by what became of them", ["outcome"], registry=registry
        )


@dataclass(frozen=True)
class Receipts:
    """Sends receipts, as SYSTEM; `sender` is the From address."""

    work: UnitOfWork
    vault: Vault
    postbox: Postbox
    sender: str
    metrics: ReceiptMetrics

    async def send(self, address: UUID, now: datetime) -> None:
        """Send the receipt whose sealed address this is, unless it was sent before.

        Raises `Transient` while the mail server or the key store is away: then nothing was opened.
        """
        await self.postbox.ready()
        try:
            to = await self.vault.receipt_address(self.work.engine, address, now)
        except (LookRefused, Unopenable) as error:
            self._settled(NO_RECEIPT[type(error)])
            return
        try:
            await self.postbox.send(_letter(self.sender, to.reveal(), now))
        except (AddressRefused, Transient) as error:
            # It is not tried again: that would need the address a second time.
            self._settled(error.code)
            return
        self._settled("sent")

    def _settled(self, outcome: str) -> None:
        self.metrics.settled.labels(outcome).inc()
        if outcome not in ("sent", NO_RECEIPT[LookRefused]):
            log.warning("receipt_not_sent", code=outcome)


def _letter(sender: str, to: str, now: datetime) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Subject"] = SUBJECT
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(BODY)
    return message
