"""Municipalities, districts, distances and organisation codes (`domain.md` 3.1, annex C)."""

from __future__ import annotations

from datetime import date

import pytest

from shared.errors import Invalid
from shared.reference.districts import all_districts, district, district_of, neighbouring_districts, neighbours
from shared.reference.municipalities import all_municipalities, municipality, regions_on, slug
from shared.reference.organisations import kommune, organisation, politi, politi_of, psykiatri_of
from shared.reference.travel import distance_km, travel_km


@pytest.mark.parametrize("day", [date(2007, 1, 1), date(2026, 12, 31), date(2027, 1, 1), date(2040, 6, 1)])
def test_98_municipalities_are_active_on_every_day(day: date) -> None:
    assert len(all_municipalities(day)) == 98
    assert len({one.code for one in all_municipalities(day)}) == 98


def test_before_2007_there_is_no_register() -> None:
    with pytest.raises(Invalid) as refused:
        all_municipalities(date(2006, 12, 31))
    assert refused.value.code == "reference.before_register"


def test_christiansoe_is_refused_by_name() -> None:
    with pytest.raises(Invalid) as refused:
        municipality("0411")
    assert refused.value.code == "reference.christiansoe"
    assert refused.value.field == "municipality"
    assert refused.value.remedy


@pytest.mark.parametrize("code", ["253", "02530", "1253", "Greve", "", "0253\n", "0٢٥٣"])
def test_a_code_that_is_not_four_digits_is_refused(code: str) -> None:
    with pytest.raises(Invalid) as refused:
        municipality(code)
    assert refused.value.code == "reference.municipality_code"


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        municipality("0999")
    assert refused.value.code == "reference.municipality_unknown"


def test_hovedstaden_and_sjaelland_become_oestdanmark_at_new_year_2027() -> None:
    last, first = date(2026, 12, 31), date(2027, 1, 1)
    assert len(regions_on(last)) == 5
    assert regions_on(first) == ("Midtjylland", "Nordjylland", "Syddanmark", "Østdanmark")
    assert municipality("0253").region_on(last) == "Sjælland"
    assert {municipality(code).region_on(first) for code in ("0253", "0101", "0400")} == {"Østdanmark"}
    assert municipality("0751").region_on(first) == "Midtjylland"


def test_slugs_spell_danish_letters_out() -> None:
    assert slug("Midt- og Vestsjælland") == "midt-og-vestsjaelland"
    assert slug("Østjylland") == "oestjylland"
    assert slug("Ærø") == "aeroe"
    assert slug("Aabenraa Å") == "aabenraa-aa"


def test_twelve_districts_hold_each_municipality_once() -> None:
    districts = all_districts()
    assert len(districts) == 12
    assert sorted(code for one in districts for code in one.municipalities) == [
        one.code for one in all_municipalities()
    ]


def test_ringsted_and_soroe_are_in_different_districts() -> None:
    assert district_of("0329").slug == "midt-og-vestsjaelland"
    assert district_of("0340").slug == "sydsjaelland-og-lolland-falster"
    assert district("midt-og-vestsjaelland").name == "Midt- og Vestsjælland"


def test_an_unknown_district_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        district("atlantis")
    assert refused.value.code == "reference.district_unknown"


def test_neighbours_are_symmetric_and_nobody_is_alone() -> None:
    for one in all_municipalities():
        assert neighbours(one.code), f"{one.code} has no neighbour"
        assert one.code not in neighbours(one.code)
        for other in neighbours(one.code):
            assert one.code in neighbours(other)


def test_neighbouring_districts_are_symmetric_and_nobody_is_alone() -> None:
    for one in all_districts():
        around = neighbouring_districts(one.slug)
        assert around, f"{one.slug} has no neighbour"
        assert one.slug not in around
        assert all(one.slug in neighbouring_districts(other) for other in around)


def test_islands_are_reached_by_their_usual_crossing() -> None:
    assert neighbours("0400") == ("0259",)
    assert neighbouring_districts("bornholm") == {"midt-og-vestsjaelland"}
    assert "sydoestjylland" in neighbouring_districts("fyn")


def test_distances_are_those_of_the_sources_check() -> None:
    codes = [one.code for one in all_municipalities()]
    pairs = sorted(distance_km(a, b) for i, a in enumerate(codes) for b in codes[i + 1 :])
    assert len(pairs) == 4753
    assert pairs[len(pairs) // 2] == pytest.approx(138.8, abs=0.5)
    assert pairs[-1] == pytest.approx(447.1, rel=0.005)  # the source measured on the ellipsoid, we on a sphere
    assert pairs[0] == pytest.approx(2.8, abs=0.1)
    assert distance_km("0161", "0175") == pairs[0]


def test_distance_is_symmetric_and_zero_at_home() -> None:
    assert distance_km("0253", "0253") == 0
    assert distance_km("0253", "0751") == distance_km("0751", "0253")


def test_a_ferry_makes_travel_longer_and_a_bridge_does_not() -> None:
    assert travel_km("0400", "0259") > distance_km("0400", "0259") + 100
    assert travel_km("0482", "0479") == distance_km("0482", "0479")
    assert travel_km("0400", "0400") == 0


def test_organisation_codes_are_made_and_read() -> None:
    assert kommune("0253") == "kommune:0253"
    assert politi("midt-og-vestsjaelland") == politi_of("0253") == "politi:midt-og-vestsjaelland"
    assert organisation("kommune:0253").municipality == "0253"
    assert organisation("kommune:0253").police_district == "midt-og-vestsjaelland"
    assert organisation("politi:fyn").police_district == "fyn"
    assert str(organisation("school:koege-01")) == "school:koege-01"
    assert organisation("hotline:national").police_district is None


def test_the_psychiatry_follows_its_region() -> None:
    assert psykiatri_of("0253", date(2026, 12, 31)) == "psykiatri:sjaelland"
    assert psykiatri_of("0253", date(2027, 1, 1)) == "psykiatri:oestdanmark"
    assert organisation("psykiatri:sjaelland").key == "sjaelland"


@pytest.mark.parametrize(
    "code",
    ["", "kommune", "kommune:", "kommune:0411", "kommune:0999", "politi:atlantis", "hotline:greve", "psykiatri:fyn", "school:", "school:A b",
     "school:a\n", "ministerium:x", "KOMMUNE:0253"],
)  # fmt: skip
def test_a_wrong_organisation_code_is_refused(code: str) -> None:
    with pytest.raises(Invalid):
        organisation(code)


def test_an_error_never_repeats_what_was_sent() -> None:
    with pytest.raises(Invalid) as refused:
        organisation("school:Canary Name")
    assert "Canary" not in str(refused.value)
