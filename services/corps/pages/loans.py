"""Loans: hours, dates, price and two signatures. Who lends is shown nothing of the intervention (`domain.md` 3.9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter

from services.corps.domain.loan import Loan, Stage
from services.corps.pages import wording
from services.corps.repository import LoanStore
from shared.contracts.corps_codes import Side
from shared.hosting.api import ApiParts
from shared.lifecycle.actor import Role
from shared.persistence.work import Transaction
from shared.reference.organisations import kommune
from shared.web.console.commands import CommandPages
from shared.web.console.language import N_
from shared.web.console.records import Card, RecordPages
from shared.web.console.saying import Say
from shared.web.console.site import Console, Form, Visit

TRACK: Final = (Stage.DRAFT, Stage.OFFERED, Stage.SIGNED, Stage.ACTIVE, Stage.ENDED)
FIRST: Final = (
    "sign-as-lender",
    "sign-as-borrower",
    "offer-loan",
    "extend-as-lender",
    "extend-as-borrower",
    "recall-loan",
    "cancel-loan",
)


@dataclass(frozen=True, slots=True)
class Signature:
    """One side of a loan: who, whether it has signed, and until when it can."""

    side: str
    place: str
    signed: bool
    due_at: datetime | None


def loan_pages(router: APIRouter, parts: ApiParts, console: Console, store: LoanStore) -> None:
    """Add the pages of loans."""
    RecordPages(
        console,
        store,
        parts.vault,
        "loans",
        draw=drawn,
        texts=lambda loan: (),
        title=N_("Lån"),
        track=TRACK,
        filters={"lender": "lender", "borrower": "borrower"},
        template="loans/show.html",
        list_template="loans/list.html",
        first=FIRST,
    ).add(router)
    CommandPages(
        console,
        store,
        "loans",
        heading=lambda visit, loan: wording.loan_ref(loan.id),
        presets={
            "extend-as-lender": _proposed,
            "extend-as-borrower": _proposed,
            "offer-loan": lambda visit, _: Form((("reason_code", "FIRST_OPTION"),)),
        },
        templates=dict.fromkeys(("sign-as-lender", "sign-as-borrower"), "loans/sign.html"),
    ).add(router)


def drawn(visit: Visit, loan: Loan, tx: Transaction) -> Card:
    """Return what a loan shows: the terms to both sides, and to the borrower which intervention they are for."""
    say = Say(visit.language)
    facts = [
        (visit.say(N_("Låner ud")), say.organisation(kommune(loan.lender))),
        (visit.say(N_("Låner")), say.organisation(kommune(loan.borrower))),
        (visit.say(N_("Timer om ugen")), str(loan.hours_per_week)),
        (visit.say(N_("Første dag")), visit.language.day(loan.starts_on)),
        (visit.say(N_("Sidste dag")), visit.language.day(loan.ends_on)),
    ]
    return Card(wording.loan_ref(loan.id), facts, tuple(_chips(visit, loan)), _more(visit, loan))


def _more(visit: Visit, loan: Loan) -> dict[str, Any]:
    say = Say(visit.language)
    borrows = visit.actor.organisation == loan.organisation and Role.LOCAL_COORDINATOR in visit.actor.roles
    terms = [
        (visit.say(N_("Korpsmedlem")), wording.member_ref(loan.member_ref)),
        (visit.say(N_("Opgave")), say.code(loan.intervention_kind, "InterventionKind")),
        (visit.say(N_("Pris pr. time")), visit.say(N_("%(kr)s kr."), kr=visit.language.number(loan.price_per_hour))),
        (visit.say(N_("Rejsen betales af")), say.code(loan.travel_paid_by, "Side")),
        (visit.say(N_("Supervision gives af")), say.code(loan.supervision_by, "SuppliedBy")),
        (visit.say(N_("Data")), visit.say(N_("Medlemmet arbejder efter instruks fra den kommune, der låner."))),
    ]
    if loan.own_unfit is not None:
        terms.append((visit.say(N_("Hvorfor ikke et eget medlem")), say.code(loan.own_unfit, "OwnUnfit")))
    return {
        "terms": terms,
        "signatures": _signatures(loan),
        "lender": wording.place(loan.lender),
        "borrower": wording.place(loan.borrower),
        "intervention": wording.intervention_ref(loan.intervention_id) if borrows else "",
        "proposed_by": _side_called(loan) if loan.proposal else "",
        "holds": loan.held_until is not None and visit.now < loan.held_until,
        "member": wording.member_ref(loan.member_ref),
    }


def _signatures(loan: Loan) -> tuple[Signature, ...]:
    clocks = {clock.kind: clock.due_at for clock in loan.clocks.values()}
    return (
        Signature(
            Side.LENDER, wording.place(loan.lender), loan.signed_by_lender is not None, clocks.get("sign_lender")
        ),
        Signature(
            Side.BORROWER,
            wording.place(loan.borrower),
            loan.signed_by_borrower is not None,
            clocks.get("sign_borrower"),
        ),
    )


def _side_called(loan: Loan) -> str:
    assert loan.proposal is not None
    return wording.place(loan.lender if loan.proposal.side is Side.LENDER else loan.borrower)


def _chips(visit: Visit, loan: Loan) -> Iterator[tuple[str, str]]:
    if loan.stage == Stage.OFFERED:
        missing = sum(each is None for each in (loan.signed_by_lender, loan.signed_by_borrower))
        yield (
            "travel",
            visit.language.ngettext("%(n)s underskrift mangler", "%(n)s underskrifter mangler", missing)
            % {"n": missing},
        )
    if loan.proposal is not None:
        yield "travel", visit.say(N_("Forlængelse foreslået"))
    if loan.recalled:
        yield "", visit.say(N_("Kaldt hjem"))


def _proposed(visit: Visit, loan: Loan) -> Form:
    return Form((("ends_on", loan.proposal.ends_on.isoformat()),)) if loan.proposal else Form()
