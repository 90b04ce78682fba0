"""What every page must stand: the keyboard alone, paper, 200 % and 400 % zoom, the dark, no motion, no script.

    await zoomed(page)         nothing beside the window at any of `WIDTHS`, on the page that is shown
    await by_keyboard(page)    Tab reaches everything in order, each time visibly, and gets out again
    await on_paper(page)       no menu, no buttons, nothing cut off
    await in_the_dark(page)    axe-core's contrast with `prefers-color-scheme: dark`
    await still(page)          nothing moves where motion is not wanted (tests ask for none, see `open_page`)

Each raises AssertionError with what is wrong and at which page; each leaves the page as it was.
"""

from __future__ import annotations

from playwright.async_api import Page, ViewportSize

from tests.support.browsing import DESKTOP, PHONE, axe

HALF: ViewportSize = {"width": 640, "height": 512}
"""A desk of 1280 pixels at 200 % (WCAG 1.4.4)."""

QUARTER: ViewportSize = {"width": 320, "height": 256}
"""The same at 400 %: where text must still flow in one direction (WCAG 1.4.10)."""

PAPER: ViewportSize = {"width": 718, "height": 1000}
"""A4 within margins of 10 mm, in CSS pixels."""

WIDTHS = (DESKTOP, PHONE, HALF, QUARTER)

WIDER = """() => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide <= 0) return null;
  const edge = document.documentElement.clientWidth + 1;
  const out = [...document.querySelectorAll('body *')].filter(one => {
    const box = one.getBoundingClientRect();
    return box.width && box.right > edge && !one.closest('.scroll, .track > *');
  });
  return `${wide} px: ` + out.slice(0, 6).map(one => `${one.tagName.toLowerCase()}#${one.id}.${one.className} "${one.innerText.slice(0, 30)}"`).join(', ');
}"""

STOPS = """() => {
  const wanted = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
  const seen = one => one.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) && !one.disabled;
  const groups = new Set();
  const stops = [...document.querySelectorAll(wanted)].filter(one => {
    if (!seen(one) || one.tabIndex < 0 || one.closest('[inert]')) return false;
    if (one.type !== 'radio') return true;
    const all = [...(one.form || document).querySelectorAll(`input[type=radio][name="${one.name}"]`)];
    const chosen = all.find(each => each.checked);
    return chosen ? chosen === one : all[0] === one;
  });
  const look = one => {
    const style = getComputedStyle(one);
    return [style.outlineStyle, style.outlineWidth, style.outlineColor, style.boxShadow, style.borderColor, style.backgroundColor].join();
  };
  const named = one => `${one.tagName.toLowerCase()}#${one.id} ${(one.innerText || one.name || one.getAttribute('aria-label') || '').trim().slice(0, 40)}`;
  window.sweep = { stops, before: stops.map(look), look, named };
  document.activeElement.blur();
  window.scrollTo(0, 0);
  const start = document.createElement('span');
  start.tabIndex = -1;
  document.body.prepend(start);
  start.focus();
  start.remove();
  return stops.map(named);
}"""

FOCUSED = """() => {
  const { stops, before, look, named } = window.sweep, one = document.activeElement;
  const number = stops.indexOf(one);
  if (number < 0) return { number, name: one === document.body ? '' : named(one), scrolls: one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight };
  const box = [...one.getClientRects()].find(each => each.width && each.height) || one.getBoundingClientRect();
  const points = [[.5, .5], [.05, .5], [.95, .5], [.5, .1], [.5, .9]].map(([x, y]) => [box.left + x * box.width, box.top + y * box.height]);
  const hit = points.some(([x, y]) => { const top = document.elementFromPoint(x, y); return top && (top === one || one.contains(top) || (top.contains(one) && !top.matches('body, html')) || top.closest('label')?.contains(one)); });
  return { number, name: named(one), shown: look(one) !== before[number], hit };
}"""
"""Where the focus is: the number of the stop, whether it can be told by looking, and whether it lies under something else."""

UNREACHABLE = "[onclick], [role=button]:not(button), [role=link]:not(a), a:not([href]), div[hx-get][hx-trigger*=click]"
"""What a mouse can press and a key cannot."""

PRINTED = """() => {
  const seen = one => one.checkVisibility({ visibilityProperty: true }) && one.getBoundingClientRect().width > 1 && one.getBoundingClientRect().right > 0;
  const named = one => `${one.tagName.toLowerCase()}#${one.id}.${one.className}`;
  const left = [...document.querySelectorAll('nav, button, [type=submit], .act, .skipnav, #away, #idle, .demo')].filter(seen).map(one => `is printed: ${named(one)} ${one.innerText.trim().slice(0, 30)}`);
  const cut = [...document.querySelectorAll('body *')].filter(one => seen(one) && !one.closest('.sr-only') && !one.matches('input, select, textarea, svg *') &&
    getComputedStyle(one).overflowX !== 'visible' && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1)).map(one => `is cut off: ${named(one)}`);
  const heading = [...document.querySelectorAll('h1')].some(seen) ? [] : ['has no heading on paper'];
  return [...left, ...cut, ...heading];
}"""

