"""Mail without personal data: which deadline, when it is due, where to look. Nothing about whom or what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from uuid import UUID

from services.notify.domain.delivery import Delivery
from services.notify.domain.roster import Addressee
from services.notify.words import reference
from shared.contracts.lifecycle import StepAction
from shared.contracts.notify import Level
from shared.web.console.language import DANISH, ENGLISH

SUBJECTS = {
    StepAction.REMIND: ("Påmindelse om en frist", "Reminder of a deadline"),
    StepAction.ESCALATE: ("En frist nærmer sig uden svar", "A deadline is near and unanswered"),
    StepAction.MISS: ("En frist er overskredet", "A deadline has passed"),
}
LEVELS = {
    Level.OWNER: ("Du får den, fordi fristen er din.", "You get this because the deadline is yours."),
    Level.DEPUTY: (
        "Du får den som stedfortræder: den ansvarlige er fraværende eller har ikke svaret.",
        "You get this as deputy: the person responsible is away or has not answered.",
    ),
    Level.LEADER: (
        "Du får den som leder: hverken den ansvarlige eller stedfortræderen har svaret.",
        "You get this as leader: neither the person responsible nor the deputy has answered.",
    ),
}
BODY = """{subject_da} (ref. {reference}).
Frist: {due_da}.
{why_da}
Se opgaven og kvittér for den: {link}
Påmindelser afgør intet.

{subject_en} (ref. {reference}).
Due: {due_en}.
{why_en}
See the task and confirm it: {link}
Reminders decide nothing.
"""


@dataclass(frozen=True, slots=True)
class Letters:
    """Writes messages: `sender` is the From address, `console_url` where the task can be seen."""

    sender: str
    console_url: str

    def write(self, delivery: Delivery, to: Addressee, now: datetime) -> EmailMessage:
        """Return the message. A retry has the same Message-ID, so that a mail server can tell it from a second message."""
        subject_da, subject_en = SUBJECTS[delivery.action]
        why_da, why_en = LEVELS[to.level]
        short = reference(delivery.deadline_id)
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = to.person.email
        message["Date"] = format_datetime(now)
        message["Message-ID"] = self.message_id(delivery.id, to.person.person_ref)
        message["Subject"] = f"Tovholder: {subject_da} / {subject_en} (ref. {short})"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(
            BODY.format(
                subject_da=subject_da,
                subject_en=subject_en,
                reference=short,
                due_da=DANISH.near(delivery.due_at),
                due_en=ENGLISH.near(delivery.due_at),
                why_da=why_da,
                why_en=why_en,
                link=f"{self.console_url.rstrip('/')}/work/{delivery.deadline_id}",
            )
        )
        return message

    def message_id(self, delivery: UUID, person: UUID) -> str:
        """Return the Message-ID of a delivery to a person: both are random references."""
        return f"<{delivery}.{person.hex[:8]}@{self.sender.rpartition('@')[2]}>"
