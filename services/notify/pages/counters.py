"""`/notify/counters`: national figures, each series as a table and as bars beside it. What is too small is not shown (R29)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from babel.dates import format_date
from dateutil.relativedelta import relativedelta
from fastapi import APIRouter
from starlette.responses import Response

from services.notify import repository
from services.notify.domain.counters import COUNTED, SMALLEST_SHOWN, month_of, shown
from shared.web.console.language import N_
from shared.web.console.saying import Say
from shared.web.console.site import Console, Visit

MONTHS: Final = (3, 6, 12)
WIDEST: Final = 300
"""Units of the drawing for the longest bar."""

CALLED: Final[Mapping[str, str]] = {
    "CONCERN_RECEIVED": N_("Henvendelser modtaget"),
    "ADVICE_GIVEN": N_("Råd givet"),
    "HELP_POINTED_OUT": N_("Henvist til anden hjælp"),
    "ACUTE_RAISED": N_("Meldt akut"),
    "ACUTE_CLOSED": N_("Akutte afsluttet"),
    "CONCERN_ROUTED": N_("Sendt til Infohus"),
    "CASE_OPENED": N_("Sager åbnet"),
    "CONCERN_MERGED": N_("Henvendelser lagt til en sag"),
    "POLICE_TOOK_OVER": N_("Overtaget af politiet"),
    "INFOHUS_MEETING_HELD": N_("Infohusmøder holdt"),
    "AUTHORITY_DECIDED": N_("Afgjort af myndigheden"),
    "OFFER_DECLINED": N_("Tilbud afslået"),
    "CASE_REFERRED": N_("Sager henvist"),
    "CASE_CLOSED": N_("Sager lukket"),
    "CASE_REOPENED": N_("Sager genåbnet"),
    "UNDERRETNING_MADE": N_("Underretninger lavet"),
    "UNDERRETNING_ASSESSED": N_("Underretninger vurderet"),
    "INTERVENTION_STARTED": N_("Forløb begyndt"),
    "INTERVENTION_ENDED": N_("Forløb afsluttet"),
    "LOAN_ACTIVATED": N_("Lån begyndt"),
    "LOAN_ENDED": N_("Lån afsluttet"),
    "DEADLINE_MET": N_("Frister holdt"),
    "DEADLINE_MISSED": N_("Frister overskredet"),
}
"""What is counted, as a page calls it."""

ENUMS: Final = {
    "CONCERN_RECEIVED": "Channel",
    "AUTHORITY_DECIDED": "DecisionOutcome",
    "CASE_REFERRED": "ClosingReason",
    "CASE_CLOSED": "ClosingReason",
}
"""The enum of the part after the point."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One cell: None where it is too small to be shown."""

    month: str
    count: int | None
    width: int
    y: int


@dataclass(frozen=True, slots=True)
class Series:
    """What happened in each month, the earliest first."""

    code: str
    name: str
    part: str
    figures: Sequence[Figure]

    @property
    def height(self) -> int:
        """Return the height of the drawing."""
        return 24 * len(self.figures)


def counter_pages(router: APIRouter, console: Console) -> None:
    """Add the page."""

    async def counters(visit: Visit) -> Response:
        """Show the last months."""
        asked = visit.request.query_params.get("months", "")
        many = int(asked) if asked in {str(each) for each in MONTHS} else MONTHS[1]
        async with console.edge.begin(visit.request, visit.actor) as tx:
            last = month_of(tx.now)
            first = last - relativedelta(months=many - 1)
            rows = await repository.counters(tx, first, last)
        months = [first + relativedelta(months=number) for number in range(many)]
        return console.page(
            visit,
            "counters/show.html",
            series=_series(visit, rows, months),
            many=many,
            choices=MONTHS,
            smallest=SMALLEST_SHOWN,
            widest=WIDEST,
        )

    console.get(router, "/counters", console.edge.doors["counters-show"], counters)


def _series(visit: Visit, rows: Sequence[Mapping[Any, Any]], months: Sequence[date]) -> list[Series]:
    counts = {(row["code"], row["month"]): row["count"] for row in rows}
    order = {counted.code: number for number, counted in enumerate(COUNTED.values())}
    codes = sorted({code for code, _ in counts}, key=lambda code: (order.get(code.partition(".")[0], 99), code))
    return [_one(visit, code, [(month, counts.get((code, month), 0)) for month in months]) for code in codes]


def _one(visit: Visit, code: str, found: Sequence[tuple[date, int]]) -> Series:
    head, _, part = code.partition(".")
    told = [(month, shown(code, count)) for month, count in found]
    most = max([count for _, count in told if count is not None] + [1])
    figures = [
        Figure(_month(visit, month), count, round(WIDEST * (count or 0) / most), 24 * number)
        for number, (month, count) in enumerate(told)
    ]
    name = visit.say(CALLED[head]) if head in CALLED else head
    return Series(code, name, Say(visit.language).code(part, ENUMS.get(head, "")) if part else "", figures)


def _month(visit: Visit, month: date) -> str:
    return format_date(month, "MMM y", locale=visit.language.locale)
