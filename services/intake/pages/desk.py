"""The desk of the hotline, of an Infohus and of a child unit: one column in the order of a call, saved sealed, ended by one button.

    GET  /desk                  a new call: goes on to an address of its own, so that a browser that died comes back to it
    GET  /desk/{id}             the call as it was last saved
    POST /desk/{id}/save        keeps the draft; for every pause in typing and every field that is left
    POST /desk/{id}/place       the municipality that fits what was typed, its Infohus, and help that can be named
    POST /desk/{id}/discard     throws the draft away
    POST /desk/{id}             what a button says: keep, find, raise the alarm, note the hand-over, end the call
    GET  /calls                 the desk's list: drafts, what may still be seen, stubs of what was sent on

Without JavaScript the buttons do all of it. Nothing that is missing blocks the alarm.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import Response

from services.intake import repository
from services.intake.api import Entrances
from services.intake.calls import Call, Calls, Ending
from services.intake.domain.commands import Called
from services.intake.domain.concern import Concern, Stage
from services.intake.domain.desks import DESKS
from services.intake.handed_on import stub
from services.intake.pages.asking import choices
from services.intake.pages.call_form import DO, LOCAL, at_hotline, channel_of, kept_pairs, told_call
from services.intake.pages.concerns import drawn, reference
from services.intake.pages.guidance import guidances
from services.intake.places import Found, around, find
from services.intake.tables import CALL, DRAFTS
from shared.contracts.codes import Anonymity, ReporterKind
from shared.errors import Conflict, TovholderError
from shared.persistence.idempotency import Attempt
from shared.persistence.store import Store
from shared.persistence.work import Transaction
from shared.policy.doors import Door
from shared.reference.calendar import local
from shared.reference.districts import district_of
from shared.reference.opening_hours import hotline_hours, hotline_open
from shared.reference.organisations import kommune, politi
from shared.vault import Vault
from shared.web import reading
from shared.web.commands import accept
from shared.web.console.commands import key_of
from shared.web.console.drafts import FormDrafts, Saved
from shared.web.console.language import N_
from shared.web.console.refusals import UNMENDED, Refusals, refusals
from shared.web.console.site import Console, Form, Visit, see_other

DESK: Final = Door("receive-concern", "domain.md 2.3 row 1, 2.4", frozenset(DESKS))
"""The door of `receive-concern`, for who takes in what is said to them."""

FIND: Final = "find"
"""The button that looks for the municipality where no script does."""

MUNICIPALITY: Final = "subject_municipality"
PRESSED_IN: Final = "hx-trigger-name"
"""The header in which htmx says in which field something changed."""

KINDS: Final = tuple(ReporterKind)
ENDINGS: Final[Mapping[str, Ending]] = {
    "route": Ending.ROUTE,
    "advice": Ending.ADVICE,
    "help": Ending.HELP,
    "later": Ending.LATER,
    "acute": Ending.GOES_ON,
    "handover": Ending.GOES_ON,
}
CODES_OF: Final = "/desk"
"""Stands for the endpoint where a call's code is derived, so that the alarm and the end of a call have one code."""

LISTED: Final = 50

KINDS_OF_HELP: Final[Mapping[str, str]] = {
    "PARENT_NETWORK": N_("Forældrenetværk"),
    "COUNSELLING": N_("Rådgivning"),
    "YOUTH": N_("Ungetilbud"),
    "SSP": N_("SSP"),
    "EXIT_EXTERNAL": N_("Exit"),
    "HONOUR_CONFLICT": N_("Hjælp ved æreskonflikt"),
    "PSYCHIATRY": N_("Psykiatri"),
    "HOTLINE": N_("Telefonlinje"),
}
"""What kinds of help are called (`domain.md` 3.14)."""


