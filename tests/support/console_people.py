"""The persons of the stories at the console: Chromium, signed in, one browser context for each, forms filled in and buttons pressed.

A `ConsolePerson` gives commands and brings things into being through pages alone; what a story only looks at to assert something is
still asked over HTTP. What the form does not ask is refused as `not_asked`, so that nothing that a story says is lost silently.
Set by the pages themselves: the channel of a concern (by the desk, or by where a professional works), the intervention of a loan.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from playwright.async_api import Error, Page, Response, expect

from deploy.demo.people import Give, Office, Person, Seen, StoryFailed
from deploy.docs import application, functions
from deploy.functions_page import Kind
from services.corps.domain.loan_commands import DraftLoan
from services.corps.pages.members import NewSheet, Sheet
from services.intake.domain.commands import ReceiveConcern
from services.intake.pages.report import PLACES_OF_WORK
from shared.contracts.codes import ReporterKind
from shared.lifecycle.actor import Role
from shared.web.console.language import language_of
from shared.web.console.words.errors import ERRORS, reason
from shared.web.console.words.guards import GUARDS
from tests.support.desks import Desks
from tests.support.entering import enter, unsaid

FORM = "form.command"
DESK = "form#call"
KINDS = {
    "concerns": "concern",
    "cases": "case",
    "underretninger": "underretning",
    "insights": "insight",
    "interventions": "intervention",
    "loans": "loan",
    "members": "member",
}
HELD_BACK = "form => form.noValidate ? [] : [...form.elements].filter(one => !one.checkValidity()).map(one => one.name)"
CREATED = {
    "/assessment/v1/underretninger": "make-underretning",
    "/assessment/v1/insights": "request-insight",
    "/corps/v1/members": "register-member",
}
"""What a form of its own brings into being."""

OWN_PAGES = {"intervention-log-session": "/corps/mine/{id}/session"}
"""Where people give a command that has a page of its own besides the record's."""

P = ParamSpec("P")
R = TypeVar("R")


def telling(act: Callable[P, Awaitable[R]]) -> Callable[P, Coroutine[Any, Any, R]]:
    """Make what a page does not do in time a story that failed, which the others outlive."""

    @wraps(act)
    async def told(*given: P.args, **named: P.kwargs) -> R:
        try:
            return await act(*given, **named)
        except Error as error:
            raise StoryFailed(f"at the console: {error.message[:400]}") from error

    return told


class ConsoleOffice(Office):
    """The way in through the console, in one language."""

    def __init__(self, gateway: str, issuer: str, desks: Desks, language: str) -> None:
        super().__init__(gateway, issuer)
        self.desks, self.language = desks, language
        self.plain = Office(gateway, issuer)
        """The same way in over HTTP, for what only leads up to what is played."""

    def person(self, role: Role, organisation: str, ref: UUID | None) -> ConsolePerson:
        """Return somebody at the console."""
        return ConsolePerson(self, role, organisation, ref)

    async def close(self) -> None:
        """Close the connections."""
        await self.plain.close()
        await super().close()


