"""`/notify/operations`: the system in one page, for OPERATOR: each service, how old its rows are here, mail that did not get through."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from services.notify import freshness, repository
from services.notify.domain.delivery import Stage
from services.notify.handlers import Desk
from services.notify.pages.rows import SERVICE_SAID
from shared.errors import Invalid
from shared.hosting.api import ApiParts
from shared.persistence.roles import SERVICES
from shared.web.console.language import N_
from shared.web.console.operations import DOOR
from shared.web.console.site import Console, Visit, see_other

MOST: Final = 50
SAID: Final = {**SERVICE_SAID, "notify": N_("påmindelser og mit arbejde")}


def operations_pages(router: APIRouter, _: ApiParts, console: Console, desk: Desk) -> None:
    """Add the pages."""

    async def show(visit: Visit) -> Response:
        """Show how the system is; each service answers for itself, asked by the page."""
        async with console.edge.begin(visit.request, visit.actor) as tx, tx.as_system() as system:
            ages = await freshness.ages(system)
            stages = await repository.delivery_stages(system)
            failed = await repository.failed_deliveries(system, MOST)
            late = await repository.overdue_mail(system)
        rows = [
            (name, visit.say(SAID[name]), name in ages, ages.get(name), freshness.behind(ages.get(name)))
            for name in SERVICES
        ]
        waiting = sum(count for stage, count in stages.items() if stage not in (Stage.FAILED, Stage.PLANNED))
        return console.page(
            visit,
            "operations/show.html",
            services=rows,
            planned=stages.get(Stage.PLANNED, 0),
            unanswered=waiting,
            late=late,
            failed=failed,
            done=visit.say(N_("Beskeden er planlagt igen."))
            if visit.request.query_params.get("done") == "again"
            else "",
        )

    async def again(visit: Visit) -> Response:
        """Send a message again that nobody could be reached with."""
        try:
            delivery = UUID(visit.form.get("delivery"))
        except ValueError:
            raise Invalid(
                "reference_invalid", "the reference is not one of ours", remedy="Load the page again."
            ) from None
        async with console.edge.begin(visit.request, visit.actor) as tx:
            await desk.send_again(tx, delivery)
        return see_other("/notify/operations?done=again")

    console.get(router, "/operations", DOOR, show)
    console.post(router, "/operations/send-again", DOOR, again)
