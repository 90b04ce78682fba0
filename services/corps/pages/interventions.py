"""Interventions: requests by waiting time, the intervention's own page, and a form for each of its commands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

import sqlalchemy as sa
from fastapi import APIRouter
from starlette.responses import Response

from services.corps import members, options
from services.corps.api import at_home, intervention_told
from services.corps.domain.intervention import Intervention, Stage
from services.corps.domain.intervention_guards import LONGEST
from services.corps.handlers import Corps
from services.corps.pages import wording
from shared.contracts.corps import Dimension
from shared.contracts.corps_codes import EndCriterion
from shared.errors import NotFound
from shared.hosting.api import ApiParts
from shared.lifecycle.actor import Role
from shared.lifecycle.text import FieldClass
from shared.persistence.counting import at_most
from shared.persistence.work import Transaction
from shared.web import reading
from shared.web.console.commands import CommandPages, Open, Option
from shared.web.console.language import N_
from shared.web.console.records import ROWS, Card, RecordPages, SealedText
from shared.web.console.saying import Say
from shared.web.console.site import Console, Form, Visit

TRACK: Final = (Stage.MATCHING, Stage.ACTIVE, Stage.ENDED)

FIRST: Final = (
    "see-session-concern",
    "record-citizen-answer",
    "accept-match",
    "log-session",
    "record-progression",
    "decline-match",
    "review-plan",
    "hold-supervision",
    "choose-member",
    "ask-desk",
    "resume-intervention",
    "pause-intervention",
    "replace-member",
    "end-intervention",
    "propose-ending",
    "withdraw-choice",
    "exclude-member",
)
AFTER: Final = "after"
"""In the address of the requests: where the page goes on, among those that have waited longest."""

PLAN: Final = timedelta(days=182)
"""What a plan begins with; coordinator and member agree on something else if they like."""


@dataclass(frozen=True)
class InterventionPages(RecordPages):
    """The pages of interventions; requests are listed by how long they have waited."""

    async def many(self, visit: Visit) -> Response:
        """List what the visitor sees; who coordinates begins with the requests."""
        coordinates = Role.LOCAL_COORDINATOR in visit.actor.roles
        asked = visit.request.query_params.get("stage", Stage.MATCHING if coordinates else "")
        if asked != Stage.MATCHING or "cursor" in visit.request.query_params:
            return await RecordPages.many(self, visit)
        async with visit.console.edge.begin(visit.request, visit.actor) as tx:
            found, following, total = await self._requests(tx, visit.request.query_params.get(AFTER, ""))
            rows = [{"state": state, "card": self.draw(visit, state, tx)} for state in found]
        return self.console.page(
            visit,
            self.list_template,
            rows=rows,
            next=None,
            following=f"?{urlencode({'stage': Stage.MATCHING, AFTER: following})}" if following else "",
            kind=self.store.lifecycle.kind,
            plural=self.plural,
            heading=visit.say(self.title),
            stages=self.store.lifecycle.stages,
            stage=Stage.MATCHING,
            total=total,
        )

    async def _requests(self, tx: Transaction, after: str) -> tuple[list[Intervention], str, int]:
        """Return requests behind a cursor, that of those behind them, and how many there are (`counting.at_most`)."""
        table = self.store.table
        order = (table.c.requested_at, table.c.id)
        mine = sa.select(*order, table.c.body).where(self.store.visible(tx), table.c.stage == Stage.MATCHING)
        asked = mine
        if after:
            asked = mine.where(sa.tuple_(*order) > sa.tuple_(*map(sa.literal, reading.moment_and_id(after, AFTER))))
        rows = (await tx.session.execute(asked.order_by(*order).limit(ROWS + 1))).all()
        total = await at_most(tx, mine)
        following = reading.cursor(rows[ROWS - 1].requested_at, rows[ROWS - 1].id) if len(rows) > ROWS else ""
        return [Intervention.model_validate(row.body) for row in rows[:ROWS]], following, total


def intervention_pages(router: APIRouter, parts: ApiParts, console: Console, work: Corps) -> None:
    """Add the pages of interventions."""
    store = work.interventions.store
    InterventionPages(
        console,
        store,
        parts.vault,
        "interventions",
        draw=drawn,
        texts=texts,
        title=N_("Forløb"),
        track=TRACK,
        filters={"kind": "intervention_kind"},
        told=intervention_told,
        template="interventions/show.html",
        list_template="interventions/list.html",
        first=FIRST,
    ).add(router)
    CommandPages(
        console,
        store,
        "interventions",
        heading=lambda visit, state: wording.intervention_ref(state.id),
        choices={"choose-member.member_ref": _own, "exclude-member.member_ref": _anybody},
        open=OPEN,
        presets={
            "choose-member": lambda visit, _: Form((("reason_code", "FIRST_OPTION"),)),
            "accept-match": _plan,
            "log-session": _just_now,
            "hold-supervision": lambda visit, _: Form((("held_on", wording.today(visit).isoformat()),)),
            "end-intervention": _agreed_ending,
        },
        templates={
            "choose-member": "interventions/choose.html",
            "record-progression": "interventions/progression.html",
        },
    ).add(router)


def drawn(visit: Visit, state: Intervention, tx: Transaction) -> Card:
    """Return what an intervention shows of itself; its member sees her own work, and nobody else's."""
    say = Say(visit.language)
    home = at_home(state, tx)
    facts = [
        (visit.say(N_("Hvad søges")), say.code(state.requirements.kind, "InterventionKind")),
        (visit.say(N_("For hvem")), say.code(state.client, "Client")),
        (visit.say(N_("Kommune")), say.organisation(state.organisation)),
    ]
    if state.stage == Stage.MATCHING:
        facts.append((visit.say(N_("Venter")), _days(visit, wording.waiting_days(state, visit))))
    if state.member is not None:
        facts.append((visit.say(N_("Korpsmedlem")), wording.member_ref(state.member.member_ref)))
    if state.started_on is not None:
        facts.append((visit.say(N_("Begyndt")), visit.language.day(state.started_on)))
    if state.planned_end is not None:
        facts.append((visit.say(N_("Slutter efter planen")), visit.language.day(state.planned_end)))
    more: dict[str, Any] = {
        "home": home,
        "member": wording.member_ref(state.member.member_ref) if state.member else "",
        "musts": wording.musts(visit, state.requirements) if home else (),
        "wishes": wording.wishes(visit, state.requirements) if home else (),
        "waiting": wording.waiting_days(state, visit),
        "proposed": say.code(state.ending_proposed, "EndCriterion") if state.ending_proposed else "",
        "goals": [say.code(each, "Dimension") for each in state.goals],
        "way": wording.way(visit, state, None) if state.stage == Stage.MATCHING and home else (),
        "held_until": state.member.held_until if state.member else None,
        "holds": state.member.holds(visit.now) if state.member else False,
        "matches": home and Role.LOCAL_COORDINATOR in visit.actor.roles and state.stage == Stage.MATCHING,
        "because": lambda clock: wording.because(visit, clock),
    }
    return Card(wording.intervention_ref(state.id), facts, tuple(_chips(visit, state)), more)


