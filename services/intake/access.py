"""Who sees a concern, and what they may open of it (`domain.md` 2.4, R6)."""

from __future__ import annotations

from collections.abc import Iterator

from services.intake.domain.concern import Concern, Stage
from services.intake.domain.deadlines import NEW_INFORMATION, QUESTION_OPEN
from shared.contracts.base import Fact
from shared.contracts.codes import Answer
from shared.contracts.intake import (
    AcuteClosed,
    AcuteRaised,
    ConcernReceived,
    ConcernRouted,
    RecordCompleted,
    ReturnedByPolice,
    TakenByPolice,
)
from shared.lifecycle.actor import Role
from shared.lifecycle.text import FieldClass
from shared.persistence.store import AccessChange
from shared.policy.sights import Policy, Sight, Tie
from shared.reference.organisations import kommune, politi_of

B, C, D, E = FieldClass.CASE_TEXT, FieldClass.IDENTITY, FieldClass.REPORTER, FieldClass.SECURITY

CONCERN_POLICY = Policy(
    "concern",
    (
        Sight(Role.HOTLINE_ADVISER, Tie.TAKES_PART, (B, C, D), "2.4: until it is routed"),
        Sight(Role.PRO_REPORTER, Tie.OWNS, (), "2.1: what their own place has sent in, without its texts"),
        # Class D, the reporter, is for the receiving tovholder alone.
        Sight(Role.TOVHOLDER_KOMMUNE, Tie.TAKES_PART, (B, C, D), "R6: the receiving tovholder"),
        Sight(Role.TOVHOLDER_POLITI, Tie.TAKES_PART, (B, C, E), "R6: the other tovholder of the Infohus"),
        Sight(Role.SECRETARIAT, Tie.TAKES_PART, (), "2.1: agenda and invitations, no text"),
        Sight(Role.CHILD_UNIT, Tie.TAKES_PART, (B, C), "3.7: where the person is, or may be, a child"),
    ),
    {Tie.OWNS: "organisation"},
)
"""No department-wide access (R5), never the corps (R12), never a national role (R11)."""

DESK = CONCERN_POLICY.leave(Role.HOTLINE_ADVISER)
KOMMUNE = CONCERN_POLICY.leave(Role.TOVHOLDER_KOMMUNE)
POLITI = CONCERN_POLICY.leave(Role.TOVHOLDER_POLITI)
CHILD = CONCERN_POLICY.leave(Role.CHILD_UNIT)

TAKING_IN = {Role.TOVHOLDER_KOMMUNE: KOMMUNE, Role.TOVHOLDER_POLITI: POLITI, Role.CHILD_UNIT: CHILD}
"""What who takes a concern in at a desk of their own opens of it until it is sent on; the hotline's leave for the rest."""

WITH_REPORTER = (NEW_INFORMATION.kind, QUESTION_OPEN.kind)
"""Clocks of what is said to the reporter and by the reporter."""

RELEASED = (B, C)
"""Classes that a data protection officer may open for an answer to the citizen, where a decision released texts (R21): never D."""


def may_answer(concern: Concern, organisation: str) -> bool:
    """Say whether this organisation answers the citizen with what came with a concern: one of its Infohus; police alone (T08)."""
    if concern.infohus is None:
        return False
    police = politi_of(concern.infohus)
    return organisation == police or (organisation == kommune(concern.infohus) and not concern.taken)


def changes(concern: Concern, fact: Fact) -> Iterator[AccessChange]:
    """Yield who gains or loses sight with `fact`; `concern` is the state after all facts of the command."""
    match fact:
        case ConcernReceived():
            yield AccessChange(concern.organisation, opens=TAKING_IN.get(Role(fact.by_role), DESK))
            if concern.desk != concern.organisation:
                yield AccessChange(concern.desk, opens=DESK)
        case AcuteRaised() | RecordCompleted() if concern.stage == Stage.ACUTE:
            yield from _alarm(concern)
        case AcuteClosed():
            yield from _forgotten(concern, None)
        case ConcernRouted():
            yield from _sent_to(concern, fact.municipality)
        case TakenByPolice() if concern.infohus is not None:
            yield AccessChange(kommune(concern.infohus), ends=True)
        case ReturnedByPolice() if concern.infohus is not None:
            yield AccessChange(kommune(concern.infohus), opens=_of_the_municipality(concern))
    if concern.stage in (Stage.ROUTED, Stage.MERGED) and not _handing_over(concern) and not _is_of_the_infohus(concern):
        # The hotline never owns a case: sight ends with routing, or when the hand-over and the record are done (2.4).
        yield AccessChange(concern.organisation, ends=True)
        if concern.desk != concern.organisation:
            yield AccessChange(concern.desk, ends=True)


def _alarm(concern: Concern) -> Iterator[AccessChange]:
    """Police answer an alarm (row 51), and the child unit's 24 hours run from it (T07)."""
    place = concern.subject_municipality
    if place is None:
        return
    yield AccessChange(politi_of(place), opens=POLITI)
    if concern.minor is not Answer.NO:
        yield AccessChange(kommune(place), opens=CHILD)


def _sent_to(concern: Concern, infohus: str) -> Iterator[AccessChange]:
    yield from _forgotten(concern, infohus)
    if _is_of_the_infohus(concern):
        # Who took it in at the Infohus itself opens from here on what their part in the case lets them open.
        yield AccessChange(concern.organisation, ends=True)
    yield AccessChange(kommune(infohus), opens=_of_the_municipality(concern))
    yield AccessChange(politi_of(infohus), opens=POLITI)


def _forgotten(concern: Concern, infohus: str | None) -> Iterator[AccessChange]:
    """Who was told of the alarm and has no part in what follows loses sight; who took the concern in keeps it."""
    kept = {concern.organisation, concern.desk}
    if infohus is not None:
        kept |= {kommune(infohus), politi_of(infohus)}
    for place in concern.alarmed:
        for organisation in (kommune(place), politi_of(place)):
            if organisation not in kept:
                yield AccessChange(organisation, ends=True)


def _of_the_municipality(concern: Concern) -> tuple[tuple[Role, FieldClass], ...]:
    return KOMMUNE if concern.minor is Answer.NO else (*KOMMUNE, *CHILD)


def _handing_over(concern: Concern) -> bool:
    """Say whether a clock of the hand-over runs; what passes between the reporter and the Infohus is not the desk's."""
    return any(clock.kind not in WITH_REPORTER for clock in concern.clocks.values())


def _is_of_the_infohus(concern: Concern) -> bool:
    """Say whether who received the concern is who it was sent to."""
    return concern.infohus is not None and concern.organisation in (
        kommune(concern.infohus),
        politi_of(concern.infohus),
    )
