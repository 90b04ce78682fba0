"""A form for every command: what it does, what it asks, which rule stands behind it, and why it is not possible now.

`GET /<plural>/{id}/do/<command>` shows the form, `POST` there gives the command with the version that its person saw and a key of its
own, so that a form that is sent twice does one thing. Who comes second is told what changed meanwhile, and keeps every word.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import Response

from shared.errors import NotFound, StaleVersion, TovholderError
from shared.lifecycle.aggregate import Aggregate
from shared.lifecycle.decide import Possible, possible
from shared.lifecycle.table import Context
from shared.persistence.idempotency import Attempt
from shared.persistence.store import Store
from shared.persistence.work import Transaction
from shared.web.commands import KEY as WELL_FORMED
from shared.web.commands import accept
from shared.web.console.drafts import Draft, FormDrafts, typed
from shared.web.console.fields import MORE, Field, asked, body
from shared.web.console.refusals import UNMENDED, Refusals, refusals
from shared.web.console.site import PLAIN, Console, Form, Visit, see_other
from shared.web.console.words.commands import COMMANDS
from shared.web.edge import Given
from shared.web.reading import facts

KEY: Final = "key"
VERSION: Final = "version"


@dataclass(frozen=True, slots=True)
class Option:
    """One of several things to choose: what is sent, and what a person reads."""

    value: str
    label: str


Choices = Callable[[Visit, Transaction, Any], Awaitable[Sequence[Option] | None]]
"""Gives what a reference may be: (visit, transaction, aggregate). None where nothing is known, so that it is typed."""

Preset = Callable[[Visit, Any], Form]
"""Gives what a form begins with: (visit, aggregate)."""

Fill = Callable[[Form], Form]
"""Adds to what was sent what follows from it, so that no person is asked for it."""

Open = Callable[[Visit, Any], Collection[Any]]
"""Gives which codes of a closed list are open to choose: (visit, aggregate). What a guard always refuses is not offered."""

Beside = Callable[[Visit, Transaction, Any], Awaitable[Mapping[str, Any]]]
"""Looks up what a form that is drawn by hand shows beside its fields: (visit, transaction, aggregate)."""


@dataclass(frozen=True)
class CommandPages:
    """The forms of one kind of aggregate."""

    console: Console
    store: Store[Any]
    plural: str
    heading: Callable[[Visit, Any], str]
    """Names the aggregate above its forms; never a person."""
    choices: Mapping[str, Choices] = field(default_factory=dict)
    """What references may be, by `<command>.<field>`."""
    open: Mapping[str, Open] = field(default_factory=dict)
    """Which codes can be chosen, by `<command>.<field>`; all of them where nothing is said."""
    presets: Mapping[str, Preset] = field(default_factory=dict)
    """What forms begin with, by command."""
    templates: Mapping[str, str] = field(default_factory=dict)
    """Forms that are drawn by hand, by command; the others are made from the model."""
    left_out: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Fields that no person is asked for, by command."""
    filled: Mapping[str, Fill] = field(default_factory=dict)
    """What follows from what was sent, by command."""
    follows: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Fields that follow from what is sent, by command: of them nobody is told that they are missing."""
    beside: Mapping[str, Beside] = field(default_factory=dict)
    """What the template of a command finds as `beside`, by command."""
    drafts: FormDrafts | None = None
    drafted: frozenset[str] = frozenset()
    """Commands whose forms save themselves while they are filled in."""

    def add(self, router: APIRouter) -> None:
        """Add both routes of every command that a page can give to an existing aggregate which its giver sees.

        A command of those who do not see the record stands behind another policy, and has its page with another store.
        """
        kind = self.store.lifecycle.kind
        for command in self.store.lifecycle.commands:
            given = self.console.edge.given.get(f"{kind}-{command.code}")
            if given is not None and given.door.about is self.store.policy:
                self._add(router, command.code, given)

    def home(self, aggregate_id: UUID | str) -> str:
        """Return the path of the aggregate's own page."""
        return f"/{self.console.service}/{self.plural}/{aggregate_id}"

    def _add(self, router: APIRouter, code: str, given: Given) -> None:
        path = f"/{self.plural}/{{id:uuid}}/do/{code}"

        async def show(visit: Visit) -> Response:
            """Show the form, or why the command is not possible now."""
            about: UUID = visit.request.path_params["id"]
            async with visit.console.edge.begin(visit.request, visit.actor) as tx:
                state = await self.store.load(tx, about, lock=False)
                sheet = await self._sheet(visit, tx, state, code, given)
                draft = await self._draft(tx, sheet)
            form = self.presets[code](visit, state) if code in self.presets else Form()
            return self._draw(visit, sheet, draft.form if draft else form, Refusals(), draft=draft)

        async def give(visit: Visit) -> Response:
            """Give the command."""
            about: UUID = visit.request.path_params["id"]
            if visit.form.get(MORE):
                return await self._again(visit, about, code, given, Refusals())
            fields = self._asked(code, given)
            form = self.filled[code](visit.form) if code in self.filled else visit.form
            sent = json.dumps(body(fields, form), sort_keys=True).encode()
            attempt = Attempt(visit.actor, visit.request.url.path, key_of(visit.form), sent)

            async def act(tx: Transaction, command: Any) -> Aggregate:
                after = await given.act(tx, about, command, _version(visit.form))
                if self.drafts is not None and code in self.drafted:
                    await self.drafts.drop(tx, about, code)
                return after

            try:
                await accept(visit.console.edge, visit.request, attempt, given.model, code, act)
            except ValidationError as error:
                wrong = refusals(error, visit.language, visit.form).without(self.follows.get(code, frozenset()))
                return await self._again(visit, about, code, given, wrong, status=422)
            except TovholderError as error:
                if error.status in UNMENDED:
                    raise
                return await self._again(
                    visit, about, code, given, refusals(error, visit.language, visit.form), status=error.status
                )
            return see_other(await self._after(visit, about, code))

        self.console.get(router, path, given.door, show)
        self.console.post(router, path, given.door, give)
        if code in self.drafted:
            self._add_draft(router, path, code, given)

    def _add_draft(self, router: APIRouter, path: str, code: str, given: Given) -> None:
        async def keep(visit: Visit) -> Response:
            """Keep what was typed so far; the page stays, or comes again where there is no JavaScript."""
            assert self.drafts is not None, "who lists forms that save themselves says where"
            about: UUID = visit.request.path_params["id"]
            async with visit.console.edge.begin(visit.request, visit.actor) as tx:
                await self.store.load(tx, about, lock=False)
                saved = await self.drafts.keep(tx, about, code, typed(visit.form), _version(visit.form))
            if visit.partial:
                return self.console.fragment(visit, "draft_saved.html", at=saved.at, cpr=saved.cpr)
            return see_other(f"{self.home(about)}/do/{code}")

        self.console.post(router, f"{path}/draft", given.door, keep)

    async def _draft(self, tx: Transaction, sheet: Mapping[str, Any]) -> Draft | None:
        """Return the visitor's own draft, where the command is still possible: what police have alone shows nothing of it (T08)."""
        possible_now = sheet["standing"] is not None and sheet["standing"].allowed
        if self.drafts is None or sheet["code"] not in self.drafted or not possible_now:
            return None
        return await self.drafts.find(tx, sheet["state"].id, sheet["code"])

    async def _after(self, visit: Visit, about: UUID, code: str) -> str:
        """Return where a command leads: to the record, or, if its giver sees that no longer, to where this is said."""
        try:
            async with visit.console.edge.begin(visit.request, visit.actor) as tx:
                await self.store.load(tx, about, lock=False)
        except NotFound:
            return f"/{self.console.service}/given?done={code}"
        return f"{self.home(about)}?done={code}"

    def _asked(self, code: str, given: Given) -> tuple[Field, ...]:
        out = self.left_out.get(code, frozenset())
        return tuple(field for field in asked(given.model) if field.name not in out)

    def _open(self, visit: Visit, state: Any, code: str) -> dict[str, Collection[Any]]:
        of_it = ((name.partition(".")[2], codes) for name, codes in self.open.items() if name.startswith(f"{code}."))
        return {name: codes(visit, state) for name, codes in of_it}

    async def _again(
        self, visit: Visit, about: UUID, code: str, given: Given, wrong: Refusals, *, status: int = 200
    ) -> Response:
        """Show the form anew with every word that was typed; to who came second, what the others did."""
        async with visit.console.edge.begin(visit.request, visit.actor) as tx:
            state = await self.store.load(tx, about, lock=False)
            sheet = await self._sheet(visit, tx, state, code, given)
            since = []
            if wrong.code == StaleVersion.__name__:
                since = [fact for fact in await facts(tx, self.store, about) if fact["sequence"] > _version(visit.form)]
        return self._draw(visit, sheet, visit.form, wrong, status=status, since=since)

    async def _sheet(self, visit: Visit, tx: Transaction, state: Any, code: str, given: Given) -> dict[str, Any]:
        context = Context(actor=visit.actor, now=tx.now, aggregate_id=state.id)
        options = {
            name.partition(".")[2]: found
            for name, choose in self.choices.items()
            if name.startswith(f"{code}.") and (found := await choose(visit, tx, state)) is not None
        }
        return {
            "code": code,
            "state": state,
            "kind": self.store.lifecycle.kind,
            "fields": offered(self._asked(code, given), self._open(visit, state, code)),
            "options": options,
            "standing": _standing(possible(self.store.lifecycle, state, context), code),
            "agreed": state.agreements.get(code, ()),
            "heading": self.heading(visit, state),
            "home": self.home(state.id),
            "beside": await self.beside[code](visit, tx, state) if code in self.beside else {},
        }

    def _draw(
        self,
        visit: Visit,
        sheet: Mapping[str, Any],
        form: Form,
        wrong: Refusals,
        *,
        status: int = 200,
        since: Sequence[Mapping[str, Any]] = (),
        draft: Draft | None = None,
    ) -> Response:
        template = self.templates.get(sheet["code"], "command.html")
        key = key_of(form) if status in (503, 422) else str(uuid4())
        more = visit.form.get(MORE)
        return self.console.page(
            visit,
            template,
            status=status,
            **sheet,
            form=form,
            wrong=wrong,
            since=since,
            key=key,
            more=more,
            draft=draft,
            drafted=sheet["code"] in self.drafted,
        )


