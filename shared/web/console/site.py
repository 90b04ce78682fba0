"""The console of one service: which pages it has, who may look at them, and how they are rendered.

A page is added with the door that it stands behind: its handler is called with a `Visit`, for somebody who is signed in and whom
the door admits. An error becomes a page that says what is wrong and what to do; what somebody typed is never lost with it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl, quote

import structlog
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from shared.errors import Invalid, TooMany, TovholderError, Unauthenticated
from shared.lifecycle.actor import Actor
from shared.policy.doors import Door
from shared.web.console.assets import Assets
from shared.web.console.language import Language, language_of
from shared.web.console.navigation import entries
from shared.web.console.rendering import environments
from shared.web.console.session import CSRF_FIELD, Present, Sessions, from_own_page, require_own_form
from shared.web.edge import LARGEST_BODY, Edge

LANGUAGE_COOKIE: Final = "__Host-tovholder-language"
PLAIN: Final = Door("page", "whoever is signed in")
"""The door of pages that tell nothing of anybody."""

LARGEST_FORM: Final = 4 * LARGEST_BODY
"""Bytes: what is 128 kB as JSON is up to three times as much percent-encoded."""

MOST_FIELDS: Final = 2_000
FORM: Final = "application/x-www-form-urlencoded"
NO_STORE: Final = {"Cache-Control": "no-store", "Vary": "Cookie, HX-Request"}
UNSAFE: Final = ("POST",)
TROUBLE: Final = {"HX-Retarget": "#trouble", "HX-Reswap": "innerHTML", "HX-Reselect": ".trouble"}
"""Where htmx puts an error, whatever part of a page was asked for."""


log = structlog.get_logger()

Handler = Callable[["Visit"], Awaitable[Response]]
Open = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Form:
    """What a form sent: names and values, in order."""

    pairs: tuple[tuple[str, str], ...] = ()

    def get(self, name: str, default: str = "") -> str:
        """Return the value under a name: the first that is not empty, so that a list to choose from may have a line beside it."""
        values = self.all(name)
        return next((value for value in values if value), values[0] if values else default)

    def all(self, name: str) -> list[str]:
        """Return every value under a name."""
        return [value for key, value in self.pairs if key == name]

    def typed(self) -> tuple[tuple[str, str], ...]:
        """Return what somebody typed: all but what belongs to the form itself."""
        return tuple(pair for pair in self.pairs if pair[0] != CSRF_FIELD)


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at a page: who, in which language, with what they sent."""

    console: Console
    request: Request
    present: Present
    language: Language
    form: Form = field(default_factory=Form)

    @property
    def actor(self) -> Actor:
        """Return who looks."""
        return self.present.actor

    @property
    def now(self) -> datetime:
        """Return the domain's moment."""
        return self.console.edge.work.clock.now()

    @property
    def partial(self) -> bool:
        """Say whether htmx asks for a part of a page."""
        return _partial(self.request)

    def say(self, danish: str, **values: Any) -> str:
        """Return a text in the visitor's language."""
        return self.language.gettext(danish) % values if values else self.language.gettext(danish)


@dataclass(frozen=True, slots=True)
class PageDoor:
    """A page and the door it stands behind; the test of every page and `docs/access.md` read them."""

    method: str
    path: str
    door: Door | None
    """None: it stands open to everybody."""


