"""Every form of a command sent as it is, with nothing filled in and no script: refused in words that lead to each field, nothing saved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from html.parser import HTMLParser
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from httpx import ASGITransport, AsyncClient, Response
from pydantic import ValidationError

from deploy.docs import application, functions
from deploy.functions_page import Kind
from shared.lifecycle.actor import Actor, Role
from shared.persistence import roles
from shared.policy.matrix import STAFF, Answer, Relation, answer
from shared.web.console.fields import Asking, Field, asked, body
from shared.web.console.session import COOKIE, CSRF_FIELD, Present
from shared.web.console.site import Form, PageDoor
from tests.integration.wall.doors import House, Served, somebody

WORDS = "Æblegrød, som nogen har skrevet og ikke må miste"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
BUTTONS = ("/draft", "/match")
"""Forms without a question: a draft is kept as it is, and a candidate is one button each."""

VOID = ("input", "br", "img", "meta", "link", "hr")


@dataclass
class Element:
    """One element of a page: its tag, its attributes, the text in it, and how many stand before it."""

    tag: str
    attributes: dict[str, str]
    number: int
    text: str = ""
    inside: list[Element] = field(default_factory=list)

    def get(self, name: str) -> str:
        """Return an attribute, or nothing."""
        return self.attributes.get(name, "")

    def all(self) -> Iterator[Element]:
        """Yield it and everything in it."""
        yield self
        for each in self.inside:
            yield from each.all()


class Tree(HTMLParser):
    """The elements of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.root = Element("page", {}, 0)
        self.elements: list[Element] = []
        self._open = [self.root]
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        one = Element(tag, {name: value or "" for name, value in attrs}, len(self.elements))
        self.elements.append(one)
        self._open[-1].inside.append(one)
        if tag not in VOID:
            self._open.append(one)

    def handle_endtag(self, tag: str) -> None:
        """Close the latest that is open under that name."""
        for depth in range(len(self._open) - 1, 0, -1):
            if self._open[depth].tag == tag:
                del self._open[depth:]
                return

    def handle_data(self, data: str) -> None:
        """Add text to whatever is open."""
        for one in self._open:
            one.text += data

    def by_id(self, wanted: str) -> Element | None:
        """Return the element of that id."""
        return next((one for one in self.elements if one.get("id") == wanted), None)

    def named(self, wanted: str) -> list[Element]:
        """Return the inputs of that name."""
        return [
            one for one in self.elements if one.get("name") == wanted and one.tag in ("input", "select", "textarea")
        ]


@cache
def _model(service: str, operation: str) -> Any:
    return application(service).state.console.edge.given[operation].model


def _takes(model: Any, sent: dict[str, Any]) -> bool:
    try:
        model.model_validate(sent)
    except ValidationError:
        return False
    return True


def _forms() -> Iterator[str]:
    """Yield the commands whose form asks for something; the others are one button."""
    for each in functions():
        if each.kind is Kind.COMMAND and each.where is not None and not _takes(_model(each.service, each.name), {}):
            yield each.name


FORMS = tuple(_forms())


def _places(built: House, operation: str) -> list[tuple[Served, PageDoor]]:
    """Return every form that gives a command; some have one of their own for the phone."""
    found = [
        (served, page)
        for served in built.services.values()
        for page in served.pages
        if page.method == "POST"
        and page.door is not None
        and page.door.operation == operation
        and not page.path.endswith(BUTTONS)
    ]
    assert found, f"{operation} has no page"
    return found


def _giver(page: PageDoor) -> Actor:
    assert page.door is not None
    return next(
        somebody(role, relation)
        for relation in Relation
        for role in STAFF
        if answer(page.door, role, relation) is Answer.ADMITTED
    )


async def _facts(admin: asyncpg.Connection) -> list[int]:
    return [await admin.fetchval(f"select count(*) from {name}.facts") for name in roles.SERVICES]


def _typed(model: Any) -> tuple[str, str] | None:
    """Return a text that may be typed without making the form whole."""
    try:
        fields = asked(model)
    except TypeError:
        return None  # its form has a sheet of its own
    for each in _texts(fields):
        if not _takes(model, body(fields, Form(((each.name, WORDS),)))):
            return each.name, WORDS
    return None


def _texts(fields: tuple[Field, ...]) -> Iterator[Field]:
    return (each for each in fields if each.kind is Asking.TEXT and each.key != "birth_year")


@pytest.mark.parametrize("operation", FORMS)
async def test_an_empty_form_is_refused_in_words_that_lead_to_each_field(
    built: House, admin: asyncpg.Connection, operation: str
) -> None:
    for served, page in _places(built, operation):
        assert page.door is not None
        record = built.records.get(page.door.about.kind, uuid4()) if page.door.about else uuid4()
        typed = _typed(_model(served.name, operation))
        before = await _facts(admin)

        told = await sent(served, _giver(page), page, record, [typed] if typed else [])

        assert told.status_code == 422, f"{page.path}: {told.text[-3000:]}"
        assert await _facts(admin) == before, "nothing is saved"
        tree = Tree(told.text)
        problems = list(wrong_with(tree))
        if typed:
            kept = [one for one in tree.named(typed[0]) if WORDS in (one.text, one.get("value"))]
            problems += [] if kept else [f"{typed[0]} has lost what was typed"]
        assert not problems, "\n".join([page.path, *problems])


