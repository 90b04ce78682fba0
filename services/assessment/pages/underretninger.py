"""Underretninger: the list with its running 24 hours, the record, its forms, and the form that makes one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter

from services.assessment.domain.case import OPEN_CASE
from services.assessment.domain.underretning import Stage, Underretning
from services.assessment.pages import case_choices
from services.assessment.pages.references import reference, reference_of_underretning
from services.assessment.repository import CaseStore, UnderretningStore
from shared.contracts.codes import Answer
from shared.errors import NotFound
from shared.hosting.api import ApiParts
from shared.lifecycle.actor import Role
from shared.persistence.work import Transaction
from shared.web.console.commands import CommandPages, Option
from shared.web.console.creating import CreationPage
from shared.web.console.language import N_
from shared.web.console.records import Card, RecordPages, SealedText
from shared.web.console.saying import Say
from shared.web.console.site import Console, Form, Visit

TRACK = tuple(Stage)
CHILD = (Answer.YES, Answer.UNKNOWN)
"""Who is, or may be, a child: an underretning is about nobody else."""

PLURAL = "underretninger"
ASSESS = "assess_underretning"


def underretning_pages(
    router: APIRouter, parts: ApiParts, console: Console, store: UnderretningStore, cases: CaseStore
) -> None:
    """Add the pages of underretninger."""

    async def beside(visit: Visit, underretning: Underretning, tx: Transaction) -> Mapping[str, Any]:
        """Look up whether the visitor sees the case beside it."""
        if underretning.case_id is None:
            return {"case": None}
        try:
            case = await cases.load(tx, underretning.case_id, lock=False)
        except NotFound:
            return {"case": None}
        return {"case": {"id": case.id, "reference": reference(case.id)}}

    RecordPages(
        console,
        store,
        parts.vault,
        PLURAL,
        draw=drawn,
        texts=_no_texts,
        title=N_("Underretninger"),
        track=TRACK,
        first=("assess-underretning", "send-receipt", "decide-investigation", "close-underretning"),
        template="underretninger/show.html",
        list_template="underretninger/list.html",
        beside=beside,
    ).add(router)
    CommandPages(console, store, PLURAL, heading=lambda visit, state: reference_of_underretning(state.id)).add(router)
    choose = case_choices.cases_in_all(cases, OPEN_CASE)

    async def open_cases(visit: Visit, tx: Transaction) -> list[Option]:
        return await choose(visit, tx)

    CreationPage(
        console,
        operation="make-underretning",
        path=f"/{PLURAL}/new",
        home=f"/{PLURAL}",
        heading=N_("Underretninger"),
        choices={"case_id": open_cases, "municipality": _municipalities},
        open={"minor": CHILD},
        preset=_about_case,
        # Whoever makes one without part in the receiving unit sees nothing of it afterwards.
        then=lambda visit, made: f"/{PLURAL}/{made}" if _sees(visit) else "",
    ).add(router)


def drawn(visit: Visit, underretning: Underretning, _: Transaction) -> Card:
    """Return what an underretning shows of itself."""
    say = Say(visit.language)
    facts = (
        (visit.say(N_("Modtaget")), visit.language.short(underretning.received_at, visit.now)),
        (visit.say(N_("Underretter")), say.organisation(underretning.made_by_authority)),
        (visit.say(N_("Modtagelse")), say.organisation(underretning.organisation)),
    )
    clock = underretning.clock(ASSESS)
    return Card(
        reference_of_underretning(underretning.id), facts, tuple(_chips(visit, underretning)), {"assess": clock}
    )


def _chips(visit: Visit, underretning: Underretning) -> Iterator[tuple[str, str]]:
    if underretning.acute:
        yield "acute", visit.say(N_("Akut behov"))
    yield "child", visit.say(N_("Barn eller alder uoplyst"))


def _no_texts(_: Underretning) -> tuple[SealedText, ...]:
    """What was told stays with the concern (`domain.md` 3.7)."""
    return ()


def _about_case(visit: Visit) -> Form:
    asked = visit.request.query_params.get("case", "")
    return Form((("case_id", asked), ("minor", "YES"), ("notifier_known", "yes")) if _is_reference(asked) else ())


def _is_reference(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


async def _municipalities(visit: Visit, _: Transaction) -> list[Option]:
    return case_choices.municipalities(visit)


def _sees(visit: Visit) -> bool:
    return bool(visit.actor.roles & {Role.CHILD_UNIT, Role.TOVHOLDER_KOMMUNE})