@dataclass(frozen=True)
class ConsolePerson(Person):
    """Somebody at the console."""

    office: ConsoleOffice

    async def _at(self, address: str) -> tuple[Page, Response]:
        assert self.ref is not None, "a citizen has no desk"
        return await self.office.desks.page(self.ref, self.role, self.office.language, address)

    @telling
    async def ready(self, thing: str, command: str, body: Any = None, *, seen_at: str | None = None) -> Give:
        """Open the form of a command and fill it in; what comes when its button is pressed is what its giver reads."""
        service, plural, about = _parts(thing)
        operation = f"{KINDS[plural]}-{command}"
        address = OWN_PAGES.get(operation) or _pages()[operation]
        page, answer = await self._at(address.replace("{id}", about))
        model = Sheet if plural == "members" else _model(service, operation)
        return await self._form(page, answer, model, body or {}, [operation])

    @telling
    async def borrowing(self, intervention: UUID, agreement: dict[str, Any]) -> Give:
        """Open the form of a loan for a member who was found, and fill it in; its button writes the loan down and offers it."""
        address = f"/corps/interventions/{intervention}/lend?member={agreement['member_ref']}"
        page, answer = await self._at(address)
        return await self._form(page, answer, DraftLoan, agreement, ["draft-loan", "loan-offer-loan"])

    @telling
    async def create(self, path: str, body: Any) -> UUID:
        """Bring something into being through the form for it; return its id."""
        made = {
            (Role.HOTLINE_ADVISER, "/intake/v1/concerns"): self._call,
            (Role.PRO_REPORTER, "/intake/v1/concerns"): self._report,
        }.get((self.role, path))
        return await (made(body) if made else self._created(path, body))

    async def _created(self, path: str, said: Mapping[str, Any]) -> UUID:
        """Bring something into being through the form that its operation has."""
        operation = CREATED[path]
        page, answer = await self._at(_pages()[operation])
        model = NewSheet if operation == "register-member" else _model(path.split("/")[1], operation)
        give = await self._form(page, answer, model, said, [operation])
        found = await give()
        if found.status != 200:
            raise StoryFailed(f"{self.role} gives {operation}: {found.status} {found.code}: {found.body.get('detail')}")
        return UUID(found.body["id"])

    async def _call(self, said: Mapping[str, Any]) -> UUID:
        """Write a call down at the desk and end it; what becomes of it is decided later that day."""
        _must_be("channel", said, "HOTLINE")
        page, _ = await self._at("/intake/desk")
        async with self._left(page):
            return await self._called(page, said)

    async def _called(self, page: Page, said: Mapping[str, Any]) -> UUID:
        place = said.get("subject_municipality")
        if place is not None:
            async with page.expect_response(lambda answer: answer.url.endswith("/place")):
                await page.locator("#f-subject_municipality").select_option(place)
            await expect(page.locator("#f-subject_municipality optgroup")).not_to_have_count(0)
            await expect(page.locator("#f-subject_municipality")).to_have_value(place)
        rest = {name: value for name, value in said.items() if name not in ("channel", "subject_municipality")}
        await enter(page, DESK, ReceiveConcern, rest)
        await self._whole(page, DESK, ReceiveConcern, {**said, "channel": None})
        await _pressed(page, page.locator(f"{DESK} button[value=later]"), 201)
        return UUID(page.url.rpartition("/")[2])

    async def _report(self, said: Mapping[str, Any]) -> UUID:
        """Report as a professional; the receipt says the reference by which the concern is found."""
        _must_be("channel", said, PLACES_OF_WORK[ReporterKind(said["reporter_kind"])].value)
        page, _ = await self._at("/intake/report")
        async with self._left(page):
            return await self._reported(page, said)

    async def _reported(self, page: Page, said: Mapping[str, Any]) -> UUID:
        await page.locator(f"[name=anonymity][value={said['anonymity']}]").check()
        async with page.expect_navigation():
            await page.locator(f"{FORM} button.primary").click()
        rest = {name: value for name, value in said.items() if name not in ("channel", "anonymity")}
        await enter(page, FORM, ReceiveConcern, rest)
        await self._whole(page, FORM, ReceiveConcern, {**said, "channel": None})
        await _pressed(page, page.locator(f"{FORM} button.primary"), 201)
        return await self.office.desks.lookup(await page.locator("h1 .ref").inner_text())

    async def _whole(self, page: Page, form: str, model: Any, said: Mapping[str, Any]) -> None:
        lost = await unsaid(page, form, model, {name: value for name, value in said.items() if value is not None})
        if lost:
            raise StoryFailed(f"the form of {_path(page)} does not ask for {', '.join(lost)}")

    async def _form(
        self, page: Page, answer: Response, model: Any, said: Mapping[str, Any], operations: list[str]
    ) -> Give:
        """Fill in a form that is open; what cannot be filled in is what comes when it is given."""
        try:
            seen = await self._before(page, answer, model, said)
        except BaseException:
            await self.office.desks.leave(page, typed=True)
            raise

        @telling
        async def give() -> Seen:
            async with self._left(page):
                found = seen or await self._sent(page)
            if found.status == 200:
                self.office.desks.given.update(operations)
            return found

        return give

    @asynccontextmanager
    async def _left(self, page: Page) -> AsyncIterator[None]:
        """Leave a page in the end, whatever happened on it."""
        here = page.url
        try:
            yield
        except BaseException:
            await self.office.desks.leave(page, typed=True)
            raise
        await self.office.desks.leave(page, typed=page.url == here)

    async def _before(self, page: Page, answer: Response, model: Any, said: Mapping[str, Any]) -> Seen | None:
        """Return why nothing can be given, or None: the form is filled in."""
        if answer.status != 200:
            return Seen(answer.status, {"code": "no_page", "detail": _path(page)}, None)
        if not await page.locator(FORM).count():
            why = " ".join((await page.locator(".blocked").inner_text()).split())
            return Seen(409, {"code": "not_possible", "detail": why}, None)
        await enter(page, FORM, model, said)
        await _because(page)
        lost = await unsaid(page, FORM, model, said)
        return Seen(422, {"code": "not_asked", "detail": f"no field for {', '.join(lost)}"}, None) if lost else None

    async def _sent(self, page: Page) -> Seen:
        """Press the form's button, and read what came."""
        held_back = await page.locator(FORM).evaluate(HELD_BACK)
        if held_back:
            return Seen(422, {"code": "held_back", "detail": f"the browser wants {', '.join(held_back)}"}, None)
        async with page.expect_navigation() as going:
            await page.locator(f"{FORM} .buttons button[type=submit]").first.click()
        answer = await going.value
        if "done=" in page.url:
            return Seen(200, {"id": page.url.partition("?")[0].rpartition("/")[2]}, None)
        refused = page.locator("#refused")
        if not await refused.count():
            return Seen(answer.status, {"detail": await page.inner_text("main")}, None)
        what = await refused.locator("h2").inner_text()
        code = _codes(self.office.language).get(what.strip())
        return Seen(answer.status, {"code": code, "detail": " ".join((await refused.inner_text()).split())}, None)


