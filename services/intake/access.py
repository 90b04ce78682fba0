"""Who sees a concern, and what they may open of it (`domain.md` 2.4, R6)."""

from __future__ import annotations

from collections.abc import Iterator

from services.intake.domain.concern import Concern, Stage
from shared.contracts.base import Fact
from shared.contracts.intake import ConcernReceived, ConcernRouted, ReturnedByPolice, TakenByPolice
from shared.lifecycle.actor import PUBLIC, Role
from shared.lifecycle.text import FieldClass
from shared.persistence.store import AccessChange
from shared.reference.organisations import kommune, politi_of

HOTLINE = "hotline:national"

DESK = (
    (Role.HOTLINE_ADVISER, FieldClass.CASE_TEXT),
    (Role.HOTLINE_ADVISER, FieldClass.IDENTITY),
    (Role.HOTLINE_ADVISER, FieldClass.REPORTER),
)
KOMMUNE = (
    (Role.TOVHOLDER_KOMMUNE, FieldClass.CASE_TEXT),
    (Role.TOVHOLDER_KOMMUNE, FieldClass.IDENTITY),
    (Role.TOVHOLDER_KOMMUNE, FieldClass.REPORTER),
    (Role.CHILD_UNIT, FieldClass.CASE_TEXT),
    (Role.CHILD_UNIT, FieldClass.IDENTITY),
)
"""Class D, the reporter, is for the receiving tovholder alone (R6)."""
POLITI = (
    (Role.TOVHOLDER_POLITI, FieldClass.CASE_TEXT),
    (Role.TOVHOLDER_POLITI, FieldClass.IDENTITY),
    (Role.TOVHOLDER_POLITI, FieldClass.SECURITY),
)


def changes(concern: Concern, fact: Fact) -> Iterator[AccessChange]:
    """Yield who gains or loses sight with `fact`; `concern` is the state after all facts of the command."""
    if isinstance(fact, ConcernReceived):
        yield AccessChange(concern.organisation, opens=DESK)
        if concern.organisation != HOTLINE and fact.by == PUBLIC.person_ref:
            yield AccessChange(HOTLINE, opens=DESK)
    if isinstance(fact, ConcernRouted):
        yield AccessChange(kommune(fact.municipality), opens=KOMMUNE)
        yield AccessChange(politi_of(fact.municipality), opens=POLITI)
    if concern.infohus is not None and isinstance(fact, TakenByPolice):
        yield AccessChange(kommune(concern.infohus), ends=True)
    if concern.infohus is not None and isinstance(fact, ReturnedByPolice):
        yield AccessChange(kommune(concern.infohus), opens=KOMMUNE)
    if concern.stage in (Stage.ROUTED, Stage.MERGED) and not concern.clocks and not _is_of_the_infohus(concern):
        # The hotline never owns a case: sight ends with routing, or when the hand-over and the record are done (2.4).
        yield AccessChange(concern.organisation, ends=True)


def _is_of_the_infohus(concern: Concern) -> bool:
    """Say whether who received the concern is who it was sent to."""
    return concern.infohus is not None and concern.organisation in (
        kommune(concern.infohus),
        politi_of(concern.infohus),
    )
