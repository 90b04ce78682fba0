"""Facts that intake publishes, on `intake.concern.v1`."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.contracts.base import Fact
from shared.contracts.codes import Anonymity, Answer, Channel, ReporterKind, SeenWhere, SubjectKnown, Travel

CONCERN_TOPIC = "intake.concern.v1"


class ConcernReceived(Fact):
    """Row 1: a contact exists. Text, reporter and person are references into the vault."""

    type: ClassVar[str] = "concern.received.v1"

    channel: Channel
    anonymity: Anonymity
    reporter_kind: ReporterKind
    subject_known: SubjectKnown
    subject_municipality: str | None = None
    minor: Answer
    travel: Travel
    seen_where: SeenWhere
    cross_over: bool = False
    departs_at: datetime | None = None
    out_of_hours: bool = False
    received_at: datetime
    observed_from: datetime | None = None
    observed_to: datetime | None = None
    description: UUID | None = None
    subject: UUID | None = None
    reporter: UUID | None = None
    coded: bool = False
    """Whether the reporter was given a reference code, by which they come back and can be asked."""
    receipt_address: UUID | None = None
    """Where a receipt goes, sealed: opened once, by the worker that sends it, and by nobody else."""


class AdviceGiven(Fact):
    """Row 2: advice only; no person data is kept."""

    type: ClassVar[str] = "concern.advice_given.v1"

    advice: UUID | None = None


class HelpPointedOut(Fact):
    """Row 52: the caller was told where help is, by offers of the help directory."""

    type: ClassVar[str] = "concern.help_pointed_out.v1"

    offers: tuple[UUID, ...]
    municipality: str | None = None


class AcuteRaised(Fact):
    """Row 3: somebody may harm life or limb in the near future; police are called first."""

    type: ClassVar[str] = "concern.acute_raised.v1"

    subject_municipality: str | None = None
    minor: Answer
    travel: Travel


class HandoverLogged(Fact):
    """Row 3: the phone hand-over to 112 or 114 took place; who answered and the log number are sealed."""

    type: ClassVar[str] = "concern.handover_logged.v1"

    handed_over_at: datetime
    called: str
    details: UUID | None = None


class RecordCompleted(Fact):
    """Row 3: what could wait during the call was filled in."""

    type: ClassVar[str] = "concern.record_completed.v1"

    description: UUID | None = None
    subject: UUID | None = None
    subject_known: SubjectKnown | None = None
    subject_municipality: str | None = None
    reporter_kind: ReporterKind | None = None
    minor: Answer | None = None
    travel: Travel | None = None
    cross_over: bool | None = None


class AnonymitySet(Fact):
    """The caller gave a name, or took the mode further open; never the other way (`domain.md` 2.4)."""

    type: ClassVar[str] = "concern.anonymity_set.v1"

    anonymity: Anonymity
    reporter: UUID | None = None


class InformationAdded(Fact):
    """The reporter came back, with the reference code or by phone, and added something (`domain.md` 2.4)."""

    type: ClassVar[str] = "concern.information_added.v1"

    information: UUID


class InformationNoted(Fact):
    """Somebody read what was added."""

    type: ClassVar[str] = "concern.information_noted.v1"


class QuestionAsked(Fact):
    """Row 5: who has the concern asks the reporter; `question` is the sealed text, and names the question from now on."""

    type: ClassVar[str] = "concern.question_asked.v1"

    question: UUID


class QuestionAnswered(Fact):
    """Row 5: the reporter answered, with the reference code, signed in, or by phone."""

    type: ClassVar[str] = "concern.question_answered.v1"

    question: UUID
    answer: UUID


class QuestionWithdrawn(Fact):
    """Row 5: the question was taken back before anybody answered."""

    type: ClassVar[str] = "concern.question_withdrawn.v1"

    question: UUID


class ConcernRouted(Fact):
    """Rows 4 and 50: sent to the Infohus of the municipality of residence."""

    type: ClassVar[str] = "concern.routed.v1"

    municipality: str
    police_district: str
    channel: Channel
    anonymity: Anonymity
    reporter_kind: ReporterKind
    minor: Answer
    travel: Travel
    acute: bool
    cross_over: bool
    grounds: UUID | None = None
    description: UUID | None = None
    subject: UUID | None = None
    reporter: UUID | None = None
    received_at: datetime


class AcuteClosed(Fact):
    """Row 51: police answered the hand-over; nothing for Infohus."""

    type: ClassVar[str] = "concern.acute_closed.v1"


class ConcernAttached(Fact):
    """Row 7 as seen from the concern: the Infohus joined it to an open case."""

    type: ClassVar[str] = "concern.attached.v1"

    case_id: UUID


class TakenByPolice(Fact):
    """Rows 12 and 42 as seen from the concern: the municipality sees it no longer."""

    type: ClassVar[str] = "concern.taken_by_police.v1"


class ReturnedByPolice(Fact):
    """Row 14 as seen from the concern: the municipality sees it again."""

    type: ClassVar[str] = "concern.returned_by_police.v1"


CONCERN_FACTS: tuple[type[Fact], ...] = (
    ConcernReceived,
    AdviceGiven,
    HelpPointedOut,
    AcuteRaised,
    HandoverLogged,
    RecordCompleted,
    AnonymitySet,
    InformationAdded,
    InformationNoted,
    QuestionAsked,
    QuestionAnswered,
    QuestionWithdrawn,
    ConcernRouted,
    AcuteClosed,
    ConcernAttached,
    TakenByPolice,
    ReturnedByPolice,
)