class Console:
    """Adds pages to a service and renders them."""

    def __init__(
        self,
        service: str,
        edge: Edge,
        sessions: Sessions,
        assets: Assets,
        *,
        origin: str,
        demo: bool,
        templates: str | None = None,
    ) -> None:
        self.service, self.edge, self.sessions = service, edge, sessions
        self.origin = origin.rstrip("/")
        self.demo = demo
        self.pages: list[PageDoor] = []
        self._environments = environments(templates, assets)

    def get(self, router: APIRouter, path: str, door: Door, handler: Handler, *, used: bool = True) -> None:
        """Add a page behind a door; `used` False: looking at it does not keep a session awake."""
        self._add(router, "GET", path, door, handler, used=used)

    def post(self, router: APIRouter, path: str, door: Door, handler: Handler) -> None:
        """Add what a form is sent to."""
        self._add(router, "POST", path, door, handler, used=True)

    def open_get(self, router: APIRouter, path: str, handler: Open) -> None:
        """Add a page that stands open to who is not signed in."""
        self._add_open(router, "GET", path, handler)

    def open_post(self, router: APIRouter, path: str, handler: Open) -> None:
        """Add what a form of an open page is sent to."""
        self._add_open(router, "POST", path, handler)

    def _add_open(self, router: APIRouter, method: str, path: str, handler: Open) -> None:
        self.pages.append(PageDoor(method, path, None))

        async def endpoint(request: Request) -> Response:
            try:
                return await handler(request)
            except TovholderError as error:
                return self.problem(request, error, None, Form())

        router.add_api_route(path, endpoint, methods=[method], include_in_schema=False)

    def _add(self, router: APIRouter, method: str, path: str, door: Door, handler: Handler, *, used: bool) -> None:
        self.pages.append(PageDoor(method, path, door))

        async def endpoint(request: Request) -> Response:
            present: Present | None = None
            form = Form()
            try:
                form = await form_of(request) if method in UNSAFE else form
                present = await self.sessions.find(request, used=used)
                if present is None:
                    return self._signed_out(request, form)
                if method in UNSAFE:
                    require_own_form(request, present, form.get(CSRF_FIELD) or None)
                door.require(present.actor)
                return await handler(Visit(self, request, present, language_for(request), form))
            except TovholderError as error:
                return self.problem(request, error, present, form)

        router.add_api_route(path, endpoint, methods=[method], include_in_schema=False)

    def page(self, visit: Visit, template: str, *, status: int = 200, **context: Any) -> Response:
        """Render a page for somebody who is signed in."""
        return self._render(visit.request, visit.present, visit.language, template, status, context)

    def fragment(self, visit: Visit, template: str, *, status: int = 200, **context: Any) -> Response:
        """Render a part of a page."""
        return self.page(visit, template, status=status, **context)

    def plain_page(self, request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
        """Render a page for somebody who is not signed in."""
        return self._render(request, None, language_for(request), template, status, context)

    def problem(
        self, request: Request, error: TovholderError, present: Present | None, form: Form, *, status: int | None = None
    ) -> Response:
        """Render what is wrong and what to do. What was typed comes back, to be looked at and sent again."""
        shown = status or error.status
        if shown >= 500:
            log.warning("page_failed", code=error.code)
        request.state.problem_code = error.code
        if _partial(request):
            answer = self._trouble(request, error, present, shown)
        else:
            mendable = shown in (401, 503) or error.code == "form_not_ours"
            retype = form.typed() if mendable and from_own_page(request) else ()
            context = {"error": error, "status": shown, "retype": retype, "action": _path(self, request)}
            answer = self._render(request, present, language_for(request), "problem.html", shown, context)
        if isinstance(error, TooMany):
            answer.headers["Retry-After"] = str(error.retry_after)
        return answer

    def _trouble(self, request: Request, error: TovholderError, present: Present | None, status: int) -> Response:
        """Say an error to a part of a page, in the place that the layout has for it: nothing of the page is taken away."""
        answer = self._render(request, present, language_for(request), "trouble.html", status, {"error": error})
        answer.headers.update(TROUBLE)
        return answer

    def _signed_out(self, request: Request, form: Form) -> Response:
        """Send who looks to sign in; who sent a form is shown what was typed, to send again after it.

        A script that asks for a part or a stream is told that the session is over: it is not led through a sign-in that nobody sees.
        """
        gone = Unauthenticated("session_over", "your sign-in has ended; nothing was saved", remedy="Sign in again.")
        if _partial(request) or not _navigates(request):
            return self._trouble(request, gone, None, gone.status)
        here = _path(self, request)
        sign_in = f"/{self.service}/sign-in?to={quote(here, safe='/')}"
        if request.method == "GET":
            return RedirectResponse(sign_in, status_code=303, headers=NO_STORE)
        retype = form.typed() if from_own_page(request) else ()
        context = {"error": gone, "status": 401, "retype": retype, "action": here, "sign_in": sign_in}
        return self._render(request, None, language_for(request), "session_over.html", 401, context)

    def _render(
        self,
        request: Request,
        present: Present | None,
        language: Language,
        template: str,
        status: int,
        context: Mapping[str, Any],
    ) -> Response:
        here = _path(self, request)
        actor = present.actor if present else None
        base = {
            "actor": actor,
            "present": present,
            "csrf": present.csrf if present else "",
            "language": language,
            "now": self.edge.work.clock.now(),
            "here": here,
            "service": self.service,
            "navigation": entries(actor, here) if actor else (),
            "demo": self.demo,
        }
        page = self._environments[language.code].get_template(template).render(base | dict(context))
        return HTMLResponse(page, status_code=status, headers={**NO_STORE, "Content-Language": language.code})


async def form_of(request: Request) -> Form:
    """Read a form's body.

    Raises `Invalid`: `body_not_form` for another kind, `body_too_large` past `LARGEST_FORM` bytes, `body_garbled` if it is no UTF-8 text
    or has more than `MOST_FIELDS` fields.
    """
    kind = request.headers.get("content-type", FORM).partition(";")[0].strip().lower()
    if kind != FORM:
        raise Invalid("body_not_form", "a page's form is sent as a form", field="Content-Type")
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > LARGEST_FORM:
            raise Invalid("body_too_large", f"a request may have {LARGEST_FORM} bytes", remedy="Shorten the texts.")
    try:
        pairs = parse_qsl(received.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Invalid("body_garbled", "the form cannot be read", remedy="Send it again from the page.") from None
    # Browsers send the ends of lines as CR LF; what was typed has LF.
    return Form(tuple((name, value.replace("\r\n", "\n")) for name, value in pairs))


def language_for(request: Request) -> Language:
    """Return the language that was chosen: on an open page in its address, else by the switch; Danish without a choice."""
    return language_of(request.query_params.get("sprog") or request.cookies.get(LANGUAGE_COOKIE))


def see_other(path: str) -> Response:
    """Send the browser on after something was saved, so that a reload repeats nothing."""
    return RedirectResponse(path, status_code=303, headers=NO_STORE)


def _partial(request: Request) -> bool:
    """Say whether htmx asks for a part of a page."""
    return request.headers.get("hx-request") == "true" and "hx-boosted" not in request.headers


def _navigates(request: Request) -> bool:
    """Say whether somebody goes to the page, by the browser's own word; who says nothing of it does."""
    return request.headers.get("sec-fetch-mode", "navigate") == "navigate"


def _path(console: Console, request: Request) -> str:
    """Return the page's path as the browser knows it, with its query."""
    query = f"?{request.url.query}" if request.url.query else ""
    return f"/{console.service}{request.url.path}{query}"
