"""What codes are called, in the language of a page: `say` in every template. Words are in `words/`, their English in the catalogs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from shared.errors import TovholderError
from shared.lifecycle.decide import Possible
from shared.web.console import finding as words
from shared.web.console.citing import cited
from shared.web.console.language import N_, Language
from shared.web.console.moments import TIME
from shared.web.console.words.guards import WHY_NOT

CLOCK_LABEL: Final = N_("Klokkeslæt")


class Told(NamedTuple):
    """What is wrong, and what to do about it."""

    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Say:
    """Words in one language. A code that has no word is shown as it is: tests see to it that there is none."""

    language: Language

    def command(self, code: str) -> str:
        """Return the verb phrase of a command, as its button says it."""
        return self._said(words.command(code).button)

    def command_told(self, code: str) -> str:
        """Return what a command does, and to whom."""
        return self._said(words.command(code).lead)

    def field(self, name: str, owner: str = "") -> str:
        """Return the question that a field asks; `owner` is the command, or the field that it is a part of.

        Of the time of a moment, `held_at.time`, the moment is named with it.
        Of a field in a row, `ratings.2.risk_level`, the number of the row stands before it, as it does on the form.
        """
        *above, own = name.split(".")
        if above and own == TIME:
            return f"{self.field('.'.join(above), owner)} {self._said(CLOCK_LABEL)}"
        rows = [int(each) + 1 for each in above if each.isdecimal()]
        named = [each for each in above if not each.isdecimal()]
        if own.isdecimal():  # the row itself, of values without a name
            rows, own, named = [*rows, int(own) + 1], named[-1] if named else "", named[:-1]
        label = self._said(words.field(named[-1] if named else owner, own).label)
        return f"{rows[0]}. {label}" if rows else label

    def hint(self, name: str, owner: str = "") -> str:
        """Return what stands below the question, or nothing."""
        hint = words.field(owner, name).hint
        return self._said(hint) if hint else ""

    def code(self, code: Any, enum: str = "") -> str:
        """Return what a closed code is called; `enum` is the class it belongs to."""
        if enum == "" and code in ("yes", "no"):
            return self._said(N_("Ja") if code == "yes" else N_("Nej"))
        return self._said(words.code(enum, str(code)))

    def stage(self, kind: str, stage: str) -> str:
        """Return what a stage is called."""
        return self._said(words.stage(kind, stage))

    def step(self, kind: str, stage: str) -> str:
        """Return what a stage is called in the track of states."""
        return self._said(words.step(kind, stage))

    def fact(self, type: str) -> str:
        """Return what happened, as a line of a timeline."""
        return self._said(words.fact(type))

    def clock(self, kind: str, clock: str) -> str:
        """Return what a deadline is called."""
        return self._said(words.clock(kind, clock).name)

    def todo(self, kind: str, clock: str) -> str:
        """Return what is to be done before a deadline."""
        return self._said(words.clock(kind, clock).todo)

    def role(self, role: str) -> str:
        """Return what a role is called."""
        return self.code(role, "Role")

    def roles(self, roles: Iterable[str]) -> str:
        """Return what several roles are called."""
        return ", ".join(self.role(role) for role in sorted(roles))

    def organisation(self, code: str) -> str:
        """Return what an organisation is called."""
        return words.organisation(code, self.language)

    def why_not(self, kind: str, standing: Possible) -> str:
        """Return why a command is not possible now: what is missing, in which stages it is, or who may give it."""
        if standing.guard is not None:
            missing = words.reason(standing.guard.code, standing.command)
            return f"{self._said(missing.why)} {self._said(missing.remedy)}"
        if standing.stages:
            return self._said(N_("Kun i: %(stages)s.")) % {
                "stages": ", ".join(self.stage(kind, each) for each in standing.stages)
            }
        return self._said(WHY_NOT["role_may_not"]) % {"roles": ", ".join(self.role(role) for role in standing.roles)}

    def problem(self, error: TovholderError, command: str | None = None) -> Told:
        """Return what is wrong and what to do."""
        found = words.reason(error.code, command)
        return Told(self._said(found.why), self._said(found.remedy))

    def rule(self, rule: str) -> str:
        """Return how a rule is cited to a person."""
        return self._said(N_("Regel %(rule)s")) % {"rule": cited(rule, self._said)}

    def _said(self, danish: str) -> str:
        return self.language.gettext(danish)
