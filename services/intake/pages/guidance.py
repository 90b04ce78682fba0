"""What is said before anybody writes, in six languages: what happens, that it is no report to the police, what is no concern.

The texts are in `guidance.json`. `reviewed_by` is empty until somebody who speaks the language and knows the work has read one; the
page says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal


@dataclass(frozen=True, slots=True)
class Guidance:
    """The text in one language; `dir` is the way that its script runs."""

    code: str
    name: str
    dir: Literal["ltr", "rtl"]
    reviewed_by: str | None
    title: str
    lines: tuple[str, ...]


@cache
def guidances() -> Mapping[str, Guidance]:
    """Return the texts by language code, Danish first."""
    texts = json.loads(files("services.intake.pages").joinpath("guidance.json").read_text(encoding="utf-8"))
    return MappingProxyType(
        {code: Guidance(code, **{**text, "lines": tuple(text["lines"])}) for code, text in texts.items()}
    )


def guidance(code: str | None) -> Guidance:
    """Return the text in this language; Danish for any other."""
    return guidances().get(code or "", guidances()["da"])
