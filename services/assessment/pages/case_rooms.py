"""The rooms of a case's page: each has its own address, `/cases/{id}?rum=...`, and what it shows beyond the record itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from services.assessment.api import OUTDATED
from services.assessment.domain.case import Case, Stage
from services.assessment.domain.case_table import CASE
from services.assessment.domain.glass import LASTS
from services.assessment.participants import FUNCTION, participants_of
from services.assessment.repository import UnderretningStore
from shared.audit.openings import openings
from shared.persistence.work import Transaction
from shared.web.console.language import N_
from shared.web.console.site import Visit
from shared.web.console.words.codes.case import CODES

NAMED: Final = CODES["NamingReason"]

OVERVIEW: Final = "overblik"
ROOMS: Final[Mapping[str, str]] = {
    OVERVIEW: N_("Overblik"),
    "henvendelser": N_("Henvendelser"),
    "deltagere": N_("Deltagere"),
    "vurdering": N_("Vurdering"),
    "anbefaling": N_("Anbefaling og afgørelse"),
    "underretning": N_("Underretning"),
    "delinger": N_("Delte oplysninger"),
    "samtykker": N_("Samtykker"),
    "forloeb": N_("Forløb"),
    "adgang": N_("Adgang"),
}
"""What stands in the address, and what the room is called (Danish)."""

WAITING: Final[Mapping[str, str]] = {
    Stage.ARRIVED: N_("Ingen har taget stilling til henvendelsen endnu. Den kom %(day)s."),
    Stage.TRIAGE: N_("Politiet er ikke spurgt endnu. Sagen blev åbnet %(day)s."),
    Stage.POLICE_CLEARANCE: N_("Politiets afklaring mangler, bedt om %(day)s."),
    Stage.POLICE_ONLY: N_("Politiet har sagen alene siden %(day)s."),
    Stage.GATHERING: N_("Analysemødet mangler. Indsamlingen begyndte %(day)s."),
    Stage.MEETING: N_("Vurderingen mangler. Mødet blev noteret %(day)s."),
    Stage.RECOMMENDED: N_("Anbefalingen er ikke sendt endnu. Vurderingen blev færdig %(day)s."),
    Stage.DECISION_PENDING: N_("Myndighedens afgørelse mangler, bedt om %(day)s."),
    Stage.OFFERED: N_("Borgerens svar på tilbuddet mangler. Det blev givet %(day)s."),
    Stage.MATCHING: N_("Der mangler en fra korpset. Der er søgt siden %(day)s."),
    Stage.ACTIVE: N_("Indsatsen er i gang siden %(day)s."),
    Stage.PAUSED: N_("Indsatsen er sat i bero siden %(day)s."),
    Stage.FOLLOW_UP: N_("Indsatsen er slut, og der følges op siden %(day)s."),
    Stage.CLOSED: N_("Sagen er lukket, siden %(day)s."),
    Stage.MERGED: N_("Henvendelsen er lagt til en anden sag, siden %(day)s."),
}
"""What a case waits for in a stage, and since when."""
NEVER_OPENED: Final = N_("Henvendelsen blev lukket %(day)s. Der blev ikke åbnet en sag.")

ORDER: Final = {stage: number for number, stage in enumerate(Stage)}
LOOKS: Final = 200
"""Openings that the room of access shows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the case's own menu."""

    code: str
    label: str
    count: str
    current: bool


def room_of(visit: Visit) -> str:
    """Return the room that the address names; the overview for none and for an unknown one."""
    asked = visit.request.query_params.get("rum", OVERVIEW)
    return asked if asked in ROOMS else OVERVIEW


def menu(visit: Visit, case: Case) -> tuple[Entry, ...]:
    """Return the case's menu, with what there is in each room."""
    here, counts = room_of(visit), _counts(visit, case)
    return tuple(Entry(code, visit.say(label), counts.get(code, ""), code == here) for code, label in ROOMS.items())


