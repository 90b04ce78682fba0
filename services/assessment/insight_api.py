"""HTTP of requests for insight: commands, looking, and the export that the citizen gets (`domain.md` 4.6 R21)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from services.assessment import repository
from services.assessment.access import answering_leave, handled_by_police
from services.assessment.domain.insight import InsightRequest
from services.assessment.domain.insight_commands import RequestInsight
from services.assessment.insight_export import as_decided, export_of, locked_export, texts_in
from services.assessment.insights import Insights
from services.assessment.repository import CaseStore, InsightStore
from shared.contracts.disclosure_codes import InsightDecision
from shared.contracts.insight import ANSWER_LASTS
from shared.errors import Conflict, Transient
from shared.hosting.api import ApiParts
from shared.lifecycle.actor import Actor, Role
from shared.policy.doors import Door
from shared.vault.errors import LookRefused
from shared.vault.model import Looker, LookReason
from shared.web.commands import command_routes, creation_route, creators
from shared.web.opening import opening_route
from shared.web.reading import facts, reading_routes


def insight_routes(router: APIRouter, parts: ApiParts, cases: CaseStore) -> None:
    """Add every route of requests for insight."""
    store = repository.insight_store(parts.vault)
    insights = Insights(store, cases, parts.vault)
    creation_route(
        router,
        parts.edge,
        "/v1/insights",
        RequestInsight,
        insights.make,
        creators(store.lifecycle, RequestInsight),
        rule="domain.md 3.13, R21: into a case of one's own organisation",
    )
    command_routes(router, parts.edge, store.lifecycle, store.policy, insights.give)
    reading_routes(router, parts.edge, store, filters={"case": "case_id"})
    opening_route(router, parts.edge, store, parts.vault, _sealed)
    _export_route(router, parts, insights)


def _sealed(request: InsightRequest) -> frozenset[UUID]:
    return frozenset({request.grounds} if request.grounds is not None else ())


def _export_route(router: APIRouter, parts: ApiParts, insights: Insights) -> None:
    policy, rule = insights.store.policy, "R21: what the citizen gets, each text on record as INSIGHT"
    door = parts.edge.door(Door("insight-export", rule, frozenset({Role.DPO}), policy))
    answering = Answering(parts, insights.store, insights.cases)

    async def export(request: Request, id: UUID) -> Response:
        """Show what the citizen may see of the case. Each text that is opened for it is on record first, as INSIGHT."""
        actor = await parts.edge.enter(request, door)
        body = await answering.answer(request, actor, id)
        return JSONResponse(body, headers={"Cache-Control": "no-store"})

    router.add_api_route("/v1/insights/{id}/export", export, methods=["GET"], operation_id=door.operation)


@dataclass(frozen=True)
class Answering:
    """Makes the answer to a request, for the route and for the page."""

    parts: ApiParts
    store: InsightStore
    cases: CaseStore

    async def answer(self, request: Request, actor: Actor, insight_id: UUID) -> dict[str, Any]:
        """Return what the citizen may see of the case, once each look is on record."""
        insights = Insights(self.store, self.cases, self.parts.vault)
        async with self.parts.edge.begin(request, actor) as tx:
            asked = await insights.store.load(tx, insight_id, lock=False)
            _require_answerable(asked, actor, tx.now)
            case = await insights.case_of(tx, asked)
            locked = handled_by_police(case, actor.organisation)
            found = [] if locked else as_decided(asked, await facts(tx, insights.cases, case.id))
            refs = tuple(sorted(texts_in(found) - set(asked.held_back)))
            if refs:
                grants = answering_leave(asked, actor, tx.now)
                await self.parts.vault.grant_many(tx.session, unit=case.id, grants=grants)
            now = tx.now
        if locked:
            return locked_export(case, asked)
        looker = Looker(actor.person_ref, actor.organisation, Role.DPO)
        opened = await _open(self.parts, looker, refs, now) | await _open_released(self.parts, looker, asked, now)
        return export_of(case, asked, found, opened)


async def _open(parts: ApiParts, looker: Looker, refs: tuple[UUID, ...], now: datetime) -> dict[UUID, str]:
    plain = await parts.vault.look(
        parts.edge.work.engine, looker=looker, blobs=refs, reason=LookReason.INSIGHT, now=now
    )
    return {ref: text.reveal() for ref, text in zip(refs, plain, strict=True)}


async def _open_released(parts: ApiParts, looker: Looker, asked: InsightRequest, now: datetime) -> dict[UUID, str]:
    """Open the texts of concerns that the decision released, by leave that intake gives the officer once it heard of it.

    Raises `Transient` until the leave is there.
    """
    refs = tuple(sorted({each.text for each in asked.released}))
    if not refs:
        return {}
    try:
        return await _open(parts, looker, refs, now)
    except LookRefused:
        raise Transient(
            "release_under_way",
            "leave to open what was released is not there yet",
            rule="domain.md R21",
            remedy="Try again in a moment; if it stays so, the texts were erased or the police have the concern alone.",
        ) from None


def _require_answerable(asked: InsightRequest, actor: Actor, now: datetime) -> None:
    """Raise unless this organisation answers, has not refused, and decided no longer ago than an answer lasts."""
    if asked.decision is InsightDecision.REFUSED:
        raise Conflict("insight_refused", "insight was refused; there is nothing to show", rule="domain.md R21")
    if actor.organisation != asked.answering:
        raise Conflict(
            "insight_not_yours", "it was handed to the authority that answers for it", rule="domain.md R21 (LED)"
        )
    if not asked.answerable(now):
        raise Conflict(
            "insight_answer_over",
            f"it was decided more than {ANSWER_LASTS.days} days ago; its answer is made no more",
            rule="domain.md R21",
            remedy="Take in a new request.",
        )
