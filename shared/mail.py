"""Handing messages to a mail server by SMTP. What stands in them is for who writes them; errors name no address."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol

import aiosmtplib

from shared.errors import Poison, Transient

SMTP_SECONDS = 20
"""How long the mail server may take for one message."""

HELLO_SECONDS = 5
"""How long it may take to say that it is there."""


class AddressRefused(Poison):
    """The mail server will never take a message for this address."""


class Mailer(Protocol):
    """Sends one message. `SmtpMailer` is the real one."""

    async def send(self, message: EmailMessage) -> None:
        """Hand the message over; raises `Transient` to try again, `AddressRefused` if no retry will help."""


@dataclass(frozen=True, slots=True)
class SmtpMailer:
    """One connection a message: there are few, and a broken one harms no other."""

    host: str
    port: int

    async def send(self, message: EmailMessage) -> None:
        """Hand the message to the mail server. The errors name no address."""
        try:
            await aiosmtplib.send(message, hostname=self.host, port=self.port, timeout=SMTP_SECONDS)
        except aiosmtplib.SMTPRecipientsRefused as error:
            if all(each.code >= 500 for each in error.recipients):
                raise AddressRefused("address_refused", "the mail server refuses the address") from None
            raise Transient("smtp_deferred", "the mail server will take it later") from None
        except aiosmtplib.SMTPResponseException as error:
            raise Transient("smtp_refused", f"the mail server answered {error.code}") from None
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise _away(error) from None

    async def ready(self) -> None:
        """Say hello to the mail server and nothing else; raises `Transient` while it does not answer."""
        try:
            async with aiosmtplib.SMTP(hostname=self.host, port=self.port, timeout=HELLO_SECONDS):
                return
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise _away(error) from None


def _away(error: Exception) -> Transient:
    return Transient("smtp_unavailable", f"no mail server: {type(error).__name__}")
