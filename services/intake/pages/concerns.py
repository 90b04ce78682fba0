"""Concerns: the list, the concern's own page, and a form for each of its commands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID

from fastapi import APIRouter

from services.intake import repository
from services.intake.domain.concern import Concern, Question, Stage
from shared.contracts.codes import Anonymity, Answer, ReporterKind, Travel
from shared.hosting.api import ApiParts
from shared.lifecycle.text import FieldClass
from shared.persistence.store import Store
from shared.persistence.work import Transaction
from shared.reference.districts import district_of
from shared.reference.municipalities import all_municipalities
from shared.reference.organisations import kommune, politi
from shared.web.console.commands import CommandPages, Open, Option
from shared.web.console.fields import MOST_ROWS
from shared.web.console.language import N_
from shared.web.console.records import Card, RecordPages, SealedText
from shared.web.console.saying import Say
from shared.web.console.site import Console, Form, Visit

TRACK = (Stage.RECEIVED, Stage.ROUTED, Stage.MERGED)
"""The way that a concern usually takes (`domain.md` 2.2)."""

FIRST = (
    "route-concern",
    "log-handover",
    "complete-record",
    "give-advice",
    "point-out-help",
    "raise-acute",
    "close-acute",
    "answer-question",
    "note-information",
    "ask-question",
    "add-information",
    "withdraw-question",
    "set-anonymity",
)

ANYTHING = tuple(str(code) for codes in (ReporterKind, Answer, Travel) for code in codes)
PLACES = ("raise-acute.subject_municipality", "complete-record.subject_municipality", "point-out-help.municipality")


def concern_pages(router: APIRouter, parts: ApiParts, console: Console, store: Store[Concern]) -> None:
    """Add the pages of concerns."""
    RecordPages(
        console,
        store,
        parts.vault,
        "concerns",
        draw=drawn,
        texts=texts,
        title=N_("Henvendelser"),
        track=TRACK,
        filters={"channel": "channel", "municipality": "municipality"},
        template="concerns/show.html",
        first=FIRST,
    ).add(router)
    CommandPages(
        console,
        store,
        "concerns",
        heading=lambda visit, concern: reference(concern.id),
        choices={
            **dict.fromkeys((*PLACES, "route-concern.municipality"), _municipalities),
            "point-out-help.offers": _offers,
            "answer-question.question": _open_questions,
            "withdraw-question.question": _open_questions,
        },
        open=OPEN,
        presets={
            "route-concern": _to_residence,
            "point-out-help": _to_residence,
            "answer-question": _only,
            "withdraw-question": _only,
        },
        templates={"point-out-help": "concerns/help.html"},
    ).add(router)


def reference(concern_id: UUID) -> str:
    """Return the short reference of a concern, to be spoken on the phone: the random id's first eight digits."""
    digits = concern_id.hex[:8].upper()
    return f"H-{digits[:4]}-{digits[4:]}"


def drawn(visit: Visit, concern: Concern, tx: Transaction) -> Card:
    """Return what a concern shows of itself."""
    say = Say(visit.language)
    place = concern.infohus or concern.subject_municipality
    facts = [
        (visit.say(N_("Modtaget")), visit.language.short(concern.received_at, visit.now)),
        (visit.say(N_("Kanal")), say.code(concern.channel, "Channel")),
        (visit.say(N_("Hvem henvender sig")), say.code(concern.reporter_kind, "ReporterKind")),
    ]
    if place is not None:
        facts.append((visit.say(N_("Bopæl")), say.organisation(kommune(place))))
        facts.append((visit.say(N_("Politikreds")), say.organisation(politi(district_of(place).slug))))
    more = {"asked": len(concern.open_questions)}
    return Card(reference(concern.id), facts, tuple(_chips(visit, concern)), more)


