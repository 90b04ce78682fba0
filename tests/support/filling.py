"""Filling in a command's form as a person does, from the command's JSON: names of inputs are paths of values (shared/web/console/fields.py)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from playwright.async_api import Locator, Page

from shared.reference.calendar import COPENHAGEN, local
from shared.web.console.fields import Asking, Field, asked

FORM = "form.command"
WORDS = "En prøve uden nogen person i"


def leaves(fields: tuple[Field, ...], body: dict[str, Any], below: str = "") -> Iterator[tuple[Field, str, Any]]:
    """Yield each thing that is asked for a single value: the field, the name of its input, and the value."""
    for field in fields:
        name, value = below + field.key, body.get(field.key)
        if value is None:
            continue
        if field.kind is Asking.GROUP:
            yield from leaves(field.parts, value, f"{name}.")
        elif field.kind is Asking.ROWS:
            for number, row in enumerate(value):
                if field.parts[0].key == "":
                    yield field.parts[0], f"{name}.{number}", row
                else:
                    yield from leaves(field.parts, row, f"{name}.{number}.")
        elif field.kind is Asking.TABLE:
            for code, cell in value.items():
                yield field.parts[0], f"{name}.{code}", cell
        else:
            yield field, name, value


async def fill(page: Page, model: Any, body: dict[str, Any], form: str = FORM) -> list[str]:
    """Fill in what the form asks; return the names of the inputs that were filled."""
    filled = []
    for field, name, value in leaves(asked(model), body):
        inputs = page.locator(f'{form} [name="{name}"]:not([type=hidden])')
        if await inputs.count() and await inputs.first.is_visible() | (field.kind in (Asking.CHOICE, Asking.TICK)):
            await _one(inputs, field, value)
            filled.append(name)
    return filled


async def _one(inputs: Locator, field: Field, value: Any) -> None:
    tag, kind = await inputs.first.evaluate("one => [one.tagName, one.type]")
    if kind in ("radio", "checkbox"):
        chosen = value if isinstance(value, list) else [_plain(value)]
        for each in range(await inputs.count()):
            if await inputs.nth(each).get_attribute("value") in chosen:
                await inputs.nth(each).check()
    elif tag == "SELECT":
        offered = await inputs.first.evaluate("one => [...one.options].map(each => each.value)")
        wanted = _plain(value)
        if wanted not in offered and await inputs.count() > 1:
            # A list of whom the product knows has a line beside it for somebody else.
            await inputs.last.fill(wanted)
            return
        await inputs.first.select_option(wanted if wanted in offered else next((each for each in offered if each), ""))
    elif field.kind is Asking.MOMENT and kind == "date":
        await fill_moment(inputs.first, value)
    else:
        await inputs.first.fill(_typed(field, value))


async def fill_moment(day: Locator, value: str) -> None:
    """Fill in a moment, its day and, where the form asks for it, its time."""
    at = datetime.fromisoformat(value)
    here = local(at) if at.tzinfo else at.replace(tzinfo=COPENHAGEN)
    await day.fill(here.date().isoformat())
    clock = day.locator("xpath=ancestor::fieldset[contains(@class, 'moment')]//input[@inputmode]")
    if await clock.count():
        await clock.fill(f"{here:%H.%M}")


def _plain(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _typed(field: Field, value: Any) -> str:
    return (WORDS if field.key != "birth_year" else "2009") if field.kind is Asking.TEXT else _plain(value)
