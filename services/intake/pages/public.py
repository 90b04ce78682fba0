"""The public form and what its code leads back to: no account, no cookie, nothing kept of who looks.

    GET  /public/report              what happens, and first of all: with or without a name
    GET  /public/report/questions    the questions in that mode
    POST /public/report/questions    take it in; the answer is the receipt, with the code, which stands in no address. Or the
                                     same form in another language, every word kept
    GET  /public/status              asks for the code
    POST /public/status              how far it is; add something
    POST /public/status/add
    POST /public/status/answer      answer what was asked

Every page works without JavaScript. The same door as `/v1/public/concerns`: one gate, the same codes.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import uuid4

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from services.intake.api_public import PublicDoor
from services.intake.domain.commands import ReceiveConcern
from services.intake.gate import is_acute
from services.intake.pages.asking import choices, said
from services.intake.pages.guidance import guidance, guidances
from shared.contracts.codes import Anonymity, Channel, ReporterKind
from shared.errors import TooMany, TovholderError, Transient
from shared.reference.form_text import ORDINARY_ACTIVITY, WITHOUT_SOURCE
from shared.web.console.language import N_, Language
from shared.web.console.refusals import Refusals, refusals
from shared.web.console.site import Console, Form, form_of, language_for

EXIT: Final = "https://www.dmi.dk/"
"""Where the quick way out leads: the weather, which anybody may have been looking at."""

MODES: Final = (Anonymity.ANONYMOUS, Anonymity.CONFIDENTIAL)
PRIVATE: Final = (
    ReporterKind.PARENT,
    ReporterKind.RELATIVE,
    ReporterKind.FRIEND,
    ReporterKind.CITIZEN,
    ReporterKind.SELF,
    ReporterKind.UNKNOWN,
)
"""Who may write here; those in public service have a form of their own."""

ANOTHER_LANGUAGE: Final = "language"
"""The name of the buttons that ask for the same form in another language: nothing is sent in by them."""

OF_THE_REPORTER: Final = frozenset({"reporter", "receipt_address"})
SET_BY_US: Final = frozenset({"anonymity", "channel"})
AGAIN_WITH_SAME_KEY: Final = (429, 503)
"""After these nothing was taken in, or nobody knows: the same form is sent again."""


class PublicPages:
    """The pages of who has no account."""

    def __init__(self, console: Console, door: PublicDoor) -> None:
        self._console = console
        self._door = door

    def add(self, router: APIRouter) -> None:
        """Add the pages, all open."""
        console = self._console
        console.open_get(router, "/public/report", self.start)
        console.open_get(router, "/public/report/questions", self.questions)
        console.open_post(router, "/public/report/questions", self.send)
        console.open_get(router, "/public/status", self.ask)
        console.open_post(router, "/public/status", self.status)
        console.open_post(router, "/public/status/add", self.add_more)
        console.open_post(router, "/public/status/answer", self.answer)

    async def start(self, request: Request) -> Response:
        """Say what happens, in the reader's language, and ask for the mode."""
        chosen = request.query_params.get("sprog")
        return self._page(request, "public/start.html", told=guidance(chosen), languages=guidances(), modes=MODES)

    async def questions(self, request: Request) -> Response:
        """Ask, in the mode that was chosen; without one, ask for the mode."""
        mode = request.query_params.get("anonymity")
        if mode not in MODES:
            return await self.start(request)
        return self._form(request, Anonymity(mode), Form(), Refusals())

    async def send(self, request: Request) -> Response:
        """Take in what was written, and give the receipt."""
        form = await form_of(request)
        mode = Anonymity.CONFIDENTIAL if form.get("anonymity") == Anonymity.CONFIDENTIAL else Anonymity.ANONYMOUS
        if form.get(ANOTHER_LANGUAGE):
            return self._form(request, mode, form, Refusals())
        out = SET_BY_US | (OF_THE_REPORTER if mode is Anonymity.ANONYMOUS else frozenset())
        sent = said(form, out) | {"anonymity": mode.value, "channel": Channel.WEB_FORM.value}
        missing = _missing(sent, mode)
        if missing:
            wrong = Refusals("field_invalid", None, {name: _now(request).gettext(MUST) for name in missing})
            return self._form(request, mode, form, wrong, status=422)
        try:
            taken = await self._door.take_in(request, form.get("key"), json.dumps(sent, sort_keys=True).encode())
        except ValidationError as error:
            return self._form(request, mode, form, refusals(error, _now(request)), status=422)
        except TovholderError as error:
            return self._form(request, mode, form, refusals(error, _now(request)), status=error.status)
        return self._page(
            request,
            "public/receipt.html",
            status=201,
            code=taken.get("reference_code"),
            acute=is_acute(ReceiveConcern.model_validate(sent), self._console.edge.work.clock.now()),
        )

    async def ask(self, request: Request) -> Response:
        """Ask for the code."""
        return self._page(request, "public/code.html", wrong=Refusals(), form=Form())

    async def status(self, request: Request) -> Response:
        """Say how far it is."""
        return await self._told(request, await form_of(request))

    async def add_more(self, request: Request) -> Response:
        """Add something."""
        form = await form_of(request)
        sent = {"code": form.get("code").strip(), "information": form.get("information").strip()}
        return await self._said(request, form, sent, "information", self._door.take_more)

    async def answer(self, request: Request) -> Response:
        """Answer a question."""
        form = await form_of(request)
        sent = {name: form.get(name).strip() for name in ("code", "question", "answer")}
        return await self._said(request, form, sent, "answer", self._door.take_answer)

    async def _said(
        self, request: Request, form: Form, sent: Mapping[str, str], name: str, take: Callable[..., Awaitable[Any]]
    ) -> Response:
        """Take in what was written in the field `name`, and show how far it is; what is refused stays there."""
        if not sent[name]:
            missing = {name: _now(request).gettext(MUST)}
            return await self._told(request, form, wrong=Refusals("field_invalid", None, missing))
        try:
            await take(request, form.get("key"), json.dumps(sent, sort_keys=True).encode())
        except ValidationError as error:
            return await self._told(request, form, wrong=refusals(error, _now(request)))
        except TovholderError as error:
            return await self._told(request, form, wrong=refusals(error, _now(request)))
        return await self._told(request, Form((("code", sent["code"]),)), added=name)

    async def _told(self, request: Request, form: Form, *, wrong: Refusals | None = None, added: str = "") -> Response:
        code = form.get("code").strip()
        try:
            told = await self._asked(request, json.dumps({"code": code}).encode())
        except ValidationError as error:
            return self._page(request, "public/code.html", status=422, wrong=refusals(error, _now(request)), form=form)
        except TovholderError as error:
            # What was written to be added stays: the page asks for the code again, with the text below.
            found = refusals(error, _now(request))
            return self._page(
                request, "public/code.html", status=error.status, error=error, wrong=wrong or found, form=form
            )
        wrong = wrong or Refusals()
        status = 200 if not wrong else wrong.error.status if wrong.error else 422
        return self._page(
            request,
            "public/status.html",
            status=status,
            error=wrong.error,
            told=told,
            code=code,
            form=form,
            wrong=wrong,
            added=added,
            key=_key(form, wrong),
            keys=[str(uuid4()) for _ in told.get("questions", ())],
        )

    async def _asked(self, request: Request, body: bytes) -> Mapping[str, Any]:
        """Return how far it is and what is asked; how far it is also while the questions cannot be opened."""
        try:
            return await self._door.ask_questions(request, body)
        except Transient:
            return await self._door.ask(request, body)

    def _form(self, request: Request, mode: Anonymity, form: Form, wrong: Refusals, *, status: int = 200) -> Response:
        language = _now(request)
        return self._page(
            request,
            "public/questions.html",
            status=status,
            error=wrong.error,
            mode=mode,
            form=form,
            wrong=wrong,
            key=_key(form, wrong),
            ordinary=ORDINARY_ACTIVITY[language.code],
            without_source=WITHOUT_SOURCE[language.code],
            told=guidance(request.query_params.get("sprog")),
            languages=guidances(),
            **choices(PRIVATE),
        )

    def _page(
        self, request: Request, template: str, *, status: int = 200, error: TovholderError | None = None, **context: Any
    ) -> Response:
        chosen = request.query_params.get("sprog", "da")
        address = f"?sprog={chosen}" if chosen in guidances() and chosen != "da" else ""
        answer = self._console.plain_page(
            request, template, status=status, exit=EXIT, address=address, chosen=chosen, **context
        )
        if isinstance(error, TooMany):
            answer.headers["Retry-After"] = str(error.retry_after)
        return answer


MUST: Final = N_("Skal udfyldes.")


def _missing(sent: Mapping[str, Any], mode: Anonymity) -> list[str]:
    needed = ["description", *(["reporter"] if mode is not Anonymity.ANONYMOUS else [])]
    return [name for name in needed if name not in sent]


def _key(form: Form, wrong: Refusals) -> str:
    """Return the key that makes a form that is sent twice one thing: the same where what became of it is not known."""
    again = wrong.error is not None and wrong.error.status in AGAIN_WITH_SAME_KEY
    return form.get("key") if again else str(uuid4())


def _now(request: Request) -> Language:
    return language_for(request)
