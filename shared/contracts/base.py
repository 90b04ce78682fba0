"""The base of every fact."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Fact(BaseModel):
    """Something that happened to an aggregate.

    `type` is the wire type with its major version. `stage` is the stage that the aggregate has afterwards, or None where the
    stage stays. `by`, `by_role` and `organisation` are references to who did it. Producers refuse unknown fields; consumers
    read with `extra="ignore"` so that a newer producer does not break them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: ClassVar[str]

    stage: str | None = None
    by: UUID
    by_role: str
    organisation: str
