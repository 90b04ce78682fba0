"""Cases: the list, the case's own page, and a form for each of its commands."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from fastapi import APIRouter

from services.assessment.api import hidden, told
from services.assessment.domain.case import Case, Stage
from services.assessment.repository import CaseStore
from shared.contracts.codes import Anonymity, Answer, Travel
from shared.hosting.api import ApiParts
from shared.lifecycle.regime import regime_of
from shared.lifecycle.text import FieldClass
from shared.persistence.work import Transaction
from shared.web.console.commands import CommandPages
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


def case_pages(router: APIRouter, parts: ApiParts, console: Console, store: CaseStore) -> None:
    """Add the pages of cases."""
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
    )
    records.add(router)
    CommandPages(console, store, "cases", heading=lambda visit, case: reference(case.id)).add(router)


def reference(case_id: UUID) -> str:
    """Return the short reference of a case, to be spoken on the phone: the random id's first eight digits."""
    digits = case_id.hex[:8].upper()
    return f"S-{digits[:4]}-{digits[4:]}"


def drawn(visit: Visit, case: Case, tx: Transaction) -> Card:
    """Return what a case shows of itself; of one that police handle alone, others see that."""
    say = Say(visit.language)
    if hidden(case, tx):
        return Card(reference(case.id))
    facts = (
        (visit.say(N_("Ejer")), say.organisation(case.organisation)),
        (visit.say(N_("Politi")), say.organisation(case.police)),
        (visit.say(N_("Formål")), visit.say(N_("Forebygge kriminalitet med et ekstremistisk motiv"))),
        (visit.say(N_("Regime")), say.code(regime_of(*case.handlers), "Regime")),
        (visit.say(N_("Henvendelser")), str(len(case.concerns))),
    )
    return Card(reference(case.id), facts, tuple(_chips(visit, case)))


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
                yield SealedText(name, ref, letter, concern.concern_id)
    if case.short_assessment is not None:
        yield SealedText("assessment", case.short_assessment, case_text, case.id)
    if case.meeting is not None and case.meeting.minutes is not None:
        yield SealedText("minutes", case.meeting.minutes, case_text, case.id)
    for assessment in case.assessments:
        yield SealedText("reasoning", assessment.reasoning, case_text, case.id)