def _chips(visit: Visit, concern: Concern) -> Iterator[tuple[str, str]]:
    if concern.acute:
        yield "acute", visit.say(N_("Akut"))
    if concern.minor is not Answer.NO:
        yield "child", visit.say(N_("Barn")) if concern.minor is Answer.YES else visit.say(N_("Kan være et barn"))
    if concern.travel is not Travel.NONE:
        yield "travel", visit.say(N_("Udrejse"))
    if concern.cross_over:
        yield "", visit.say(N_("Bandemiljø"))
    if concern.out_of_hours:
        yield "", visit.say(N_("Kom, mens der var lukket"))
    if concern.anonymity is not Anonymity.OPEN:
        anonymous = concern.anonymity is Anonymity.ANONYMOUS
        yield "", visit.say(N_("Anonym anmelder")) if anonymous else visit.say(N_("Fortrolig anmelder"))


def texts(concern: Concern) -> tuple[SealedText, ...]:
    """Return the texts of a concern that can be opened."""
    named = (
        ("description", concern.description, FieldClass.CASE_TEXT),
        ("subject", concern.subject, FieldClass.IDENTITY),
        ("reporter", concern.reporter, FieldClass.REPORTER),
        *(("information", ref, FieldClass.CASE_TEXT) for ref in concern.information),
    )
    found = [SealedText(name, ref, letter, concern.id) for name, ref, letter in named if ref is not None]
    for each in concern.questions:
        found.append(SealedText("question", each.text, FieldClass.CASE_TEXT, concern.id, label=_called(each)))
        if each.answer is not None:
            found.append(SealedText("answer", each.answer, FieldClass.CASE_TEXT, concern.id, label=N_("Svaret på det")))
    return tuple(found)


def _called(question: Question) -> str:
    if question.withdrawn:
        return N_("Spørgsmål, der er trukket tilbage")
    return N_("Spørgsmål, der ikke er besvaret") if question.open else N_("Spørgsmål til den, der henvendte sig")


async def _open_questions(visit: Visit, tx: Transaction, concern: Concern) -> Sequence[Option]:
    """Return the open questions by their number: what one says is sealed."""
    say = visit.say(N_("Spørgsmål nummer %(n)s"))
    asked = enumerate(concern.questions, start=1)
    return [Option(str(each.text), say % {"n": n}) for n, each in asked if each in concern.open_questions]


def _only(visit: Visit, concern: Concern) -> Form:
    """Choose the question where there is one only."""
    asked = concern.open_questions
    return Form((("question", str(asked[0].text)),)) if len(asked) == 1 else Form()


def _until_routed(_: Visit, concern: Concern) -> Sequence[str]:
    """The case has been told how it was once it was sent on: what is learnt later is said there."""
    return () if concern.stage in (Stage.ROUTED, Stage.MERGED) else ANYTHING


OPEN: Final[Mapping[str, Open]] = {
    # What was said cannot be unsaid (2.4).
    "set-anonymity.anonymity": lambda _, concern: (Anonymity.CONFIDENTIAL, Anonymity.OPEN),
    **{f"complete-record.{name}": _until_routed for name in ("reporter_kind", "minor", "travel", "cross_over")},
}
"""Which codes can be chosen, by `<command>.<field>`."""


async def _municipalities(visit: Visit, tx: Transaction, concern: Concern) -> Sequence[Option]:
    return municipality_options(visit, tx)


def municipality_options(visit: Visit, tx: Transaction) -> list[Option]:
    """Return every municipality of today, by name."""
    rows = sorted(all_municipalities(tx.now.date()), key=lambda each: each.name)
    return [Option(each.code, each.name) for each in rows]


async def _offers(visit: Visit, tx: Transaction, concern: Concern) -> Sequence[Option]:
    """Return what can be named where the form says that the caller lives, the local help first."""
    place = visit.form.get("municipality") or concern.subject_municipality
    rows = await repository.help_offers(tx, place, tx.now.date())
    return [Option(str(row["id"]), row["name"]) for row in rows[:MOST_ROWS]]


def _to_residence(visit: Visit, concern: Concern) -> Form:
    place = concern.subject_municipality
    return Form((("municipality", place),)) if place else Form()
