"""The overview: open cases by stage and age, deadlines ahead, and the load of each tovholder. Of what the visitor sees alone (R5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from services.assessment.overviews import OPEN, Counts, counted
from services.assessment.pages import charts as drawing
from services.assessment.pages.charts import Row, bars
from services.assessment.repository import CaseStore
from shared.web.console.language import N_
from shared.web.console.saying import Say
from shared.web.console.site import Console, Visit

AGES: Final = (N_("under 14 dage"), N_("14 til 90 dage"), N_("91 til 365 dage"), N_("over et år"))
AHEAD: Final = (N_("overskredet"), N_("i dag"), N_("de næste 7 dage"), N_("senere"))
LOAD: Final = (N_("ingen frist de næste 7 dage"), N_("frist inden for 7 dage"), N_("en frist er overskredet"))


def overview_pages(router: APIRouter, console: Console, store: CaseStore) -> None:
    """Add the page; its door is that of the list of cases, and it counts what that list shows."""

    async def show(visit: Visit) -> Response:
        """Show the charts."""
        async with visit.console.edge.begin(visit.request, visit.actor) as tx:
            stages, kinds, owners = await counted(tx, store)
        charts = [
            _chart(visit, N_("Åbne sager efter tilstand og alder"), AGES, drawing.AGES, by_stage(visit, stages)),
            _chart(visit, N_("Frister forude"), AHEAD, drawing.NEARNESS, by_due(visit, kinds)),
            _chart(visit, N_("Belastning pr. kommunal tovholder"), LOAD, drawing.PRESSURE, by_owner(visit, owners)),
        ]
        return console.page(visit, "overview/show.html", charts=charts, cases=stages.total(), clocks=kinds.total())

    console.get(router, "/overview", console.edge.doors["case-list"], show)


def by_stage(visit: Visit, found: Counts) -> list[Row]:
    """Return a row a stage, in the order of the way, each in four ages."""
    say = Say(visit.language)
    rows = [Row(say.stage("case", stage), _parts(found, str(stage), len(AGES))) for stage in OPEN]
    return [row for row in rows if row.total]


def by_due(visit: Visit, found: Counts) -> list[Row]:
    """Return a row a kind of deadline, most first, each by how near it is."""
    say = Say(visit.language)
    rows = [
        Row(say.clock("case", kind), _parts(found, kind, len(AHEAD))) for kind in sorted({kind for kind, _ in found})
    ]
    return sorted(rows, key=lambda row: (-row.parts[0], -row.total, row.label))


def by_owner(visit: Visit, found: Counts) -> list[Row]:
    """Return a row a municipality, whose tovholder has the cases: how many of them wait for something now."""
    say = Say(visit.language)
    rows = [Row(say.organisation(code), _parts(found, code, len(LOAD))) for code in sorted({code for code, _ in found})]
    return sorted(rows, key=lambda row: (-row.total, row.label))


def _parts(found: Counts, what: str, parts: int) -> tuple[int, ...]:
    return tuple(found[what, part] for part in range(parts))


def _chart(visit: Visit, title: str, names: Sequence[str], tones: tuple[str, ...], rows: list[Row]) -> dict[str, Any]:
    said = [visit.say(name) for name in names]
    return {"title": visit.say(title), "names": said, "rows": rows, "drawn": bars(rows, tones)}
