"""Opening sealed texts: a reason, a line in the log, then the text (`vault.ask`, `vault.redeem`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import JSONResponse, Response

from shared.errors import NotFound
from shared.lifecycle.actor import Actor, Role
from shared.persistence.store import Store
from shared.policy.doors import Door
from shared.vault import Vault
from shared.vault.model import Looker, LookReason, OwnWords
from shared.web import problems
from shared.web.edge import Edge, body_of


class OpenTexts(BaseModel):
    """Open sealed texts of a thing, in one of the actor's roles, for a closed reason."""

    model_config = ConfigDict(extra="forbid")

    texts: tuple[UUID, ...] = Field(min_length=1, max_length=20)
    role: Role
    reason: LookReason
    reason_text: str | None = Field(default=None, min_length=1, max_length=2000)
    """Why, in the actor's own words: sealed with the thing's texts, and referred to by the access log."""


def opening_route(
    router: APIRouter,
    edge: Edge,
    store: Store[Any],
    vault: Vault,
    refs: Callable[[Any], frozenset[UUID]],
    plural: str | None = None,
) -> None:
    """Add `POST /v1/<kind>s/{id}/open-texts`; `refs` gives the references that the aggregate holds."""
    policy = store.policy
    opens = frozenset(sight.role for sight in policy.sights if sight.opens)
    door = edge.door(Door(f"{store.lifecycle.kind}-open-texts", "R6, R8: leave by role and class", opens, policy))

    async def open_texts(request: Request, id: UUID) -> Response:
        """Open sealed texts: the look is on record before it happens."""
        actor = await edge.enter(request, door)
        try:
            wanted = OpenTexts.model_validate_json(await body_of(request) or b"{}")
        except ValidationError as error:
            return problems.of_body(error, OpenTexts)
        texts = await opened(edge, request, actor, store, vault, refs, id, wanted)
        return JSONResponse({"texts": texts}, headers={"Cache-Control": "no-store"})

    path = f"/v1/{plural or store.lifecycle.kind + 's'}/{{id}}/open-texts"
    edge.bodies[door.operation] = OpenTexts
    router.add_api_route(path, open_texts, methods=["POST"], operation_id=door.operation)


async def opened(
    edge: Edge,
    request: Request,
    actor: Actor,
    store: Store[Any],
    vault: Vault,
    refs: Callable[[Any], frozenset[UUID]],
    about: UUID,
    wanted: OpenTexts,
) -> dict[str, str]:
    """Return the texts by reference, once the look is on record.

    Raises `NotFound` for what is not there or not to be seen, and what the vault raises for what may not be opened.
    """
    async with edge.begin(request, actor) as tx:
        state = await store.load(tx, about, lock=False)
        now = tx.now
    if not set(wanted.texts) <= refs(state) or wanted.role not in actor.roles:
        raise NotFound("text_not_found", "there is no such text here that you may open")
    looker = Looker(actor.person_ref, actor.organisation, wanted.role)
    words = OwnWords(about, wanted.reason_text) if wanted.reason_text else None
    if words:
        await vault.new_unit(about)  # a thing that nobody has written about yet has no key
    found = await vault.look(
        edge.work.engine, looker=looker, blobs=wanted.texts, reason=wanted.reason, now=now, words=words
    )
    return {str(ref): plain.reveal() for ref, plain in zip(wanted.texts, found, strict=True)}
