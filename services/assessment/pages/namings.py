"""Cases that wait for a caseworker (`domain.md` R5, 3.4): for who leads the authority, each as a stub, with the form that names."""

from __future__ import annotations

import json
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import Response

from services.assessment.api import hidden
from services.assessment.domain.case import Case
from services.assessment.domain.case_commands import NameCaseworker
from services.assessment.domain.naming import NAMEABLE
from services.assessment.naming_api import require_shown, stub
from services.assessment.pages.case_choices import caseworkers
from services.assessment.pages.references import mark, reference
from services.assessment.repository import CaseStore
from services.assessment.tables import SPINE
from shared.contracts.assessment_codes import NamingReason
from shared.errors import TovholderError
from shared.lifecycle.actor import Role
from shared.persistence.idempotency import Attempt
from shared.persistence.work import Transaction
from shared.web.commands import accept
from shared.web.console.commands import VERSION, Option, key_again, key_of
from shared.web.console.language import N_
from shared.web.console.refusals import UNMENDED, Refusals, refusals
from shared.web.console.saying import Say
from shared.web.console.site import PLAIN, Console, Form, Visit, see_other
from shared.web.reading import page

DONE: Final = frozenset({"done"})
"""A parameter of the list that is no filter: something was just done."""

OPERATION = f"case-{NameCaseworker.code}"
ONE = N_("Vælg en på listen, eller skriv en anden: ikke begge.")


def naming_pages(router: APIRouter, console: Console, store: CaseStore) -> None:
    """Add the list, the form of each case, and the page that says one's own reference."""
    edge, pages = console.edge, Namings(console, store)
    console.get(router, "/namings", edge.doors["naming-list"], pages.many)
    console.get(router, "/namings/{id:uuid}", edge.doors["naming-show"], pages.one)
    console.post(router, "/namings/{id:uuid}", edge.given[OPERATION].door, pages.name)

    async def mine(visit: Visit) -> Response:
        """Say the visitor's own reference, for a leader who names them or a colleague who shares with them."""
        return console.page(
            visit, "namings/mine.html", reference=visit.actor.person_ref, mark=mark(visit.actor.person_ref)
        )

    console.get(router, "/me", PLAIN, mine)


class Namings:
    """The pages of who names a caseworker."""

    def __init__(self, console: Console, store: CaseStore) -> None:
        self._console, self._store = console, store

    async def many(self, visit: Visit) -> Response:
        """List the cases that were sent to the visitor's authority, each as a stub."""
        async with visit.console.edge.begin(visit.request, visit.actor) as tx:
            only = self._store.table.c.stage.in_(NAMEABLE)
            rows, cursor = await page(tx, self._store, visit.request, {}, stub, only=only, besides=DONE)
        for row in rows:
            row["reference"] = reference(UUID(row["id"]))
        return self._console.page(
            visit, "namings/list.html", rows=rows, next=cursor, done=visit.request.query_params.get("done") == "yes"
        )

    async def one(self, visit: Visit) -> Response:
        """Show the form of one case."""
        return await self._draw(visit, Form(), Refusals())

    async def name(self, visit: Visit) -> Response:
        """Name the caseworker."""
        about: UUID = visit.request.path_params["id"]
        if len({each.strip() for each in visit.form.all("person") if each.strip()}) > 1:
            # One of the list and another one on the line: whoever were taken would see a case that was meant for somebody else.
            wrong = Refusals("field_invalid", None, {"person": visit.say(ONE)})
            return await self._draw(visit, visit.form, wrong, status=422)
        given = self._console.edge.given[OPERATION]
        body = json.dumps({name: visit.form.get(name).strip() for name in ("person", "reason") if visit.form.get(name)})
        key = key_of(visit.form)
        attempt = Attempt(visit.actor, visit.request.url.path, key, body.encode())
        seen = visit.form.get(VERSION)
        version = int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else 0

        async def act(tx: Transaction, command: Any) -> Any:
            return await given.act(tx, about, command, version)

        try:
            await accept(self._console.edge, visit.request, attempt, given.model, NameCaseworker.code, act)
        except ValidationError as error:
            return await self._draw(visit, visit.form, refusals(error, visit.language), status=422)
        except TovholderError as error:
            if error.status in UNMENDED:
                raise
            return await self._draw(visit, visit.form, refusals(error, visit.language), status=error.status)
        return see_other("/assessment/namings?done=yes")

    async def _draw(self, visit: Visit, form: Form, wrong: Refusals, *, status: int = 200) -> Response:
        about: UUID = visit.request.path_params["id"]
        async with visit.console.edge.begin(visit.request, visit.actor) as tx:
            case = await self._store.load(tx, about, lock=False)
            require_shown(case, tx)
            shown = stub(case, tx)
            people = [] if hidden(case, tx) else await self._caseworkers(visit, tx, case)
        return self._console.page(
            visit,
            "namings/one.html",
            status=status,
            row=shown | {"reference": reference(about)},
            people=people,
            complete=case.authority == visit.actor.organisation,
            reasons=[str(each) for each in NamingReason],
            code=NameCaseworker.code,
            form=form,
            wrong=wrong,
            since=[],
            key=key_again(form, wrong),
            version=shown["version"],
        )

    async def _caseworkers(self, visit: Visit, tx: Transaction, case: Case) -> list[Option]:
        """Return the caseworkers of the authority who can be named, so not who is: all where it is the visitor's own.

        Of another authority those who acted in cases that the visitor sees; for a leader those are none.
        """
        known = await caseworkers(visit, tx, case.authority)
        if known or Role.TOVHOLDER_KOMMUNE not in visit.actor.roles:
            return [each for each in known if each.value != str(case.caseworker_ref)]
        table = SPINE.facts
        query = sa.select(table.c.actor_ref, sa.func.max(table.c.occurred_at).label("latest"))
        query = query.where(table.c.organisation == case.authority, table.c.actor_role == str(Role.CASEWORKER))
        if case.caseworker_ref is not None:
            query = query.where(table.c.actor_ref != case.caseworker_ref)
        rows = (await tx.session.execute(query.group_by(table.c.actor_ref).order_by(sa.desc("latest")).limit(50))).all()
        role = Say(visit.language).role(Role.CASEWORKER)
        active = N_("%(role)s, aktiv %(at)s (%(ref)s)")
        return [
            Option(
                str(row.actor_ref),
                visit.say(
                    active, role=role, at=visit.language.short(row.latest, visit.now), ref=str(row.actor_ref)[:8]
                ),
            )
            for row in rows
        ]
