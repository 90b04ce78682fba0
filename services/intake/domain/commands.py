"""What people can ask of a concern; one class a command, texts still plain."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from shared.contracts.codes import (
    Anonymity,
    Answer,
    Channel,
    ReporterKind,
    SeenWhere,
    SubjectKnown,
    Travel,
)
from shared.lifecycle.table import Command
from shared.lifecycle.text import CaseText, IdentityText, ReporterText, SecurityText

MunicipalityCode = Annotated[str, Field(pattern=r"^0\d{3}$", description="municipality of residence (bopæl)")]

ADDRESS = re.compile(r"[^@\s<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,188}[A-Za-z0-9])?")
"""An e-mail address as people write theirs: no quotes, no name beside it, nothing that could begin another header."""


def _is_address(text: Any) -> Any:
    if isinstance(text, str) and not ADDRESS.fullmatch(text.strip()):
        raise PydanticCustomError("address_malformed", "a receipt goes to one e-mail address, such as name@example.org")
    return text


ReceiptAddress = Annotated[
    ReporterText,
    BeforeValidator(_is_address),
    WithJsonSchema(
        {"type": "string", "format": "email", "maxLength": 254, "description": "free text; sealed on arrival"}
    ),
]


class ReceiveConcern(Command):
    """Receive a concern."""

    anonymity: Anonymity
    channel: Channel
    reporter_kind: ReporterKind = ReporterKind.UNKNOWN
    subject_known: SubjectKnown = SubjectKnown.NONE
    subject_municipality: MunicipalityCode | None = None
    minor: Answer = Answer.UNKNOWN
    travel: Travel = Travel.NONE
    departs_at: AwareDatetime | None = None
    seen_where: SeenWhere = SeenWhere.UNKNOWN
    cross_over: bool = False
    observed_from: AwareDatetime | None = None
    observed_to: AwareDatetime | None = None
    description: CaseText | None = None
    subject: IdentityText | None = None
    reporter: ReporterText | None = None
    receipt_address: ReceiptAddress | None = None


class GiveAdvice(Command):
    """Give advice and close; no person data is kept."""

    not_about_extremism: bool = False
    advice: CaseText | None = None


class PointOutHelp(Command):
    """Tell the caller where help is in their own area, and close."""

    offers: tuple[UUID, ...] = Field(min_length=1, max_length=10)
    municipality: MunicipalityCode | None = None


class RaiseAcute(Command):
    """Somebody may harm life or limb in the near future: call 112 or 114 first, then write."""

    subject_municipality: MunicipalityCode | None = None
    minor: Answer = Answer.UNKNOWN
    travel: Travel = Travel.NONE


class Called(StrEnum):
    """Whom the hand-over was made to."""

    ALARM_112 = "ALARM_112"
    POLICE_114 = "POLICE_114"
    PET_CONTACT = "PET_CONTACT"


class LogHandover(Command):
    """Log the phone hand-over to the police."""

    called: Called
    handed_over_at: AwareDatetime
    details: SecurityText | None = None


class CompleteRecord(Command):
    """Fill in what could wait during the call."""

    description: CaseText | None = None
    subject: IdentityText | None = None
    subject_known: SubjectKnown | None = None
    subject_municipality: MunicipalityCode | None = None
    reporter_kind: ReporterKind | None = None
    minor: Answer | None = None
    travel: Travel | None = None
    cross_over: bool | None = None


class SetAnonymity(Command):
    """Record that the caller no longer wishes to be anonymous, or confidential. What was said cannot be unsaid."""

    anonymity: Anonymity
    reporter: ReporterText | None = None


class AddInformation(Command):
    """Add what the reporter remembered or saw since; one without an account comes back with the reference code."""

    information: CaseText


class NoteInformation(Command):
    """Note that what was added has been read."""


class AskQuestion(Command):
    """Ask who reported it something; they see the question, and nothing else of the concern, with the reference code."""

    question: CaseText


class AnswerQuestion(Command):
    """Answer a question; one without an account comes back with the reference code."""

    question: UUID
    answer: CaseText


class WithdrawQuestion(Command):
    """Take back a question that nobody has answered: who reported it sees it no longer."""

    question: UUID


class RouteConcern(Command):
    """Send the concern to the Infohus of the municipality of residence."""

    municipality: MunicipalityCode
    grounds: CaseText


class CloseAcute(Command):
    """Close an acute concern: police answered, and there is nothing for Infohus."""

    nothing_for_infohus: bool = False


class AttachConcern(Command):
    """Follow the Infohus, which joined the concern to an open case."""

    case_id: UUID


class FollowTakeOver(Command):
    """Follow the police, who took the case out of Infohus."""


class FollowReturn(Command):
    """Follow the police, who gave the case back."""
