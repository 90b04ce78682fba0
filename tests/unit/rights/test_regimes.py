"""Every record says which law governs it and who answers for it, and none comes from PET (`domain.md` 4.1)."""

from __future__ import annotations

from enum import StrEnum
from importlib import import_module
from pkgutil import iter_modules

import pytest

import shared.contracts
from services.assessment.domain import case_commands as c
from services.assessment.domain.case import Stage
from services.assessment.domain.underretning import Stage as UStage
from shared.errors import Invalid
from shared.lifecycle.actor import Regime
from shared.lifecycle.regime import regime_of
from shared.reference.organisations import OrganisationKind, organisation
from shared.web.reading import view_of
from tests.unit.assessment.assessment_builders import (
    GATHERING,
    KOMMUNE,
    POLITI,
    RECOMMENDED,
    K,
    W,
    case_in,
    consent_to,
    played,
    share,
    underretning_in,
)

HANDLED = {
    Stage.ARRIVED: (Regime.GDPR, KOMMUNE),
    Stage.TRIAGE: (Regime.GDPR, KOMMUNE),
    Stage.POLICE_CLEARANCE: (Regime.MIXED, KOMMUNE),
    Stage.POLICE_ONLY: (Regime.LED, POLITI),
    Stage.GATHERING: (Regime.MIXED, KOMMUNE),
    Stage.ACTIVE: (Regime.MIXED, KOMMUNE),
}
RULES = [
    (("kommune:0253",), Regime.GDPR),
    (("politi:fyn",), Regime.LED),
    (("kriminalforsorg:national",), Regime.LED),
    (("politi:fyn", "kriminalforsorg:national"), Regime.LED),
    (("kommune:0253", "politi:fyn"), Regime.MIXED),
    (("psykiatri:sjaelland", "school:greve-01", "hotline:national", "centre:national"), Regime.GDPR),
]


@pytest.mark.parametrize(("parties", "expected"), RULES)
def test_the_law_follows_from_who_handles_it(parties: tuple[str, ...], expected: Regime) -> None:
    assert regime_of(*parties) is expected


@pytest.mark.parametrize(("stage", "expected"), HANDLED.items(), ids=HANDLED)
def test_a_case_shows_the_law_of_its_stage_and_who_answers(stage: Stage, expected: tuple[Regime, str]) -> None:
    shown = view_of(case_in(stage))

    assert (shown["regime"], shown["controller"]) == expected


def test_an_underretning_is_the_municipalitys_alone() -> None:
    shown = view_of(underretning_in(UStage.RECEIVED))

    assert (shown["regime"], shown["controller"]) == (Regime.GDPR, KOMMUNE)


PET = ("pet:national", "school:pet", "school:pet-koebenhavn", "PET", "politi:pet", "kommune:pet")


@pytest.mark.parametrize("code", PET)
def test_pet_is_no_organisation(code: str) -> None:
    with pytest.raises(Invalid):
        organisation(code)


def test_pet_can_be_named_wherever_an_authority_is_typed_and_is_refused() -> None:
    pet, prepared = "pet:national", played(RECOMMENDED)
    typed = [
        (played(GATHERING), share(to_authority=pet), K),
        (played(GATHERING), share(from_authority=pet, to_authority=KOMMUNE), K),
        (played(GATHERING), consent_to("SHARE", parties=[pet]), W),
        (prepared, c.SendRecommendation(addressed_to=pet, unit="POLICE"), K),
    ]

    for play, command, by in typed:
        with pytest.raises(Invalid):
            play.give(command, by)
    assert prepared.give(c.SendRecommendation(addressed_to=POLITI, unit="POLICE"), K)


def test_no_closed_code_of_any_contract_means_pet() -> None:
    codes = {
        str(member)
        for module in iter_modules(shared.contracts.__path__)
        for thing in vars(import_module(f"shared.contracts.{module.name}")).values()
        if isinstance(thing, type) and issubclass(thing, StrEnum)
        for member in thing
    }

    assert len(codes) > 100
    assert not {code for code in (*codes, *OrganisationKind) if "PET" in code.upper().split("_")}
