"""Which data protection law governs a record, and who is its controller (`domain.md` 4.1). Derived, never typed.

Municipalities, schools, psychiatry, the hotline and the centre are under GDPR; police and Kriminalforsorg, when they prevent
crime, under retshåndhævelsesloven (LED). What both handle is MIXED: each answers for its own part. PET is outside both laws and
has no part in the platform: there is no code for it.
"""

from __future__ import annotations

from shared.lifecycle.actor import Regime

LAW_ENFORCEMENT = frozenset({"politi", "kriminalforsorg"})
"""Kinds of organisations under retshåndhævelsesloven [W38]."""


def regime_of(*organisations: str) -> Regime:
    """Return the regime of a record that these organisations handle together. Raises `ValueError` for none."""
    if not organisations:
        raise ValueError("a record is handled by somebody")
    enforcing = {organisation.partition(":")[0] in LAW_ENFORCEMENT for organisation in organisations}
    if len(enforcing) == 2:
        return Regime.MIXED
    return Regime.LED if enforcing.pop() else Regime.GDPR
