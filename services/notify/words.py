"""The short reference of a task. Times and spans are said by `shared.web.console`."""

from __future__ import annotations

from uuid import UUID


def reference(deadline: UUID) -> str:
    """Return the short reference of a task, to be spoken on the phone; the random id's first eight digits."""
    digits = deadline.hex[:8].upper()
    return f"{digits[:4]}-{digits[4:]}"
