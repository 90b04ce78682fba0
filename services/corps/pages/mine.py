"""A member's own view, drawn for a phone: her interventions with the next contact, and a session logged in under a minute.

She sees her own work and no list of anybody else's (R6). Every form works without JavaScript, with large targets.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import Response

from services.corps.domain.intervention import Intervention, Stage
from services.corps.domain.intervention_commands import LogSession
from services.corps.handlers import Corps
from services.corps.pages import wording
from services.corps.pages.interventions import session_begins
from shared.errors import StaleVersion, TovholderError
from shared.lifecycle.aggregate import Aggregate, OpenClock
from shared.lifecycle.decide import possible
from shared.lifecycle.table import Context
from shared.persistence.idempotency import Attempt
from shared.persistence.work import Transaction
from shared.web.commands import accept
from shared.web.console.commands import VERSION, key_again, key_of
from shared.web.console.fields import asked, body
from shared.web.console.records import known_command
from shared.web.console.refusals import UNMENDED, Refusals, refusals
from shared.web.console.site import Console, Form, Visit, see_other
from shared.web.reading import facts

SESSION: Final = "intervention-log-session"
FORMS: Final = ("record-progression", "hold-supervision", "propose-ending")
"""What she notes besides sessions, in forms of their own."""

MOST: Final = 20
HERS: Final = (Stage.MATCHING, Stage.ACTIVE, Stage.PAUSED)
MINUTES: Final = (30, 60, 90, 120)


@dataclass(frozen=True)
class MinePages:
    """Her list, and the form of a session."""

    console: Console
    work: Corps

    def add(self, router: APIRouter) -> None:
        """Add the list behind the door of interventions, which shows what is hers; the form behind the door of sessions."""
        doors = self.console.edge.doors
        self.console.get(router, "/mine", doors["intervention-list"], self.many)
        self.console.get(router, "/mine/{id:uuid}/session", doors[SESSION], self.ask)
        self.console.post(router, "/mine/{id:uuid}/session", doors[SESSION], self.log)

    async def many(self, visit: Visit) -> Response:
        """Show her interventions, the next contact first."""
        store = self.work.interventions.store
        table, me = store.table, visit.actor.person_ref
        async with visit.console.edge.begin(visit.request, visit.actor) as tx:
            query = sa.select(table.c.body).where(
                store.visible(tx), table.c.member_ref == me, table.c.stage.in_([each.value for each in HERS])
            )
            found = (await tx.session.execute(query.limit(MOST))).scalars().all()
            states = [Intervention.model_validate(each) for each in found]
            cards = [self._card(visit, tx, state) for state in states]
        return self.console.page(
            visit,
            "mine/list.html",
            cards=sorted(cards, key=lambda card: (card["due"] is None, card["due"] or visit.now)),
            me=str(me),
            done=known_command(visit.request.query_params.get("done", "")),
        )

    def _card(self, visit: Visit, tx: Transaction, state: Intervention) -> dict[str, Any]:
        mine = [clock for clock in state.clocks.values() if clock.owner_person == visit.actor.person_ref]
        mine.sort(key=lambda clock: clock.due_at)
        context = Context(actor=visit.actor, now=tx.now, aggregate_id=state.id)
        allowed = {
            each.command for each in possible(self.work.interventions.store.lifecycle, state, context) if each.allowed
        }
        agreed = {each.role for each in state.agreements.get("accept-match", ())}
        held = state.member.held_until if state.member and state.stage == Stage.MATCHING else None
        return {
            "state": state,
            "ref": wording.intervention_ref(state.id),
            "clocks": mine,
            "due": _first(mine, held),
            "held_until": held,
            "agreed": "CORPS_MEMBER" in agreed,
            "allowed": allowed,
            "forms": [code for code in FORMS if code in allowed],
        }

    async def ask(self, visit: Visit) -> Response:
        """Ask about a session; day, length and kind are filled in."""
        return await self._form(visit, session_begins(visit), Refusals())

    async def log(self, visit: Visit) -> Response:
        """Log the session."""
        about: UUID = visit.request.path_params["id"]
        edge = visit.console.edge
        async with edge.begin(visit.request, visit.actor) as tx:
            await self.work.interventions.store.load(tx, about, lock=False)
        given = edge.given[SESSION]
        sent = json.dumps(body(asked(given.model), visit.form), sort_keys=True).encode()
        attempt = Attempt(visit.actor, visit.request.url.path, key_of(visit.form), sent)

        async def act(tx: Transaction, command: Any) -> Aggregate:
            return await given.act(tx, about, command, _version(visit.form))

        try:
            await accept(edge, visit.request, attempt, given.model, LogSession.code, act)
        except ValidationError as error:
            return await self._form(visit, visit.form, refusals(error, visit.language), status=422)
        except TovholderError as error:
            if error.status in UNMENDED:
                raise
            return await self._form(visit, visit.form, refusals(error, visit.language), status=error.status)
        return see_other(f"/{visit.console.service}/mine?done={LogSession.code}")

    async def _form(self, visit: Visit, form: Form, wrong: Refusals, *, status: int = 200) -> Response:
        about: UUID = visit.request.path_params["id"]
        store = self.work.interventions.store
        async with visit.console.edge.begin(visit.request, visit.actor) as tx:
            state = await store.load(tx, about, lock=False)
            context = Context(actor=visit.actor, now=tx.now, aggregate_id=about)
            standing = next(
                each for each in possible(store.lifecycle, state, context) if each.command == LogSession.code
            )
            since = []
            if wrong.code == StaleVersion.__name__:
                since = [fact for fact in await facts(tx, store, about) if fact["sequence"] > _version(visit.form)]
        return self.console.page(
            visit,
            "mine/session.html",
            status=status,
            **session_sheet(visit, state, form, wrong),
            standing=standing,
            since=since,
            action=f"/{visit.console.service}/mine/{about}/session",
            home=f"/{visit.console.service}/mine",
        )


def session_sheet(visit: Visit, state: Intervention, form: Form, wrong: Refusals) -> Mapping[str, Any]:
    """Return what the form of a session needs."""
    return {
        "code": "log-session",
        "kind": "intervention",
        "state": state,
        "fields": {field.name: field for field in asked(visit.console.edge.given[SESSION].model)},
        "heading": wording.intervention_ref(state.id),
        "form": form,
        "wrong": wrong,
        "minutes": MINUTES,
        "today": wording.today(visit),
        "key": key_again(form, wrong),
    }


def _first(clocks: list[OpenClock], held: Any) -> Any:
    """Return what comes first: a deadline of hers, or the end of a reservation that waits for her answer."""
    return min([*(clock.due_at for clock in clocks), *([held] if held else [])], default=None)


def _version(form: Form) -> int:
    seen = form.get(VERSION)
    return int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else 0
