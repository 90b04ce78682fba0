"""The public door: no account, no address, nothing kept of who calls. A code leads back to the concern, never to a person.

One idempotency scope holds all public callers, since they are not told apart: that strangers cannot read each other's answers
rests on the key, which must be a random UUID (version 4, 122 random bits). Other versions hold a time or the machine's address.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import JSONResponse, Response

from services.intake.api_codes import ReferenceCodes
from services.intake.codes import Digests
from services.intake.domain.commands import AddInformation, AnswerQuestion, ReceiveConcern
from services.intake.domain.concern import Concern, Stage
from services.intake.gate import Gate
from services.intake.handlers import Concerns, takes_information
from services.intake.questions import Questions
from shared.contracts.codes import Anonymity
from shared.errors import Invalid
from shared.lifecycle.actor import PUBLIC
from shared.lifecycle.text import CaseText
from shared.persistence.idempotency import Answer, Attempt
from shared.persistence.work import Transaction
from shared.policy.doors import Door
from shared.web import problems
from shared.web.commands import accept, add_post, parse, respond
from shared.web.edge import Edge, body_of

RECEIVE = Door("receive-concern-public", "domain.md 2.4: a citizen, without an account", public=True)
STATUS_BY_CODE = Door("concern-status-public", "domain.md 2.4: who has the reference code", public=True)
ADD_BY_CODE = Door("add-information-public", "domain.md 2.4: who has the reference code", public=True)
QUESTIONS_BY_CODE = Door("concern-questions-public", "domain.md 2.3 row 5: who has the reference code", public=True)
ANSWER_BY_CODE = Door("answer-question-public", "domain.md 2.3 row 5: who has the reference code", public=True)
RANDOM_UUID = 4
PATH = "/v1/public/concerns"


class PublicStatus(StrEnum):
    """What a reporter is told: how far the concern is, never what came of it (T04)."""

    RECEIVED = "RECEIVED"
    IN_HAND = "IN_HAND"
    PASSED_ON = "PASSED_ON"
    CLOSED = "CLOSED"


STATUS = {
    Stage.RECEIVED: PublicStatus.RECEIVED,
    Stage.ACUTE: PublicStatus.IN_HAND,
    Stage.ROUTED: PublicStatus.PASSED_ON,
    # The same as above: that there is a case already is nothing for a reporter.
    Stage.MERGED: PublicStatus.PASSED_ON,
    Stage.ADVISED_CLOSED: PublicStatus.CLOSED,
}


Code = Annotated[str, Field(pattern=r"^[0-9A-Za-z -]{1,64}$", description="the reference code; kept nowhere")]


class AskByCode(BaseModel):
    """Ask how far the concern is. The code stands in the body: a URL is kept by browsers and logs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: Code


class AddByCode(BaseModel):
    """Add something to the concern to which the code belongs."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    code: Code
    information: CaseText


class AnswerByCode(BaseModel):
    """Answer a question about the concern to which the code belongs."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    code: Code
    question: UUID
    answer: CaseText


SayByCode = AddByCode | AnswerByCode


def public_routes(
    router: APIRouter, edge: Edge, concerns: Concerns, digests: Digests, questions: Questions
) -> PublicDoor:
    """Add what a citizen may do without an account: report, ask by code, add by code, read and answer questions by code."""
    door = PublicDoor(edge, concerns, digests, questions)
    for end, endpoint, model, entered, status in (
        ("", door.receive, ReceiveConcern, RECEIVE, 201),
        ("/status", door.status, AskByCode, STATUS_BY_CODE, 200),
        ("/add-information", door.add, AddByCode, ADD_BY_CODE, 200),
        ("/questions", door.questions, AskByCode, QUESTIONS_BY_CODE, 200),
        ("/answer-question", door.answer, AnswerByCode, ANSWER_BY_CODE, 200),
    ):
        add_post(router, edge, PATH + end, endpoint, model, edge.door(entered), model.__doc__, status=status)
    return door


