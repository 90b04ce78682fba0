"""Each guard of consents, shares and rights: what just fits it, and what just fails it (`domain.md` 3.13, 4.2, 4.6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from services.assessment.domain import disclosure_commands as d
from services.assessment.domain.disclosure_rows import SHARING_ROWS
from shared.contracts.disclosure_codes import SharingBasis, SharingPurpose
from shared.errors import Invalid
from shared.lifecycle.actor import Role
from shared.lifecycle.table import Command
from tests.unit.assessment.assessment_builders import (
    AT_POLICE,
    GATHERING,
    KOMMUNE,
    NOW,
    POLITI,
    K,
    Play,
    W,
    actor,
    arrival,
    consent_to,
    played,
    ref,
    refusal,
    share,
    text,
)

DAY = timedelta(days=1)
PRISONS, ELSEWHERE, PSYCHIATRY = "kriminalforsorg:national", "kommune:0265", "psykiatri:sjaelland"


def gathering() -> Play:
    """Return a case that police have cleared, about an adult."""
    return played(GATHERING)


def of_child() -> Play:
    """Return a cleared case about a child."""
    return played(((arrival(minor="YES"), Role.SYSTEM), *GATHERING[1:]))


def agreed(kind: str) -> Callable[[], Play]:
    """Return the world in which a consent of that kind names the police."""

    def play() -> Play:
        made = gathering()
        made.give(consent_to(kind), W)
        return made

    return play


def consented(play: Play) -> UUID:
    """Return the id of the case's last consent."""
    found: UUID = play.state.consents[-1].id
    return found


def withdraw(play: Play) -> d.WithdrawConsent:
    return d.WithdrawConsent(consent_id=consented(play))


UNKNOWN = d.WithdrawConsent(consent_id=ref("nobody's"))
SCHOOL = "school:greve-01"
CHILD = {"basis": "BL_UNDERRETNING", "purpose": "CHILD_SUPPORT", "to_authority": ELSEWHERE}
MOVED = {"basis": "FLYTNING", "purpose": "CONTINUED_SUPPORT", "to_authority": ELSEWHERE}
EXPOSED = {"basis": "RPL115_PSP", "purpose": "EXPOSED_PERSON"}
RELEASED = {"basis": "RPL115_KSP", "purpose": "RELEASE_OR_CUSTODY"}
AGREED = {"basis": "CONSENT", "purpose": "AS_CONSENTED"}
EXIT = {"basis": "GANG_EXIT_CONSENT", "purpose": "EXIT_COURSE"}
DANGER = {"basis": "ACUTE_112", "purpose": "DANGER_TO_LIFE"}
TASK = {"basis": "FVL28_GDPR", "purpose": "RECEIVERS_TASK"}
UNIT = {"to_unit": "CHILDREN_AND_FAMILIES"}


def postponed(**changes: Any) -> d.PostponeTelling:
    plain = {"exemption": "DBL22_CRIME", "grounds": text(), "review_on": (NOW + 90 * DAY).date()}
    return d.PostponeTelling.model_validate({**plain, **changes})


CASES: list[tuple[str, Callable[[], Play], Command, Command]] = [
    ("pair_not_in_rpl115_ssp", gathering, share(), share(to_authority=SCHOOL)),
    ("pair_not_in_rpl115_psp", gathering, share(**EXPOSED, to_authority=PSYCHIATRY), share(**EXPOSED, to_authority=SCHOOL)),
    ("pair_not_in_rpl115_ksp", gathering, share(**RELEASED, to_authority=PRISONS), share(**RELEASED)),
    ("pair_not_in_bl_underretning", of_child, share(**CHILD, **UNIT), share(**{**CHILD, **UNIT, "to_authority": POLITI})),
    ("pair_not_in_flytning", of_child, share(**MOVED), share(**{**MOVED, "to_authority": KOMMUNE})),
    ("pair_not_in_consent", agreed("SHARE"), share(**AGREED), share(**AGREED, to_authority="hotline:national")),
    ("pair_not_in_gang_exit_consent", agreed("GANG_EXIT"), share(**EXIT), share(**EXIT, to_authority=PSYCHIATRY)),
    ("pair_not_in_acute_112", gathering, share(**DANGER), share(**DANGER, to_authority=PSYCHIATRY)),
    ("pair_not_in_fvl28_gdpr", gathering, share(**TASK), share(**TASK, to_authority="centre:national")),
    ("not_your_share", gathering, share(), share(from_authority=ELSEWHERE)),
    ("purpose_not_of_basis", gathering, share(), share(purpose="RECEIVERS_TASK")),
    ("recipient_may_not_receive", gathering, share(), share(recipient_kind="VOLUNTEER")),
    ("not_minimised", gathering, share(), share(minimisation_checked=False)),
    ("share_not_recorded_at_once", gathering, share(**DANGER, happened_at=NOW - DAY), share(happened_at=NOW - DAY)),
    ("police_not_asked_first", lambda: played(AT_POLICE), share(**DANGER), share()),
    ("no_live_consent", agreed("SHARE"), share(**AGREED), share(**AGREED, to_authority=ELSEWHERE)),
    ("only_the_child_unit", of_child, share(**CHILD, **UNIT), share(**CHILD, to_unit="ADULTS")),
    ("not_your_refusal", gathering, refusal(), refusal(from_authority=ELSEWHERE)),
    ("asker_unknown", gathering, refusal(), refusal(to_authority="nobody:nowhere")),
    ("consent_not_informed", gathering, consent_to("SHARE"), consent_to("SHARE", specific_informed_revocable=False)),
    ("consent_parties", gathering, consent_to("SHARE"), consent_to("SHARE", parties=[])),
    ("consent_not_in_writing", gathering, consent_to("GANG_EXIT"), consent_to("GANG_EXIT", in_writing=False)),
    ("consent_is_not_to_the_offer", gathering, consent_to("SHARE"), consent_to("SHARE", needs_corps_member=True)),
    ("consent_to_replace_not_there", gathering, consent_to("SHARE"), consent_to("SHARE", replaces=ref("nobody's"))),
    ("consent_not_there", agreed("SHARE"), withdraw(agreed("SHARE")()), UNKNOWN),
    ("told_in_the_future", gathering, d.RecordCitizenTold(told_at=NOW), d.RecordCitizenTold(told_at=NOW + DAY)),
    ("review_too_late", gathering, postponed(), postponed(review_on=(NOW + 91 * DAY).date())),
    ("not_a_section_22_reason", gathering, postponed(), postponed(exemption="LED")),
    ("no_such_fact", gathering, d.DisputeFact(disputed=1, citizens_version=text()),
     d.DisputeFact(disputed=999, citizens_version=text())),
    ("nobody_to_tell", agreed("SHARE"), withdraw(agreed("SHARE")()), d.RecordPartiesTold(consent_id=ref("nobody's"))),
]  # fmt: skip
"""(guard's code, world, a command that just passes, one that is just refused)."""


