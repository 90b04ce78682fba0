"""How a rule is cited to a person: its number and row, in the language of the page, without the name of the document.

cited("domain.md 2.3 row 37 (new worry)", _)    "2.3 række 37"
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from shared.web.console.language import N_

PART: Final = re.compile(r"(?P<rows>rows? (?P<which>\d+(?:(?:-|, | and )\d+(?!\.))*))|(?P<rule>\d+\.\d+|[RH]\d+)")
ROW: Final = N_("række {rows}")
ROWS: Final = N_("rækker {rows}")
AND: Final = N_("og")


def cited(rule: str, say: Callable[[str], str]) -> str:
    """Return the rule as it is read aloud; one that has neither number nor row as it is."""
    found: list[str] = []
    for part in PART.finditer(rule):
        if part["rows"]:
            which = part["which"].replace(" and ", f" {say(AND)} ")
            row = say(ROW if part["rows"].startswith("row ") else ROWS).format(rows=which)
            found.append(f"{found.pop()} {row}" if found else row)
        else:
            found.append(part["rule"])
    return ", ".join(found) or rule