class PublicDoor:
    """The public door of one process, for its JSON and for its pages: one gate, the same codes."""

    def __init__(self, edge: Edge, concerns: Concerns, digests: Digests, questions: Questions) -> None:
        self._questions = questions
        self._edge = edge
        self._concerns = concerns
        self._gate = Gate()
        self._digests = digests
        self._codes = ReferenceCodes(edge.idempotency, digests)

    async def receive(self, request: Request) -> Response:
        """Take a concern in; a reporter without a name is answered with a reference code."""
        return _unkept(
            await respond(
                self._edge,
                request,
                ReceiveConcern,
                ReceiveConcern.code,
                status=201,
                actor=PUBLIC,
                door=RECEIVE,
                **self._receiving(),
            )
        )

    async def take_in(self, request: Request, key: str, body: bytes) -> dict[str, Any]:
        """Take in what a page's form says, as `receive` does; return what is answered.

        Raises pydantic's `ValidationError` and our own errors.
        """
        attempt, steps = Attempt(PUBLIC, PATH, key, body), self._receiving()
        added = steps.pop("added")
        command, answer = await accept(
            self._edge, request, attempt, ReceiveConcern, ReceiveConcern.code, status=201, **steps
        )
        told: dict[str, Any] = answer.body | added(attempt, command, answer)
        return told

    def _receiving(self) -> dict[str, Any]:
        """Return the steps of taking one concern in, whichever way it was sent."""
        concern_id = uuid4()
        kept: list[bytes] = []

        async def ready(attempt: Attempt, command: ReceiveConcern) -> None:
            _random_key(attempt)
            self._gate.admit(command, self._edge.work.clock.now())
            if command.anonymity is Anonymity.ANONYMOUS:
                kept.append(await self._codes.digest(attempt, concern_id))

        async def act(tx: Transaction, command: ReceiveConcern) -> Concern:
            return await self._concerns.receive_coded(tx, concern_id, command, kept[0] if kept else None)

        def added(attempt: Attempt, command: ReceiveConcern, answer: Answer) -> dict[str, Any]:
            return self._codes.told(attempt, answer) if command.anonymity is Anonymity.ANONYMOUS else {}

        return {"act": act, "ready": ready, "added": added}

    async def status(self, request: Request) -> Response:
        """Tell how far the concern is. An unknown code and a wrong one are one thing: one hash, one look, the same answer."""
        try:
            told = await self.ask(request, await body_of(request))
        except ValidationError as error:
            return problems.of_body(error, AskByCode)
        return _unkept(JSONResponse(told))

    async def ask(self, request: Request, body: bytes) -> dict[str, Any]:
        """Return how far the concern is to which a code belongs. Raises pydantic's `ValidationError` and our own errors."""
        concern, _ = await self._under(request, body)
        return _told(concern)

    async def questions(self, request: Request) -> Response:
        """Tell what is asked and not answered yet; each look is on record, as the reporter's."""
        try:
            told = await self.ask_questions(request, await body_of(request))
        except ValidationError as error:
            return problems.of_body(error, AskByCode)
        return _unkept(JSONResponse(told))

    async def ask_questions(self, request: Request, body: bytes) -> dict[str, Any]:
        """Return the status and the open questions with their texts. Raises as `ask` does, and what the vault raises."""
        concern, now = await self._under(request, body)
        return {**_told(concern), "questions": await self._questions.read(concern, now)}

    async def _under(self, request: Request, body: bytes) -> tuple[Concern, datetime]:
        asked = parse(AskByCode, body)
        self._gate.admit_code()
        digest = await self._digests.of(asked.code)
        async with self._edge.begin(request, PUBLIC) as tx:
            return await self._concerns.under(tx, digest), tx.now

    async def add(self, request: Request) -> Response:
        """Add something, sealed on arrival; the answer is the status."""
        return _unkept(
            await respond(
                self._edge, request, AddByCode, AddInformation.code, door=ADD_BY_CODE, actor=PUBLIC, **self._saying()
            )
        )

    async def answer(self, request: Request) -> Response:
        """Answer a question, sealed on arrival; the answer is the status."""
        return _unkept(
            await respond(
                self._edge,
                request,
                AnswerByCode,
                AnswerQuestion.code,
                door=ANSWER_BY_CODE,
                actor=PUBLIC,
                **self._saying(),
            )
        )

    async def take_more(self, request: Request, key: str, body: bytes) -> dict[str, Any]:
        """Add what a page's form says, as `add` does; return the status.

        Raises pydantic's `ValidationError` and our own errors.
        """
        attempt = Attempt(PUBLIC, f"{PATH}/add-information", key, body)
        _, answer = await accept(self._edge, request, attempt, AddByCode, AddInformation.code, **self._saying())
        told: dict[str, Any] = answer.body
        return told

    async def take_answer(self, request: Request, key: str, body: bytes) -> dict[str, Any]:
        """Answer as a page's form says, as `answer` does; return the status.

        Raises pydantic's `ValidationError` and our own errors.
        """
        attempt = Attempt(PUBLIC, f"{PATH}/answer-question", key, body)
        _, answer = await accept(self._edge, request, attempt, AnswerByCode, AnswerQuestion.code, **self._saying())
        told: dict[str, Any] = answer.body
        return told

    def _saying(self) -> dict[str, Any]:
        """Return the steps of adding or answering something, whichever way it was sent."""
        found: list[bytes] = []

        async def ready(attempt: Attempt, asked: SayByCode) -> None:
            _random_key(attempt)
            self._gate.admit_code()
            found.append(await self._digests.of(asked.code))

        async def act(tx: Transaction, asked: SayByCode) -> Concern:
            return await self._concerns.say_more(tx, found[0], _command(asked))

        return {"act": act, "ready": ready, "shown": _told}


def _command(asked: SayByCode) -> AddInformation | AnswerQuestion:
    if isinstance(asked, AnswerByCode):
        return AnswerQuestion(question=asked.question, answer=asked.answer)
    return AddInformation(information=asked.information)


def _told(concern: Concern) -> dict[str, Any]:
    return {
        "status": STATUS[Stage(concern.stage)],
        "takes_information": takes_information(concern),
        "open_questions": len(concern.open_questions),
    }


def _random_key(attempt: Attempt) -> None:
    try:
        version = UUID(attempt.key).version
    except ValueError:
        version = None
    if version != RANDOM_UUID:
        raise Invalid(
            "idempotency_key_guessable",
            "the public door takes a random UUID (version 4) as Idempotency-Key, so that nobody can guess it",
            field="Idempotency-Key",
            remedy="Make a fresh random UUID for each thing you want done, and keep it for repeats.",
        )


def _unkept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
