"""Break-glass (`domain.md` R7): a page for who must see an acute case elsewhere now, and what the officer has to sign."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import Response

from services.assessment.domain.case import Case
from services.assessment.domain.glass import BREAKERS, GLASS_REVIEW, LASTS, RULE, BreakGlass, ReviewGlass
from services.assessment.glass import Glasses, opened_grounds
from services.assessment.pages.references import reference
from services.assessment.repository import CaseStore
from shared.contracts.glass import GlassReview
from shared.errors import Invalid, NotFound, TovholderError
from shared.hosting.api import ApiParts
from shared.lifecycle.actor import Role
from shared.lifecycle.aggregate import OpenClock
from shared.persistence.idempotency import Attempt
from shared.persistence.work import Transaction
from shared.policy.doors import Door
from shared.vault import Vault
from shared.web.commands import accept
from shared.web.console.commands import key_again, key_of
from shared.web.console.refusals import NOT_ADMITTED, Refusals, refusals
from shared.web.console.site import Console, Form, Visit, see_other

DOOR = Door(
    "glass-page", f"{RULE}: an acute case, for four hours; and what the officer signs", frozenset((*BREAKERS, Role.DPO))
)
BREAKING = Door("glass-break-page", f"{RULE}: an acute case, for four hours", frozenset(BREAKERS))
REVIEWING = Door("glass-review-page", f"{RULE}: signed by the officer of the municipality", frozenset({Role.DPO}))
SHORT = re.compile(r"^[Ss]-?([0-9A-Fa-f]{4})-?([0-9A-Fa-f]{4})$")
ROWS = 100


@dataclass(frozen=True)
class GlassPages:
    """The page, and both of its forms."""

    console: Console
    store: CaseStore
    glasses: Glasses
    vault: Vault

    def add(self, router: APIRouter) -> None:
        """Add the routes."""
        self.console.get(router, "/glass", DOOR, self.show)
        self.console.post(router, "/glass", BREAKING, self.break_)
        self.console.post(router, "/glass/{id:uuid}/review", REVIEWING, self.review)
        opening = self.console.edge.doors["glass-open-grounds"]
        self.console.post(router, "/glass/{id:uuid}/open", opening, self.open)

    async def show(self, visit: Visit) -> Response:
        """Show the form to a tovholder, and to the officer what is to be signed."""
        return await self._page(visit, Form(), Refusals())

    async def break_(self, visit: Visit) -> Response:
        """Break the glass: the look begins with a line that names who and why."""
        sent = {"grounds": visit.form.get("grounds")} if visit.form.get("grounds").strip() else {}
        body = json.dumps(sent).encode()
        asked = visit.form.get("reference").strip()

        async def act(tx: Transaction, command: BreakGlass) -> Case:
            return await self.glasses.break_(tx, await self._named(tx, asked), command)

        return await self._given(visit, BreakGlass, f"/glass/{asked[:40]}", body, act, "/assessment/cases/{id}")

    async def review(self, visit: Visit) -> Response:
        """Sign what is found of a broken glass."""
        about: UUID = visit.request.path_params["id"]
        names = ("glass_id", "finding")
        body = json.dumps({name: visit.form.get(name) for name in names if visit.form.get(name)}).encode()

        async def act(tx: Transaction, command: ReviewGlass) -> Case:
            return await self.glasses.review(tx, about, command)

        return await self._given(visit, ReviewGlass, visit.request.url.path, body, act, "/assessment/glass?done=yes")

    async def open(self, visit: Visit) -> Response:
        """Open why a glass was broken: the look is on record before the text is shown, on this page alone."""
        about: UUID = visit.request.path_params["id"]
        try:
            glass = UUID(visit.form.get("glass_id"))
        except ValueError:
            raise Invalid("reference_invalid", "the form names no break-glass", field="glass_id") from None
        edge = self.console.edge
        text = await opened_grounds(edge, visit.request, visit.actor, self.glasses, self.vault, about, glass)
        return await self._page(visit, Form(), Refusals(), opened={glass: text})

    async def _given(
        self, visit: Visit, model: type[BreakGlass | ReviewGlass], endpoint: str, body: bytes, act: Any, then: str
    ) -> Response:
        attempt = Attempt(visit.actor, endpoint, key_of(visit.form), body)
        try:
            _, answer = await accept(self.console.edge, visit.request, attempt, model, model.code, act)
        except ValidationError as error:
            return await self._page(visit, visit.form, refusals(error, visit.language), status=422)
        except TovholderError as error:
            if error.status in NOT_ADMITTED:
                raise
            return await self._page(visit, visit.form, refusals(error, visit.language), status=error.status)
        return see_other(then.format(id=answer.body["id"]))

    async def _page(
        self,
        visit: Visit,
        form: Form,
        wrong: Refusals,
        *,
        status: int = 200,
        opened: Mapping[UUID, str] = MappingProxyType({}),
    ) -> Response:
        waiting: Sequence[Case] = ()
        if Role.DPO in visit.actor.roles:
            async with visit.console.edge.begin(visit.request, visit.actor) as tx:
                waiting = await glasses_broken(tx, self.store)
        return self.console.page(
            visit,
            "glass/show.html",
            status=status,
            form=form,
            wrong=wrong,
            since=[],
            code=BreakGlass.code,
            key=key_again(form, wrong),
            hours=int(LASTS.total_seconds() // 3600),
            breaks=bool(visit.actor.roles & set(BREAKERS)),
            reviews=Role.DPO in visit.actor.roles,
            broken=[
                {
                    "case": reference(case.id),
                    "id": case.id,
                    "glass": glass,
                    "key": str(uuid4()),
                    "clock": clock_of(case, glass.id),
                }
                for case in waiting
                for glass in reversed(case.glasses)
            ],
            opened=opened,
            findings=[str(each) for each in GlassReview],
            done=visit.request.query_params.get("done") == "yes",
        )

    async def _named(self, tx: Transaction, asked: str) -> UUID:
        """Return the case that a reference names, long or short. Raises `NotFound` for what names none, or more than one."""
        try:
            return UUID(asked)
        except ValueError:
            pass
        short = SHORT.match(asked)
        if short is None:
            raise _nothing()
        async with tx.as_system() as system:
            column = self.store.table.c.id
            first = f"{short[1]}{short[2]}".lower()
            # References are random: the range of ids that begin so is read by the primary key.
            low, high = UUID(first.ljust(32, "0")), UUID(first.ljust(32, "f"))
            rows = (await system.session.execute(sa.select(column).where(column.between(low, high)).limit(2))).scalars()
            found: list[UUID] = list(rows)
        if len(found) != 1:
            raise _nothing()
        return found[0]


async def glasses_broken(tx: Transaction, store: CaseStore) -> list[Case]:
    """Return the cases of the officer's municipality whose glass was broken, latest first."""
    organisation = tx.actor.organisation
    async with tx.as_system() as system:
        table = store.table
        query = (
            sa.select(table.c.body)
            .where(table.c.organisation == organisation, sa.func.jsonb_array_length(table.c.body["glasses"]) > 0)
            .order_by(table.c.updated_at.desc())
            .limit(ROWS)
        )
        rows = (await system.session.execute(query)).scalars().all()
    return [Case.model_validate(row) for row in rows]


def glass_pages(router: APIRouter, parts: ApiParts, console: Console, store: CaseStore) -> None:
    """Add the page."""
    GlassPages(console, store, Glasses(store, parts.vault), parts.vault).add(router)


def clock_of(case: Case, glass: UUID) -> OpenClock | None:
    """Return the officer's clock of a glass that waits for the review."""
    found = (each for each in case.clocks.values() if each.kind == GLASS_REVIEW.kind and each.about == glass)
    return next(found, None)


def _nothing() -> NotFound:
    return NotFound("case_not_found", "there is nothing here that you may see")