class DeskPages:
    """The pages of the hotline's advisers."""

    def __init__(self, console: Console, entrances: Entrances, store: Store[Concern], vault: Vault) -> None:
        self._console = console
        self._codes = entrances.codes
        self._store = store
        self._drafts = FormDrafts(DRAFTS, vault)
        self._calls = Calls(entrances.concerns)

    def add(self, router: APIRouter) -> None:
        """Add the pages."""
        console, path = self._console, "/desk/{id:uuid}"
        console.get(router, "/desk", DESK, self.begin)
        console.get(router, path, DESK, self.show)
        console.post(router, path, DESK, self.press)
        console.post(router, f"{path}/save", DESK, self.save)
        console.post(router, f"{path}/place", DESK, self.place)
        console.post(router, f"{path}/discard", DESK, self.discard)
        console.get(router, "/calls", console.edge.doors["handed-on"], self.many)

    async def begin(self, visit: Visit) -> Response:
        """Go to a new call."""
        return see_other(f"/intake/desk/{uuid4()}")

    async def show(self, visit: Visit) -> Response:
        """Show the call as it was last saved."""
        return await self._shown(visit, None, Refusals())

    async def save(self, visit: Visit) -> Response:
        """Keep the draft, and say when."""
        async with self._begin(visit) as tx:
            saved = await self._keep(tx, _id(visit), visit.form)
        return self._console.fragment(visit, "desk/saved.html", seconds=_seconds(visit, saved.at), cpr=saved.cpr)

    async def place(self, visit: Visit) -> Response:
        """Say which municipality fits, and what there is to tell; the draft has what is shown, and not what stood there before."""
        chose = visit.request.headers.get(PRESSED_IN) == MUNICIPALITY
        async with self._begin(visit) as tx:
            where = await _where(tx, visit.form, typed=not chose)
            await self._keep(tx, _id(visit), _living(visit.form, where["chosen"]))
        return self._console.fragment(
            visit, "desk/place.html", call=_id(visit), form=visit.form, wrong=Refusals(), **choices(KINDS), **where
        )

    async def discard(self, visit: Visit) -> Response:
        """Throw the draft away."""
        async with self._begin(visit) as tx:
            await DRAFTS.drop(tx, _id(visit), CALL)
        return see_other("/intake/calls")

    async def press(self, visit: Visit) -> Response:
        """Do what the button says."""
        ending = ENDINGS.get(visit.form.get(DO))
        if ending is None:
            async with self._begin(visit) as tx:
                looked = visit.form.get(DO) == FIND
                found = (await _where(tx, visit.form, typed=True))["chosen"] if looked else visit.form.get(MUNICIPALITY)
                await self._keep(tx, _id(visit), _living(visit.form, found))
            return see_other(f"/intake/desk/{_id(visit)}")
        return await self._take(visit, ending)

    async def _take(self, visit: Visit, ending: Ending) -> Response:
        call_id, form = _id(visit), visit.form
        sent = told_call(form, ending, acute=form.get(DO) == "acute", channel=channel_of(visit, form))
        key = key_of(form)
        attempt = Attempt(
            visit.actor, visit.request.url.path, f"{key}:{form.get(DO)}", json.dumps(sent, sort_keys=True).encode()
        )
        spoken = _spoken(visit, form)
        nameless = sent["concern"].get("anonymity") == Anonymity.ANONYMOUS
        digest = await self._codes.digest(spoken, call_id) if nameless else None

        async def act(tx: Transaction, call: Call) -> Concern:
            if call.ending is Ending.GOES_ON:
                await self._keep(tx, call_id, form)
            return await self._calls.take(tx, call_id, call, digest)

        try:
            await accept(self._console.edge, visit.request, attempt, Call, "receive-concern", act, status=201)
        except ValidationError as error:
            return await self._refused(visit, refusals(error, visit.language, form), 422)
        except TovholderError as error:
            if error.status in UNMENDED:
                raise
            return await self._refused(visit, refusals(error, visit.language, form), error.status)
        if ending is Ending.GOES_ON:
            return see_other(f"/intake/desk/{call_id}")
        code = self._codes.of(spoken, call_id) if nameless else None
        place = form.get("subject_municipality")
        return self._console.page(
            visit,
            "desk/done.html",
            status=201,
            ending=ending.value,
            reference=reference(call_id),
            code=code,
            infohus=politi(district_of(place).slug) if place and ending is Ending.ROUTE else None,
            municipality=kommune(place) if place and ending is Ending.ROUTE else None,
            hotline=at_hotline(visit),
            ours=bool(place)
            and ending is Ending.ROUTE
            and visit.actor.organisation in (kommune(place), politi(district_of(place).slug)),
            concern=call_id,
        )

    async def _refused(self, visit: Visit, wrong: Refusals, status: int) -> Response:
        """Show the form with what is wrong; every word was kept before that."""
        names = {name.removeprefix("concern."): said for name, said in wrong.fields.items()}
        found = Refusals(wrong.code, wrong.error, names)
        async with self._begin(visit) as tx:
            await self._keep(tx, _id(visit), visit.form)
        return await self._shown(visit, visit.form, found, status=status)

    async def _shown(self, visit: Visit, form: Form | None, wrong: Refusals, *, status: int = 200) -> Response:
        call_id = _id(visit)
        async with self._begin(visit) as tx:
            try:
                concern = await self._calls.there(tx, call_id)
            except Conflict:
                return see_other("/intake/calls")
            draft = await self._drafts.find(tx, call_id, CALL)
            if concern is not None and draft is None:
                return see_other(f"/intake/concerns/{call_id}")
            form = form or (draft.form if draft else Form())
            where = await _where(tx, form)
            mine = [each for each in await DRAFTS.mine(tx, CALL) if each.unit != call_id]
            now = tx.now
        # The call goes on, and the caller is still there: who came back to the desk reads the code aloud from it.
        told = concern is not None and concern.coded and key_of(form) == form.get("key")
        code = self._codes.of(_spoken(visit, form), call_id) if told else None
        if not form.get("key"):
            form = Form((*form.pairs, ("key", str(uuid4()))))
        hours = hotline_hours(local(now).date())
        return self._console.page(
            visit,
            "desk/call.html",
            status=status,
            call=call_id,
            reference=reference(call_id),
            form=form,
            wrong=wrong,
            draft=draft,
            seconds=_seconds(visit, draft.saved_at) if draft else "",
            concern=concern,
            code=code,
            acute=concern is not None and concern.stage == Stage.ACUTE,
            mine=mine,
            reference_of=reference,
            hotline=at_hotline(visit),
            channels=[each.value for each in LOCAL],
            shut=at_hotline(visit) and not hotline_open(now),
            hours=hours,
            modes=[mode.value for mode in Anonymity],
            called=[each.value for each in Called],
            **choices(KINDS),
            **where,
        )

    async def many(self, visit: Visit) -> Response:
        """List the desk's calls."""
        async with self._begin(visit) as tx:
            drafts = await DRAFTS.mine(tx, CALL)
            rows, following = await self._here(tx, visit)
            gone = [stub(each) for each in await repository.sent_on(tx, self._store, None, LISTED)]
        return self._console.page(
            visit,
            "desk/calls.html",
            drafts=drafts,
            rows=rows,
            next=following,
            gone=gone,
            reference_of=reference,
            hotline=at_hotline(visit),
        )

    async def _here(self, tx: Transaction, visit: Visit) -> tuple[list[dict[str, Any]], Any]:
        """Return what the desk still has: at the hotline all that it sees, elsewhere what was taken in there and not sent on."""

        def shown(state: Concern, tx: Transaction) -> dict[str, Any]:
            return {"state": state, "card": drawn(visit, state, tx)}

        if at_hotline(visit):
            return await reading.page(tx, self._store, visit.request, {}, shown)
        return [shown(each, tx) for each in await repository.at_desk(tx, self._store, LISTED)], None

    async def _keep(self, tx: Transaction, call_id: UUID, form: Form) -> Saved:
        """Keep the draft, unless its call has ended: what was still on its way then brings nothing back."""
        try:
            ended = not await DRAFTS.held(tx, call_id, CALL) and await self._calls.there(tx, call_id) is not None
        except Conflict:
            ended = True
        return Saved(tx.now) if ended else await self._drafts.keep(tx, call_id, CALL, kept_pairs(form))

    def _begin(self, visit: Visit) -> Any:
        return self._console.edge.begin(visit.request, visit.actor)


