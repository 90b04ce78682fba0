"""Finding the word of a code in `words/`; what has none is shown as it is, and tests see to it that nothing is."""

from __future__ import annotations

from shared.web.console.language import Language
from shared.web.console.words import clocks, errors, fields
from shared.web.console.words.codes import CODES
from shared.web.console.words.codes.stages import STAGES, STEPS
from shared.web.console.words.commands import COMMANDS
from shared.web.console.words.facts import FACTS
from shared.web.console.words.model import ClockWords, CommandWords, FieldWords, Reason
from shared.web.console.words.organisations import organisation_called


def command(code: str) -> CommandWords:
    """Return the words of a command."""
    return COMMANDS.get(code) or CommandWords(code, "")


def field(owner: str, name: str) -> FieldWords:
    """Return the words of a field of a command, or of a part of a field."""
    try:
        return fields.field(owner, name)
    except KeyError:
        return FieldWords(name)


def code(enum: str, code: str) -> str:
    """Return the word of a closed code."""
    return CODES.get(enum, {}).get(code, code)


def stage(kind: str, stage: str) -> str:
    """Return the word of a stage."""
    return STAGES.get(f"{kind}.{stage}", stage)


def step(kind: str, stage: str) -> str:
    """Return the word of a stage as a step of the track, where it is short."""
    return STEPS.get(f"{kind}.{stage}") or STAGES.get(f"{kind}.{stage}", stage)


def fact(type: str) -> str:
    """Return the line of a fact."""
    return FACTS.get(type) or FACTS.get(type.rpartition(".")[0], type)


def clock(kind: str, clock: str) -> ClockWords:
    """Return the words of a deadline."""
    return clocks.clock(kind, clock)


def reason(code: str, command: str | None = None) -> Reason:
    """Return why something was refused, and what to do."""
    return errors.reason(code, command)


def organisation(code: str, language: Language) -> str:
    """Return what an organisation is called."""
    return organisation_called(code, language)
