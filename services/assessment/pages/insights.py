"""Requests for insight: the list, the record, the decision text by text, the answer, and the form that takes one in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from services.assessment.domain.case import Stage as CaseStage
from services.assessment.domain.insight import InsightRequest, Stage
from services.assessment.domain.insight_table import EXEMPTIONS_OF
from services.assessment.insight_api import Answering
from services.assessment.insight_export import OF_CONCERN, concern_texts_in, texts_in
from services.assessment.pages import access_log, case_choices
from services.assessment.pages.references import reference, reference_of_insight
from services.assessment.repository import CaseStore, InsightStore, case_of_organisation, facts_of_case
from shared.hosting.api import ApiParts
from shared.lifecycle.actor import Role
from shared.lifecycle.text import FieldClass
from shared.persistence.work import Transaction
from shared.web.console.commands import CommandPages, Open, Option
from shared.web.console.creating import CreationPage
from shared.web.console.language import N_
from shared.web.console.moments import pairs_of
from shared.web.console.records import Card, RecordPages, SealedText
from shared.web.console.saying import Say
from shared.web.console.site import Console, Form, Visit

PLURAL = "insights"
TRACK = (Stage.RECEIVED, Stage.DECIDED)
OPEN: Mapping[str, Open] = {"decide-insight.exemption_basis": lambda _, state: EXEMPTIONS_OF[state.regime_asked]}
"""Which codes can be chosen: the exemptions of the law under which insight was asked for."""
NAMES: Mapping[str, str] = {
    "description": N_("Beskrivelse fra henvendelsen"),
    "subject": N_("Hvem henvendelsen handler om"),
    "grounds": N_("Begrundelse"),
    "assessment": N_("Kort vurdering"),
    "minutes": N_("Referat af analysemødet"),
    "reasoning": N_("Begrundelse for anbefalingen"),
    "need_text": N_("Behovet"),
    "dissent_text": N_("Uenigheden"),
    "necessity": N_("Hvorfor det var nødvendigt at dele"),
    "citizens_version": N_("Borgerens egen version"),
    "legal_basis": N_("Hjemmel"),
    "note": N_("Notat"),
}
"""What the texts of a case are called in the decision."""

_HELD = re.compile(r"^held_back\.(\d{1,3})\.basis$")


def insight_pages(router: APIRouter, parts: ApiParts, console: Console, store: InsightStore, cases: CaseStore) -> None:
    """Add the pages of requests for insight."""
    RecordPages(
        console,
        store,
        parts.vault,
        PLURAL,
        draw=drawn,
        texts=_texts,
        title=N_("Anmodninger om indsigt"),
        track=TRACK,
        first=("decide-insight", "hand-over-insight"),
        template="insights/show.html",
        list_template="insights/list.html",
    ).add(router)

    async def texts_to_decide_on(visit: Visit, tx: Transaction, request: InsightRequest) -> Mapping[str, Any]:
        """Look up each text of the case by what it is, and which exemptions the law has."""
        exemptions = [str(each) for each in sorted(EXEMPTIONS_OF[request.regime_asked])]
        case = await case_of_organisation(tx, cases, request.case_id)
        found = await facts_of_case(tx, request.case_id) if case is not None and not request.locked else []
        texts = _listed(visit, found)
        return {
            "texts": texts,
            "exemptions": exemptions,
            "locked": request.locked,
            "held_names": [f"held_back.{number}.text" for number in range(len(texts))],
            "released_names": [f"released.{number}" for number in range(len(texts))],
        }

    CommandPages(
        console,
        store,
        PLURAL,
        heading=lambda visit, state: reference_of_insight(state.id),
        choices={"hand-over-insight.to_authority": _law_enforcement},
        open=OPEN,
        templates={"decide-insight": "insights/decide.html"},
        filled={"decide-insight": without_unheld},
        beside={"decide-insight": texts_to_decide_on},
    ).add(router)
    chosen = case_choices.cases_in_all(cases, tuple(CaseStage))

    async def cases_of(visit: Visit, tx: Transaction) -> list[Option]:
        if visit.actor.roles == {Role.DPO}:
            return await access_log.of_organisation(visit, tx, cases)
        return await chosen(visit, tx)

    CreationPage(
        console,
        operation="request-insight",
        path=f"/{PLURAL}/new",
        home=f"/{PLURAL}",
        heading=N_("Anmodninger om indsigt"),
        choices={"case_id": cases_of},
        preset=lambda visit: Form(pairs_of("received_at", visit.now)),
        then=lambda visit, made: f"/{PLURAL}/{made}",
    ).add(router)
    answering = Answering(parts, store, cases)

    async def answer(visit: Visit) -> Response:
        """Make the answer: each text that is opened for it is on record first."""
        about: UUID = visit.request.path_params["id"]
        body = await answering.answer(visit.request, visit.actor, about)
        items = [{**item, "lines": list(lines_of(item["content"]))} for item in body["items"]]
        heading = reference_of_insight(about)
        return console.page(visit, "insights/answer.html", answer=body, told=items, heading=heading, id=about)

    console.post(router, f"/{PLURAL}/{{id:uuid}}/answer", console.edge.doors["insight-export"], answer)


def drawn(visit: Visit, request: InsightRequest, _: Transaction) -> Card:
    """Return what a request shows of itself."""
    say = Say(visit.language)
    facts = (
        (visit.say(N_("Sag")), reference(request.case_id)),
        (visit.say(N_("Bedt om af")), say.code(request.requested_by, "InsightBy")),
        (visit.say(N_("Efter")), say.code(request.regime_asked, "InsightRegime")),
        (visit.say(N_("Modtaget")), visit.language.short(request.received_at, visit.now)),
        (visit.say(N_("Svarer")), say.organisation(request.answering)),
    )
    chips = [("", say.code(request.decision, "InsightDecision"))] if request.decision else []
    answers = bool(visit.actor.roles & {Role.DPO}) and request.answerable(visit.now)
    return Card(reference_of_insight(request.id), facts, tuple(chips), {"answers": answers})


def _texts(request: InsightRequest) -> tuple[SealedText, ...]:
    if request.grounds is None:
        return ()
    label = N_("Hvorfor der ikke gives fuld indsigt")
    return (SealedText("grounds", request.grounds, FieldClass.CASE_TEXT, request.id, label),)


async def _law_enforcement(visit: Visit, _: Transaction, request: InsightRequest) -> list[Option]:
    say = Say(visit.language)
    return [Option(code, say.organisation(code)) for code in (request.police, case_choices.PRISONS)]


def _listed(visit: Visit, found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return each text once: its reference, in which fact it stands, what it is, and whether it came with a concern."""
    say, listed = Say(visit.language), []
    seen: set[UUID] = set()
    for fact in found:
        of_concern = fact["type"] in OF_CONCERN
        refs = concern_texts_in([fact]) if of_concern else texts_in([fact])
        for ref in sorted(set(refs) - seen):
            seen.add(ref)
            name = NAMES.get(_name_of(fact["body"], str(ref)) or "", N_("Tekst"))
            listed.append({"ref": ref, "what": visit.say(name), "in": say.fact(fact["type"]), "concern": of_concern})
    return listed


