"""The matching of one request: who can be chosen, what speaks for and against each, and why the others are not there.

The coordinator sees what is asked for, never the case. The points are the match's, never a citizen's, and
are kept nowhere (R25). The ranking is the one that `GET /v1/interventions/{id}/options` answers with.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import Response

from services.corps import options
from services.corps.domain.intervention import Intervention, Stage
from services.corps.domain.intervention_commands import ChooseMember
from services.corps.domain.matching import Option
from services.corps.handlers import Corps
from services.corps.pages import wording
from services.corps.pages.factors import Told, told
from services.corps.pages.interventions import open_loan
from shared.contracts.corps_codes import ChoiceReason
from shared.errors import StaleVersion, TovholderError
from shared.lifecycle.aggregate import Aggregate
from shared.lifecycle.decide import possible
from shared.lifecycle.table import Context
from shared.persistence.idempotency import Attempt
from shared.persistence.work import Transaction
from shared.reference.municipalities import municipality
from shared.reference.travel import travel_km
from shared.web import reading
from shared.web.commands import accept
from shared.web.console.commands import VERSION, key_of
from shared.web.console.language import N_
from shared.web.console.records import known_command
from shared.web.console.refusals import UNMENDED, Refusals, refusals
from shared.web.console.site import Console, Visit, see_other
from shared.web.console.words.codes.matching import CONSTRAINTS, FACTORS, RELAXATIONS

PATH: Final = "/interventions/{id:uuid}/match"
SIDE_BY_SIDE: Final = 3
"""Candidates that are compared at most."""

CHOOSE: Final = "intervention-choose-member"


@dataclass(frozen=True, slots=True)
class Shown:
    """A candidate as the page shows her: never a name, and nothing of whom she helps."""

    number: int
    member_ref: str
    ref: str
    place: str
    where: str
    loan: bool
    proposed: bool
    points: float
    taken: int
    places: int
    hours_free: int
    lines: tuple[Told, ...]

    @property
    def pros(self) -> list[str]:
        """Return what speaks for her."""
        return [line.said for line in self.lines if line.speaks == "for" and line.code not in self._told_above]

    @property
    def cons(self) -> list[str]:
        """Return what speaks against her."""
        return [line.said for line in self.lines if line.speaks == "against" and line.code not in self._told_above]

    @property
    def _told_above(self) -> tuple[str, ...]:
        """Return the lines that the candidate's first line tells already: distance and place of a loan, the distance at home."""
        return ("f2", "f3") if self.loan else ("f3",)


