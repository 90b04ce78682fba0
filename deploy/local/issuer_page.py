"""The page on which somebody chooses whom to be: every fictional person a button, by role, in Danish or English.

It works without JavaScript. Some two thousand persons are too many for one page: each role shows a few of the places that the
demo's stories go through, and a search or a role's link shows the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from deploy.local.issuer_core import User
from deploy.local.issuer_words import ORDER, TEXTS, role_name
from shared.web.console.assets import Assets

SHOWN_PER_ROLE = 6
SHOWN_AT_MOST = 250
FIRST = (
    "0253",
    "0259",
    "0461",
    "0751",
    "0370",
    "midt-og-vestsjaelland",
    "fyn",
    "oestjylland",
    "koege-01",
    "greve-01",
    "odense-01",
)
"""Places of the demo's stories, by the end of an organisation's code: shown before others."""
OWN = ("find", "role", "sprog")
"""Parameters of this page; the others are the client's."""
STYLES = ("dkfds.css", "issuer.css")


@dataclass(frozen=True)
class Group:
    """A role with the persons to show, and how many there are."""

    role: str
    name: str
    users: tuple[User, ...]
    of: int


class SignInPage:
    """Renders the page from what the browser asked for."""

    def __init__(self) -> None:
        folder = Path(__file__).parent / "templates"
        self._templates = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def choose(self, asked: dict[str, str], users: Sequence[User], assets: Assets | None) -> str:
        """The page for an authorization request whose parameters are `asked`."""
        language = language_of(asked)
        found = [user for user in users if _fits(user, asked.get("find", ""), asked.get("role", ""))]
        whole = bool(asked.get("find") or asked.get("role"))
        groups = grouped(found, language, SHOWN_AT_MOST if whole else SHOWN_PER_ROLE, deputies=whole)
        client = {name: text for name, text in asked.items() if name not in OWN}
        spoken = client | {"sprog": language}
        return self._render(
            "choose.html",
            language,
            assets,
            groups=groups,
            find=asked.get("find", ""),
            whole=whole,
            kept=spoken,
            post=f"authorize?{urlencode(client)}",
            all_of={group.role: f"authorize?{urlencode(spoken | {'role': group.role})}" for group in groups},
            start=f"authorize?{urlencode(spoken)}",
            other=f"authorize?{urlencode(asked | {'sprog': 'da' if language == 'en' else 'en'})}",
        )

    def ended(self, asked: dict[str, str], assets: Assets | None) -> str:
        """The page that says that somebody is signed out."""
        return self._render("ended.html", language_of(asked), assets)

    def _render(self, template: str, language: str, assets: Assets | None, **context: Any) -> str:
        styles = [assets.url(name) for name in STYLES if name in assets] if assets else []
        words = SimpleNamespace(**TEXTS[language])
        return self._templates.get_template(template).render(words=words, language=language, styles=styles, **context)


def language_of(asked: dict[str, str]) -> str:
    """`en` when the page's switch or the client (`ui_locales`) says so, else `da`."""
    wanted = asked.get("sprog") or asked.get("ui_locales", "").partition(" ")[0]
    return "en" if wanted.lower().startswith("en") else "da"


def grouped(users: Sequence[User], language: str, most: int, *, deputies: bool) -> list[Group]:
    """Persons by their first role, in the order of `ORDER`, at most so many of each."""
    groups = []
    order = {role: place for place, role in enumerate(ORDER)}
    for role in sorted({user.roles[0] for user in users if user.roles}, key=lambda role: order.get(role, len(order))):
        mine = [user for user in users if user.roles[:1] == (role,)]
        shown = sorted((user for user in mine if deputies or not user.deputy), key=_place)[:most]
        groups.append(Group(role, role_name(role, language), tuple(shown), len(mine)))
    return groups


def _place(user: User) -> int:
    ends = user.organisation.partition(":")[2]
    return FIRST.index(ends) if ends in FIRST else len(FIRST)


def _fits(user: User, find: str, role: str) -> bool:
    names = " ".join(role_name(one, language) for one in user.roles for language in TEXTS)
    text = f"{user.label} {user.organisation} {names}".casefold()
    return all(word in text for word in find.casefold().split()) and (not role or role in user.roles)
