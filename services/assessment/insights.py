"""Handlers of requests for insight, and what the answer is made of (`domain.md` 4.6 R21)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from services.assessment.access import handled_by_police
from services.assessment.domain.case import Case
from services.assessment.domain.insight import InsightRequest
from services.assessment.domain.insight_commands import DecideInsight, RequestInsight
from services.assessment.insight_export import concern_texts_in, texts_in
from services.assessment.repository import CaseStore, InsightStore, case_of_organisation, facts_of_case
from shared.errors import NotFound
from shared.lifecycle.table import Command
from shared.persistence.handling import create, give
from shared.persistence.sealing import Sealer
from shared.persistence.work import Transaction


@dataclass(frozen=True)
class Insights:
    """Handlers of the request's commands."""

    store: InsightStore
    cases: CaseStore
    sealer: Sealer | None

    async def make(self, tx: Transaction, command: RequestInsight) -> InsightRequest:
        """Take in a request about a case in which the actor's organisation takes part."""
        case = await case_of_organisation(tx, self.cases, command.case_id)
        known: dict[str, Any] = {}
        if case is not None:
            locked = handled_by_police(case, tx.actor.organisation)
            known = {"case_owner": case.organisation, "case_police": case.police, "locked": locked}
        return await create(tx, self.store, self.sealer, uuid4(), command, known=known)

    async def give(self, tx: Transaction, insight_id: UUID, command: Command, version: int) -> InsightRequest:
        """Give any other command of the table."""
        known: dict[str, Any] = {}
        if isinstance(command, DecideInsight) and (command.held_back or command.released):
            request = await self.store.load(tx, insight_id)
            found = await facts_of_case(tx, request.case_id)
            concerns = concern_texts_in(found)
            known = {"texts": texts_in(found) | concerns.keys(), "concern_texts": concerns}
        return await give(tx, self.store, self.sealer, insight_id, command, expected_version=version, known=known)

    async def case_of(self, tx: Transaction, request: InsightRequest) -> Case:
        """Return the request's case. Raises `NotFound` where the actor's organisation takes no part in it any more."""
        case = await case_of_organisation(tx, self.cases, request.case_id)
        if case is None:
            raise NotFound("case_not_found", "there is nothing here that you may see")
        return case
