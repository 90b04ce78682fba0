"""`/notify/me`: who I am here, who stands in for me, when I am away, and the way out of every browser."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
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
from shared.reference.calendar import COPENHAGEN
from shared.web.console.language import N_
from shared.web.console.refusals import Refusals
from shared.web.console.signin import sign_out
from shared.web.console.site import PLAIN, Console, Form, Visit, see_other

ABSENCE: Final = "people-absence"
NO_DAY: Final = N_("Skriv en dato.")
NO_ORDER: Final = N_("Fraværet skal slutte, efter at det begynder, og vare højst et år.")
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
        return await shown(visit, Form(), Refusals())

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
        if not ends and (missing := _missing(visit)):
            return await shown(visit, visit.form, missing)
        async with console.edge.begin(visit.request, visit.actor) as tx:
            me = await directory.person(tx, visit.actor.person_ref)
            wanted = _ended(me, tx.now) if ends else _asked(visit)
            await desk.leave(tx, visit.actor.person_ref, wanted.away_from, wanted.away_to)
        begun = me is not None and me.away(wanted.away_from)
        return see_other(f"/notify/me?done={'away' if not ends else 'back' if begun else 'never'}")

    async def out(visit: Visit) -> Response:
        """End every session of mine, in this browser and all others."""
        return await sign_out(visit, everywhere=True)

    console.get(router, "/me", PLAIN, show)
    console.post(router, "/me/absence", console.edge.doors[ABSENCE], away)
    console.post(router, "/me/sign-out-everywhere", OUT, out)


def _missing(visit: Visit) -> Refusals:
    """Return which days are missing or are none, or that the last comes before the first."""
    days = {f"{name}_day": visit.form.get(f"{name}_day") for name in ("from", "to")}
    wrong = {name: visit.say(NO_DAY) for name, day in days.items() if not _is_day(day)}
    if not wrong:
        try:
            _asked(visit)
        except Invalid:
            wrong = {"to_day": visit.say(NO_ORDER)}
    return Refusals("field_invalid", None, wrong) if wrong else Refusals()


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _asked(visit: Visit) -> Absence:
    """Read the form: two Danish local moments, each a day and an hour. Raises `Invalid` (`absence_invalid`)."""
    try:
        first, last = (
            _moment(visit.form.get(f"{name}_day"), visit.form.get(f"{name}_time")) for name in ("from", "to")
        )
        return Absence.model_validate({"from": first, "to": last})
    except (ValueError, ValidationError):
        raise Invalid(
            "absence_invalid",
            "an absence begins before it ends, and lasts a year at most",
            field="from",
            rule="domain.md 2.7",
            remedy="Give both days, the first before the last.",
        ) from None


def _moment(day: str, hour: str) -> datetime:
    return datetime.combine(datetime.fromisoformat(day).date(), time.fromisoformat(hour or "00:00"), COPENHAGEN)


def _ended(me: Person | None, now: datetime) -> Absence:
    """Return the absence that ends now, also one that has not begun. Raises `Invalid` (`not_away`) for who is not away."""
    if me is None or me.away_from is None or me.away_to is None or me.away_to <= now:
        raise Invalid("not_away", "you are not away", remedy="There is nothing to end.")
    if me.away_from > now:
        return Absence.model_validate({"from": now - SHORTEST, "to": now})
    return Absence.model_validate({"from": me.away_from, "to": max(now, me.away_from + SHORTEST)})