async def _because(page: Page) -> None:
    """Say why somebody else than the first is chosen, where a page wants to know."""
    reasons = page.locator(f"{FORM} [name=reason_code][value=PROFESSIONAL_JUDGEMENT][type=radio]")
    if await reasons.count() and not await page.locator(f"{FORM} [name=reason_code]:checked").count():
        await reasons.check()


def _must_be(name: str, said: Mapping[str, Any], by_the_page: str) -> None:
    if said[name] != by_the_page:
        raise StoryFailed(f"the page sets {name} to {by_the_page}, not to {said[name]}")


async def _pressed(page: Page, button: Any, status: int) -> None:
    async with page.expect_navigation() as going:
        await button.click()
    answer = await going.value
    if answer.status != status:
        raise StoryFailed(f"{_path(page)}: {answer.status}: {await page.inner_text('#refused')}")


def _path(page: Page) -> str:
    return "/".join(part[:8] if len(part) == 36 else part for part in page.url.partition("?")[0].split("/")[3:])


def _parts(thing: str) -> tuple[str, str, str]:
    """Return service, kind of record and reference of `/assessment/v1/cases/<id>`."""
    _, service, _, plural, about = thing.split("/")
    return service, plural, about


@cache
def _pages() -> dict[str, str]:
    return {each.name: each.where for each in functions() if each.kind is Kind.COMMAND and each.where is not None}


@cache
def _model(service: str, operation: str) -> Any:
    return application(service).state.console.edge.given[operation].model


@cache
def _codes(language: str) -> dict[str, str]:
    """Return the codes of refusals by what a page says of them."""
    tongue = language_of(language)
    codes = [*ERRORS, *(code.rpartition(".")[2] for code in GUARDS)]
    return {tongue.gettext(reason(code).why): code for code in codes}
