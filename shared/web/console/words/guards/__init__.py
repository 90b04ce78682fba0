"""Why a command is not possible now and what can be done, by the guard's code: `guard("no_quorum")`.

By `<command>.<code>` where a code means something of its own at a command. The domain's English stays in the JSON API.
`WHY_NOT` has what `shared.lifecycle.decide.possible` finds before any guard is asked; its texts have places to fill.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.web.console.language import N_
from shared.web.console.words.guards import case, corps, intake, rights
from shared.web.console.words.model import Reason

GUARDS: Final[Mapping[str, Reason]] = {**case.GUARDS, **rights.GUARDS, **corps.GUARDS, **intake.GUARDS}

WHY_NOT: Final[Mapping[str, str]] = {
    "wrong_state": N_("Kan ikke gøres i trinnet %(stage)s, kun i %(stages)s."),
    "role_may_not": N_("Gøres af %(roles)s."),
}
"""`stage` and `stages` are words of `codes.stages`, `roles` of `CODES["Role"]`, joined by commas, in the page's language."""


def guard(code: str, command: str | None = None) -> Reason | None:
    """Return the words of a guard at a command; None for a code that is no guard's."""
    return GUARDS.get(f"{command}.{code}") or GUARDS.get(code)