MOVING = """() => [...document.querySelectorAll('*')].flatMap(one => [null, '::before', '::after'].map(part => {
  const style = getComputedStyle(one, part);
  const lasts = text => text.split(',').some(each => parseFloat(each) > 0);
  return lasts(style.transitionDuration) || (style.animationName !== 'none' && lasts(style.animationDuration)) ? `${one.tagName.toLowerCase()}#${one.id}.${one.className}${part || ''}` : null;
})).filter(Boolean)"""

MOST_INSIDE = 8
"""Times that Tab stays in one thing: a moment has day, month, year, hour and minute, and a button for the calendar."""


async def zoomed(page: Page, *widths: ViewportSize) -> None:
    """Assert that nothing stands beside the window, at each width."""
    for size in widths or WIDTHS:
        await page.set_viewport_size(size)
        wide = await page.evaluate(WIDER)
        assert wide is None, f"{_at(page)} is wider than {size['width']} px by {wide}"


async def by_keyboard(page: Page) -> None:
    """Assert that Tab reaches everything in the order of the page, that one sees where one is, and that one gets out."""
    assert await page.locator(UNREACHABLE).count() == 0, (
        f"{_at(page)}: {await page.locator(UNREACHABLE).all_inner_texts()}"
    )
    names = await page.evaluate(STOPS)
    reached: list[int] = []
    for _ in range(len(names) * 2 + MOST_INSIDE * 6):
        await page.keyboard.press("Tab")
        found = await page.evaluate(FOCUSED)
        if found["number"] < 0:
            if found["name"] and found["scrolls"]:
                continue  # what scrolls can be reached, to be scrolled
            assert not found["name"], f"{_at(page)}: Tab stops at {found['name']}"
            break
        if reached and found["number"] == reached[0] and len(reached) > 1:
            break
        assert found["shown"], f"{_at(page)}: nobody sees that {found['name']} has the focus"
        assert found["hit"], f"{_at(page)}: {found['name']} has the focus and lies under something else"
        if not reached or reached[-1] != found["number"]:
            reached.append(found["number"])
    missed = [names[each] for each in range(len(names)) if each not in reached]
    assert not missed, f"{_at(page)}: Tab does not reach {missed}; it went {[names[each] for each in reached]}"
    assert reached == sorted(reached), f"{_at(page)}: Tab jumps: {[names[each] for each in reached]}"
    first = page.locator("a").first
    assert "skipnav" in (await first.get_attribute("class") or ""), f"{_at(page)}: the first stop skips the menu"
    await first.focus()
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "main", (
        f"{_at(page)}: the skip link leads to the content"
    )


async def on_paper(page: Page) -> None:
    """Assert that a print has the content alone, whole."""
    before = page.viewport_size
    await page.set_viewport_size(PAPER)
    await page.emulate_media(media="print")
    try:
        wrong, wide = await page.evaluate(PRINTED), await page.evaluate(WIDER)
    finally:
        await page.emulate_media(media="screen")
        await page.set_viewport_size(before or DESKTOP)
    assert not wrong, f"{_at(page)}: {wrong[:10]}"
    assert wide is None, f"{_at(page)} is wider than paper by {wide}"


async def in_the_dark(page: Page) -> None:
    """Assert that everything can be read where the system is set to dark."""
    await page.emulate_media(color_scheme="dark")
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(246, 246, 244)"
    try:
        await axe(page, rules=("color-contrast",))
    finally:
        await page.emulate_media(color_scheme="light")


async def still(page: Page) -> None:
    """Assert that nothing moves for who asked for no motion."""
    moving = await page.evaluate(MOVING)
    assert not moving, f"{_at(page)}: moves: {moving[:10]}"


async def shown_without_script(page: Page, address: str) -> None:
    """Assert that a page of a browser without JavaScript has its content, that each form can be sent, and that filters work."""
    answer = await page.goto(address)
    assert answer is not None
    assert answer.status == 200, f"{address}: {answer.status}"
    assert await page.locator("h1").first.is_visible(), f"{address}: no heading"
    mute = await page.evaluate(
        """[...document.querySelectorAll('form')].filter(one => !(one.getAttribute('action') !== null &&
        document.querySelector(`#${one.id || 'none'} [type=submit], [form="${one.id || 'none'}"][type=submit]`) || one.querySelector('[type=submit]')))
        .map(one => one.outerHTML.slice(0, 200))"""
    )
    assert not mute, f"{address}: forms without a button: {mute}"
    helpless = await page.evaluate(
        "[...document.querySelectorAll('main button[type=button]')].filter(one => !one.hidden && one.checkVisibility()).map(one => one.innerText)"
    )
    assert not helpless, f"{address}: buttons that do nothing without a script: {helpless}"
    found = page.locator("main form[method=get] button[type=submit]")
    if await found.count() and await found.first.is_visible():
        await found.first.evaluate("one => { one.form.noValidate = true }")
        async with page.expect_navigation() as sent:
            await found.first.click()
        told = await sent.value
        assert told is not None
        assert told.status == 200, f"{address}: its filter answers {told.status}"


def _at(page: Page) -> str:
    return "/" + page.url.partition("://")[2].partition("/")[2].partition("?")[0]
