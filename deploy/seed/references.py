"""References of the seed."""

from __future__ import annotations

from uuid import UUID, uuid5

SEED = UUID("5b1f6d0e-7a52-5a3c-9d64-2f0c8e4b7a11")
"""Namespace of everything fictional."""


def fictional_ref(*parts: str) -> UUID:
    """Return the same fictional reference for the same words."""
    return uuid5(SEED, "/".join(parts))
