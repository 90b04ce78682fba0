"""The concern (bekymringshenvendelse, `domain.md` 3.2): its state, and how facts change it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.contracts.base import Fact
from shared.contracts.codes import Anonymity, Answer, Channel, ReporterKind, SubjectKnown, Travel
from shared.contracts.intake import (
    CONCERN_TOPIC,
    AcuteRaised,
    AnonymitySet,
    ConcernAttached,
    ConcernReceived,
    ConcernRouted,
    HandoverLogged,
    InformationAdded,
    QuestionAnswered,
    QuestionAsked,
    QuestionWithdrawn,
    RecordCompleted,
    ReturnedByPolice,
    TakenByPolice,
)
from shared.lifecycle.actor import Role
from shared.lifecycle.aggregate import Aggregate
from shared.reference.organisations import kommune, politi_of

HOTLINE = "hotline:national"
"""The organisation of the national hotline, which answers what the public writes."""


class Stage(StrEnum):
    """States of a concern (`domain.md` 2.2)."""

    RECEIVED = "C0"
    ADVISED_CLOSED = "C1"
    ROUTED = "C2"
    ACUTE = "C3"
    MERGED = "C4"


class Question(BaseModel):
    """A question to the reporter: the reference of its sealed text, and that of the answer once there is one."""

    model_config = ConfigDict(frozen=True)

    text: UUID
    answer: UUID | None = None
    withdrawn: bool = False

    @property
    def open(self) -> bool:
        """Say whether it waits for its answer."""
        return self.answer is None and not self.withdrawn


class Concern(Aggregate):
    """A concern as the fold of its facts. Text, reporter and person are references into the vault."""

    kind: ClassVar[str] = "concern"
    topic: ClassVar[str] = CONCERN_TOPIC

    channel: Channel
    anonymity: Anonymity
    reporter_kind: ReporterKind
    subject_known: SubjectKnown
    subject_municipality: str | None = None
    minor: Answer
    travel: Travel
    cross_over: bool = False
    acute: bool = False
    handed_over: bool = False
    received_at: datetime
    description: UUID | None = None
    subject: UUID | None = None
    reporter: UUID | None = None
    receipt_address: UUID | None = None
    infohus: str | None = None
    case_id: UUID | None = None
    taken: bool = False
    """Whether the police have its case alone (T08)."""
    desk: str = HOTLINE
    """The organisation that answers it until it is routed: who took it in, and the hotline for the public."""
    desk_role: str = Role.HOTLINE_ADVISER
    departs_at: datetime | None = None
    out_of_hours: bool = False
    alarmed: tuple[str, ...] = ()
    """Municipalities whose police, and child unit, were told of the alarm."""
    information: tuple[UUID, ...] = ()
    """What the reporter added later, oldest first."""
    coded: bool = False
    """Whether the reporter has a reference code, and so can be asked."""
    questions: tuple[Question, ...] = ()
    """What the reporter was asked, oldest first."""

    @property
    def open_questions(self) -> tuple[Question, ...]:
        """Return the questions that wait for an answer; none once the concern is advised and closed."""
        if self.stage == Stage.ADVISED_CLOSED:
            return ()
        return tuple(each for each in self.questions if each.open)

    @property
    def last_question(self) -> UUID:
        """Return the question that was asked last."""
        return self.questions[-1].text

    @property
    def reader(self) -> str:
        """Return the organisation that reads what is added: the desk; once it is routed the municipality, or police alone."""
        if self.infohus is None:
            return self.desk
        return politi_of(self.infohus) if self.taken else kommune(self.infohus)

    @property
    def reader_role(self) -> str:
        """Return the role there that reads it."""
        if self.infohus is None:
            return self.desk_role
        return Role.TOVHOLDER_POLITI if self.taken else Role.TOVHOLDER_KOMMUNE


def begin(concern_id: UUID, fact: Fact) -> Concern:
    """Return the concern that its first fact makes. Raises `LookupError` for any other first fact."""
    if not isinstance(fact, ConcernReceived):
        raise LookupError(f"a concern does not begin with {fact.type}")
    public = fact.by_role == Role.PUBLIC
    return Concern(
        id=concern_id,
        stage=Stage.RECEIVED,
        organisation=fact.organisation,
        channel=fact.channel,
        anonymity=fact.anonymity,
        reporter_kind=fact.reporter_kind,
        subject_known=fact.subject_known,
        subject_municipality=fact.subject_municipality,
        minor=fact.minor,
        travel=fact.travel,
        cross_over=fact.cross_over,
        received_at=fact.received_at,
        description=fact.description,
        subject=fact.subject,
        reporter=fact.reporter,
        receipt_address=fact.receipt_address,
        desk=HOTLINE if public else fact.organisation,
        desk_role=Role.HOTLINE_ADVISER if public else fact.by_role,
        departs_at=fact.departs_at,
        out_of_hours=fact.out_of_hours,
        coded=fact.coded,
    )


def apply(concern: Concern, fact: Fact) -> Concern:
    """Return the concern after what `fact` means to it alone."""
    match fact:
        case AcuteRaised():
            place = fact.subject_municipality or concern.subject_municipality
            alarmed = concern.with_(acute=True, subject_municipality=place, minor=fact.minor, travel=fact.travel)
            return _told(alarmed)
        case HandoverLogged():
            return concern.with_(handed_over=True)
        case RecordCompleted():
            completed = concern.with_(
                description=fact.description or concern.description,
                subject=fact.subject or concern.subject,
                subject_known=fact.subject_known or concern.subject_known,
                subject_municipality=fact.subject_municipality or concern.subject_municipality,
                reporter_kind=fact.reporter_kind or concern.reporter_kind,
                minor=fact.minor or concern.minor,
                travel=fact.travel or concern.travel,
                cross_over=concern.cross_over if fact.cross_over is None else fact.cross_over,
            )
            return _told(completed) if concern.stage == Stage.ACUTE else completed
        case AnonymitySet():
            return concern.with_(anonymity=fact.anonymity, reporter=fact.reporter or concern.reporter)
        case InformationAdded():
            return concern.with_(information=(*concern.information, fact.information))
        case QuestionAsked() | QuestionAnswered() | QuestionWithdrawn():
            return _questioned(concern, fact)
        case ConcernRouted():
            return concern.with_(infohus=fact.municipality, subject_municipality=fact.municipality)
        case ConcernAttached():
            return concern.with_(case_id=fact.case_id)
        case TakenByPolice() | ReturnedByPolice():
            return concern.with_(taken=isinstance(fact, TakenByPolice))
    return concern


def _questioned(concern: Concern, fact: QuestionAsked | QuestionAnswered | QuestionWithdrawn) -> Concern:
    if isinstance(fact, QuestionAsked):
        return concern.with_(questions=(*concern.questions, Question(text=fact.question)))
    changes = {"answer": fact.answer} if isinstance(fact, QuestionAnswered) else {"withdrawn": True}
    asked = (each.model_copy(update=changes) if each.text == fact.question else each for each in concern.questions)
    return concern.with_(questions=tuple(asked))


def _told(concern: Concern) -> Concern:
    """Note the municipality whose police and child unit hear of the alarm."""
    place = concern.subject_municipality
    return concern if place is None or place in concern.alarmed else concern.with_(alarmed=(*concern.alarmed, place))
