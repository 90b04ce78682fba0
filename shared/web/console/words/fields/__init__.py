"""What the fields of commands ask, by `<command>.<field>` where a field means something of its own there, else by `<field>`.

Parts of a field have its name before them: `ratings.risk_level`, `requirements.languages`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.web.console.words.fields import assessment, corps, intake
from shared.web.console.words.model import FieldWords

FIELDS: Final[Mapping[str, FieldWords]] = {**assessment.FIELDS, **corps.FIELDS, **intake.FIELDS}


def field(owner: str, name: str) -> FieldWords:
    """Return the words of a field of a command (by its code), or of a part of a field (by that field's name).

    Raises `KeyError` where there are none; tests see to it that every field that a person fills in has them.
    """
    return FIELDS.get(f"{owner}.{name}") or FIELDS[name]
