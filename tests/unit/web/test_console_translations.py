"""Every text of the console has its English, in every room; and the check sees what it is there to see."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from deploy.translations import complaints, said, updated, written, wrong
from shared.web.console.catalogs import CATALOG, danish_of, read, rooms


def test_every_room_is_translated() -> None:
    assert complaints() == []


@pytest.mark.parametrize("room", rooms(), ids=lambda room: f"{room.parent.name}-{room.name}")
def test_the_catalog_of_a_room_is_as_the_command_writes_it(room: Path) -> None:
    assert (room / CATALOG).read_text(encoding="utf-8") == written(updated(room))


def test_texts_of_python_and_of_templates_are_found(tmp_path: Path) -> None:
    (tmp_path / "words.py").write_text('WORDS = {"a": N_("Åbn sagen")}\nngettext("en sag", "%(n)s sager", n)\n')
    (tmp_path / "templates" / "x").mkdir(parents=True)
    (tmp_path / "templates" / "x" / "page.html").write_text(
        '{{ _("Overskredet") }}{% trans n=n %}en opgave{% pluralize n %}{{ n }} opgaver{% endtrans %}'
    )
    found = {danish_of(message.id) for message in said(tmp_path) if message.id}
    assert found == {"Åbn sagen", "en sag", "Overskredet", "en opgave"}


def _catalog(*messages: tuple[str, str]) -> Catalog:
    catalog = Catalog(locale="en")
    for danish, english in messages:
        catalog.add(danish, english)
    return catalog


@pytest.mark.parametrize(
    ("there", "complaint"),
    [
        (_catalog(), "untranslated: om %(n)s dage"),
        (_catalog(("om %(n)s dage", "")), "untranslated: om %(n)s dage"),
        (_catalog(("om %(n)s dage", "in %(days)s days")), "other placeholders: om %(n)s dage"),
        (_catalog(("om %(n)s dage", "in %(n)s days"), ("væk", "gone")), "obsolete: væk"),
    ],
)
def test_the_check_names_what_is_wrong(there: Catalog, complaint: str) -> None:
    assert list(wrong(there, _catalog(("om %(n)s dage", "")))) == [complaint]


def test_the_check_names_a_fuzzy_text() -> None:
    there = Catalog(locale="en")
    there.add("Luk sagen", "Close the case", flags={"fuzzy"})
    assert list(wrong(there, _catalog(("Luk sagen", "")))) == ["fuzzy: Luk sagen"]


def test_known_english_survives_a_new_text(tmp_path: Path) -> None:
    (tmp_path / "locale").mkdir()
    (tmp_path / "page.py").write_text('N_("Luk sagen af")\nN_("En ny tekst")\n')
    (tmp_path / CATALOG).write_text(written(_catalog(("Luk sagen af", "Close the case off"), ("væk", "gone"))))
    again = {message.id: message.string for message in updated(tmp_path) if message.id}
    assert again == {"Luk sagen af": "Close the case off", "En ny tekst": None}
    assert [message.id for message in read(tmp_path / CATALOG) if message.id] == ["Luk sagen af", "væk"]
