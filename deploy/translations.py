"""`python -m deploy.translations update|check`: the English of the console's rooms (`shared/web/console/catalogs.py`).

`update` reads every text from the Python files and templates of each room and writes its `locale/en.po` anew: sorted by the
Danish, without line numbers or dates, one text a line, so that two people's changes merge. What no page says any longer is
left out; what is new stands there empty. A service's room leaves to the console's what both say.

`check` names what is untranslated, obsolete or fuzzy, what has other placeholders than its Danish, and where two rooms differ;
it ends with 1 if there is any.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import typer
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from shared.web.console.catalogs import CATALOG, ROOT, danish_of, read, rooms

METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}}
HEADER = """\
msgid ""
msgstr ""
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")

app = typer.Typer(add_completion=False, help=__doc__)


def said(room: Path) -> Catalog:
    """Return the texts that a room's files say, in Danish and without translation."""
    catalog = Catalog(locale="en")
    for _, _, message, _, context in extract_from_dir(room, METHODS, OPTIONS, strip_comment_tags=True):
        catalog.add(message, context=context)
    return catalog


def updated(room: Path) -> Catalog:
    """Return a room's catalog with what its files say now: known English kept, obsolete left out, new texts empty."""
    catalog, before = Catalog(locale="en"), read(room / CATALOG)
    first = rooms()[0]
    shared = {danish_of(message.id) for message in said(first) if message.id} if room != first else set()
    for message in said(room):
        if message.id and danish_of(message.id) not in shared:
            known = before.get(message.id)
            fitting = known is not None and isinstance(known.string, str) == isinstance(message.id, str)
            catalog.add(message.id, known.string if known is not None and fitting else None)
    return catalog


def written(catalog: Catalog) -> str:
    """Return a catalog as the text of its file."""
    body = io.BytesIO()
    write_po(body, catalog, width=0, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True)
    return HEADER + body.getvalue().decode().rstrip() + "\n"


def complaints() -> list[str]:
    """Return what is wrong with the catalogs of the rooms, a line each; empty if nothing is."""
    lines: list[str] = []
    english: dict[str, tuple[str, object]] = {}
    for room in rooms():
        name, there = str(room.relative_to(ROOT)), read(room / CATALOG)
        lines += [f"{name}: {line}" for line in wrong(there, updated(room))]
        for message in there:
            other, string = english.setdefault(danish_of(message.id), (name, message.string))
            if message.id and string != message.string:
                lines.append(f"{name}: other English than in {other}: {danish_of(message.id)}")
    return lines


def wrong(there: Catalog, wanted: Catalog) -> Iterator[str]:
    """Say what is wrong with a catalog, given what its room says now."""
    ids = {message.id for message in wanted if message.id}
    for message in there:
        if message.id and message.id not in ids:
            yield f"obsolete: {danish_of(message.id)}"
        elif message.id and message.fuzzy:
            yield f"fuzzy: {danish_of(message.id)}"
    for message in wanted:
        if not message.id:
            continue
        known = there.get(message.id)
        if known is None or not all(_strings(known)):
            yield f"untranslated: {danish_of(message.id)}"
        elif _placeholders(_strings(known)) != _placeholders(_ids(known)):
            yield f"other placeholders: {danish_of(message.id)}"


def _ids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def _strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))


def _placeholders(texts: Iterable[str]) -> set[str]:
    """Return the names in all texts of a message: of a pair, the one for 1 may leave the number out."""
    return {name for text in texts for name in _PLACEHOLDER.findall(text)}


@app.command("update")
def update() -> None:
    """Write the `.po` files from what the pages say."""
    for room in rooms():
        file = room / CATALOG
        file.parent.mkdir(exist_ok=True)
        catalog = updated(room)
        file.write_text(written(catalog), encoding="utf-8")
        empty = sum(not all(_strings(message)) for message in catalog if message.id)
        typer.echo(f"{room.relative_to(ROOT)}: {len(catalog)} texts, {empty} without English")


@app.command("check")
def check() -> None:
    """Say what is wrong with the `.po` files; ends with 1 if anything is."""
    lines = complaints()
    for line in lines:
        typer.echo(line)
    if lines:
        sys.exit(1)


if __name__ == "__main__":
    app()
