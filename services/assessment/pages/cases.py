"""Cases: the list, the case's own page, and a form for each of its commands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter

from services.assessment.api import hidden, told
from services.assessment.domain.case import Case, Stage
from services.assessment.pages import case_forms, case_rooms
from services.assessment.pages.references import reference, reference_of_underretning
from services.assessment.repository import CaseStore, UnderretningStore
from shared.contracts.codes import Anonymity, Answer, Travel
from shared.hosting.api import ApiParts
from shared.lifecycle.regime import regime_of
from shared.lifecycle.text import FieldClass
from shared.persistence.work import Transaction
from shared.web.console.language import N_
from shared.web.console.records import Card, RecordPages, SealedText
from shared.web.console.saying import Say
from shared.web.console.site import Console, Visit

TRACK = (
    Stage.ARRIVED,
    Stage.TRIAGE,
    Stage.POLICE_CLEARANCE,
    Stage.GATHERING,
    Stage.MEETING,
    Stage.RECOMMENDED,
    Stage.DECISION_PENDING,
    Stage.OFFERED,
    Stage.MATCHING,
    Stage.ACTIVE,
    Stage.FOLLOW_UP,
    Stage.CLOSED,
)
"""The way that a case usually takes (`domain.md` 2.2)."""

FIRST = (
    "open-case",
    "request-clearance",
    "clear-case",
    "hold-meeting",
    "complete-assessment",
    "send-recommendation",
    "decide-measure",
    "record-consent",
    "hold-follow-up",
    "close-case",
    "close-without-action",
)


LABELS: Mapping[str, str] = {
    "description": N_("Beskrivelse fra henvendelsen"),
    "subject": N_("Hvem henvendelsen handler om"),
    "grounds": N_("Hvorfor sagen kom hertil"),
    "assessment": N_("Kort vurdering"),
    "minutes": N_("Referat af analysemødet"),
    "reasoning": N_("Begrundelse for anbefalingen"),
    "need_text": N_("Behovet"),
    "dissent_text": N_("Uenigheden"),
    "necessity": N_("Hvorfor det var nødvendigt at dele"),
    "citizens_version": N_("Borgerens egen version"),
    "glass_grounds": N_("Hvorfor sagen blev åbnet som akut"),
    "telling_grounds": N_("Hvorfor borgeren får besked senere"),
}
"""What the sealed texts of a case are called."""


def case_pages(
    router: APIRouter, parts: ApiParts, console: Console, store: CaseStore, children: UnderretningStore
) -> None:
    """Add the pages of cases."""

    async def beside(visit: Visit, case: Case, tx: Transaction) -> Mapping[str, Any]:
        """Look up what the room that is asked for shows."""
        room = case_rooms.room_of(visit)
        return {
            "children": await case_rooms.children(tx, children, case) if room == "underretning" else [],
            "looked": await case_rooms.looked(tx, case) if room == "adgang" else [],
        }

    records = RecordPages(
        console,
        store,
        parts.vault,
        "cases",
        draw=drawn,
        texts=texts,
        title=N_("Sager"),
        track=TRACK,
        hidden=hidden,
        told=told,
        first=FIRST,
        template="cases/show.html",
        list_template="cases/list.html",
        beside=beside,
    )
    records.add(router)
    case_forms.case_forms(router, console, store, parts.vault)


def drawn(visit: Visit, case: Case, tx: Transaction) -> Card:
    """Return what a case shows of itself; of one that police handle alone, others see that."""
    say = Say(visit.language)
    if hidden(case, tx):
        return Card(reference(case.id))
    if "id" not in visit.request.path_params:
        # A line of the list: fifty of them are drawn at once.
        return Card(reference(case.id), chips=tuple(_chips(visit, case)))
    facts = (
        (visit.say(N_("Ejer")), say.organisation(case.organisation)),
        (visit.say(N_("Politi")), say.organisation(case.police)),
        (visit.say(N_("Formål")), visit.say(_purpose(case))),
        (visit.say(N_("Regime")), say.code(regime_of(*case.handlers), "Regime")),
        (visit.say(N_("Henvendelser")), str(len(case.concerns))),
    )
    more = {
        "room": case_rooms.room_of(visit),
        "menu": case_rooms.menu(visit, case),
        "mine": lambda command: case_rooms.mine(visit, command),
        "ahead": lambda stages: case_rooms.ahead(case, stages),
        "waiting": lambda found: case_rooms.waiting(visit, case, case_rooms.since_of(found, case.stage)),
        "participants": case_rooms.participants(visit, case),
        "outdated": case_rooms.outdated(case, tx.now),
        "decisions": case_rooms.decisions,
        "child_reference": reference_of_underretning,
    }
    return Card(reference(case.id), facts, tuple(_chips(visit, case)), more)


def _purpose(case: Case) -> str:
    """Return what the record says of the purpose test of row 6: not passed, not made yet, or what every case is for (3.4)."""
    if case.never_opened:
        return N_("Ikke fundet sandsynligt. Der blev ikke åbnet en sag")
    if case.stage == Stage.ARRIVED:
        return N_("Ikke vurderet endnu")
    return N_("Forebygge kriminalitet med et ekstremistisk motiv")


def _chips(visit: Visit, case: Case) -> Iterator[tuple[str, str]]:
    if case.acute:
        yield "acute", visit.say(N_("Akut"))
    if case.minor is not Answer.NO:
        yield "child", visit.say(N_("Barn")) if case.minor is Answer.YES else visit.say(N_("Kan være et barn"))
    if case.travel is not Travel.NONE:
        yield "travel", visit.say(N_("Udrejse"))
    if case.anonymity is not Anonymity.OPEN:
        anonymous = case.anonymity is Anonymity.ANONYMOUS
        yield "", visit.say(N_("Anonym anmelder")) if anonymous else visit.say(N_("Fortrolig anmelder"))


def texts(case: Case) -> tuple[SealedText, ...]:
    """Return the texts of a case that can be opened; those of its concerns lock with K2."""
    return tuple(_texts(case))


def _texts(case: Case) -> Iterator[SealedText]:
    case_text, identity = FieldClass.CASE_TEXT, FieldClass.IDENTITY
    for concern in case.concerns if case.stage != Stage.POLICE_ONLY else ():
        for name, ref, letter in (
            ("description", concern.description, case_text),
            ("subject", concern.subject, identity),
            ("grounds", concern.grounds, case_text),
        ):
            if ref is not None:
                yield SealedText(name, ref, letter, concern.concern_id, LABELS[name])
    yield from (
        SealedText(name, ref, case_text, case.id, LABELS[name]) for name, ref in _own_texts(case) if ref is not None
    )


def _own_texts(case: Case) -> Iterator[tuple[str, UUID | None]]:
    """Yield the names and references of what was written in the case itself."""
    yield "assessment", case.short_assessment
    yield "minutes", case.meeting.minutes if case.meeting else None
    for assessment in case.assessments:
        yield "reasoning", assessment.reasoning
        for rated in assessment.ratings:
            yield from (("need_text", rated.need_text), ("dissent_text", rated.dissent_text))
    yield from (("necessity", share.necessity) for share in case.shares)
    yield from (("citizens_version", dispute.citizens_version) for dispute in case.disputes)
    yield from (("glass_grounds", glass.grounds) for glass in case.glasses)
    yield "telling_grounds", case.postponed.grounds if case.postponed else None
