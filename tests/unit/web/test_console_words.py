"""Every code that a page may show has its word, and no word is without its code."""

from __future__ import annotations

import pytest

from shared.web.console.words.commands import COMMANDS
from shared.web.console.words.fields import FIELDS, field
from tests.unit.web.console_codes import asked, commands, commands_of_persons

ASKED = sorted({pair for command in commands_of_persons() for pair in asked(command.code, command)})


def test_every_command_has_its_words_and_no_words_are_without_a_command() -> None:
    assert set(COMMANDS) == {command.code for command in commands()}


def test_a_button_is_a_phrase_and_a_lead_is_a_sentence() -> None:
    assert [code for code, words in COMMANDS.items() if words.button.endswith(".") or len(words.button) > 40] == []
    assert [code for code, words in COMMANDS.items() if not words.lead.endswith(".")] == []


@pytest.mark.parametrize(("owner", "name"), ASKED)
def test_every_field_of_a_form_has_its_words(owner: str, name: str) -> None:
    assert field(owner, name).label


OF_NO_COMMAND = {"languages.language", "languages.level"}
"""Of the form of a corps member, whose body is put and is no command."""


def test_no_words_are_without_a_field() -> None:
    known = {f"{owner}.{name}" for owner, name in ASKED} | {name for _, name in ASKED}
    assert set(FIELDS) - known == OF_NO_COMMAND
