"""Break-glass (`domain.md` R7): only for an acute case, with a reason, for four hours, told at once, and signed by the DPO.

Two rows of the case's table. Who breaks the glass takes no part in the case; the handler looks it up in SYSTEM's hands and the facts
name the person.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final
from uuid import UUID, uuid5

from services.assessment.domain.case import Case, Glass, Stage
from shared.contracts.base import Fact
from shared.contracts.glass import GlassBroken, GlassReview, GlassReviewed
from shared.lifecycle.actor import Role
from shared.lifecycle.deadlines import DeadlineRule, fixed, working_days
from shared.lifecycle.table import Command, Context, Guard, Transition
from shared.lifecycle.text import FieldClass, Seal, Text

RULE: Final = "domain.md R7"
LASTS: Final = timedelta(hours=4)
"""How long the sight of who broke the glass lasts (R7)."""

BREAKERS: Final = (Role.TOVHOLDER_KOMMUNE, Role.TOVHOLDER_POLITI)
"""Tovholdere on duty elsewhere: the roles that a case is shown to where their organisation takes part."""

GLASSED: Final = tuple(stage for stage in Stage if stage not in (Stage.MERGED, Stage.CLOSED, Stage.POLICE_ONLY))


GROUNDS: Final = "glass.grounds"
"""The name under which the grounds are sealed: the officer who reviews opens this field and no other."""


class BreakGlass(Command):
    """See an acute case that you take no part in, for four hours. Both tovholdere and the DPO are told at once."""

    grounds: Annotated[Text, Seal(FieldClass.CASE_TEXT, GROUNDS)]


class ReviewGlass(Command):
    """Sign, as the DPO, what you find of a broken glass."""

    glass_id: UUID
    finding: GlassReview


def _last(case: Case) -> UUID:
    return case.glasses[-1].id


def _told(kind: str, owner: Role, owner_at: str) -> DeadlineRule:
    return DeadlineRule(
        kind=kind,
        due=working_days(5),
        owner=owner,
        owner_at=owner_at,
        reminders=(fixed(),),  # told at once
        about=_last,
        paragraph=RULE,
        lasts=True,
    )


GLASS_KOMMUNE: Final = _told("glass_broken", Role.TOVHOLDER_KOMMUNE, "organisation")
GLASS_POLITI: Final = _told("glass_broken_police", Role.TOVHOLDER_POLITI, "police")
GLASS_REVIEW: Final = _told("review_glass", Role.DPO, "organisation")
"""R7 notifies both tovholdere and the DPO; that the review takes five working days at most is ours [P]."""

CLOCKS: Final = (GLASS_KOMMUNE, GLASS_POLITI, GLASS_REVIEW)


def is_acute(case: Case) -> bool:
    """Say whether a glass may be broken: the case came in as acute, or a dimension was rated so and nobody has answered yet."""
    return case.stage in GLASSED and (case.acute or case.clock("acute_task") is not None)


def _acute(case: Case, _: Command, __: Context) -> bool:
    return is_acute(case)


def _stranger(case: Case, _: Command, context: Context) -> bool:
    return context.actor.organisation not in (case.organisation, case.police)


def _signed(case: Case, _: Command, context: Context) -> bool:
    return not any(glass.by == context.actor.person_ref and glass.finding is None for glass in case.glasses)


def _waits(case: Case, command: ReviewGlass, _: Context) -> bool:
    return any(glass.id == command.glass_id and glass.finding is None for glass in case.glasses)


ACUTE: Final = Guard(
    "not_acute", _acute, "glass is broken for an acute case alone", RULE, "Ask the tovholder whose case it is."
)
STRANGER: Final = Guard(
    "takes_part_already", _stranger, "your organisation takes part in this case", RULE, "Open it as you always do."
)
SIGNED: Final = Guard(
    "glass_waits_for_review",
    _signed,
    "you broke the glass of this case before, and the DPO of the municipality has not signed that yet",
    RULE,
    "Wait for the signature, or call the tovholder whose case it is.",
)
"""Without it four hours could follow on four hours, and nobody had looked at the first. Another person may [P]."""

WAITS: Final = Guard(
    "no_such_glass", _waits, "no break-glass of this case waits under this reference", RULE, "Load the work list again."
)


def _broken(case: Case, _: Command, context: Context) -> Mapping[str, Any]:
    return {"glass_id": uuid5(case.id, f"glass/{case.version}"), "until": context.now + LASTS}


GLASS_ROWS: Final[tuple[Transition[Case], ...]] = (
    Transition(
        rule=RULE,
        command=BreakGlass,
        fact=GlassBroken,
        sources=GLASSED,
        roles=BREAKERS,
        guards=(ACUTE, STRANGER, SIGNED),
        fills=_broken,
        opens=CLOCKS,
    ),
    Transition(
        rule=f"{RULE} (review)",
        command=ReviewGlass,
        fact=GlassReviewed,
        sources=tuple(Stage),
        roles=(Role.DPO,),
        guards=(WAITS,),
        meets=tuple(clock.kind for clock in CLOCKS),
        about=lambda _, command: command.glass_id,
    ),
)


def applied(case: Case, fact: Fact) -> Case:
    """Return the case after what a fact of break-glass means to it."""
    match fact:
        case GlassBroken():
            broken = Glass(
                id=fact.glass_id, by=fact.by, organisation=fact.organisation, until=fact.until, grounds=fact.grounds
            )
            return case.with_(glasses=(*case.glasses, broken))
        case GlassReviewed():
            found = (
                glass.model_copy(update={"finding": fact.finding}) if glass.id == fact.glass_id else glass
                for glass in case.glasses
            )
            return case.with_(glasses=tuple(found))
    return case