def wrong_with(tree: Tree) -> Iterator[str]:
    """Yield what is wrong with a form that came back: its summary, its links, and how each field is told of."""
    summary = tree.by_id("refused")
    form = next(
        (
            one
            for one in tree.elements
            if one.tag == "form" and one.get("method") == "post" and "sign-out" not in one.get("action")
        ),
        None,
    )
    if summary is None or form is None:
        yield "there is no summary of what is wrong" if form else "the form does not come back"
        return
    if summary.get("tabindex") != "-1":
        yield "the summary cannot have the focus"
    if summary.number > form.number:
        yield "the summary stands below the form"
    links = [one for one in summary.all() if one.tag == "a"]
    if not links:
        yield f"the summary leads nowhere: {' '.join(summary.text.split())}"
    for link in links:
        target = tree.by_id(link.get("href").removeprefix("#"))
        said = " ".join(link.text.split())
        if not said:
            yield f"a link to {link.get('href')} says nothing"
        if target is None:
            yield f"{said}: there is no {link.get('href')}"
            continue
        if target.tag in ("form", "div") and target.get("tabindex") == "-1":
            continue  # of the form as a whole, or of the list to choose from
        if target.tag not in ("input", "select", "textarea") and target.get("tabindex") != "-1":
            yield f"{said}: {target.tag} {link.get('href')} cannot have the focus"
        yield from _untied(tree, target, said)


def _untied(tree: Tree, target: Element, said: str) -> Iterator[str]:
    """Yield how a field is not tied to its error: an input by itself or by the group that it is in."""
    around = [one for one in tree.elements if one.tag == "fieldset" and target in list(one.all())]
    texts = " ".join(one.get("aria-describedby") for one in (target, *around)).split()
    missing = [each for each in texts if tree.by_id(each) is None]
    if missing:
        yield f"{said}: described by {missing}, which is not there"
    if not any(each.endswith("-error") for each in texts):
        yield f"{said}: its error is tied to nothing"
    inputs = target.tag in ("input", "select", "textarea")
    if inputs and not any(one.get("aria-invalid") == "true" for one in (target, *around)):
        yield f"{said}: is not marked as wrong"


OTHERS = (
    ("intake", "/report/questions", Role.PRO_REPORTER, {"shown": "/report/questions?anonymity=OPEN"}),
    ("assessment", "/cases/{id:uuid}/open", Role.TOVHOLDER_KOMMUNE, {"shown": "/cases/{id:uuid}"}),
    ("assessment", "/glass", Role.TOVHOLDER_POLITI, {}),
    ("notify", "/me/absence", Role.TOVHOLDER_KOMMUNE, {"shown": "/me"}),
    ("notify", "/work/views", Role.TOVHOLDER_KOMMUNE, {"shown": "/work?whose=unit"}),
)
"""Forms of pages that are no command: service, path, who sends it, and where it is shown."""


@pytest.mark.parametrize(("service", "path", "role", "more"), OTHERS, ids=[path for _, path, _, _ in OTHERS])
async def test_another_form_that_is_empty_comes_back_in_its_place(
    built: House, admin: asyncpg.Connection, service: str, path: str, role: Role, more: dict[str, str]
) -> None:
    served = built.services[service]
    page = next(each for each in served.pages if each.method == "POST" and each.path == path)
    about = page.door.about.kind if page.door is not None and page.door.about is not None else ""
    if service == "notify":
        await on_duty(admin, somebody(role, Relation.OWNER))
    before = await _facts(admin)

    told = await sent(served, somebody(role, Relation.OWNER), page, built.records.get(about, uuid4()), [], **more)

    assert told.status_code == 422, told.text[-3000:]
    assert await _facts(admin) == before, "nothing is saved"
    assert not list(wrong_with(Tree(told.text)))


async def on_duty(admin: asyncpg.Connection, who: Actor) -> None:
    """Put somebody into the directory, so that there is an absence to note."""
    await admin.execute(
        "insert into notify.person (person_ref, organisation, roles, email, duty_order)"
        " values ($1, $2, $3, 'function@tovholder.example', 1) on conflict (person_ref) do nothing",
        who.person_ref,
        who.organisation,
        [str(role) for role in who.roles],
    )


async def sent(
    served: Served, who: Actor, page: PageDoor, record: UUID, typed: list[tuple[str, str]], *, shown: str = ""
) -> Response:
    """Open the form's page and send what it carries unseen, with what was typed."""
    value = "|".join((str(who.person_ref), who.organisation, *who.roles))
    present = Present(who, datetime.now(UTC), value)
    path, at = (each.replace("{id:uuid}", str(record)) for each in (page.path, shown or page.path))
    transport = ASGITransport(served.app, raise_app_exceptions=False)
    cookie = {"Cookie": f"{COOKIE}={value}"}
    async with AsyncClient(transport=transport, base_url="http://service", headers=cookie) as client:
        seen = await client.get(at)
        assert seen.status_code == 200, seen.text[-2000:]
        hidden = dict(HIDDEN.findall(seen.text.partition("<main")[2]))
        hidden |= {CSRF_FIELD: present.csrf, "version": hidden.get("version", "0")}
        return await client.post(path, data={**hidden, **dict(typed)})
