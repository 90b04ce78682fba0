"""A row of the work list as a page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.notify.explaining import NAME_CASEWORKER, STEPS, may_see_record, names_caseworker
from shared.contracts.lifecycle import DeadlineReason
from shared.lifecycle.actor import Actor, Role
from shared.reference.calendar import local
from shared.web.console.due import why
from shared.web.console.language import N_
from shared.web.console.saying import Say
from shared.web.console.site import Visit

PAGES: Final[Mapping[str, tuple[str, str]]] = {
    "concern": ("H", "/intake/concerns"),
    "case": ("S", "/assessment/cases"),
    "underretning": ("U", "/assessment/underretninger"),
    "insight": ("I", "/assessment/insights"),
    "intervention": ("F", "/corps/interventions"),
    "loan": ("L", "/corps/loans"),
}
"""By kind of record: the letter of its reference, and where its page is."""

NAMINGS: Final = "/assessment/namings"
"""Where who leads names a caseworker: she sees a stub of the case there, and never the case (R5)."""

STEP_SAID: Final = {
    "missed_at": N_("SYSTEM gav besked, da fristen var overskredet"),
    "escalated_at": N_("SYSTEM gav lederen besked"),
    "reminded_at": N_("SYSTEM har mindet om fristen"),
}
BY_NAME: Final = N_("Du er stedfortræder, men den er en kollegas ved navn. Sig det til lederen")
ANOTHER: Final = N_("Du er stedfortræder, men sagsbehandleren er udpeget ved navn. En leder kan udpege en anden")
NAME_ANOTHER: Final = N_("Du er leder. Er den udpegede sagsbehandler væk, kan du udpege en anden")
"""What is by name can nobody do for the one who is named (R5): who can hear of it is told what helps."""
SERVICE_SAID: Final = {
    "intake": N_("henvendelser"),
    "assessment": N_("sager og underretninger"),
    "corps": N_("korpset"),
}
"""What the services' rows are called."""


@dataclass(frozen=True, slots=True)
class Row:
    """One item; every text is in the visitor's language. Without `link` the visitor does not see the record (R5)."""

    id: UUID
    due_at: datetime
    late: bool
    today: bool
    todo: str
    clock: str
    reference: str
    link: str
    why: str
    law: str
    system: str
    role: str
    because: str
    holder: UUID | None
    held: str
    takeable: bool
    seen: bool


def row_of(visit: Visit, row: Mapping[Any, Any], now: datetime) -> Row:
    """Return the row of `repository.my_work` as it is shown."""
    say, language = Say(visit.language), visit.language
    kind = row["aggregate_kind"]
    names = names_caseworker(row)
    clock = NAME_CASEWORKER if names else row["kind"]
    shown = kind in PAGES and may_see_record(row, visit.actor)
    letter, page = PAGES.get(kind, ("", ""))
    page = NAMINGS if names else page
    late = row["due_at"] < now
    return Row(
        id=row["deadline_id"],
        due_at=row["due_at"],
        late=late,
        today=not late and local(row["due_at"]).date() == local(now).date(),
        todo=say.todo(kind, clock),
        clock=say.clock(kind, clock),
        reference=_reference(letter, row["aggregate_id"]) if shown else "",
        link=_link(page, row) if shown else "",
        why=why(DeadlineReason.model_validate(row["reason"]), language),
        law=visit.say(N_("Fristen står i loven.")) if row["sourced"] else "",
        system=_system(visit, row),
        role=say.role(row["owner_role"]),
        because=row["because"],
        holder=row["taken_by"],
        held=_held(visit, row),
        takeable=row["because"] in ("OWNER", "UNIT") and row["owner_person"] is None,
        seen=row["seen_at"] is not None,
    )


def _link(page: str, row: Mapping[Any, Any]) -> str:
    """Return where the work is done: a list for who sees no such record, the national desk (R12) and the officer who signs (R7)."""
    if row["owner_role"] == Role.NATIONAL_DESK:
        return "/corps/brokering"
    if (row["aggregate_kind"], row["owner_role"]) == ("case", Role.DPO):
        return "/assessment/glass"
    return f"{page}/{row['aggregate_id']}"


def colleague(ref: UUID) -> str:
    """Return what tells a colleague from the others where no name is kept: four digits of their reference."""
    return ref.hex[:4].upper()


def _reference(letter: str, record: UUID) -> str:
    digits = record.hex[:8].upper()
    return f"{letter}-{digits[:4]}-{digits[4:]}"


def _system(visit: Visit, row: Mapping[Any, Any]) -> str:
    """Say what SYSTEM did last about it; reminders decide nothing, which the foot of every page says."""
    told = [(row[name], STEP_SAID[name]) for name in STEPS if row[name]]
    if not told:
        return ""
    at, text = max(told)
    return f"{visit.say(text)}, {visit.language.short(at, visit.now)}"


def _is_caseworkers(row: Mapping[Any, Any]) -> bool:
    return (row["aggregate_kind"], row["owner_role"]) == ("case", Role.CASEWORKER)


def _held(visit: Visit, row: Mapping[Any, Any]) -> str:
    actor: Actor = visit.actor
    if row["because"] == "DEPUTY" and row["owner_person"] is not None:
        return visit.say(ANOTHER if _is_caseworkers(row) else BY_NAME)
    if row["because"] == "DEPUTY":
        return visit.say(N_("Du er stedfortræder"))
    if row["because"] == "LEADER" and row["owner_person"] is not None and _is_caseworkers(row):
        return visit.say(NAME_ANOTHER)
    if row["because"] == "LEADER":
        return visit.say(N_("Du er leder, og fristen er nær eller overskredet"))
    if row["owner_person"] == actor.person_ref:
        return visit.say(N_("Din ved navn"))
    if row["taken_by"] == actor.person_ref:
        return visit.say(N_("Du har taget den"))
    if row["because"] == "UNIT":
        return visit.say(N_("Kollega %(who)s har taget den"), who=colleague(row["taken_by"]))
    return visit.say(N_("Ingen har taget den"))