def _spoken(visit: Visit, form: Form) -> Attempt:
    """Return what the code of this call is derived from: the same as long as the call's form has its key."""
    return Attempt(visit.actor, CODES_OF, key_of(form), b"")


def _living(form: Form, chosen: str) -> Form:
    """Return the form with this municipality of residence."""
    kept = tuple(pair for pair in form.pairs if pair[0] != MUNICIPALITY)
    return Form((*kept, (MUNICIPALITY, chosen))) if chosen else Form(kept)


async def _where(tx: Transaction, form: Form, *, typed: bool = False) -> dict[str, Any]:
    """Return what is known of where the person lives: municipalities that fit, the chosen one, help that can be named there.

    What was just typed goes before what was chosen; after that the adviser's choice stands, whatever the place was called.
    """
    found = await find(tx, form.get("place"))
    chosen = form.get(MUNICIPALITY)
    if not chosen or (
        typed and found.fitting and chosen not in {each.code for each in (*found.fitting, *found.nearby)}
    ):
        chosen = found.only or ""
    shown = [chosen] if chosen else [each.code for each in found.fitting[:3]]
    places: list[str | None] = [*shown] or [None]
    help_there = {code: await repository.help_offers(tx, code, tx.now.date()) for code in places}
    offers = {row["id"]: row for rows in help_there.values() for row in rows}
    return {
        "found": found,
        "chosen": chosen,
        "district": politi(district_of(chosen).slug) if chosen else None,
        "around": around([chosen]) if chosen else Found(),
        "kommune": kommune(chosen) if chosen else None,
        "offers": list(offers.values()),
        "told": set(form.all("offers")),
        "kind_of": KINDS_OF_HELP,
        "tongues": guidances(),
    }


def _id(visit: Visit) -> UUID:
    found: UUID = visit.request.path_params["id"]
    return found


def _seconds(visit: Visit, at: Any) -> str:
    return local(at).strftime("%H.%M.%S" if visit.language.code == "da" else "%H:%M:%S")