def _counts(visit: Visit, case: Case) -> dict[str, str]:
    shared = len(case.shares) + len(case.refusals)
    live = sum(consent.live(visit.now) for consent in case.consents)
    return {
        "henvendelser": str(len(case.concerns)),
        "vurdering": str(len(case.assessments) or ""),
        "delinger": str(shared),
        "samtykker": str(live),
        "forloeb": visit.say(N_("i gang")) if case.stage in (Stage.ACTIVE, Stage.MATCHING) else "",
    }


def waiting(visit: Visit, case: Case, since: datetime | None) -> str:
    """Return what the case waits for, in a sentence; nothing where the stage began at a time that is not shown."""
    if since is None or case.stage not in WAITING:
        return ""
    if case.never_opened:
        return visit.say(NEVER_OPENED, day=visit.language.day(since))
    return visit.say(WAITING[Stage(case.stage)], day=visit.language.day(since))


def since_of(facts: Sequence[Mapping[str, Any]], stage: str) -> datetime | None:
    """Return when the stage began that the case is in."""
    found = [fact["occurred_at"] for fact in facts if fact["body"].get("stage") == stage]
    return datetime.fromisoformat(found[-1]) if found else None


def mine(visit: Visit, command: str) -> bool:
    """Say whether the visitor may ever give this command: what is never theirs is not listed as not possible now."""
    rows = [row for model in CASE.commands if model.code == command for row in CASE.rows_of(model)]
    return any(role in visit.actor.roles for row in rows for role in row.roles)


def ahead(case: Case, stages: Sequence[str]) -> bool:
    """Say whether one of these stages is still to come."""
    order = {str(stage): number for stage, number in ORDER.items()}
    return any(order.get(stage, 0) > order.get(case.stage, 0) for stage in stages)


@dataclass(frozen=True, slots=True)
class Participant:
    """Who takes part: in which role at which authority, from, to, and why (Danish)."""

    organisation: str
    role: str
    since: datetime
    until: datetime | None
    why: str
    you: bool


def participants(visit: Visit, case: Case) -> list[Participant]:
    """Return who takes part or took part (`domain.md` 3.4): by function, by name, or for four hours by a broken glass."""
    me = str(visit.actor.person_ref)
    found = [
        Participant(
            line["organisation"],
            str(line["role"]),
            datetime.fromisoformat(line["from"]),
            datetime.fromisoformat(line["to"]) if line["to"] else None,
            N_("Har en fast plads i Infohuset") if line["reason"] == FUNCTION else NAMED[line["reason"]],
            line["person_ref"] == me,
        )
        for line in participants_of(case)
    ]
    opened = (
        Participant(each.organisation, "", each.until - LASTS, each.until, N_("Åbnede sagen som akut"), each.by == me)
        for each in case.glasses
    )
    return [*found, *opened]


def outdated(case: Case, now: datetime) -> frozenset[int]:
    """Return the numbers of assessments that are too old to build on, or were replaced (`domain.md` 3.5)."""
    return frozenset(each.number for each in case.assessments if each.outdated or now - each.completed_at > OUTDATED)


async def children(tx: Transaction, store: UnderretningStore, case: Case) -> list[Any]:
    """Return the underretninger about the person of the case, as far as the visitor sees them."""
    table = store.table
    about = sa.or_(table.c.case_id == case.id, table.c.concern_id.in_([each.concern_id for each in case.concerns]))
    query = sa.select(table.c.body).where(about, store.visible(tx)).order_by(table.c.received_at)
    rows = (await tx.session.execute(query)).scalars().all()
    return [store.lifecycle.state.model_validate(row) for row in rows]


async def looked(tx: Transaction, case: Case) -> list[dict[str, Any]]:
    """Return who opened texts of the case and of its concerns, latest first, as far as the visitor's organisation may know."""
    units = [case.id, *(each.concern_id for each in case.concerns)]
    return list(reversed(await openings(tx.session, units, limit=LOOKS)))


def decisions(facts: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield what authorities decided, latest first as the facts are given."""
    return (fact for fact in facts if fact["type"] == "case.authority_decided.v1")
