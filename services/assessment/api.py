"""HTTP of assessment: one POST per command, looking at cases and underretninger. No rule of the domain is here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter

from services.assessment import repository
from services.assessment.access import handled_by_police
from services.assessment.domain.case import Case, Stage
from services.assessment.domain.case_commands import NameCaseworker
from services.assessment.domain.glass import BreakGlass, ReviewGlass
from services.assessment.domain.underretning_commands import MakeUnderretning
from services.assessment.glass import glass_routes
from services.assessment.handlers import Cases, Underretninger
from services.assessment.insight_api import insight_routes
from services.assessment.ledger import ledger_route
from services.assessment.naming_api import naming_routes
from services.assessment.openings import openings_route
from services.assessment.participants import participants_of
from services.assessment.subjects import Subjects, engine_apart
from shared.hosting.api import ApiParts
from shared.lifecycle.regime import regime_of
from shared.lifecycle.table import Command
from shared.persistence.work import Transaction
from shared.web.access_log import access_log_route
from shared.web.commands import command_routes, creation_route, creators
from shared.web.opening import opening_route
from shared.web.reading import Facts, reading_routes, view_of

OUTDATED = timedelta(days=180)
"""An older assessment is shown as outdated (`domain.md` 3.5)."""

UNDERRETNINGER = "underretninger"


def routes(router: APIRouter, parts: ApiParts) -> None:
    """Add every route of assessment."""
    store = repository.case_store(parts.vault)
    cases = Cases(store, parts.vault, Subjects(parts.vault, engine_apart(parts.edge.work.engine)))
    apart: frozenset[type[Command]] = frozenset({BreakGlass, ReviewGlass, NameCaseworker})
    command_routes(router, parts.edge, store.lifecycle, store.policy, cases.give, apart=apart)
    glass_routes(router, parts.edge, store, parts.vault)
    naming_routes(router, parts, cases)
    reading_routes(
        router, parts.edge, store, filters={"concern": "concern_id"}, view=view_of_case, hidden=hidden, told=told
    )
    opening_route(router, parts.edge, store, parts.vault, sealed)
    ledger_route(router, parts.edge, store, hidden)
    access_log_route(router, parts.edge)
    openings_route(router, parts.edge, store)

    track = repository.underretning_store()
    underretninger = Underretninger(track, store)
    creation_route(
        router,
        parts.edge,
        f"/v1/{UNDERRETNINGER}",
        MakeUnderretning,
        underretninger.make,
        creators(track.lifecycle, MakeUnderretning),
        rule="domain.md 2.3 row 15: whoever is in public service",
    )
    command_routes(router, parts.edge, track.lifecycle, track.policy, underretninger.give, plural=UNDERRETNINGER)
    reading_routes(
        router, parts.edge, track, filters={"concern": "concern_id", "case": "case_id"}, plural=UNDERRETNINGER
    )
    insight_routes(router, parts, store)


def view_of_case(case: Case, tx: Transaction) -> dict[str, Any]:
    """Return what the actor sees of a case; of one that the police handle, others see that and since when (T08)."""
    if hidden(case, tx):
        return _stub(case)
    body = view_of(case)
    del body["caseworkers"]
    body["participants"] = participants_of(case)
    for shown, assessment in zip(body["assessments"], case.assessments, strict=True):
        shown["outdated"] = assessment.outdated or tx.now - assessment.completed_at > OUTDATED
    for shown in body["consents"]:
        shown |= {"regime": regime_of(case.organisation, *shown["parties"]), "controller": case.organisation}
    for shown in body["shares"]:
        parties = (shown["from_authority"], shown["to_authority"])
        shown |= {"regime": regime_of(*parties), "controller": shown["from_authority"]}
    return body


def told(case: Case, found: Facts, _: Transaction) -> Facts:
    """Mark what the citizen disputes, with the reference of the citizen's version; the fact itself stays (R23)."""
    versions = {each.disputed: str(each.citizens_version) for each in case.disputes}
    return [
        {**fact, "disputed": True, "citizens_version": versions[fact["sequence"]]}
        if fact["sequence"] in versions
        else fact
        for fact in found
    ]


def hidden(case: Case, tx: Transaction) -> bool:
    """Say whether the actor sees the stub alone."""
    return handled_by_police(case, tx.actor.organisation)


def _stub(case: Case) -> dict[str, Any]:
    return {
        "id": str(case.id),
        "stage": case.stage,
        "version": case.version,
        "organisation": case.organisation,
        "handled_by": "police",
        "regime": regime_of(*case.handlers),
        "controller": case.controller,
        "since": case.clearance_at.date().isoformat() if case.clearance_at else None,
        # Ordinary social duties stay possible; police may be asked for advice on safety.
        "note": "POLICE_MAY_BE_ASKED_FOR_SAFETY_ADVICE",
    }


def sealed(case: Case) -> frozenset[UUID]:
    """Return the references of the texts that can be opened from a case; those of its concerns lock with K2."""
    own = [case.short_assessment, case.meeting.minutes if case.meeting else None]
    for assessment in case.assessments:
        own.append(assessment.reasoning)
        own += [ref for rated in assessment.ratings for ref in (rated.need_text, rated.dissent_text)]
    own += [each.necessity for each in case.shares] + [each.citizens_version for each in case.disputes]
    own += [each.grounds for each in case.glasses]
    own.append(case.postponed.grounds if case.postponed else None)
    own += case.described.texts if case.described else ()
    concerns = [] if case.stage == Stage.POLICE_ONLY else case.concerns
    told = [ref for each in concerns for ref in (each.description, each.subject, each.reporter, each.grounds)]
    return frozenset(ref for ref in (*own, *told) if ref is not None)
