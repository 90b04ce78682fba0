"""Every fact is a line of a timeline, every clock has a name and says what to do, every organisation is called something."""

from __future__ import annotations

import pytest

from shared.lifecycle.table import Lifecycle
from shared.reference.districts import all_districts
from shared.reference.municipalities import all_municipalities
from shared.reference.organisations import OrganisationKind
from shared.web.console.language import DANISH, ENGLISH
from shared.web.console.words.clocks import CLOCKS, UNKNOWN, clock
from shared.web.console.words.facts import FACTS
from shared.web.console.words.organisations import POLICE, infohus_called, organisation_called
from tests.unit.web.console_codes import lifecycles

KINDS = {
    f"{life.kind}.{rule.kind}"
    for life in lifecycles()
    if life.kind != "delivery"
    for row in life.rows
    for rule in row.opens
}


@pytest.mark.parametrize("life", lifecycles(), ids=lambda life: life.kind)
def test_every_published_fact_is_a_line(life: Lifecycle[object]) -> None:
    assert {wire for wire in life.facts if wire not in FACTS} == set()


def test_no_line_is_without_a_fact() -> None:
    assert set(FACTS) - {wire for life in lifecycles() for wire in life.facts} == set()


def test_a_line_has_no_full_stop_at_its_end() -> None:
    assert [wire for wire, line in FACTS.items() if line.endswith(".")] == []


def test_what_police_take_over_gives_no_reason() -> None:
    taken = [FACTS["case.police_took_over.v1"], FACTS["case.clearance_revoked.v1"], FACTS["intervention.stopped.v1"]]
    assert [line for line in taken if "fordi" in line] == []


def test_what_the_machine_did_is_said_to_decide_nothing() -> None:
    steps = [line for wire, line in FACTS.items() if line.startswith("SYSTEM")]
    assert len(steps) == 3
    assert all(line.endswith("afgør intet") for line in steps)


def test_every_clock_that_a_service_opens_has_its_words_and_no_other() -> None:
    assert set(CLOCKS) == KINDS


def test_a_clock_says_what_is_to_be_done_in_a_sentence() -> None:
    assert [kind for kind, words in CLOCKS.items() if not words.todo.endswith((".", "?"))] == []
    assert [kind for kind, words in CLOCKS.items() if words.name.endswith(".") or len(words.name) > 40] == []
    assert clock("case", "not_here_yet") is UNKNOWN


@pytest.mark.parametrize(
    ("code", "danish", "english"),
    [
        ("kommune:0253", "Greve Kommune", "Greve Municipality"),
        ("kommune:0101", "Københavns Kommune", "City of Copenhagen"),
        ("politi:fyn", "Fyns Politi", "Fyn Police"),
        ("hotline:national", "Hotlinen", "The hotline"),
        ("kriminalforsorg:national", "Kriminalforsorgen", "The prison and probation service"),
        ("school:koege-01", "Skole koege-01", "School koege-01"),
        ("psykiatri:sjaelland", "Psykiatrien i Region Sjælland", "Psychiatry of Region Sjælland"),
        ("psykiatri:oestdanmark", "Psykiatrien i Region Østdanmark", "Psychiatry of Region Østdanmark"),
        ("system", "system", "system"),
    ],
)
def test_an_organisation_is_called_by_its_name(code: str, danish: str, english: str) -> None:
    assert organisation_called(code, DANISH) == danish
    assert organisation_called(code, ENGLISH) == english


def test_every_municipality_and_police_district_is_called_something() -> None:
    codes = [f"kommune:{one.code}" for one in all_municipalities()]
    names = {organisation_called(code, language) for code in codes for language in (DANISH, ENGLISH)}
    assert len(names) == 2 * len(codes)
    assert set(POLICE) == {one.slug for one in all_districts()}
    assert infohus_called("fyn", DANISH) == "Infohus Fyn"


def test_every_kind_of_organisation_is_called_something_else_than_its_code() -> None:
    keys = {"kommune": "0253", "politi": "fyn", "psykiatri": "nordjylland", "school": "x"}
    codes = [f"{kind}:{keys.get(kind, 'national')}" for kind in OrganisationKind]
    assert [code for code in codes if organisation_called(code, DANISH) == code] == []
