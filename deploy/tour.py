"""Takes the pictures of `docs/tour.md`: `python -m deploy.tour`.

Starts the stack on a new state of its own, lets an Infohus work for some weeks (`deploy/demo/stories/today.py`), opens the main pages in
Chromium as their people, and writes `docs/tour.md` with `docs/images/*.webp`. References are numbered anew in the order in which they
stand on a page, and the weeks are the same of every year, so that a picture that differs shows a page that changed.
"""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from rich.console import Console

from deploy.config import PROJECT, StackConfig
from deploy.demo.people import Office
from deploy.demo.play import perform
from deploy.demo.stories import WAITING
from deploy.demo.stories.today import PLACE
from deploy.errors import StackError
from deploy.seed import corps_members, person
from deploy.seed.load import load
from deploy.supervisor import supervised
from shared.clock import DemoClock
from shared.lifecycle.actor import Role
from shared.reference.organisations import kommune

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

PAGE: Final = PROJECT / "docs" / "tour.md"
IMAGES: Final = PROJECT / "docs" / "images"
LARGEST: Final = 150_000
"""Bytes of a picture."""

QUALITY: Final = (82, 70, 55, 40)
"""Of WebP, in the order in which they are tried."""

DESK: Final = (1280, 860)
PHONE: Final = (390, 844)
SETTLES: Final = 3_000
"""Milliseconds within which a page has asked for what it shows besides, and saved what was typed."""

PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome")
NUMBERED: Final = """() => {
  const seen = new Map();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    walker.currentNode.nodeValue = walker.currentNode.nodeValue.replace(/\\b([A-Z])-[0-9A-F]{4}-[0-9A-F]{4}\\b/g, (all, kind) => {
      if (!seen.has(all)) seen.set(all, `${kind}-0000-${String(seen.size + 1).padStart(4, "0")}`);
      return seen.get(all);
    });
  }
}"""


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: its file, whose page it is, where, and what the tour says of it."""

    name: str
    title: str
    says: str
    path: str
    role: Role | None = None
    place: str = ""
    follow: tuple[str, ...] = ()
    """Selectors that are pressed one after the other, from the page at `path` on; each must be there."""
    size: tuple[int, int] = DESK
    typed: tuple[tuple[str, str], ...] = ()
    """Selectors and what is typed or chosen there, once the way is gone; nothing is sent."""


AARHUS: Final = kommune(PLACE)
RECORD: Final = "table.list a, main .list a"
SHOTS: Final = (
    Shot(
        "report",
        "Somebody is worried",
        "The public form on a phone: how to stay anonymous comes first, 112 and 114 are always there, nothing asks for belief or origin.",
        "/intake/public/report",
        size=PHONE,
    ),
    Shot(
        "desk",
        "The hotline",
        "One column in the order of a call, free text first. What is typed is saved sealed while the call goes on.",
        "/intake/desk",
        Role.HOTLINE_ADVISER,
        "hotline:national",
        typed=(
            ("[name=anonymity][value=CONFIDENTIAL]", ""),
            ("#f-reporter", "En pårørende; må ringes op på hverdage."),
            (
                "#f-description",
                "Har ændret sig på få måneder, ser ikke længere sine gamle venner, og taler om, at vold er nødvendig.",
            ),
            ("#f-place", "Aarhus"),
        ),
    ),
    Shot(
        "concerns",
        "What came in",
        "The adviser sees the concerns that are still theirs to see.",
        "/intake/concerns",
        Role.HOTLINE_ADVISER,
        "hotline:national",
    ),
    Shot(
        "work",
        "My work",
        "One list over all services by due time: what, why then, and what is overdue, marked by more than colour.",
        "/notify/work",
        Role.TOVHOLDER_KOMMUNE,
        AARHUS,
    ),
    Shot(
        "cases",
        "Cases of an Infohus",
        "The tovholder's cases with stage, owner and what they wait for.",
        "/assessment/cases",
        Role.TOVHOLDER_KOMMUNE,
        AARHUS,
    ),
    Shot(
        "case",
        "One case",
        "Where it stands, what can be done next and why not the rest, what happened. Sealed texts open on demand with a reason.",
        "/assessment/cases?stage=K5",
        Role.TOVHOLDER_KOMMUNE,
        AARHUS,
        follow=(RECORD,),
    ),
    Shot(
        "nine",
        "Nine dimensions",
        "Risk, resource and need side by side, with who disagrees. Nothing is added up.",
        "/assessment/cases?stage=K6",
        Role.TOVHOLDER_KOMMUNE,
        AARHUS,
        follow=(RECORD, "a[href*='rum=vurdering']"),
    ),
    Shot(
        "matching",
        "The corps",
        "Requests by waiting time; candidates with the lines for and against, and the rule that leaves the others out.",
        "/corps/interventions?stage=K8",
        Role.LOCAL_COORDINATOR,
        AARHUS,
        follow=(RECORD, "a[href$='/match']"),
    ),
    Shot(
        "mentor",
        "A mentor's phone",
        "Logging a session takes less than a minute.",
        "/corps/mine",
        Role.CORPS_MEMBER,
        AARHUS,
        size=PHONE,
    ),
)

_HEAD = """\
# A tour of the console

Pictures of the demo, in the order in which a concern travels. Everybody is made up. Made by `python -m deploy.tour`, which starts
the stack, lets a fictional Infohus work for some weeks and takes them anew; it needs Chromium (Debian: `apt install chromium`).