def offered(fields: Sequence[Field], codes: Mapping[str, Collection[Any]]) -> tuple[Field, ...]:
    """Return the fields with the codes that can be chosen, by the path of the field; what was sent is read by all of them.

    A field of which nothing can be chosen is not asked.
    """
    return tuple(_narrowed(each, each.name, codes) for each in fields if each.name not in codes or codes[each.name])


def _narrowed(asked_for: Field, path: str, codes: Mapping[str, Collection[Any]]) -> Field:
    parts = tuple(_narrowed(part, f"{path}.{part.name}", codes) for part in asked_for.parts)
    kept = codes.get(path)
    left = asked_for.codes if kept is None else tuple(code for code in asked_for.codes if code in set(map(str, kept)))
    return replace(asked_for, parts=parts, codes=left)


def given_route(router: APIRouter, console: Console) -> None:
    """Add the page that says that a command was given whose record its giver does not see any more."""

    async def given(visit: Visit) -> Response:
        code = visit.request.query_params.get("done", "")
        return console.page(visit, "given.html", done=code if code in COMMANDS else "")

    console.get(router, "/given", PLAIN, given)


def key_of(form: Form) -> str:
    """Return the key that makes a form that is sent twice one thing; a new one where what came is none that a page of ours gave."""
    sent = form.get(KEY)
    return sent if WELL_FORMED.fullmatch(sent) else str(uuid4())


def key_again(form: Form, wrong: Refusals) -> str:
    """Return the key of a form that is shown again: its own, for what was sent did nothing; a new one where the key did something
    else before, as after going back, or the form would be refused for ever.
    """
    return str(uuid4()) if wrong.code == "idempotency_mismatch" else key_of(form)


def _version(form: Form) -> int:
    """Return the version that the person saw; one that no form of ours sent is older than any."""
    seen = form.get(VERSION)
    return int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else 0


def _standing(found: Sequence[Possible], code: str) -> Possible | None:
    return next((each for each in found if each.command == code), None)
