"""Borrowing a member for a request: the terms are written down and the loan offered in one step, which holds her place.

Hours, dates and price; there is no field in which anything about the citizen could be written (`domain.md` 3.9).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.responses import Response

from services.corps import options
from services.corps.domain.loan_commands import DraftLoan, OfferLoan
from services.corps.handlers import Corps
from services.corps.pages import wording
from shared.contracts.corps_codes import ChoiceReason
from shared.errors import TovholderError
from shared.lifecycle.aggregate import Aggregate
from shared.persistence.idempotency import Attempt
from shared.persistence.work import Transaction
from shared.web.commands import accept
from shared.web.console.commands import key_again, key_of
from shared.web.console.fields import Field, asked, body
from shared.web.console.refusals import UNMENDED, Refusals, refusals
from shared.web.console.site import Console, Form, Visit, see_other

PATH: Final = "/interventions/{id:uuid}/lend"
SET_BY_US: Final = frozenset({"intervention_id", "member_ref"})
TERM: Final = timedelta(days=182)
FIRST_TERMS: Final = {"hours_per_week": "4", "travel_paid_by": "BORROWER", "supervision_by": "CENTRE"}


class Terms(BaseModel):
    """A loan to write down and offer at once."""

    model_config = ConfigDict(extra="forbid")

    loan: DraftLoan
    reason_code: ChoiceReason = ChoiceReason.FIRST_OPTION


@dataclass(frozen=True)
class LendingPages:
    """The form of a loan for one candidate of one request."""

    console: Console
    work: Corps

    def add(self, router: APIRouter) -> None:
        """Add the form; who sees the options of a request may borrow for it."""
        door = self.console.edge.doors["intervention-options"]
        self.console.get(router, PATH, door, self.show)
        self.console.post(router, PATH, door, self.lend)

    async def show(self, visit: Visit) -> Response:
        """Ask for the terms."""
        first = wording.today(visit)
        dates = {"starts_on": first.isoformat(), "ends_on": (first + TERM).isoformat()}
        pairs = [(name, value) for name, value in (dates | FIRST_TERMS).items()]
        sought = visit.request.query_params.get("member", "")
        return await self._form(visit, Form((*pairs, ("member_ref", sought))), Refusals())

    async def lend(self, visit: Visit) -> Response:
        """Write the loan down and offer it, all or nothing; her place is held for five working days."""
        about: UUID = visit.request.path_params["id"]
        edge = visit.console.edge
        for operation in ("draft-loan", "loan-offer-loan"):
            edge.doors[operation].require(visit.actor)
        async with edge.begin(visit.request, visit.actor) as tx:
            await self.work.interventions.store.load(tx, about, lock=False)
        loan = {**body(_loan_fields(), visit.form), "intervention_id": str(about)}
        loan["member_ref"] = visit.form.get("member_ref")
        sent: dict[str, Any] = {"loan": loan}
        if visit.form.get("reason_code"):
            sent["reason_code"] = visit.form.get("reason_code")
        key = key_of(visit.form)
        attempt = Attempt(visit.actor, visit.request.url.path, key, json.dumps(sent, sort_keys=True).encode())
        try:
            _, answer = await accept(edge, visit.request, attempt, Terms, OfferLoan.code, self._offer)
        except ValidationError as error:
            return await self._form(visit, visit.form, _within(refusals(error, visit.language)), status=422)
        except TovholderError as error:
            if error.status in UNMENDED and error.code != "member_not_found":
                raise
            return await self._form(visit, visit.form, refusals(error, visit.language), status=error.status)
        return see_other(f"/{visit.console.service}/loans/{answer.body['id']}?done={OfferLoan.code}")

    async def _offer(self, tx: Transaction, terms: Terms) -> Aggregate:
        loan = await self.work.loans.draft(tx, terms.loan)
        return await self.work.loans.give(tx, loan.id, OfferLoan(reason_code=terms.reason_code), loan.version)

    async def _form(self, visit: Visit, form: Form, wrong: Refusals, *, status: int = 200) -> Response:
        about: UUID = visit.request.path_params["id"]
        async with visit.console.edge.begin(visit.request, visit.actor) as tx:
            state = await self.work.interventions.store.load(tx, about, lock=False)
            found = await options.pool(tx, state)
        lent = [one for one in found.ranking.options if one.loan]
        chosen = next((one for one in lent if str(one.member_ref) == form.get("member_ref")), None)
        first = chosen is not None and found.place(chosen.member_ref) == 1
        if first and not form.get("reason_code"):
            form = Form((*form.pairs, ("reason_code", ChoiceReason.FIRST_OPTION.value)))
        reasons = tuple(each.value for each in ChoiceReason if first or each is not ChoiceReason.FIRST_OPTION)
        fields = tuple(field for field in _loan_fields() if field.name != "own_unfit" or found.ranking.own_available)
        return self.console.page(
            visit,
            "interventions/lend.html",
            status=status,
            state=state,
            heading=wording.intervention_ref(state.id),
            chosen=chosen,
            ref=wording.member_ref(chosen.member_ref) if chosen else "",
            lender=wording.place(chosen.municipality) if chosen else "",
            candidates=[
                (str(one.member_ref), f"{wording.member_ref(one.member_ref)}, {wording.place(one.municipality)}")
                for one in lent
            ],
            fields=fields,
            reason=Field("reason_code", "reason_code", _CHOICE, required=True, codes=reasons, enum="ChoiceReason"),
            form=form,
            wrong=wrong,
            since=(),
            key=key_again(form, wrong),
            code=DraftLoan.code,
        )


def _loan_fields() -> tuple[Field, ...]:
    return tuple(field for field in asked(DraftLoan) if field.name not in SET_BY_US)


_CHOICE: Final = next(field.kind for field in asked(OfferLoan) if field.name == "reason_code")


def _within(wrong: Refusals) -> Refusals:
    """Name the fields as the form does: the loan is a part of what is sent, not of what is asked."""
    fields = {name.removeprefix("loan."): sentence for name, sentence in wrong.fields.items()}
    return Refusals(wrong.code, wrong.error, fields)
