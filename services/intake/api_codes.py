"""Reference codes at the doors where concerns come in: shown once in an answer, and again to a repeat of the same request."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.intake.codes import Digests, code_from
from services.intake.domain.commands import ReceiveConcern
from services.intake.domain.concern import Concern
from services.intake.domain.desks import DESKS
from services.intake.handlers import Concerns
from shared.contracts.codes import Anonymity
from shared.lifecycle.table import Lifecycle
from shared.persistence.idempotency import Answer, Attempt, Idempotency
from shared.persistence.work import Transaction
from shared.policy.doors import Door
from shared.web.commands import add_post, creators, respond
from shared.web.edge import Edge


class ReferenceCodes:
    """Makes the code of a concern from the request that brought it, and its digest, which alone is kept."""

    def __init__(self, idempotency: Idempotency, digests: Digests) -> None:
        self._idempotency = idempotency
        self._digests = digests

    def of(self, attempt: Attempt, concern_id: UUID) -> str:
        """Return the code, in groups of four."""
        return code_from(self._idempotency.derived(attempt, "reference-code", str(concern_id)))

    async def digest(self, attempt: Attempt, concern_id: UUID) -> bytes:
        """Return what is kept of the code."""
        return await self._digests.of(self.of(attempt, concern_id))

    def told(self, attempt: Attempt, answer: Answer) -> dict[str, Any]:
        """Return what is said besides the answer that is kept for repeats."""
        return {"reference_code": self.of(attempt, UUID(answer.body["id"]))}


def staff_route(
    router: APIRouter, edge: Edge, lifecycle: Lifecycle[Concern], concerns: Concerns, digests: Digests
) -> None:
    """Add the POST by which staff take in a concern; an adviser reads its code aloud to a caller who gives no name."""
    roles = creators(lifecycle, ReceiveConcern)
    door = edge.door(Door(ReceiveConcern.code, "domain.md 2.3 row 1", roles))
    edge.metrics.commands.labels(ReceiveConcern.code, "done")  # there at 0, so that the first one is seen as a rise
    codes = ReferenceCodes(edge.idempotency, digests)

    async def endpoint(request: Request) -> Response:
        """Receive a concern."""
        concern_id = uuid4()
        kept: list[bytes] = []

        async def ready(attempt: Attempt, command: ReceiveConcern) -> None:
            if _calls_without_a_name(attempt, command):
                kept.append(await codes.digest(attempt, concern_id))

        async def act(tx: Transaction, command: ReceiveConcern) -> Concern:
            return await concerns.receive_coded(tx, concern_id, command, kept[0] if kept else None)

        def added(attempt: Attempt, command: ReceiveConcern, answer: Answer) -> dict[str, Any]:
            return codes.told(attempt, answer) if _calls_without_a_name(attempt, command) else {}

        answer = await respond(
            edge, request, ReceiveConcern, ReceiveConcern.code, act, door, status=201, ready=ready, added=added
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    add_post(router, edge, "/v1/concerns", endpoint, ReceiveConcern, door, ReceiveConcern.__doc__, status=201)


def _calls_without_a_name(attempt: Attempt, command: ReceiveConcern) -> bool:
    """Say whether a code is read aloud: to who speaks to somebody at a desk and stays ANONYMOUS (`domain.md` 2.4)."""
    return command.anonymity is Anonymity.ANONYMOUS and bool(attempt.actor.roles & set(DESKS))
