"""Entering a command's JSON into its form word for word, as a person does: what the form would send otherwise is said, never lost.

    await enter(page, "form.command", model, body)     types, ticks and chooses all that the body says; opens what is folded
    await unsaid(page, "form.command", model, body)    what the form would send otherwise than the body: paths; none, if all is there

The form is read as the product itself reads it (`shared/web/console/fields.py`), so that what is compared is what would arrive.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from playwright.async_api import Locator, Page

from shared.web.console.fields import Field, asked, body
from shared.web.console.site import Form
from tests.support.filling import fill_moment, leaves

SENT = "form => [...new FormData(form).entries()].map(([name, value]) => [name, String(value)])"
OFFERED = "one => [...one.options].map(each => each.value)"
MOST = 30
"""Times that a form is gone through: it has fewer rows to add, and fewer answers that bring others to light."""

SHOWN = "one => !one.closest('[hidden]')"


async def enter(page: Page, form: str, model: Any, said: Mapping[str, Any]) -> None:
    """Enter all that is asked; what one answer brings to light is entered after it, and rows are added as they are needed."""
    waiting, pressed = list(leaves(asked(model), dict(said))), set[str]()
    for _ in range(MOST):
        left = [each for each in waiting if not await _entered(page, form, *each)]
        if not left or (len(left) == len(waiting) and not await _one_more(page, form, left, pressed)):
            return
        waiting = left
    raise AssertionError(f"the form of {page.url.partition('?')[0]} has no end: {[name for _, name, _ in waiting]}")


async def unsaid(page: Page, form: str, model: Any, said: Mapping[str, Any]) -> list[str]:
    """Return the paths of the body that the form would not send, or not as the body says them."""
    pairs = await page.locator(form).evaluate(SENT)
    return list(_differing("", dict(said), body(asked(model), Form(tuple((name, value) for name, value in pairs)))))


def _differing(path: str, said: Any, told: Any) -> Iterator[str]:
    if isinstance(said, Mapping):
        for key, each in said.items():
            yield from _differing(f"{path}.{key}".lstrip("."), each, (told or {}).get(key))
    elif isinstance(said, list | tuple) and any(isinstance(each, Mapping) for each in said):
        for number, each in enumerate(said):
            yield from _differing(f"{path}.{number}", each, told[number] if told and number < len(told) else None)
    elif isinstance(said, list | tuple):
        if sorted(map(str, said)) != sorted(map(str, told or ())):
            yield path
    elif _comparable(said) != _comparable(told):
        yield path


def _comparable(value: Any) -> Any:
    """Return a value as it can be typed: a moment to the minute, what is not ticked as nothing."""
    if value is None or value is False:
        return None
    if isinstance(value, str) and "T" in value:
        try:
            return datetime.fromisoformat(value).astimezone(UTC).replace(second=0, microsecond=0)
        except ValueError:
            return value.strip()
    return value if isinstance(value, bool) else str(value).strip()


async def _entered(page: Page, form: str, field: Field, name: str, value: Any) -> bool:
    """Enter one value; False where its place is not there, or not yet."""
    owned = f"{form} [name='{name}']:not([type=hidden]), [form='{form.partition('#')[2]}'][name='{name}']"
    inputs = page.locator(owned)
    if not await inputs.count():
        if await page.locator(f"{form} [name='{name}'][type=hidden]").count():
            return True  # set by the page; whether to the same is seen at the end
        return field.key == "" and await _one_of_many(page, form, name, value)
    one = inputs.first
    await _unfold(one)
    if not await one.evaluate(SHOWN):
        return False
    tag, kind = await one.evaluate("one => [one.tagName, one.type]")
    if kind == "checkbox" and field.key == "":
        return await _one_of_many(page, form, name, value)
    if kind in ("radio", "checkbox"):
        return await _ticked(inputs, kind, value)
    if tag == "SELECT":
        return await _chosen(inputs, _plain(value))
    if kind == "date" and "T" in str(value):
        await fill_moment(one, str(value))
        return True
    await one.fill(_plain(value))
    return True


async def _one_of_many(page: Page, form: str, name: str, value: Any) -> bool:
    """Tick or choose a value of a list that is drawn as boxes, each with a place of its own."""
    places = f"{form} [name^='{name.rpartition('.')[0]}.']"
    box = page.locator(f"{places}[type=checkbox][value='{value}']")
    if await box.count():
        await _unfold(box.first)
        shown: bool = await box.first.evaluate(SHOWN)
        if shown:
            await box.first.check()
        return shown
    return await _chosen(page.locator(f"{form} select[name^='{name.rpartition('.')[0]}.']"), str(value))


async def _ticked(inputs: Locator, kind: str, value: Any) -> bool:
    wanted = [_plain(each) for each in value] if isinstance(value, list | tuple) else [_plain(value)]
    found = False
    for number in range(await inputs.count()):
        one = inputs.nth(number)
        mine = await one.get_attribute("value") in wanted
        found |= mine
        if kind == "checkbox":
            await one.set_checked(mine)
        elif mine:
            await one.check()
    return found or kind == "checkbox" or value is False


async def _chosen(selects: Locator, value: str) -> bool:
    for number in range(await selects.count()):
        if value in await selects.nth(number).evaluate(OFFERED):
            await _unfold(selects.nth(number))
            await selects.nth(number).select_option(value)
            return True
    if await selects.count() and await selects.page.locator(f"input[name='{await _name(selects)}']").count():
        line = selects.page.locator(f"input[name='{await _name(selects)}']").first
        await _unfold(line)
        await line.fill(value)
        return True
    return False


async def _name(selects: Locator) -> str:
    return str(await selects.first.get_attribute("name"))


async def _unfold(one: Locator) -> None:
    """Press what is folded above an input, the outermost first."""
    folded = one.locator("xpath=ancestor::details[not(@open)]")
    while await folded.count():
        await folded.first.locator("> summary").click()


async def _one_more(page: Page, form: str, left: list[tuple[Field, str, Any]], pressed: set[str]) -> bool:
    """Press the button that brings what is missing: a row more, or another list; the page comes again with what was entered."""
    for _, name, _ in left:
        for group in _groups(name):
            more = page.locator(f"{form} button[name=more][value='{group}']")
            if f"{group} {name}" in pressed or not await more.count():
                continue
            pressed.add(f"{group} {name}")
            async with page.expect_navigation():
                await more.first.click()
            return True
    return False


def _groups(name: str) -> Iterator[str]:
    parts = name.split(".")
    return (".".join(parts[:number]) for number in range(1, len(parts)) if parts[number].isdecimal())


def _plain(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