The console is in Danish, with English at a press of the switch at the top of each page.
"""


async def take(gateway: str, console: Console, mentor: str) -> list[Shot]:
    """Take every picture; return those whose page is there. `mentor` is the label of the member who is at work."""
    from playwright.async_api import async_playwright

    program = os.environ.get("TOVHOLDER_CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise StackError(
            "chromium-missing", "There is no Chromium.", "Debian: apt install chromium; or set TOVHOLDER_CHROMIUM."
        )
    IMAGES.mkdir(exist_ok=True)
    taken = []
    async with async_playwright() as playwright:
        rights = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-proxy-server", *rights])
        for shot in SHOTS:
            if await _take(browser, gateway, shot, mentor):
                taken.append(shot)
            else:
                console.print(f"[red]no page for {shot.name}[/] at {shot.path}")
        await browser.close()
    return taken


async def _take(browser: Browser, gateway: str, shot: Shot, mentor: str) -> bool:
    width, height = shot.size
    context = await browser.new_context(
        base_url=gateway,
        viewport={"width": width, "height": height},
        locale="da-DK",
        timezone_id="Europe/Copenhagen",
        reduced_motion="reduce",
    )
    try:
        page = await context.new_page()
        answer = await page.goto(shot.path)
        if shot.role is not None and "/auth/" in page.url:
            await _sign_in(page, mentor if shot.role is Role.CORPS_MEMBER else person(shot.role, shot.place).label)
            answer = await page.goto(shot.path)
        if answer is None or answer.status != 200:
            return False
        for selector in shot.follow:
            if not await page.locator(selector).count():
                return False
            await page.locator(selector).first.click()
            await page.wait_for_load_state()
        for selector, text in shot.typed:
            one = page.locator(selector).first
            await (one.fill(text) if text else one.check())
        await page.wait_for_timeout(SETTLES)
        await page.evaluate(NUMBERED)
        (IMAGES / f"{shot.name}.webp").write_bytes(await _picture(page))
        return True
    finally:
        await context.close()


async def _sign_in(page: Page, label: str) -> None:
    await page.locator("#find").fill(label)
    await page.locator("#find").press("Enter")
    await page.get_by_role("button", name=label, exact=True).click()
    await page.wait_for_url(lambda url: "/auth/" not in url)


async def _picture(page: Page) -> bytes:
    """Return the page as WebP, as good as the size allows. Raises `StackError` if none is small enough."""
    session = await page.context.new_cdp_session(page)
    for quality in QUALITY:
        shown = await session.send("Page.captureScreenshot", {"format": "webp", "quality": quality})
        picture = base64.b64decode(shown["data"])
        if len(picture) < LARGEST:
            return picture
    raise StackError(
        "picture-large", f"A picture is larger than {LARGEST} bytes.", "Make its page or its window smaller."
    )


def tour(taken: list[Shot]) -> str:
    """Return `docs/tour.md`."""
    parts = [_HEAD]
    for shot in taken:
        width = 280 if shot.size == PHONE else 800
        parts.append(
            f'## {shot.title}\n\n{shot.says}\n\n<img src="images/{shot.name}.webp" alt="{shot.says}" width="{width}">\n'
        )
    return "\n".join(parts)


def morning(today: datetime) -> datetime:
    """Return ten in the morning of the first Wednesday of next year; eight weeks later is the day of the pictures."""
    first = datetime(today.year + 1, 1, 1, 9, 0, tzinfo=UTC)
    return first + timedelta(days=(2 - first.weekday()) % 7)


async def stand(config: StackConfig, console: Console) -> str:
    """Seed a running stack, and let the Infohus of the pictures work up to their moment; return the label of the mentor at work.

    Raises `StackError` if something went wrong.
    """
    office = Office(config.gateway_url, config.issuer_url)
    try:
        await load(office, config, DemoClock(config.clock_file).now().date())
        played = await perform(config, lambda _: office, console, (WAITING,))
        coordinator = person(Role.LOCAL_COORDINATOR, AARHUS)
        who = office.person(Role.LOCAL_COORDINATOR, AARHUS, coordinator.person_ref)
        shown = str((await who.see("/corps/v1/interventions?stage=K9")).body)
    finally:
        await office.close()
    wrong = [f"{made.id}: {made.failure}" for made in played.accounts if made.failure]
    if wrong:
        raise StackError("tour-went-wrong", f"A story of the pictures went wrong: {'; '.join(wrong)}", "Mend it.")
    return next(member.label for member in corps_members() if str(member.member_ref) in shown)


def main() -> None:
    """Write the tour, with a stack of its own."""
    console = Console()
    with TemporaryDirectory(prefix="tov-tour-", dir="/tmp") as state:  # a socket path has 107 bytes
        config = StackConfig.load(Path(state), demo_clock=True)
        DemoClock(config.clock_file).move_to(morning(datetime.now(UTC)))
        with supervised(config, console):
            mentor = asyncio.run(stand(config, console))
            taken = asyncio.run(take(config.gateway_url, console, mentor))
    PAGE.write_text(tour(taken))
    console.print(f"wrote {Path('docs') / PAGE.name} with {len(taken)} of {len(SHOTS)} pictures")


if __name__ == "__main__":
    main()