@dataclass(frozen=True)
class MatchPages:
    """The page, and the choice that is made on it."""

    console: Console
    work: Corps

    def add(self, router: APIRouter) -> None:
        """Add the page behind the door of the options, the choice behind the door of the choice."""
        doors = self.console.edge.doors
        self.console.get(router, PATH, doors["intervention-options"], self.show)
        self.console.post(router, PATH, doors[CHOOSE], self.choose)

    async def show(self, visit: Visit) -> Response:
        """Show who can be chosen now."""
        return await self._shown(visit, Refusals())

    async def choose(self, visit: Visit) -> Response:
        """Choose a member of the own municipality: her place is held for five working days. Who comes second sees who is free now."""
        about: UUID = visit.request.path_params["id"]
        edge = visit.console.edge
        async with edge.begin(visit.request, visit.actor) as tx:
            await self.work.interventions.store.load(tx, about, lock=False)
        given = edge.given[CHOOSE]
        wanted = {name: visit.form.get(name) for name in ("member_ref", "reason_code") if visit.form.get(name)}
        key = key_of(visit.form)
        attempt = Attempt(visit.actor, visit.request.url.path, key, json.dumps(wanted, sort_keys=True).encode())

        async def act(tx: Transaction, command: Any) -> Aggregate:
            return await given.act(tx, about, command, _version(visit.form.get(VERSION)))

        try:
            await accept(edge, visit.request, attempt, given.model, ChooseMember.code, act)
        except ValidationError as error:
            return await self._shown(visit, refusals(error, visit.language), status=422)
        except TovholderError as error:
            if error.status in UNMENDED:
                raise
            return await self._shown(visit, refusals(error, visit.language), status=error.status)
        return see_other(f"/{visit.console.service}/interventions/{about}/match?done={ChooseMember.code}")

    async def _shown(self, visit: Visit, wrong: Refusals, *, status: int = 200) -> Response:
        about: UUID = visit.request.path_params["id"]
        store = self.work.interventions.store
        async with visit.console.edge.begin(visit.request, visit.actor) as tx:
            state = await store.load(tx, about, lock=False)
            found = await options.pool(tx, state)
            body = options.shown(found, tx)
            clocks = await reading.clocks(tx, store, about)
            loan = await open_loan(tx, self.work, state)
            context = Context(actor=visit.actor, now=tx.now, aggregate_id=about)
            allowed = {each.command for each in possible(store.lifecycle, state, context) if each.allowed}
            since = []
            if wrong.code == StaleVersion.__name__:
                told_to = _version(visit.form.get(VERSION))
                since = [fact for fact in await reading.facts(tx, store, about) if fact["sequence"] > told_to]
        shown = [_candidate(visit, state, found, number, one) for number, one in enumerate(found.ranking.options, 1)]
        best = {one["member_ref"] for one in body["options"]}
        return self.console.page(
            visit,
            "interventions/match.html",
            status=status,
            state=state,
            heading=wording.intervention_ref(state.id),
            musts=wording.musts(visit, state.requirements),
            wishes=wording.wishes(visit, state.requirements),
            waiting=wording.waiting_days(state, visit),
            best=[one for one in shown if one.member_ref in best],
            rest=[one for one in shown if one.member_ref not in best],
            fitting=body["fitting"],
            everybody=len(found.candidates),
            weights=body["weights_version"],
            compared=_compared(visit, shown),
            factors={code: visit.say(words) for code, words in FACTORS.items()},
            others=_others(visit, body["not_there"]),
            blocking=_blocking(visit, body["blocking"]),
            reasons=tuple(ChoiceReason),
            may_choose=state.stage == Stage.MATCHING and (state.member is None or not state.member.holds(visit.now)),
            may_ask="ask-desk" in allowed,
            way=wording.way(visit, state, loan),
            member=wording.member_ref(state.member.member_ref) if state.member else "",
            loan=loan,
            loan_ref=wording.loan_ref(loan.id) if loan else "",
            clocks=[each for each in clocks if each["kind"] in ("match", "broker", "answer_choice")],
            because=lambda clock: wording.because(visit, clock),
            code=ChooseMember.code,
            key=lambda: str(uuid4()),
            wrong=wrong,
            since=since,
            done=known_command(visit.request.query_params.get("done", "")),
        )


def _candidate(visit: Visit, state: Intervention, found: options.Pool, number: int, one: Option) -> Shown:
    candidate = found.candidate(one.member_ref)
    return Shown(
        number=number,
        member_ref=str(one.member_ref),
        ref=wording.member_ref(one.member_ref),
        place=wording.place(one.municipality),
        where=_where(visit, state.municipality, one.municipality, remote=candidate.remote_ok),
        loan=one.loan,
        proposed=one.proposed,
        points=one.points,
        taken=candidate.taken,
        places=candidate.capacity_max,
        hours_free=int(candidate.hours_free or 0),
        lines=told(visit, found.requirement, candidate, one.lines),
    )


def _where(visit: Visit, here: str, there: str, *, remote: bool) -> str:
    if here == there:
        return visit.say(N_("egen kommune"))
    ours, theirs = (municipality(code).police_district for code in (here, there))
    parts = [visit.say(N_("samme politikreds")) if ours == theirs else visit.say(N_("en anden politikreds"))]
    parts.append(f"{round(travel_km(here, there))} km")
    if remote:
        parts.append(visit.say(N_("kan arbejde på afstand")))
    return " · ".join(parts)


def _compared(visit: Visit, shown: list[Shown]) -> list[Shown]:
    wanted = visit.request.query_params.getlist("compare")
    found = [one for one in shown if one.member_ref in wanted][:SIDE_BY_SIDE]
    return found if len(found) > 1 else []


def _others(visit: Visit, counted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**each, "said": visit.say(CONSTRAINTS[each["code"]])} for each in counted]


def _blocking(visit: Visit, found: Mapping[str, Any] | None) -> dict[str, list[str]] | None:
    """Return what blocks and what would bring members back, in words."""
    if found is None:
        return None
    return {
        "blocks": [visit.say(CONSTRAINTS[block["code"]]) for block in found["blocks"]],
        "relaxations": list(_relaxations(visit, found["relaxations"])),
    }


def _relaxations(visit: Visit, found: Any) -> Iterator[str]:
    for each in found:
        words = visit.say(N_(" og ")).join(visit.say(RELAXATIONS[code]) for code in each["codes"])
        more = visit.language.ngettext("%(n)s mere passer", "%(n)s flere passer", each["members"])
        yield f"{words}: {more % {'n': each['members']}}"


def _version(seen: str) -> int:
    return int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else 0
