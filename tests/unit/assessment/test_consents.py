"""Consent from its recording to its withdrawal: what rests on it, and what stays as it was (`domain.md` 3.13, row 44, T23)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.assessment.domain import case_commands as c
from services.assessment.domain import disclosure_commands as d
from services.assessment.domain.case import Case, Stage
from shared.contracts import assessment as facts
from shared.contracts import disclosures
from shared.contracts.lifecycle import DeadlineMet, DeadlineOpened, StepAction
from shared.errors import Conflict, Forbidden, Invalid
from shared.lifecycle.actor import Role
from shared.lifecycle.decide import TakeDeadlineStep
from tests.unit.assessment.assessment_builders import (
    ACTIVE,
    FOLLOW_UP,
    GATHERING,
    KOMMUNE,
    NOW,
    OFFERED,
    PATHS,
    PENDING,
    POLITI,
    K,
    P,
    Play,
    W,
    actor,
    consent,
    consent_to,
    decision,
    follow,
    played,
    ref,
    share,
    text,
)

DAY = timedelta(days=1)
AGREED = {"basis": "CONSENT", "purpose": "AS_CONSENTED"}


def withdraw(play: Play, number: int = -1) -> d.WithdrawConsent:
    return d.WithdrawConsent(consent_id=play.state.consents[number].id)


@pytest.mark.parametrize("stage", [Stage.MATCHING, Stage.ACTIVE, Stage.PAUSED, Stage.FOLLOW_UP])
def test_a_withdrawn_offer_goes_back_to_the_authority_which_assesses_in_five_working_days(stage: Stage) -> None:
    """Row 44."""
    play = played(PATHS[stage])
    before: Case = play.state

    (fact, *_) = play.give(withdraw(play), W)

    assert isinstance(fact, disclosures.ConsentWithdrawn)
    assert (fact.stage, fact.kind, fact.stops_help) == ("K6", "OFFER", True)
    assert play.kinds() == {"assess_without_consent"}
    clock = play.state.clock("assess_without_consent")
    assert (clock.due_at, clock.owner_role) == (datetime(2026, 11, 11, 10, tzinfo=UTC), "CASEWORKER")
    assert (play.state.offer, play.state.intervention_id) == (None, None)
    assert play.state.assessments == before.assessments


@pytest.mark.parametrize("stage", [Stage.MATCHING, Stage.ACTIVE, Stage.PAUSED, Stage.FOLLOW_UP])
def test_a_citizen_who_tells_the_tovholder_is_heard_and_the_caseworker_assesses(stage: Stage) -> None:
    play = played(PATHS[stage])

    (fact, *_) = play.give(withdraw(play), K)

    assert isinstance(fact, disclosures.ConsentWithdrawn)
    assert (fact.stage, fact.stops_help, fact.by_role) == ("K6", True, "TOVHOLDER_KOMMUNE")
    clock = play.state.clock("assess_without_consent")
    assert (clock.kind, clock.owner_role) == ("assess_without_consent", "CASEWORKER")


def test_nobody_else_withdraws_for_the_citizen_what_help_rests_on() -> None:
    """Row 44: via the caseworker of the authority that helps, or the municipality's tovholder; never police or a neighbour."""
    play = played(ACTIVE)
    elsewhere = "kommune:0265"
    for who, error in ((actor(P), Forbidden), (actor(W, elsewhere), Invalid), (actor(K, elsewhere), Invalid)):
        with pytest.raises(error):
            play.give(withdraw(play), who)


@pytest.mark.parametrize("reason", ["D2", "A4"])
def test_after_the_withdrawal_the_authority_offers_anew_or_closes(reason: str) -> None:
    """Rows 44, then 23 or 24."""
    offered, closed = played(ACTIVE), played(ACTIVE)
    for play in (offered, closed):
        play.give(withdraw(play), W)

    again = offered.give(decision(), W)
    closed.give(decision(outcome="NONE", reason=reason, grounds=text()), W)

    assert [fact.kind for fact in again if isinstance(fact, DeadlineMet)] == ["assess_without_consent"]
    assert (offered.state.stage, closed.state.stage) == ("K7", "K13")
    assert closed.state.closing_reason == reason


def test_nobody_is_closed_as_withdrawn_who_did_not_withdraw() -> None:
    with pytest.raises(Invalid) as refused:
        played(PENDING).give(decision(outcome="NONE", reason="D2", grounds=text()), W)

    assert refused.value.code == "reason_missing"