def _name_of(part: Any, ref: str) -> str | None:
    """Return the name under which a reference stands in a fact."""
    if isinstance(part, list):
        return next((name for each in part if (name := _name_of(each, ref))), None)
    if isinstance(part, dict):
        own = next((name for name, value in part.items() if value == ref), None)
        return own or next((name for each in part.values() if (name := _name_of(each, ref))), None)
    return None


def lines_of(part: Any, name: str = "") -> Iterator[tuple[str, str, bool]]:
    """Yield what the answer says of a fact: the name of a text or nothing, the words (Danish), and whether it is held back."""
    if isinstance(part, list):
        for each in part:
            yield from lines_of(each, name)
    elif isinstance(part, dict) and "held_back" in part:
        yield NAMES.get(name, ""), part["why"], True
    elif isinstance(part, dict) and "meaning" in part:
        yield "", part["meaning"], False
    elif isinstance(part, dict):
        for key, each in part.items():
            yield from lines_of(each, key)
    elif isinstance(part, str) and name in NAMES:
        yield NAMES[name], part, False


def without_unheld(form: Form) -> Form:
    """Return the form without the bases of texts that are not held back: a basis is chosen beside each text."""
    held = {name.removesuffix(".text") for name, value in form.pairs if name.endswith(".text") and value}
    return Form(
        tuple(pair for pair in form.pairs if not _HELD.match(pair[0]) or pair[0].removesuffix(".basis") in held)
    )
