"""`/notify/me`: who I am here, who stands in for me, when I am away, and the way out of every browser."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import Response

from services.notify import directory
from services.notify.api.people import Absence
from services.notify.domain.roster import Person
from services.notify.handlers import Desk
from services.notify.pages.rows import colleague
from shared.errors import Invalid
from shared.policy.doors import Door
from shared.web.console import moments
from shared.web.console.language import N_
from shared.web.console.refusals import Refusals, refusals
from shared.web.console.signin import sign_out
from shared.web.console.site import PLAIN, Console, Form, Visit, see_other

ABSENCE: Final = "people-absence"
NO_ORDER: Final = N_("Fraværet skal slutte, efter at det begynder, og vare højst et år.")
WORKING_DAY: Final = Form((("from.time", "08:00"), ("to.time", "16:00")))
"""What the form of an absence begins with."""
SHORTEST: Final = timedelta(seconds=1)
OUT: Final = Door("sign-out-everywhere", "one's own sessions")
DONE: Final = {
    "away": N_(
        "Fraværet er noteret. Mens du er væk, går dine påmindelser til din stedfortræder, eller til de andre på vagt og lederen."
    ),
    "never": N_("Fraværet er slettet."),
    "back": N_("Dit fravær er slut. Nye påmindelser kommer til dig igen."),
}


def me_pages(router: APIRouter, console: Console, desk: Desk) -> None:
    """Add the pages."""

    async def show(visit: Visit) -> Response:
        """Show the roles of the token, and what the directory has."""
        return await shown(visit, WORKING_DAY, Refusals())

    async def shown(visit: Visit, form: Form, wrong: Refusals) -> Response:
        async with console.edge.begin(visit.request, visit.actor) as tx:
            me = await directory.person(tx, visit.actor.person_ref)
            deputy = await directory.person(tx, me.deputy_ref) if me and me.deputy_ref else None
            stands_in = [
                one
                for one in await directory.people_of(tx, visit.actor.organisation)
                if one.deputy_ref == visit.actor.person_ref and one.away(tx.now)
            ]
            now = tx.now
        return console.page(
            visit,
            "me/show.html",
            status=422 if wrong else 200,
            form=form,
            wrong=wrong,
            me=me,
            away=bool(me and me.away(now)),
            planned=bool(me and me.away_from and me.away_from > now),
            deputy=deputy,
            deputy_away=bool(deputy and deputy.away(now)),
            stands_in=[(one, colleague(one.person_ref)) for one in stands_in],
            who=colleague,
            done=visit.say(DONE[said]) if (said := visit.request.query_params.get("done", "")) in DONE else "",
        )

    async def away(visit: Visit) -> Response:
        """Note from when to when I am away; `back` ends it now."""
        ends = visit.form.get("back") == "now"
        try:
            asked = None if ends else _asked(visit.form)
        except ValidationError as error:
            return await shown(visit, visit.form, _wrong(error, visit))
        async with console.edge.begin(visit.request, visit.actor) as tx:
            me = await directory.person(tx, visit.actor.person_ref)
            wanted = asked or _ended(me, tx.now)
            await desk.leave(tx, visit.actor.person_ref, wanted.away_from, wanted.away_to)
        begun = me is not None and me.away(wanted.away_from)
        return see_other(f"/notify/me?done={'away' if not ends else 'back' if begun else 'never'}")

    async def out(visit: Visit) -> Response:
        """End every session of mine, in this browser and all others."""
        return await sign_out(visit, everywhere=True)

    console.get(router, "/me", PLAIN, show)
    console.post(router, "/me/absence", console.edge.doors[ABSENCE], away)
    console.post(router, "/me/sign-out-everywhere", OUT, out)


def _asked(form: Form) -> Absence:
    """Read the form: two moments. Raises `ValidationError`."""
    said = {name: moments.read(form, name) for name in ("from", "to")}
    return Absence.model_validate({name: at for name, at in said.items() if at is not None})


def _wrong(error: ValidationError, visit: Visit) -> Refusals:
    """Return what is wrong, at each line; that the first does not come before the last is said at the last."""
    found = refusals(error, visit.language, visit.form)
    return replace(found, fields={"to": visit.say(NO_ORDER)}) if "" in found.fields else found


def _ended(me: Person | None, now: datetime) -> Absence:
    """Return the absence that ends now, also one that has not begun. Raises `Invalid` (`not_away`) for who is not away."""
    if me is None or me.away_from is None or me.away_to is None or me.away_to <= now:
        raise Invalid("not_away", "you are not away", remedy="There is nothing to end.")
    if me.away_from > now:
        return Absence.model_validate({"from": now - SHORTEST, "to": now})
    return Absence.model_validate({"from": me.away_from, "to": max(now, me.away_from + SHORTEST)})