def test_withdrawing_and_declining_raise_no_level_and_change_no_history() -> None:
    """R24."""
    for steps, command in ((ACTIVE, None), (OFFERED, c.RecordDecline())):
        play = played(steps)
        before, told = play.state, list(play.facts)
        play.give(command or withdraw(play), W)

        assert play.state.assessments == before.assessments
        assert (play.state.acute, play.state.travel) == (before.acute, before.travel)
        assert play.facts[: len(told)] == told
        assert not [fact for fact in play.facts[len(told) :] if isinstance(fact, facts.AssessmentCompleted)]


def test_a_share_rests_on_a_live_consent_and_names_it_and_stops_with_it() -> None:
    """T23: future shares fail, history stays, the parties are told."""
    play = played(GATHERING)
    play.give(consent_to("SHARE"), W)
    (made,) = play.give(share(**AGREED), W)
    assert isinstance(made, disclosures.InformationShared)

    play.let_pass(120 * DAY).give(withdraw(play), W)

    with pytest.raises(Invalid) as refused:
        play.give(share(**AGREED), W)
    assert refused.value.code == "no_live_consent"
    assert [each.consent_id for each in play.state.shares] == [made.consent_id] == [play.state.consents[0].id]
    assert "tell_parties" in play.kinds()
    play.give(d.RecordPartiesTold(consent_id=made.consent_id), K)
    assert "tell_parties" not in play.kinds()


def test_a_relatives_own_consent_carries_no_share_about_the_person() -> None:
    """4.2 CONSENT: what goes is about the person the case is about, who alone, or whose custody holder, can agree to it."""
    play = played(GATHERING)
    play.give(consent_to("SHARE", client="RELATIVE", given_by="RELATIVE"), W)

    with pytest.raises(Invalid) as refused:
        play.give(share(**AGREED), W)

    assert refused.value.code == "no_live_consent"
    play.give(consent_to("SHARE"), W)
    (made,) = play.give(share(**AGREED), W)
    assert made.consent_id == play.state.consents[1].id  # type: ignore[attr-defined]  # a share


def test_expiry_is_judged_at_the_moment_of_use() -> None:
    """R18: nobody has to do anything for a consent to end."""
    play = played(GATHERING)
    play.give(consent_to("SHARE", valid_until=NOW + 40 * DAY), W)
    version = play.state.version

    play.now = NOW + 40 * DAY - timedelta(seconds=1)
    assert play.give(share(**AGREED), W)
    play.now = NOW + 40 * DAY
    with pytest.raises(Invalid) as refused:
        play.give(share(**AGREED), W)

    assert refused.value.code == "no_live_consent"
    assert play.state.version == version + 1


def test_a_consent_of_another_kind_or_to_another_party_carries_no_share() -> None:
    for other in (consent_to("GANG_EXIT"), consent_to("FOLLOW_UP"), consent_to("SHARE", parties=[KOMMUNE])):
        play = played(GATHERING)
        play.give(other, W)

        with pytest.raises(Invalid) as refused:
            play.give(share(**AGREED, to_authority=POLITI), W)

        assert refused.value.code == "no_live_consent"


def test_a_caseworker_is_reminded_thirty_days_before_a_consent_ends() -> None:
    play = played(PENDING)
    made = play.give(consent_to("SHARE", valid_until=NOW + 100 * DAY), W)

    (clock,) = [fact for fact in made if isinstance(fact, DeadlineOpened)]

    assert clock.owner_person == play.state.caseworker_ref
    assert (clock.kind, clock.owner_role, clock.about) == ("consent_expires", "CASEWORKER", play.state.consents[0].id)
    assert [(step.action, step.at) for step in clock.steps] == [
        (StepAction.REMIND, NOW + 70 * DAY),
        (StepAction.MISS, NOW + 100 * DAY),
    ]
    play.now = NOW + 100 * DAY
    for action in (StepAction.REMIND, StepAction.MISS):
        play.give(TakeDeadlineStep(deadline_id=clock.deadline_id, action=action), Role.SYSTEM)
    assert play.state.stage == Stage.DECISION_PENDING


