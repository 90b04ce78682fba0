"""The professionals' form: like the public's, signed in, with the duty to notify where a child may be meant.

GET  /report                the mode first
GET  /report/questions      the questions
POST /report/questions      take it in, and send it to the Infohus where the municipality is known; the answer is the receipt
"""

from __future__ import annotations

import json
from typing import Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import Response

from services.intake.api import Entrances
from services.intake.domain.commands import ReceiveConcern, RouteConcern
from services.intake.domain.concern import Concern, Stage
from services.intake.handlers import Concerns
from services.intake.pages.asking import choices, said
from services.intake.pages.concerns import reference
from shared.contracts.codes import Anonymity, Channel, ReporterKind
from shared.errors import TovholderError
from shared.lifecycle.actor import Role
from shared.lifecycle.text import Text
from shared.persistence.handling import carry_out
from shared.persistence.idempotency import Attempt
from shared.persistence.work import Transaction
from shared.policy.doors import Door
from shared.reference.form_text import ORDINARY_ACTIVITY, WITHOUT_SOURCE
from shared.web.commands import accept
from shared.web.console.commands import key_again, key_of
from shared.web.console.language import N_
from shared.web.console.refusals import NOT_ADMITTED, Refusals, refusals
from shared.web.console.site import Console, Form, Visit

REPORT: Final = Door("receive-concern", "domain.md 2.3 row 1, 2.1", frozenset({Role.PRO_REPORTER}))
"""The door of `receive-concern`, for who reports from a place of work."""

MODES: Final = (Anonymity.OPEN, Anonymity.CONFIDENTIAL)
"""Whoever is signed in has said who they are: there is no form without a name here."""

PLACES_OF_WORK: Final = {
    ReporterKind.TEACHER: Channel.SCHOOL_FORM,
    ReporterKind.PEDAGOGUE: Channel.SCHOOL_FORM,
    ReporterKind.SSP: Channel.SCHOOL_FORM,
    ReporterKind.YOUTH_WORKER: Channel.SCHOOL_FORM,
    ReporterKind.SOCIAL_WORKER: Channel.WEB_FORM,
    ReporterKind.EMPLOYMENT: Channel.WEB_FORM,
    ReporterKind.ASYLUM: Channel.ASYLUM,
    ReporterKind.HOUSING: Channel.WEB_FORM,
    ReporterKind.ASSOCIATION: Channel.WEB_FORM,
    ReporterKind.HEALTH: Channel.WEB_FORM,
}
"""What somebody works as, and the channel that it comes by (`domain.md` 3.2)."""

SET_BY_US: Final = frozenset({"anonymity", "channel", "receipt_address"})
MUST: Final = N_("Skal udfyldes.")


class ReportPages:
    """The pages of professionals."""

    def __init__(self, console: Console, entrances: Entrances) -> None:
        self._console = console
        self._concerns = entrances.concerns
        self._codes = entrances.codes

    def add(self, router: APIRouter) -> None:
        """Add the pages."""
        self._console.get(router, "/report", REPORT, self.start)
        self._console.get(router, "/report/questions", REPORT, self.questions)
        self._console.post(router, "/report/questions", REPORT, self.send)

    async def start(self, visit: Visit) -> Response:
        """Ask for the mode."""
        ordinary = ORDINARY_ACTIVITY[visit.language.code]
        return self._console.page(visit, "report/start.html", modes=MODES, ordinary=ordinary)

    async def questions(self, visit: Visit) -> Response:
        """Ask, in the mode that was chosen."""
        mode = visit.request.query_params.get("anonymity")
        if mode not in MODES:
            return await self.start(visit)
        return self._asked(visit, Anonymity(mode), Form(), Refusals())

    async def send(self, visit: Visit) -> Response:
        """Take it in, and give the receipt."""
        form = visit.form
        mode = Anonymity.OPEN if form.get("anonymity") == Anonymity.OPEN else Anonymity.CONFIDENTIAL
        sent = said(form, SET_BY_US) | {"anonymity": mode.value, "channel": _channel(form)}
        missing = [name for name in ("reporter_kind", "description", "reporter") if name not in sent]
        if missing:
            wrong = Refusals("field_invalid", None, {name: visit.say(MUST) for name in missing})
            return self._asked(visit, mode, form, wrong, status=422)
        try:
            return await self._taken(visit, sent)
        except ValidationError as error:
            return self._asked(visit, mode, form, refusals(error, visit.language), status=422)
        except TovholderError as error:
            if error.status in NOT_ADMITTED:
                raise
            return self._asked(visit, mode, form, refusals(error, visit.language), status=error.status)

    async def _taken(self, visit: Visit, sent: dict[str, Any]) -> Response:
        fresh = uuid4()
        key = key_of(visit.form)
        attempt = Attempt(visit.actor, visit.request.url.path, key, json.dumps(sent, sort_keys=True).encode())
        digest = await self._codes.digest(attempt, fresh)

        async def act(tx: Transaction, command: ReceiveConcern) -> Concern:
            return await sent_in(self._concerns, tx, fresh, command, digest)

        _, answer = await accept(
            self._console.edge, visit.request, attempt, ReceiveConcern, ReceiveConcern.code, act, status=201
        )
        concern_id = UUID(answer.body["id"])
        return self._console.page(
            visit,
            "report/receipt.html",
            status=201,
            concern=concern_id,
            reference=reference(concern_id),
            routed=answer.body["stage"] == Stage.ROUTED,
            child=sent.get("minor") != "NO",
            code=self._codes.of(attempt, concern_id),
        )

    def _asked(self, visit: Visit, mode: Anonymity, form: Form, wrong: Refusals, *, status: int = 200) -> Response:
        return self._console.page(
            visit,
            "report/questions.html",
            status=status,
            mode=mode,
            form=form,
            wrong=wrong,
            key=key_again(form, wrong),
            ordinary=ORDINARY_ACTIVITY[visit.language.code],
            without_source=WITHOUT_SOURCE[visit.language.code],
            **choices(tuple(PLACES_OF_WORK)),
        )


async def sent_in(
    concerns: Concerns, tx: Transaction, concern_id: UUID, command: ReceiveConcern, digest: bytes
) -> Concern:
    """Take a professional's concern in; where the municipality is known it goes on to the Infohus in the same breath (T04)."""
    concern = await concerns.receive_coded(tx, concern_id, command, digest)
    if concern.stage != Stage.RECEIVED or concern.subject_municipality is None:
        return concern
    grounds = Text(None, concern.description)  # what the form says is the reason
    route = RouteConcern(municipality=concern.subject_municipality, grounds=grounds)
    return await carry_out(tx, concerns.store, None, concern, concern.id, route)


def _channel(form: Form) -> str:
    kind = form.get("reporter_kind")
    return PLACES_OF_WORK[ReporterKind(kind)].value if kind in PLACES_OF_WORK else Channel.WEB_FORM.value
