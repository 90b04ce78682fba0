"""The 12 police districts, each with an Infohus (`domain.md` 3.1 PoliceDistrict)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from shared.errors import Invalid
from shared.reference.municipalities import all_municipalities, municipality, slug


@dataclass(frozen=True, slots=True)
class PoliceDistrict:
    """One district: `slug` is its key everywhere (`politi:<slug>`), `municipalities` are codes in order."""

    slug: str
    name: str
    municipalities: tuple[str, ...]


def district(key: str) -> PoliceDistrict:
    """Return the district with this slug; raises `Invalid` if there is none."""
    try:
        return _districts()[key]
    except KeyError:
        raise Invalid(
            "reference.district_unknown",
            "there is no police district with this slug",
            field="police_district",
            rule="domain.md 3.1 PoliceDistrict",
            remedy="use one of the 12 slugs, such as midt-og-vestsjaelland",
        ) from None


def all_districts() -> tuple[PoliceDistrict, ...]:
    """Return the 12 districts in order of slug."""
    return tuple(_districts().values())


def district_of(code: str) -> PoliceDistrict:
    """Return the district of the municipality with `code`; raises `Invalid` as `municipality` does."""
    return district(municipality(code).police_district)


@cache
def neighbours(code: str) -> tuple[str, ...]:
    """Return the codes of the municipalities that share a border or a crossing (`crossings.csv`) with this one."""
    across = {b for a, b in _crossings() if a == code} | {a for a, b in _crossings() if b == code}
    return tuple(sorted(across.union(municipality(code).borders)))


@cache
def neighbouring_districts(key: str) -> frozenset[str]:
    """Return the slugs of the districts of which a municipality is neighbour to one of this district's; never the own."""
    around = {
        municipality(other).police_district for code in district(key).municipalities for other in neighbours(code)
    }
    return frozenset(around - {key})


@cache
def _districts() -> dict[str, PoliceDistrict]:
    members: dict[str, list[str]] = {}
    for one in all_municipalities():
        members.setdefault(one.police_district, []).append(one.code)
    return {key: PoliceDistrict(key, _names()[key], tuple(codes)) for key, codes in sorted(members.items())}


@cache
def _names() -> dict[str, str]:
    return {slug(row["police_district"]): row["police_district"] for row in _rows("municipalities.csv")}


@cache
def _crossings() -> tuple[tuple[str, str], ...]:
    return tuple((row["from"], row["to"]) for row in _rows("crossings.csv"))


def _rows(name: str) -> list[dict[str, str]]:
    text = files("shared.reference").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
