"""The English of the rooms: one `.po` file each, read together.

A room is a folder of pages with `locale/en.po` beside them: this one, and `services/<x>/pages` where a service has pages. The
msgid of a message is its Danish text, without line numbers, so that two people can work on one file. Two rooms may have the
same Danish only with the same English; `python -m deploy.translations check` says where they differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import IO, cast

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[3]
CATALOG = Path("locale") / "en.po"

Texts = Mapping[str, tuple[str, ...]]
"""Danish text (of a pair, the one for 1) to its English: one text, or the two for 1 and for more."""


def rooms() -> tuple[Path, ...]:
    """Return the folders that have pages or words: the console's first, then the services' by name."""
    return (Path(__file__).parent, *sorted((ROOT / "services").glob("*/pages")))


def read(file: Path) -> Catalog:
    """Return the catalog in a `.po` file, an empty one where there is none; raises `PoFileError` for a broken one."""
    if not file.exists():
        return Catalog(locale="en")
    with file.open("rb") as stream:
        return read_po(cast("IO[bytes]", stream), locale="en", abort_invalid=True)


def english() -> Texts:
    """Return what is translated in all rooms; the empty and the fuzzy are left out."""
    texts: dict[str, tuple[str, ...]] = {}
    for room in rooms():
        for message in read(room / CATALOG):
            if not message.id or message.fuzzy:
                continue
            given = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
            if given and all(given):
                texts[danish_of(message.id)] = given
    return texts


def danish_of(msgid: object) -> str:
    """Return the Danish of a message: of a pair, the one for 1."""
    return msgid if isinstance(msgid, str) else cast("tuple[str, ...]", msgid)[0]
