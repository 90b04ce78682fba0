"""The 98 municipalities, their regions and police districts, with validity dates (`domain.md` 3.1)."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from shared.errors import Invalid

VALID_FROM = date(2007, 1, 1)
"""The municipal reform; before it there were other municipalities, of which we know nothing."""

OESTDANMARK_FROM = date(2027, 1, 1)
"""Hovedstaden and Sjælland become one region (`domain.md` 0 finding 12, [W82])."""

OESTDANMARK = "Østdanmark"
MERGED_REGIONS = frozenset({"Hovedstaden", "Sjælland"})

_CODE = re.compile(r"0[0-9]{3}")
_CHRISTIANSOE = "0411"
_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ö": "oe", "ü": "u", "é": "e"})


@dataclass(frozen=True, slots=True)
class Municipality:
    """One municipality. `region_until_2026` holds to 2026-12-31; ask `region_on`. `borders` are codes with a border on land."""

    code: str
    name: str
    region_until_2026: str
    police_district: str
    lat: float
    lon: float
    area_km2: int
    borders: tuple[str, ...]
    valid_from: date = VALID_FROM
    valid_to: date | None = None

    def active_on(self, day: date) -> bool:
        """Say whether the municipality exists on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def region_on(self, day: date) -> str:
        """Return the name of the region on `day`; raises `Invalid` before 2007."""
        _within_register(day)
        if day >= OESTDANMARK_FROM and self.region_until_2026 in MERGED_REGIONS:
            return OESTDANMARK
        return self.region_until_2026


def slug(name: str) -> str:
    """Return a name as part of an organisation code: lower case, ASCII, hyphens; æ is ae, ø is oe, å is aa."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower().translate(_LETTERS)).strip("-")


def municipality(code: str, on: date | None = None) -> Municipality:
    """Return the municipality with `code`, active on `on` if a day is given.

    Raises `Invalid`: not four digits from 0, Christiansø, unknown, or not active on that day.
    """
    if code == _CHRISTIANSOE:
        raise Invalid(
            "reference.christiansoe",
            "0411 is Christiansø, which is not a municipality",
            field="municipality",
            rule="domain.md 3.1 Municipality",
            remedy="use the municipality that takes the case; Christiansø belongs to the police district Bornholm",
        )
    if not _CODE.fullmatch(code):
        raise _unknown("reference.municipality_code", "a municipality code is four digits and starts with 0")
    found = _register().get(code)
    if found is None:
        raise _unknown("reference.municipality_unknown", "there is no municipality with this code")
    if on is not None and not found.active_on(on):
        raise _unknown("reference.municipality_inactive", "the municipality does not exist on this day")
    return found


def all_municipalities(on: date | None = None) -> tuple[Municipality, ...]:
    """Return the municipalities (98 on each day since 2007) in order of code; raises `Invalid` before 2007."""
    if on is not None:
        _within_register(on)
    return tuple(one for one in _register().values() if on is None or one.active_on(on))


def regions_on(day: date) -> tuple[str, ...]:
    """Return the names of the regions: five until 2026-12-31, then four. Raises `Invalid` before 2007."""
    return tuple(sorted({one.region_on(day) for one in _register().values()}))


@cache
def _register() -> dict[str, Municipality]:
    text = files("shared.reference").joinpath("data/municipalities.csv").read_text(encoding="utf-8")
    return {row["code"]: _municipality(row) for row in csv.DictReader(text.splitlines())}


def _municipality(row: dict[str, str]) -> Municipality:
    return Municipality(
        code=row["code"],
        name=row["name"],
        region_until_2026=row["region"],
        police_district=slug(row["police_district"]),
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        area_km2=int(row["area_km2"]),
        borders=tuple(row["neighbours"].split()),
    )


def _within_register(day: date) -> None:
    if day < VALID_FROM:
        raise Invalid(
            "reference.before_register",
            "the register starts on 2007-01-01",
            field="date",
            rule="domain.md 3.1 Municipality valid_from",
            remedy="use a day from 2007-01-01 on",
        )


def _unknown(code: str, detail: str) -> Invalid:
    return Invalid(
        code,
        detail,
        field="municipality",
        rule="domain.md 3.1 Municipality",
        remedy="use one of the 98 codes of shared/reference/data/municipalities.csv, such as 0253",
    )
