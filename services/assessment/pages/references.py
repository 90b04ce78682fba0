"""What records are called on a page: short references, to be spoken on the phone, made of the random id's first eight digits."""

from __future__ import annotations

from uuid import UUID


def reference(case_id: UUID) -> str:
    """Return the short reference of a case, such as `S-4F21-09AC`."""
    return _short("S", case_id)


def reference_of_underretning(underretning_id: UUID) -> str:
    """Return the short reference of an underretning, such as `U-4F21-09AC`."""
    return _short("U", underretning_id)


def reference_of_insight(insight_id: UUID) -> str:
    """Return the short reference of a request for insight, such as `I-4F21-09AC`."""
    return _short("I", insight_id)


def mark(person: UUID) -> str:
    """Return what tells a colleague from the others where no name is kept: four digits of their reference, as in the directory."""
    return person.hex[:4].upper()


def _short(letter: str, of: UUID) -> str:
    digits = of.hex[:8].upper()
    return f"{letter}-{digits[:4]}-{digits[4:]}"
