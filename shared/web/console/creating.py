"""A form for a command that brings something into being: `GET /<path>` shows it, `POST` there gives it.

What is made opens its own page, if its maker may see it; else a page says that it was done.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import Response

from shared.errors import TovholderError
from shared.lifecycle.aggregate import Aggregate
from shared.persistence.idempotency import Attempt
from shared.persistence.work import Transaction
from shared.web.commands import accept
from shared.web.console.commands import Option, key_again, key_of, offered
from shared.web.console.fields import MORE, Field, asked, body
from shared.web.console.refusals import UNMENDED, Refusals, refusals
from shared.web.console.site import Console, Form, Visit, see_other
from shared.web.edge import Given

Offered = Callable[[Visit, Transaction], Awaitable[Sequence[Option]]]
"""Gives what a reference may be, where there is nothing yet that the form is about."""

Nothing = Callable[[Visit], Form]


def _empty(_: Visit) -> Form:
    return Form()


def _to_its_page(_: Visit, __: UUID) -> str:
    return ""


@dataclass(frozen=True)
class CreationPage:
    """The form of one creating command."""

    console: Console
    operation: str
    path: str
    home: str
    """The path of the list that it belongs to."""
    heading: str
    """What the list is called (Danish)."""
    choices: Mapping[str, Offered] = field(default_factory=dict)
    open: Mapping[str, Collection[Any]] = field(default_factory=dict)
    """Which codes can be chosen, by field; all of them where nothing is said."""
    preset: Nothing = _empty
    template: str = "create.html"
    left_out: frozenset[str] = frozenset()
    then: Callable[[Visit, UUID], str] = _to_its_page
    """The path of what was made, or nothing where its maker may not see it."""

    def add(self, router: APIRouter) -> None:
        """Add both routes."""
        given = self.console.edge.given[self.operation]

        async def show(visit: Visit) -> Response:
            """Show the form."""
            return await self._draw(visit, given, self.preset(visit), Refusals())

        async def give(visit: Visit) -> Response:
            """Give the command."""
            return await self._give(visit, given)

        self.console.get(router, self.path, given.door, show)
        self.console.post(router, self.path, given.door, give)

    async def _give(self, visit: Visit, given: Given) -> Response:
        if visit.form.get(MORE):
            return await self._draw(visit, given, visit.form, Refusals())
        sent = json.dumps(body(self._asked(given), visit.form), sort_keys=True).encode()
        attempt = Attempt(visit.actor, visit.request.url.path, key_of(visit.form), sent)

        async def act(tx: Transaction, command: Any) -> Aggregate:
            return await given.act(tx, None, command, 0)

        try:
            _, answer = await accept(
                self.console.edge, visit.request, attempt, given.model, self.operation, act, status=201
            )
        except ValidationError as error:
            return await self._draw(visit, given, visit.form, refusals(error, visit.language, visit.form), status=422)
        except TovholderError as error:
            if error.status in UNMENDED:
                raise
            wrong = refusals(error, visit.language, visit.form)
            return await self._draw(visit, given, visit.form, wrong, status=error.status)
        there = self.then(visit, UUID(answer.body["id"]))
        service = self.console.service
        return (
            see_other(f"/{service}{there}?done={self.operation}")
            if there
            else self.console.page(visit, "created.html", code=self.operation)
        )

    def _asked(self, given: Given) -> tuple[Field, ...]:
        return tuple(each for each in asked(given.model) if each.name not in self.left_out)

    async def _draw(self, visit: Visit, given: Given, form: Form, wrong: Refusals, *, status: int = 200) -> Response:
        async with visit.console.edge.begin(visit.request, visit.actor) as tx:
            options = {name: await choose(visit, tx) for name, choose in self.choices.items()}
        return self.console.page(
            visit,
            self.template,
            status=status,
            code=self.operation,
            fields=offered(self._asked(given), self.open),
            options=options,
            form=form,
            wrong=wrong,
            since=[],
            key=key_again(form, wrong),
            more=visit.form.get(MORE),
            home=f"/{self.console.service}{self.home}",
            heading=visit.say(self.heading),
        )
