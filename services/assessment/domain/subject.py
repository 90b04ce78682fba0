"""Whom a case is about, put right (`domain.md` 3.3, 3.4): a CPR number may have been mistyped, or not have been theirs.

Both tovholdere say so, each for themselves and on the same person: one alone could move a case, and with it the keys of its texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from pydantic import PrivateAttr

from services.assessment.domain.case import OPEN_CASE, Case, Stage
from shared.contracts.assessment import SubjectCorrected
from shared.contracts.base import Fact
from shared.lifecycle.actor import Role
from shared.lifecycle.table import Command, Context, Guard, Transition
from shared.lifecycle.text import IdentityText

RULE: Final = "domain.md 3.4 (the subject corrected)"
TOVHOLDERE: Final = (Role.TOVHOLDER_KOMMUNE, Role.TOVHOLDER_POLITI)


class CorrectSubject(Command):
    """Agree, as one of both tovholdere, whom the case is really about: the number was wrong, or the person is not known."""

    cpr: IdentityText | None = None
    """The right number; to find the person by, and never stored."""
    not_known: bool = False
    """Said instead of a number: nothing is matched by it any more."""
    _found: UUID | None = PrivateAttr(default=None)

    def about(self, subject: UUID | None) -> CorrectSubject:
        """Return the command about the person that was found, without the number."""
        found = self.model_copy(update={"cpr": None})
        found._found = subject
        return found

    def agreed_terms(self) -> dict[str, str]:
        """Return the person as a reference: both must mean the same."""
        return {"subject_ref": str(self._found) if self._found else "none"}


def _one_answer(_: Case, command: CorrectSubject, context: Context) -> bool:
    return command.not_known is not (context.known.get("right_subject") is not None)


def _another(case: Case, _: CorrectSubject, context: Context) -> bool:
    return context.known.get("right_subject") != case.subject_ref


ONE_ANSWER: Final = Guard(
    "number_or_not_known",
    _one_answer,
    "either the right CPR number is given, or that the person is not known",
    RULE,
    "Give cpr, or not_known: true.",
    "cpr",
)
ANOTHER: Final = Guard(
    "subject_unchanged",
    _another,
    "the case is about this person already",
    RULE,
    "Check the number; if it is right, nothing is to be corrected.",
    "cpr",
)


def _corrected(_: Case, __: CorrectSubject, context: Context) -> Mapping[str, Any]:
    return {"subject_ref": context.known.get("right_subject")}


SUBJECT_ROWS: Final[tuple[Transition[Case], ...]] = (
    Transition(
        rule=RULE,
        command=CorrectSubject,
        fact=SubjectCorrected,
        # A closed case as well: its texts go with a person's until they are erased. What police have alone is not spoken about.
        sources=tuple(stage for stage in (*OPEN_CASE, Stage.CLOSED) if stage is not Stage.POLICE_ONLY),
        roles=TOVHOLDERE,
        together=TOVHOLDERE,
        guards=(ONE_ANSWER, ANOTHER),
        fills=_corrected,
    ),
)


def applied(case: Case, fact: Fact) -> Case:
    """Return the case after a correction; who agreed to it has agreed to no later one."""
    if not isinstance(fact, SubjectCorrected):
        return case
    agreed = {code: given for code, given in case.agreements.items() if code != CorrectSubject.code}
    return case.with_(subject_ref=fact.subject_ref, agreements=agreed)
