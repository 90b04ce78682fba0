"""Who gains and loses sight of a concern with its facts (`domain.md` 2.1, 2.4, R6)."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from services.intake.access import changes
from services.intake.domain import commands as c
from services.intake.domain.concern import HOTLINE, Concern
from services.intake.domain.table import CONCERN
from shared.contracts.codes import Anonymity, Answer, Channel
from shared.lifecycle.actor import PUBLIC, Actor, Role
from shared.lifecycle.decide import decide
from shared.lifecycle.table import Command, Context
from shared.lifecycle.text import FieldClass, Text
from shared.persistence.store import AccessChange
from tests.unit.intake.concern_builders import CONCERN_ID, NOW

ADVISER = Actor(uuid4(), HOTLINE, frozenset({Role.HOTLINE_ADVISER}))
GREVE, GREVE_POLICE, ODENSE = "kommune:0253", "politi:midt-og-vestsjaelland", "0461"


class Told:
    """A concern, and who sees it now: what its facts gave and took."""

    def __init__(self, by: Actor = ADVISER, **more: object) -> None:
        self.concern: Concern | None = None
        self.sight: set[str] = set()
        self.opens: dict[str, set[tuple[Role, FieldClass]]] = {}
        call = {"anonymity": Anonymity.ANONYMOUS, "channel": Channel.HOTLINE, **more}
        self.give(c.ReceiveConcern.model_validate(call), by)

    def give(self, command: Command, by: Actor = ADVISER) -> Told:
        context = Context(actor=by, now=NOW, aggregate_id=CONCERN_ID)
        self.concern, facts = decide(CONCERN, self.concern, command, context)
        assert self.concern is not None
        for fact in facts:
            for change in changes(self.concern, fact):
                self._note(change)
        return self

    def _note(self, change: AccessChange) -> None:
        if change.ends:
            self.sight.discard(change.organisation)
            self.opens.pop(change.organisation, None)
        else:
            self.sight.add(change.organisation)
            self.opens.setdefault(change.organisation, set()).update(change.opens)

    def may_open(self, organisation: str, role: Role) -> set[FieldClass]:
        return {opened for who, opened in self.opens.get(organisation, set()) if who is role}


def route(municipality: str = "0253") -> c.RouteConcern:
    return c.RouteConcern(municipality=municipality, grounds=Text(None, UUID(int=7)))


KOMMUNE = Actor(uuid4(), GREVE, frozenset({Role.TOVHOLDER_KOMMUNE}))
POLICE = Actor(uuid4(), GREVE_POLICE, frozenset({Role.TOVHOLDER_POLITI}))
CHILD_UNIT = Actor(uuid4(), GREVE, frozenset({Role.CHILD_UNIT}))
CASE_TEXT, IDENTITY, REPORTER = FieldClass.CASE_TEXT, FieldClass.IDENTITY, FieldClass.REPORTER


@pytest.mark.parametrize(
    ("by", "role", "opens"),
    [
        (KOMMUNE, Role.TOVHOLDER_KOMMUNE, {CASE_TEXT, IDENTITY, REPORTER}),
        (POLICE, Role.TOVHOLDER_POLITI, {CASE_TEXT, IDENTITY, FieldClass.SECURITY}),
        (CHILD_UNIT, Role.CHILD_UNIT, {CASE_TEXT, IDENTITY}),
    ],
)
def test_who_takes_a_concern_in_opens_what_their_role_opens_and_nobody_else_does(
    by: Actor, role: Role, opens: set[FieldClass]
) -> None:
    told = Told(by=by, channel=Channel.WALK_IN)

    assert told.sight == {by.organisation}
    assert told.opens[by.organisation] == {(role, each) for each in opens}


def test_a_concern_that_is_taken_in_for_another_infohus_is_out_of_sight_once_it_is_sent_there() -> None:
    told = Told(by=KOMMUNE, channel=Channel.WALK_IN).give(route(ODENSE), KOMMUNE)

    assert told.sight == {"kommune:0461", "politi:fyn"}


def test_a_child_unit_that_took_in_what_is_about_a_grown_up_opens_it_no_more_once_it_is_sent_on() -> None:
    told = Told(by=CHILD_UNIT, channel=Channel.PHONE_LOCAL, minor=Answer.NO).give(route(), CHILD_UNIT)

    assert told.sight == {GREVE, GREVE_POLICE}
    assert told.may_open(GREVE, Role.CHILD_UNIT) == set()
    assert told.may_open(GREVE, Role.TOVHOLDER_KOMMUNE) == {CASE_TEXT, IDENTITY, REPORTER}


def test_the_hotline_loses_sight_of_a_public_concern_once_it_has_routed_it() -> None:
    told = Told(by=PUBLIC)
    assert HOTLINE in told.sight

    told.give(route())

    assert told.sight == {GREVE, GREVE_POLICE}


def test_an_alarm_tells_the_police_of_the_residence_so_that_they_can_answer_it() -> None:
    told = Told().give(c.RaiseAcute(subject_municipality="0253", minor=Answer.NO))

    assert told.sight == {HOTLINE, GREVE_POLICE}
    assert told.may_open(GREVE_POLICE, Role.TOVHOLDER_POLITI) == {
        FieldClass.CASE_TEXT,
        FieldClass.IDENTITY,
        FieldClass.SECURITY,
    }


def test_an_alarm_tells_the_child_unit_whose_24_hours_begin() -> None:
    told = Told().give(c.RaiseAcute(subject_municipality="0253"))  # unknown age counts as a child

    assert told.may_open(GREVE, Role.CHILD_UNIT) == {FieldClass.CASE_TEXT, FieldClass.IDENTITY}
    assert told.may_open(GREVE, Role.TOVHOLDER_KOMMUNE) == set()


def test_who_was_told_of_an_alarm_by_mistake_loses_sight_when_it_is_routed_elsewhere() -> None:
    told = Told().give(c.RaiseAcute(subject_municipality="0253")).give(route(ODENSE))

    assert told.sight == {HOTLINE, "kommune:0461", "politi:fyn"}  # the hotline has still to log the hand-over


def test_an_alarm_about_nobody_for_infohus_leaves_nobody_else_with_sight() -> None:
    told = Told().give(c.RaiseAcute()).give(c.CompleteRecord(subject_municipality="0253"))
    assert GREVE_POLICE in told.sight
    told.give(c.LogHandover(called=c.Called.ALARM_112, handed_over_at=NOW)).give(c.CloseAcute())

    assert told.sight == {HOTLINE}


def test_the_child_unit_opens_no_text_about_a_grown_up() -> None:
    told = Told(minor=Answer.NO).give(route())

    assert told.may_open(GREVE, Role.CHILD_UNIT) == set()
    assert FieldClass.REPORTER in told.may_open(GREVE, Role.TOVHOLDER_KOMMUNE)
