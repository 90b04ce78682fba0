"""The pages of one kind of record: a list, the record itself, and its sealed texts, which open on demand with a reason.

What a record shows of itself comes from its service as a `Card`; the state track, the clocks, what can be done next and why not the
rest, the timeline and who has access come from the spine, the same for every kind.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import Response

from shared.audit.openings import openings
from shared.errors import Invalid, NotFound
from shared.lifecycle.actor import Role
from shared.lifecycle.decide import Possible, possible
from shared.lifecycle.table import Context
from shared.lifecycle.text import FieldClass
from shared.persistence.store import Store
from shared.persistence.work import Transaction
from shared.vault import Vault
from shared.vault.model import LookReason
from shared.web import reading
from shared.web.console.site import Console, Visit
from shared.web.console.words.commands import COMMANDS
from shared.web.opening import OpenTexts, opened

ROWS: Final = 50
"""Rows of a list, where nobody asks for another number."""

EARLIER_LOOKS: Final = 200
"""Openings that are read to say who opened a text before."""

REASONS: Final = tuple(
    each for each in LookReason if each not in (LookReason.RECEIPT, LookReason.QUESTION, LookReason.GLASS_REVIEW)
)
"""Why staff open a text; the others are given by a function of their own."""


@dataclass(frozen=True, slots=True)
class SealedText:
    """A text of a record that can be opened: what it is (a field's name), its reference and class, and its erasable unit.

    `label` is what it is called (Danish) where the field's own question does not say it.
    """

    name: str
    ref: UUID
    field_class: FieldClass
    unit: UUID
    label: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """What a record shows of itself to this visitor; every text in it is in the visitor's language already."""

    heading: str
    facts: Sequence[tuple[str, str]] = ()
    """The line under the heading: label and value."""
    chips: Sequence[tuple[str, str]] = ()
    """Flags: class of the chip (acute, child, travel or nothing) and word."""
    more: Mapping[str, Any] = field(default_factory=dict)
    """What the service's own template needs besides."""


Draw = Callable[[Visit, Any, Transaction], Card]

Beside = Callable[[Visit, Any, Transaction], Awaitable[Mapping[str, Any]]]
"""Looks up what a service's own template shows beside the record: (visit, record, transaction)."""


async def _nothing(_: Visit, __: Any, ___: Transaction) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class RecordPages:
    """The pages of one kind of record."""

    console: Console
    store: Store[Any]
    vault: Vault
    plural: str
    draw: Draw
    texts: Callable[[Any], Sequence[SealedText]]
    title: str
    """What the list is called (Danish)."""
    track: Sequence[str] = ()
    """The stages that a record usually passes, in order."""
    filters: Mapping[str, str] = field(default_factory=dict)
    hidden: Callable[[Any, Transaction], bool] = lambda state, tx: False
    told: Callable[[Any, reading.Facts, Transaction], reading.Facts] = lambda state, found, tx: found
    template: str = "record.html"
    list_template: str = "records.html"
    first: Sequence[str] = ()
    """Commands in the order in which they are offered; the first that is possible is the page's one button."""
    beside: Beside = _nothing
    """What the template finds as `beside`; of what is hidden from the visitor nothing is looked up."""

    def add(self, router: APIRouter) -> None:
        """Add the list, the record, and the opening of its texts."""
        doors, kind = self.console.edge.doors, self.store.lifecycle.kind
        self.console.get(router, f"/{self.plural}", doors[f"{kind}-list"], self.many)
        self.console.get(router, f"/{self.plural}/{{id:uuid}}", doors[f"{kind}-show"], self.one)
        if f"{kind}-open-texts" in doors:
            self.console.post(router, f"/{self.plural}/{{id:uuid}}/open", doors[f"{kind}-open-texts"], self.open)

    async def many(self, visit: Visit) -> Response:
        """List what the visitor sees, newest first; every state of the list is its address."""
        allowed = {"stage": "stage", **self.filters}
        async with visit.console.edge.begin(visit.request, visit.actor) as tx:
            rows, cursor = await reading.page(
                tx,
                self.store,
                visit.request,
                allowed,
                lambda state, tx: {"state": state, "card": self.draw(visit, state, tx)},
                most=ROWS,
            )
        return self.console.page(
            visit,
            self.list_template,
            rows=rows,
            next=cursor,
            kind=self.store.lifecycle.kind,
            plural=self.plural,
            heading=visit.say(self.title),
            stages=self.store.lifecycle.stages,
            stage=visit.request.query_params.get("stage", ""),
        )

    async def one(self, visit: Visit) -> Response:
        """Show a record."""
        return await self._shown(visit, {})

    async def open(self, visit: Visit) -> Response:
        """Open one text: the look is on record before the text is shown, on this page alone."""
        about: UUID = visit.request.path_params["id"]
        async with visit.console.edge.begin(visit.request, visit.actor) as tx:
            state = await self.store.load(tx, about, lock=False)
        text = next((each for each in self.texts(state) if str(each.ref) == visit.form.get("text")), None)
        role = self._role(visit, text) if text else None
        if text is None or role is None:
            raise NotFound("text_not_found", "there is no such text here that you may open")
        asked = {"texts": [text.ref], "role": role, "reason": visit.form.get("reason") or None}
        try:
            wanted = OpenTexts.model_validate(asked | {"reason_text": visit.form.get("reason_text") or None})
        except ValidationError:
            if not visit.partial:
                return await self._shown(visit, {}, unopened=text.ref, status=422)
            raise Invalid(
                "reason_required", "opening a text needs a reason", field="reason", rule="domain.md R8"
            ) from None
        found = await opened(
            self.console.edge,
            visit.request,
            visit.actor,
            self.store,
            self.vault,
            lambda state: frozenset(each.ref for each in self.texts(state)),
            about,
            wanted,
        )
        if visit.partial:
            return self.console.fragment(visit, "opened.html", text=text, plain=found[str(text.ref)])
        return await self._shown(visit, found)

    async def _shown(
        self, visit: Visit, plain: Mapping[str, str], *, unopened: UUID | None = None, status: int = 200
    ) -> Response:
        """Show the record; `unopened` is the text that did not open, for nobody said why."""
        about: UUID = visit.request.path_params["id"]
        async with visit.console.edge.begin(visit.request, visit.actor) as tx:
            state = await self.store.load(tx, about, lock=False)
            card = self.draw(visit, state, tx)
            locked = self.hidden(state, tx)
            facts = [] if locked else self.told(state, await reading.facts(tx, self.store, about), tx)
            clocks = [] if locked else await reading.clocks(tx, self.store, about)
            access = [] if locked else await reading.access(tx, self.store, about)
            texts = [] if locked else [text for text in self.texts(state) if self._role(visit, text)]
            looks = await self._looks(tx, texts)
            visiting = not await reading.takes_part(tx, self.store, about)
            context = Context(actor=visit.actor, now=tx.now, aggregate_id=about)
            found = [] if locked or visiting else self._next(possible(self.store.lifecycle, state, context))
            beside = {} if locked else await self.beside(visit, state, tx)
        return self.console.page(
            visit,
            self.template,
            status=status,
            unopened=unopened,
            state=state,
            kind=self.store.lifecycle.kind,
            plural=self.plural,
            title=visit.say(self.title),
            card=card,
            locked=locked,
            facts=list(reversed(facts)),
            track=self._track(state, facts),
            clocks=clocks,
            access=access,
            texts=texts,
            looks=looks,
            plain=plain,
            reasons=REASONS,
            first=self.first,
            possible=[each for each in found if each.allowed],
            impossible=[each for each in found if not each.allowed],
            done=known_command(visit.request.query_params.get("done", "")),
            only=visit.request.query_params.get("only", ""),
            visiting=visiting,
            beside=beside,
        )

    def _role(self, visit: Visit, text: SealedText) -> Role | None:
        """Return the visitor's role in which this text may be opened, if there is one; whether it may now, the vault says."""
        return next(
            (role for role in sorted(visit.actor.roles) if self.store.policy.may_open(role, text.field_class)), None
        )

    def _next(self, found: Sequence[Possible]) -> list[Possible]:
        """Return what can be done from a page, and what not yet: those that are this visitor's at all, in the offered order."""
        kind, given = self.store.lifecycle.kind, self.console.edge.given
        shown = [
            each
            for each in found
            if (way := given.get(f"{kind}-{each.command}")) and way.door.about is self.store.policy and not each.roles
        ]
        order = {code: number for number, code in enumerate(self.first)}
        return sorted(shown, key=lambda each: order.get(each.command, len(order)))

    def _track(self, state: Any, facts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        reached = {fact["body"]["stage"]: fact["occurred_at"] for fact in facts if fact["body"].get("stage")}
        return [{"stage": stage, "at": reached.get(stage), "now": stage == state.stage} for stage in self.track]

    async def _looks(self, tx: Transaction, texts: Sequence[SealedText]) -> dict[str, list[dict[str, Any]]]:
        """Return who opened each text before, latest first."""
        units = list({text.unit for text in texts})
        if not units:
            return {}
        found: dict[str, list[dict[str, Any]]] = {}
        for row in await openings(tx.session, units, limit=EARLIER_LOOKS):
            found.setdefault(str(row["blob"]), []).insert(0, row)
        return found


def known_command(code: str) -> str:
    """Return the code of a command, or nothing: what a link says is not shown in our name."""
    return code if code in COMMANDS else ""
