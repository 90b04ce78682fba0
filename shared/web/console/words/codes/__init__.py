"""What the members of closed codes are called: `called(RiskLevel.SOME)`, or `CODES["RiskLevel"]["SOME"]`.

By the name of the enum; two enums of one name share their words. Stages are in `stages`, the levels of the nine dimensions
in `anchors`, reasons of matching in `matching`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from shared.web.console.words.codes import actors, case, corps, machine, reporting, sharing
from shared.web.console.words.codes.stages import STAGES

CODES: Final[Mapping[str, Mapping[str, str]]] = {
    **reporting.CODES,
    **actors.CODES,
    **case.CODES,
    **sharing.CODES,
    **corps.CODES,
    **machine.CODES,
}


def called(member: StrEnum) -> str:
    """Return the Danish words of a member of an enum. Raises `KeyError` for an enum that no page shows."""
    return CODES[type(member).__name__][member.value]


def stage(kind: str, code: str) -> str:
    """Return what a stage of a kind of aggregate is called, in Danish: `stage("case", "K3")`."""
    return STAGES[f"{kind}.{code}"]
