"""Distance between municipalities, for matching and loans (`domain.md` 5.1 H7, 5.2 f3, 5.4)."""

from __future__ import annotations

from functools import cache
from math import asin, cos, radians, sin, sqrt
from types import MappingProxyType

from shared.reference.municipalities import municipality

EARTH_KM = 6371.0088
"""Mean radius of the Earth in kilometres."""

ISLAND_KM = MappingProxyType({"0400": 150.0, "0492": 75.0, "0563": 15.0, "0741": 60.0, "0825": 90.0})
"""Kilometres of road that crossing and waiting at a ferry are worth, by island municipality `[P]`."""


@cache
def distance_km(a: str, b: str) -> float:
    """Return the straight line between the points of two municipalities in kilometres (great circle).

    Zero within a municipality. The same in both directions, to the last bit.
    """
    if a == b:
        municipality(a)
        return 0.0
    one, two = (municipality(code) for code in sorted((a, b)))
    lat1, lat2 = radians(one.lat), radians(two.lat)
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin(radians(two.lon - one.lon) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half))


def travel_km(a: str, b: str) -> float:
    """Return `distance_km`, with what a ferry is worth added for each island that is left or reached (`domain.md` 5.2 f3)."""
    if a == b:
        return distance_km(a, b)
    return distance_km(a, b) + ISLAND_KM.get(a, 0.0) + ISLAND_KM.get(b, 0.0)
