"""What can be asked of an underretning; one class a command. Commands of SYSTEM at the end."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.contracts.assessment_codes import Investigation
from shared.contracts.codes import Answer
from shared.lifecycle.table import Command

MunicipalityCode = Annotated[str, Field(pattern=r"^0\d{3}$", description="the child's municipality of residence")]


class MakeUnderretning(Command):
    """Notify the child unit that a child may need support. Everybody in public service has this duty."""

    case_id: UUID | None = None
    municipality: MunicipalityCode | None = None
    minor: Answer
    possible_need_of_support: bool
    notifier_known: bool = True


class AssessUnderretning(Command):
    """Record whether there is an acute need."""

    acute: bool


class SendReceipt(Command):
    """Record that the notifier was told of the receipt."""


class DecideInvestigation(Command):
    """Decide on screening (P19), investigation (P20), a running one (EXISTING), or NONE."""

    follow_up: Investigation


class CloseUnderretning(Command):
    """End the screening or investigation."""


class RegisterUnderretning(Command):
    """Start the track for a concern about somebody who may be a child. SYSTEM follows what a person reported."""

    concern_id: UUID
    case_id: UUID | None = None
    municipality: str
    made_by_authority: str
    notifier_known: bool
    received_at: datetime


class NoteRouting(Command):
    """Learn of the case and the notifier, after an acute concern was routed. SYSTEM follows what a person did."""

    case_id: UUID
    notifier_known: bool
