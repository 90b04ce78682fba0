"""Concerns in every state and one command of each kind, for the tests of the concern's table."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

from services.intake.domain import commands as c
from services.intake.domain.concern import Concern, Stage
from services.intake.domain.table import CONCERN
from shared.contracts.codes import Anonymity, Channel, SubjectKnown
from shared.lifecycle.actor import SYSTEM, Actor, Role
from shared.lifecycle.decide import decide
from shared.lifecycle.table import Command, Context
from shared.lifecycle.text import Text

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
CONCERN_ID = UUID("00000000-0000-4000-8000-000000000001")
QUESTION = UUID("00000000-0000-4000-8000-000000000002")


def sealed() -> Text:
    return Text(None, uuid4())


def actor(role: Role, place: str = "hotline:national") -> Actor:
    if role is Role.SYSTEM:
        return SYSTEM
    return Actor(uuid4(), place, frozenset({role}))


def context(role: Role, *, now: datetime = NOW, place: str = "hotline:national") -> Context:
    return Context(actor=actor(role, place), now=now, aggregate_id=CONCERN_ID, known={"coded": True})


def received(**changes: object) -> c.ReceiveConcern:
    values = {"anonymity": Anonymity.ANONYMOUS, "channel": Channel.HOTLINE, **changes}
    return c.ReceiveConcern.model_validate(values)


def a_concern(stage: Stage = Stage.RECEIVED) -> Concern:
    concern, _ = decide(CONCERN, None, received(), context(Role.HOTLINE_ADVISER))
    assert concern is not None
    path: dict[Stage, list[Command]] = {
        Stage.RECEIVED: [],
        Stage.ADVISED_CLOSED: [c.GiveAdvice()],
        Stage.ACUTE: [c.RaiseAcute()],
        Stage.ROUTED: [c.RouteConcern(municipality="0253", grounds=sealed())],
        Stage.MERGED: [c.RouteConcern(municipality="0253", grounds=sealed()), c.AttachConcern(case_id=uuid4())],
    }
    for command in path[stage]:
        role = Role.SYSTEM if isinstance(command, c.AttachConcern) else Role.HOTLINE_ADVISER
        concern, _ = decide(CONCERN, concern, command, context(role))
        assert concern is not None
    return concern


def asked(stage: Stage = Stage.RECEIVED) -> Concern:
    """A concern whose reporter was asked `QUESTION` before it was sent on."""
    first, _ = decide(CONCERN, a_concern(), c.AskQuestion(question=Text(None, QUESTION)), context(Role.HOTLINE_ADVISER))
    assert first is not None
    if stage is Stage.ROUTED:
        first, _ = decide(CONCERN, first, COMMANDS[c.RouteConcern], context(Role.HOTLINE_ADVISER))
        assert first is not None
    return first


COMMANDS: dict[type[Command], Command] = {
    c.ReceiveConcern: received(),
    c.GiveAdvice: c.GiveAdvice(),
    c.PointOutHelp: c.PointOutHelp(offers=(uuid4(),)),
    c.RaiseAcute: c.RaiseAcute(),
    c.LogHandover: c.LogHandover(called=c.Called.ALARM_112, handed_over_at=NOW),
    c.CompleteRecord: c.CompleteRecord(subject_known=SubjectKnown.PARTIAL),
    c.SetAnonymity: c.SetAnonymity(anonymity=Anonymity.CONFIDENTIAL, reporter=sealed()),
    c.AddInformation: c.AddInformation(information=sealed()),
    c.NoteInformation: c.NoteInformation(),
    c.AskQuestion: c.AskQuestion(question=sealed()),
    c.AnswerQuestion: c.AnswerQuestion(question=QUESTION, answer=sealed()),
    c.WithdrawQuestion: c.WithdrawQuestion(question=QUESTION),
    c.RouteConcern: c.RouteConcern(municipality="0253", grounds=sealed()),
    c.CloseAcute: c.CloseAcute(),
    c.AttachConcern: c.AttachConcern(case_id=uuid4()),
    c.FollowTakeOver: c.FollowTakeOver(),
    c.FollowReturn: c.FollowReturn(),
}
