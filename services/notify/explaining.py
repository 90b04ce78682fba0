"""A work item as a person reads it: what to do, why it is due then, what stands behind it, what SYSTEM has done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from services.notify.sentences import todo
from services.notify.words import reference
from shared.contracts.lifecycle import DeadlineReason
from shared.lifecycle.actor import Actor, Role
from shared.web.console.due import why
from shared.web.console.language import language_of

Language = Literal["da", "en"]

BECAUSE = {
    "OWNER": ("Opgaven er din.", "The task is yours."),
    "DEPUTY": ("Du er stedfortræder for en, der er fraværende.", "You stand in for somebody who is away."),
    "UNIT": ("En kollega har taget den.", "A colleague has taken it."),
    "LEADER": (
        "Du er leder, og fristen er nær eller overskredet.",
        "You lead here, and the deadline is near or has passed.",
    ),
}
LEADERS_SEE = frozenset({"loan"})
"""Kinds of records whose policy lets a leader see them: of others she is told that something waits, not about what (R5)."""

NAME_CASEWORKER = "name_caseworker"
"""The kind of deadline that asks a leader to name a caseworker; she sees a stub of the case, never the case."""

LAW = ("Fristen står i loven eller i en kilde.", "The deadline is law, or from a source.")
PROPOSAL = ("Fristen er vores forslag, ikke lov.", "The deadline is our proposal, not law.")
STEPS = {
    "missed_at": ("SYSTEM gav besked, da fristen var overskredet", "SYSTEM told of the missed deadline"),
    "escalated_at": ("SYSTEM gav lederen besked", "SYSTEM told the leader"),
    "reminded_at": ("SYSTEM har mindet om fristen", "SYSTEM sent a reminder"),
}
DECIDES_NOTHING = ("Påmindelser afgør intet.", "Reminders decide nothing.")


def explained(row: Mapping[str, Any], now: datetime, language: Language, actor: Actor) -> dict[str, Any]:
    """Return the item as JSON; `row` is a row of `repository.my_work`, texts are in `language`.

    `aggregate_id` and `link` are null for who may not see the record.
    """
    index = 0 if language == "da" else 1
    names = names_caseworker(row)
    sentence = todo(row["aggregate_kind"], NAME_CASEWORKER if names else row["kind"])
    shown = may_see_record(row, actor)
    reason = DeadlineReason.model_validate(row["reason"])
    overdue = row["due_at"] < now
    return {
        "deadline_id": str(row["deadline_id"]),
        "reference": reference(row["deadline_id"]),
        "service": row["service"],
        "aggregate_kind": row["aggregate_kind"],
        "aggregate_id": str(row["aggregate_id"]) if shown else None,
        "kind": row["kind"],
        "opening": row["opening"],
        "todo": sentence[index],
        "why": why(reason, language_of(language)),
        "due_at": row["due_at"].isoformat(),
        "due": language_of(language).near(row["due_at"]),
        "overdue": overdue,
        "status": _status(overdue, index),
        "paragraph": row["paragraph"],
        "sourced": row["sourced"],
        "authority": (LAW if row["sourced"] else PROPOSAL)[index],
        "owner_role": row["owner_role"],
        "owner_organisation": row["owner_organisation"],
        "because": row["because"],
        "because_text": BECAUSE[row["because"]][index],
        "standing_in_for": str(row["standing_in_for"]) if row["standing_in_for"] else None,
        "system": _system(row, language),
        "reason": row["reason"],
        **{name: row[name].isoformat() if row[name] else None for name in (*STEPS, "opened_at", "seen_at")},
        "link": _link(row, "naming" if names else row["aggregate_kind"]) if shown else None,
    }


def may_see_record(row: Mapping[Any, Any], actor: Actor) -> bool:
    """Say whether the actor may hear which record it is (R5): of others they hear that something waits.

    A leader, where the kind's policy lets her; a deputy, where it is nobody's by name and the role is also theirs.
    """
    if row["because"] == "LEADER":
        return row["aggregate_kind"] in LEADERS_SEE
    return row["because"] != "DEPUTY" or (row["owner_person"] is None and row["owner_role"] in actor.roles)


def names_caseworker(row: Mapping[str, Any]) -> bool:
    """Say whether it waits for a leader to name a caseworker: what a caseworker has to do is the leader's till then (R5)."""
    return (row["aggregate_kind"], row["owner_role"]) == ("case", Role.LEADER)


def _link(row: Mapping[str, Any], kind: str) -> str:
    return f"/{row['service']}/v1/{kind}s/{row['aggregate_id']}"


def _status(overdue: bool, index: int) -> str:
    """Say it in a word: overdue is never a colour alone."""
    return (("Overskredet", "Overdue") if overdue else ("Åben", "Open"))[index]


def _system(row: Mapping[str, Any], language: Language) -> str | None:
    """Return what SYSTEM did last about this deadline, and that it decided nothing; None if it did nothing."""
    index = 0 if language == "da" else 1
    told = [(row[name], text[index]) for name, text in STEPS.items() if row[name]]
    if not told:
        return None
    at, text = max(told, key=lambda item: item[0])
    return f"{text}: {language_of(language).near(at)}. {DECIDES_NOTHING[index]}"
