"""What every form for a concern has in common: what can be chosen, and what was said, as the JSON of the command."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from services.intake.domain.commands import ReceiveConcern
from shared.contracts.codes import Answer, ReporterKind, SeenWhere, SubjectKnown, Travel
from shared.reference.municipalities import all_municipalities
from shared.web.console.fields import asked, body
from shared.web.console.site import Form


def choices(kinds: tuple[ReporterKind, ...]) -> Mapping[str, Any]:
    """Return what the questions let one choose between."""
    return {
        "kinds": [kind.value for kind in kinds],
        "seen": [each.value for each in SeenWhere],
        "known": [each.value for each in SubjectKnown],
        "answers": [each.value for each in Answer],
        "travels": [each.value for each in Travel],
        "places": sorted(all_municipalities(datetime.now(UTC).date()), key=lambda each: each.name),
    }


def said(form: Form, out: Collection[str]) -> dict[str, Any]:
    """Return what a form says of a concern, without the fields that are `out` of it.

    Whose name is written is known in part at least; a day of departure stands below the answer that there is a plan.
    """
    sent: dict[str, Any] = body([field for field in asked(ReceiveConcern) if field.name not in out], form)
    if "subject" in sent and sent.get("subject_known", SubjectKnown.NONE) == SubjectKnown.NONE:
        sent["subject_known"] = SubjectKnown.PARTIAL.value
    if sent.get("travel") != Travel.PLAN:
        sent.pop("departs_at", None)
    return sent
