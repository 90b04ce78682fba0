"""Finding the municipality where somebody lives from what a caller says: its name, a place's postal code or name, or near where.

Postal codes are known where a list was imported (`tovholder reference import`); one code can be in several municipalities, and then
the adviser asks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from services.intake.tables import PostalCodeRow
from shared.persistence.work import Transaction
from shared.reference.districts import neighbours
from shared.reference.municipalities import Municipality, all_municipalities, municipality, slug

_POSTAL: sa.Table = PostalCodeRow.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table models
_CODE = re.compile(r"\d{3,4}")
SHORTEST = 2
"""Letters from which on a name is looked for."""


@dataclass(frozen=True, slots=True)
class Found:
    """Municipalities that fit what was typed, best first, and those next to them."""

    fitting: tuple[Municipality, ...] = ()
    nearby: tuple[Municipality, ...] = ()

    @property
    def only(self) -> str | None:
        """Return the code of the one that fits; None where there is a choice, or nothing."""
        return self.fitting[0].code if len(self.fitting) == 1 else None


async def find(tx: Transaction, typed: str) -> Found:
    """Return the municipalities that fit: by name, else by postal code or the name of a postal district."""
    wanted = typed.strip()
    named = by_name(wanted, tx.now.date())
    codes = [each.code for each in named] or await _by_post(tx, wanted)
    return around(codes)


def by_name(typed: str, on: date) -> tuple[Municipality, ...]:
    """Return the municipalities whose names begin with, else hold, what was typed; a whole name comes alone."""
    wanted = slug(re.sub(r"\s+(kommune|municipality)$", "", typed.strip(), flags=re.IGNORECASE))
    if len(wanted) < SHORTEST or wanted[0].isdigit():
        return ()
    every = [(slug(each.name), each) for each in all_municipalities(on)]
    for fits in (str.__eq__, str.startswith, str.__contains__):
        found = [each for name, each in every if fits(name, wanted)]
        if found:
            return tuple(sorted(found, key=lambda each: each.name))
    return ()


def around(codes: Sequence[str]) -> Found:
    """Return these municipalities with those next to them, where they are few enough to tell."""
    fitting = tuple(municipality(code) for code in codes)
    near = {other for code in codes for other in neighbours(code)} - set(codes) if len(codes) <= 2 else set()
    return Found(fitting, tuple(sorted((municipality(code) for code in near), key=lambda each: each.name)))


async def _by_post(tx: Transaction, wanted: str) -> list[str]:
    if _CODE.fullmatch(wanted):
        fits = _POSTAL.c.code == wanted.zfill(4)
    elif len(wanted) >= SHORTEST:
        fits = sa.func.lower(_POSTAL.c.name).startswith(wanted.lower(), autoescape=True)
    else:
        return []
    query = sa.select(_POSTAL.c.municipality).where(fits).distinct().order_by(_POSTAL.c.municipality)
    return list((await tx.session.execute(query)).scalars())
