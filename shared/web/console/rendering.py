"""Jinja2 as the console uses it: every value escaped, every unknown name an error, one environment a language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from shared.web.console import moments
from shared.web.console.assets import Assets
from shared.web.console.language import LANGUAGES, Language
from shared.web.console.saying import Say

LIBRARY = "shared.web.console"


def environments(package: str | None, assets: Assets) -> dict[str, Environment]:
    """Return the environments by language code; `package` has a service's own `templates`, found before the console's."""
    packages = [name for name in (package, LIBRARY) if name is not None]
    return {code: _environment(packages, assets, language) for code, language in LANGUAGES.items()}


def _environment(packages: list[str], assets: Assets, language: Language) -> Environment:
    found = Environment(
        loader=ChoiceLoader([PackageLoader(name) for name in packages]),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.install_gettext_callables(language.gettext, language.ngettext, newstyle=True)  # type: ignore[attr-defined]  # the extension adds it
    found.globals |= {"asset": assets.url, "say": Say(language), "halves": moments.halves, "CLOCK": moments.CLOCK}
    found.filters |= {
        "moment": language.moment,
        "short": _dated(language.short),
        "date": _dated(language.on),
        "clock": language.time,
        "day": language.day,
        "week": language.week,
        "number": language.number,
        "capped": language.capped,
        "at": _at,
        "iso": _iso,
    }
    found.globals["relative"] = language.relative
    return found


def _dated(said: Callable[[datetime, datetime | None], str]) -> Callable[[Context, datetime], str]:
    """Return a filter that tells the year of a moment where it is not the page's own."""

    @pass_context
    def filtered(context: Context, at: datetime) -> str:
        return said(at, context.get("now"))

    return filtered


def _at(text: str) -> datetime:
    """Read a moment that is written as JSON has it."""
    return datetime.fromisoformat(text)


def _iso(value: Any) -> str:
    """Return a moment or day for a `datetime` attribute."""
    return str(value.isoformat())
