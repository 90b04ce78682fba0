"""The shapes of words: each text is Danish, marked for translation."""

from __future__ import annotations

from typing import NamedTuple


class CommandWords(NamedTuple):
    """`button` is a verb phrase without a full stop; `lead` is one or a few sentences on what the command does, and to whom."""

    button: str
    lead: str


class FieldWords(NamedTuple):
    """`label` is a question or a noun, of a yes-or-no field a statement; `hint` stands below it."""

    label: str
    hint: str | None = None


class Reason(NamedTuple):
    """`why` says what stands in the way or is wrong, without blame; `remedy` what can be done, or that nothing need be."""

    why: str
    remedy: str


class ClockWords(NamedTuple):
    """`name` is what the deadline is called in a list; `todo` is what is to be done, a sentence."""

    name: str
    todo: str
