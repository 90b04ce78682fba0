"""My work: one list over all services by due time, and what can be done from it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from services.notify import freshness, repository, taking, views
from services.notify.api.work import encode, ends
from services.notify.handlers import Desk
from services.notify.pages.listing import PATH, ROWS, Counts, Listing
from services.notify.pages.rows import SERVICE_SAID, colleague, row_of
from shared.errors import Invalid
from shared.lifecycle.actor import Role
from shared.policy.doors import Door
from shared.web.console.language import N_
from shared.web.console.site import Console, Visit, see_other

TAKING: Final = Door("work-take", "domain.md 2.7: what is the unit's, by whoever has its role there")
VIEWS: Final = Door("work-views", "peers.md 6: one's own views of the list, which nobody else sees")
NOBODY: Final = "-"
"""In a form: nobody has it."""

NOTHING: Final = N_("Vælg en eller flere opgaver på listen.")
NAMELESS: Final = N_("Skriv, hvad visningen skal hedde.")
TILES: Final = (
    ("overdue", "late", N_("overskredet")),
    ("today", "soon", N_("i dag")),
    ("week", "", N_("denne uge")),
    ("later", "", N_("senere")),
)
SEGMENTS: Final = (
    ("", N_("Mit")),
    ("unit", N_("Enhedens")),
    ("deputy", N_("Som stedfortræder")),
    ("leader", N_("Som leder")),
)


def work_pages(router: APIRouter, console: Console, desk: Desk) -> None:
    """Add the pages."""
    pages = _WorkPages(console, desk)
    doors = console.edge.doors
    console.get(router, "/work", doors["work-list"], pages.list)
    console.get(router, "/work/rows", doors["work-list"], pages.list, used=False)
    console.get(router, "/work/count", doors["work-list"], pages.count, used=False)
    console.post(router, "/work/seen", doors["work-seen"], pages.seen)
    console.post(router, "/work/take", TAKING, pages.take)
    console.post(router, "/work/views", VIEWS, pages.save_view)
    console.post(router, "/work/views/drop", VIEWS, pages.drop_view)


class _WorkPages:
    def __init__(self, console: Console, desk: Desk) -> None:
        self.console = console
        self.desk = desk

    async def list(self, visit: Visit) -> Response:
        """Show the list; what the address says is all that it depends on."""
        return await self._shown(visit, Listing.of(visit.request.query_params))

    async def _shown(self, visit: Visit, listing: Listing, *, wrong: str = "", why: str = "") -> Response:
        """Show the list; `wrong` is what a form of it left out, by the id of its input, and `why` says so."""
        async with self.console.edge.begin(visit.request, visit.actor) as tx:
            now = tx.now
            mark = await repository.my_mark(tx)  # before the rows: what changes between them is asked for once more
            rows = await repository.my_work(tx, listing.asked(now))
            counts = Counts(await repository.my_groups(tx, *ends(now)), listing)
            found = await freshness.ages(tx)
            saved = await views.mine(tx)
            others = await taking.colleagues(tx)
        more = encode(rows[ROWS - 1]) if len(rows) > ROWS else ""
        return self.console.page(
            visit,
            "work/list.html",
            status=422 if wrong else 200,
            wrong=wrong,
            why=why,
            named=visit.form.get("name"),
            listing=listing,
            mark=mark,
            rows=[row_of(visit, row, now) for row in rows[:ROWS]],
            next=f"{PATH}?{_joined(listing.query, more)}" if more else "",
            tiles=[(when, style, visit.say(word), counts.of(when=when)) for when, style, word in TILES],
            segments=_segments(visit, listing, counts),
            total=counts.of(),
            services=[(name, visit.say(said)) for name, said in SERVICE_SAID.items()],
            kinds=counts.kinds(),
            ages=_ages(visit, found),
            views=saved,
            colleagues=[(str(one.person_ref), colleague(one.person_ref)) for one in others],
            done=_done(visit),
        )

    async def count(self, visit: Visit) -> Response:
        """Show the number for the menu; nothing where nothing waits."""
        async with self.console.edge.begin(visit.request, visit.actor) as tx:
            count = await repository.my_count(tx)
        return self.console.fragment(visit, "work/count.html", count=count)

    async def seen(self, visit: Visit) -> Response:
        """Note that I have seen an item; the deadline runs on."""
        deadline = _uuid(visit.form.get("seen"))
        async with self.console.edge.begin(visit.request, visit.actor) as tx:
            await self.desk.confirm_seen(tx, deadline)
        return _back(visit, "seen")

    async def take(self, visit: Visit) -> Response:
        """Give the chosen items to me, to a colleague, or back to the unit; those that somebody else has taken since stay theirs."""
        wanted = dict(_choice(text) for text in visit.form.all("item"))
        if not wanted:
            return await self._shown(visit, _listing(visit), wrong="rows", why=visit.say(NOTHING))
        to = visit.form.get("to", "me")
        person = visit.actor.person_ref if to == "me" else None if to == NOBODY else _uuid(to)
        async with self.console.edge.begin(visit.request, visit.actor) as tx:
            given = await taking.give(tx, wanted, person)
        return _back(visit, f"given&n={given}&of={len(wanted)}")

    async def save_view(self, visit: Visit) -> Response:
        """Keep the list as it is shown under a name."""
        listing = _listing(visit)
        if not visit.form.get("name").strip():
            return await self._shown(visit, listing, wrong="view-name", why=visit.say(NAMELESS))
        async with self.console.edge.begin(visit.request, visit.actor) as tx:
            await views.save(tx, visit.form.get("name"), listing.query)
        return _back(visit, "saved")

    async def drop_view(self, visit: Visit) -> Response:
        """Delete a view."""
        async with self.console.edge.begin(visit.request, visit.actor) as tx:
            await views.drop(tx, visit.form.get("name"))
        return _back(visit, "dropped")


def _segments(visit: Visit, listing: Listing, counts: Counts) -> list[tuple[str, str, int]]:
    """Return the segments that this person has: as a deputy and as a leader only where there is something, or it is shown."""
    found = [(whose, visit.say(word), counts.of(whose=whose)) for whose, word in SEGMENTS]
    leads = Role.LEADER in visit.actor.roles
    always = {"", "unit", listing.whose} | ({"leader"} if leads else set())
    return [each for each in found if each[0] in always or each[2] or counts.any(whose=each[0])]


def _ages(visit: Visit, found: dict[str, timedelta | None]) -> list[tuple[str, bool]]:
    """Say how old the rows are: one sentence where all are fresh, else one for each service that is behind."""
    late = [name for name, age in found.items() if freshness.behind(age)]
    if not late:
        oldest = freshness.oldest(found) or timedelta()
        text = N_("rækkerne fra de andre er %(age)s gamle")
        return [(visit.say(text, age=_seconds(visit, oldest)), False)]
    said = []
    for name in late:
        whose, age = visit.say(SERVICE_SAID[name]), found[name]
        if age is None:
            said.append((visit.say(N_("rækker fra %(whose)s er ikke hentet endnu"), whose=whose), True))
        else:
            text = N_("rækker fra %(whose)s er %(age)s gamle; noget kan mangle")
            said.append((visit.say(text, whose=whose, age=visit.language.span(age)), True))
    return said


def _seconds(visit: Visit, age: timedelta) -> str:
    n = max(0, round(age.total_seconds()))
    return visit.language.ngettext("%(n)s sekund", "%(n)s sekunder", n) % {"n": n}


def _done(visit: Visit) -> str:
    """Return what was just done, from the address that the form led to."""
    query = visit.request.query_params
    match query.get("done"):
        case "seen":
            return visit.say(N_("Noteret som set. Fristen løber videre."))
        case "saved":
            return visit.say(N_("Visningen er gemt. Den er kun din."))
        case "dropped":
            return visit.say(N_("Visningen er slettet."))
        case "given" if all(_few(query.get(name, "")) for name in ("n", "of")):
            given, asked = int(query["n"]), int(query["of"])
            if given == asked:
                return visit.language.ngettext("%(n)s opgave er givet.", "%(n)s opgaver er givet.", given) % {
                    "n": given
                }
            text = N_(
                "%(n)s af %(of)s opgaver er givet. De andre har nogen taget imens, eller de kan ikke gives til den kollega."
            )
            return visit.say(text, n=given, of=asked)
    return ""


def _few(number: str) -> bool:
    """Say whether this is a number of items that can have been given at once."""
    return number.isascii() and number.isdecimal() and len(number) <= len(str(taking.MOST))


def _listing(visit: Visit) -> Listing:
    """Return the list as it was when the form was sent."""
    return Listing.of(dict(parse_qsl(visit.form.get("state"))))


def _back(visit: Visit, done: str) -> Response:
    """Go back to the list as it was, and say what was done."""
    listing = _listing(visit)
    return see_other(f"{PATH}?{_joined(listing.query)}&done={done}".replace("?&", "?"))


def _joined(query: str, cursor: str = "") -> str:
    return "&".join(part for part in (query, f"cursor={cursor}" if cursor else "") if part)


def _choice(text: str) -> tuple[UUID, UUID | None]:
    """Read `item` of a form: the item, and who had it when it was shown."""
    item, _, holder = text.partition(":")
    return _uuid(item), None if holder == NOBODY else _uuid(holder)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("reference_invalid", "the reference is not one of ours", remedy="Load the list again.") from None