@pytest.mark.parametrize(("code", "world", "fits", "fails"), CASES, ids=[code for code, *_ in CASES])
def test_a_guard_refuses_what_just_fails_it_and_names_its_rule(
    code: str, world: Callable[[], Play], fits: Command, fails: Command
) -> None:
    assert world().give(fits, actor(W))

    with pytest.raises(Invalid) as refused:
        world().give(fails, actor(W))

    assert refused.value.code == code
    assert refused.value.rule is not None
    assert refused.value.rule.startswith("domain.md")


def test_what_is_for_families_with_children_is_not_for_an_adult() -> None:
    assert of_child().give(share(**MOVED), W)

    with pytest.raises(Invalid) as refused:
        gathering().give(share(**MOVED), W)

    assert refused.value.code == "not_about_a_child"


def test_a_citizen_is_told_once() -> None:
    play = gathering()
    play.give(d.RecordCitizenTold(told_at=NOW), W)

    for again in (d.RecordCitizenTold(told_at=NOW), postponed()):
        with pytest.raises(Invalid) as refused:
            play.give(again, W)
        assert refused.value.code == "citizen_knows"


BELOW = {"not_about_a_child", "citizen_knows"}
"""Guards with a test of their own."""


def test_a_pair_that_is_not_listed_is_refused_with_the_rule_and_who_it_lists() -> None:
    with pytest.raises(Invalid) as refused:
        gathering().give(share(to_authority=SCHOOL), W)

    assert refused.value.rule == "domain.md 4.2 RPL115_SSP [W31][W33], from 2026-01-01"
    assert "kommune, politi, psykiatri, school -> kommune, politi, psykiatri, school" in str(refused.value)


def test_investigation_is_no_purpose_that_exists() -> None:
    """T10, R2: what police ask for "for investigation" cannot even be said."""
    assert not [code for code in (*SharingPurpose, *SharingBasis) if "INVEST" in code or "EFTERFORSK" in code]
    for said in ("INVESTIGATION", "investigation", "EFTERFORSKNING"):
        with pytest.raises(ValidationError):
            share(purpose=said)


@pytest.mark.parametrize("kind", ["PRIVATE_PERSON", "REPORTER", "VOLUNTEER", "COMPANY"])
@pytest.mark.parametrize("basis", [{}, {**EXPOSED, "to_authority": PSYCHIATRY}, {**RELEASED, "to_authority": PRISONS}])
def test_no_private_person_receives_under_section_115(kind: str, basis: dict[str, str]) -> None:
    """R4."""
    with pytest.raises(Invalid) as refused:
        gathering().give(share(**basis, recipient_kind=kind), W)

    assert refused.value.code == "recipient_may_not_receive"


def test_the_reporter_receives_nothing_on_any_basis() -> None:
    play = played(((arrival(reporter=ref("reporter")), Role.SYSTEM), *GATHERING[1:]))

    with pytest.raises(Invalid) as refused:
        play.give(share(recipient_person=ref("reporter")), W)

    assert refused.value.code == "recipient_may_not_receive"


@pytest.mark.parametrize("missing", ["basis", "recipient_person", "necessity", "purpose", "categories"])
def test_a_share_names_basis_recipient_and_necessity(missing: str) -> None:
    """R1: without one of them there is no share to be recorded."""
    whole = {name: getattr(share(), name) for name in d.ShareInformation.model_fields}
    del whole[missing]

    with pytest.raises(ValidationError):
        d.ShareInformation.model_validate(whole)


def test_necessity_is_said_in_twenty_characters_at_least() -> None:
    assert share(necessity="x" * 20)
    for short in ("x" * 19, " " * 20 + "x" * 19, ""):
        with pytest.raises(ValidationError):
            share(necessity=short)


def test_a_refusal_is_a_neutral_fact_that_starts_nothing() -> None:
    """R3: no clock, no reminder, no escalation, and no reason is asked for."""
    play = gathering()
    clocks = play.state.clocks

    (fact,) = play.give(refusal(), K)

    assert fact.type == "case.sharing_refused.v1"
    assert play.state.clocks == clocks
    assert all(row.opens == () and row.meets == () for row in SHARING_ROWS)