def _days(visit: Visit, n: int) -> str:
    return visit.language.ngettext("%(n)s dag", "%(n)s dage", n) % {"n": n}


def _chips(visit: Visit, state: Intervention) -> Iterator[tuple[str, str]]:
    if state.requirements.minor:
        yield "child", visit.say(N_("Barn"))
    if state.narrow:
        yield "", visit.say(N_("Få passer: tre arbejdsdage"))
    if state.member is not None and state.member.loan_id is not None:
        yield "", visit.say(N_("Lån"))
    if state.clock("broker") is not None:
        yield "", visit.say(N_("Det nationale bord er spurgt"))


def texts(state: Intervention) -> tuple[SealedText, ...]:
    """Return the notes of an intervention."""
    return tuple(SealedText("note", ref, FieldClass.CASE_TEXT, state.id) for ref in state.notes)


async def open_loan(tx: Transaction, work: Corps, state: Intervention) -> Any:
    """Return the loan that holds the chosen member, or None, also where it is not for the actor to see."""
    if state.member is None or state.member.loan_id is None:
        return None
    try:
        return await work.loans.store.load(tx, state.member.loan_id, lock=False)
    except NotFound:
        return None


async def _own(visit: Visit, tx: Transaction, state: Intervention) -> Sequence[Option]:
    found = await options.pool(tx, state)
    return [Option(str(one.member_ref), _called(one)) for one in found.ranking.options if not one.loan]


def _called(one: Any) -> str:
    return f"{wording.member_ref(one.member_ref)}, {wording.place(one.municipality)}"


async def _anybody(visit: Visit, tx: Transaction, state: Intervention) -> Sequence[Option]:
    async with tx.as_system() as system:  # whom the citizen must not meet may be anybody's member
        everyone = await members.all_members(system)
    return [
        Option(str(one.id), f"{wording.member_ref(one.id)}, {wording.place(one.profile.municipality)}")
        for one in everyone
        if one.id not in state.excluded and (state.member is None or one.id != state.member.member_ref)
    ]


def _criteria(visit: Visit, state: Intervention) -> Sequence[str]:
    """Return the end criteria that can hold now (2.6)."""
    year = state.started_on is not None and wording.today(visit) >= state.started_on + LONGEST
    met = {EndCriterion.GOALS_DROPPED: state.goals_dropped >= 2, EndCriterion.TWELVE_MONTHS: year}
    return [each for each in EndCriterion if met.get(each, True)]


OPEN: Final[Mapping[str, Open]] = {"end-intervention.criterion": _criteria}
"""Which codes can be chosen, by `<command>.<field>`."""


def _plan(visit: Visit, state: Intervention) -> Form:
    """Begin with what the other has agreed to; two who agree say the same."""
    given = state.agreements.get("accept-match", ())
    if given:
        terms = given[-1].terms
        goals = [each for each in Dimension if re.search(rf"\b{each.value}\b", terms["goals"])]
        return Form((("planned_end", terms["planned_end"]), *(("goals", each.value) for each in goals)))
    latest = [wording.today(visit) + PLAN, state.valid_until.date()]
    if state.member is not None and state.member.loan_ends_on is not None:
        latest.append(state.member.loan_ends_on)
    return Form((("planned_end", min(latest).isoformat()),))


def _agreed_ending(visit: Visit, state: Intervention) -> Form:
    given = state.agreements.get("end-intervention", ())
    if given:
        return Form(tuple(given[-1].terms.items()))
    proposed = state.ending_proposed
    return Form((("criterion", proposed.value),)) if proposed else Form()


def _just_now(visit: Visit, state: Intervention) -> Form:
    return session_begins(visit)


def session_begins(visit: Visit) -> Form:
    """Return what the form of a session begins with: today, an hour, in person, the citizen came."""
    pairs = {"held_on": wording.today(visit).isoformat(), "minutes": "60", "mode": "IN_PERSON", "attended": "YES"}
    return Form(tuple(pairs.items()))