def test_of_two_consents_only_the_clock_of_the_withdrawn_one_ends() -> None:
    play = played(ACTIVE)
    play.give(consent_to("SHARE"), W)

    play.give(withdraw(play), W)

    assert [clock.about for clock in play.state.clocks.values() if clock.kind == "consent_expires"] == [
        play.state.consents[0].id
    ]
    assert (play.state.stage, play.state.offer.consent_id) == ("K9", play.state.consents[0].id)


def test_a_renewed_consent_carries_the_help_on_and_seeks_nobody_anew() -> None:
    play = played(ACTIVE)
    first = play.state.offer
    play.let_pass(250 * DAY)

    (fact, *_) = play.give(
        consent(
            replaces=first.consent_id,
            needs_corps_member=False,
            requirements=None,
            given_at=play.now,
            valid_until=play.now + 300 * DAY,
        ),
        W,
    )

    assert isinstance(fact, facts.ConsentGiven)
    assert (fact.replaces, fact.needs_corps_member) == (first.consent_id, False)
    assert (play.state.stage, play.state.offer.needs_corps_member) == ("K9", True)
    assert play.state.offer.consent_id == fact.consent_id != first.consent_id
    assert [clock.about for clock in play.state.clocks.values()] == [fact.consent_id]


def test_an_offer_is_not_taken_before_it_is_made() -> None:
    for steps in (GATHERING, ACTIVE):
        with pytest.raises(Conflict) as refused:
            played(steps).give(consent(), W)
        assert refused.value.code == "no_row_fits"


def test_what_the_corps_says_after_the_withdrawal_moves_nothing() -> None:
    play = played(PATHS[Stage.MATCHING])
    play.give(withdraw(play), W)

    for happened in ("STARTED", "STOPPED", "ENDED"):
        play.give(follow(happened), Role.SYSTEM)

    assert (play.state.stage, play.state.intervention_id) == ("K6", None)


def test_a_consent_can_be_withdrawn_while_police_have_the_case_and_after_it_is_closed() -> None:
    alone = played(ACTIVE)
    alone.give(consent_to("SHARE"), W)
    alone.give(c.RevokeClearance(), P)
    closed = played(OFFERED)
    closed.give(consent_to("SHARE"), W)
    closed.give(c.RecordDecline(), W)

    called = played(ACTIVE)
    called.give(consent_to("SHARE"), W)
    called.give(c.RevokeClearance(), P)

    alone.give(withdraw(alone), P)
    called.give(withdraw(called), K)
    closed.give(withdraw(closed), W)

    for play in (alone, called, closed):
        assert play.state.consents[-1].withdrawn_at == NOW
        assert play.kinds() == set()


TELLING: list[tuple[Any, bool]] = [
    (None, True),
    (d.RecordCitizenTold(told_at=NOW), False),
    (d.PostponeTelling(exemption="DBL22_CRIME", grounds=text(), review_on=(NOW + 60 * DAY).date()), False),
]


@pytest.mark.parametrize(("before", "due"), TELLING, ids=["silent", "told", "postponed"])
def test_with_the_offer_the_telling_is_due_unless_it_is_done_or_rightly_postponed(before: Any, due: bool) -> None:
    """R22."""
    play = played(PENDING)
    if before is not None:
        play.give(before, W)

    play.give(decision(), W)

    assert ("tell_citizen" in play.kinds()) is due


def test_a_reason_not_to_tell_has_a_clock_that_asks_again() -> None:
    """R22."""
    play = played(OFFERED)
    play.give(TELLING[2][0], W)
    assert play.kinds() == {"answer_offer", "review_telling"}
    assert play.state.clock("review_telling").due_at.date() == (NOW + 60 * DAY).date()

    play.give(d.RecordCitizenTold(told_at=NOW), W)

    assert (play.kinds(), play.state.told_at, play.state.postponed) == ({"answer_offer"}, NOW, None)


def test_who_takes_the_offer_knows_of_the_case() -> None:
    play = played(ACTIVE)

    assert play.state.told_at == NOW
    assert "tell_citizen" not in play.kinds()


def test_a_disputed_fact_stays_with_the_citizens_version_beside_it() -> None:
    """R23."""
    play = played(FOLLOW_UP)
    told = list(play.facts)

    (fact,) = play.give(d.DisputeFact(disputed=2, citizens_version=text("own version")), W)

    assert play.facts[:-1] == told
    assert isinstance(fact, disclosures.FactDisputed)
    (dispute,) = play.state.disputes
    assert (dispute.disputed, dispute.citizens_version) == (2, ref("own version"))
