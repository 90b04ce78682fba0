"""What is wrong and what to do, by the stable code of an error: `reason("stale_version")`.

Here are the codes that a person can meet in a page; those of starting, running and repairing a process are told to operators
in English. A guard that does not hold is an error too, and has its words in `guards`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.web.console.language import N_
from shared.web.console.words.errors import doing, meeting, working
from shared.web.console.words.guards import guard
from shared.web.console.words.model import Reason

ERRORS: Final[Mapping[str, Reason]] = {**doing.ERRORS, **meeting.ERRORS, **working.ERRORS}

NO_WORDS: Final = Reason(N_("Det kan ikke lade sig gøre nu."), N_("Hent siden igen, og prøv en gang til."))
"""For a code that a person was not thought to meet: better plain than English."""


def reason(code: str, command: str | None = None) -> Reason:
    """Return the words for a guard or an error, by its code; `NO_WORDS` for one that has none."""
    return guard(code, command) or ERRORS.get(code) or NO_WORDS
