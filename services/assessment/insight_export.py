"""What a citizen gets to see: the facts of the case in order, codes explained, what is held back marked as such (R21, R28).

Pure. Always held back: who reported, other persons, and the persons at the authorities. What came with a concern is held back
too (it may show the reporter), but for the texts that the decision releases. A text is shown only if it was opened for this
answer; the opening is on record before it happens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.assessment.domain.case import Case
from services.assessment.domain.insight import InsightRequest
from services.assessment.insight_words import FACTS, HELD_BACK, MEANINGS, NEVER_OPENED, ROLES
from shared.contracts.assessment import ConcernArrived, ConcernAttached, ConsentGiven
from shared.lifecycle.regime import regime_of

REPORTER = frozenset({"reporter", "reporter_kind", "anonymity", "description", "subject", "grounds"})
"""Fields of a concern that are, or may show, who reported it; held back (R28)."""

RELEASABLE = ("description", "subject", "grounds")
"""Those of them that are texts which a decision can release, one by one (R21)."""

PERSONS = frozenset(
    {
        "recipient_person",
        "written_by",
        "sent_by",
        "requirements",
        "owner_person",
        "of_person",
        "subject_ref",
        "custody_holders",
        "caseworker",
        "person",
        "replaced",
    }
)
"""Fields that name, or could point to, other persons: a case may have been said to be about somebody else by mistake."""

OF_CONCERN = frozenset({ConcernArrived.type, ConcernAttached.type})
BOOKKEEPING = frozenset({"by", "by_role", "organisation", "stage", "never_opened"})


def texts_in(facts: Iterable[Mapping[str, Any]]) -> frozenset[UUID]:
    """Return the references of the case's own texts; what came with a concern is none of them."""
    return frozenset(ref for fact in facts if fact["type"] not in OF_CONCERN for ref in _texts_of(fact["body"]))


def concern_texts_in(facts: Iterable[Mapping[str, Any]]) -> dict[UUID, UUID]:
    """Return the references of texts that came with a concern and could be released, each with the concern."""
    return {
        UUID(fact["body"][name]): UUID(fact["body"]["concern_id"])
        for fact in facts
        if fact["type"] in OF_CONCERN
        for name in RELEASABLE
        if name in fact["body"]
    }


def _texts_of(part: Any) -> Iterator[UUID]:
    if isinstance(part, list):
        for each in part:
            yield from _texts_of(each)
    elif isinstance(part, dict):
        for name, value in part.items():
            if name in TEXTS:
                yield UUID(value)
            else:
                yield from _texts_of(value)


def as_decided(request: InsightRequest, facts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the facts that the answer is about: those that there were when it was decided, or all while it is a draft."""
    decided = request.decided_at
    return [fact for fact in facts if decided is None or datetime.fromisoformat(fact["occurred_at"]) <= decided]


def export_of(
    case: Case, request: InsightRequest, facts: Sequence[Mapping[str, Any]], opened: Mapping[UUID, str]
) -> dict[str, Any]:
    """Return the answer as JSON. `opened` has the plain texts by reference; what is not in it is held back."""
    because = _because(request)
    shown = texts_in(facts) | {each.text for each in request.released}
    opened = {ref: text for ref, text in opened.items() if ref in shown and ref not in request.held_back}
    told = texts_in(facts)
    disputes = {each.disputed: each.citizens_version for each in case.disputes if each.citizens_version in told}
    items = []
    for fact in facts:
        item = _item(fact, opened, because)
        if fact["sequence"] in disputes:
            item |= {"disputed": True, "citizens_version": _text(disputes[fact["sequence"]], opened, because)}
        items.append(item)
    return {
        **_head(case, request),
        "items": items,
        "held_back_always": [{"what": what, "why": HELD_BACK[what]} for what in _always(request)],
        **({"texts": _texts_to_decide_on(facts)} if request.decision is None else {}),
    }


def _texts_to_decide_on(facts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the references of all texts, for a draft alone: who decides names them (R21)."""
    found = []
    for fact in facts:
        of = "CONCERN" if fact["type"] in OF_CONCERN else "CASE"
        refs = concern_texts_in([fact]) if of == "CONCERN" else texts_in([fact])
        found += [{"number": fact["sequence"], "text": str(ref), "of": of} for ref in sorted(refs)]
    return found


def locked_export(case: Case, request: InsightRequest) -> dict[str, Any]:
    """Return the answer about a case that police have alone: all is held back, and police answer for it themselves (T08)."""
    held = [{"what": "LED", "why": HELD_BACK["LED"]}]
    return {**_head(case, request), "items": [], "held_back_always": held}


def _always(request: InsightRequest) -> tuple[str, ...]:
    return ("REPORTER_ALONE" if request.released else "REPORTER", "PERSONS")


def _head(case: Case, request: InsightRequest) -> dict[str, Any]:
    return {
        "insight": str(request.id),
        "case": str(case.id),
        "asked_under": request.regime_asked,
        "decision": request.decision,
        "draft": request.decision is None,
        "regime": regime_of(*case.handlers),
        "controller": case.controller,
    }


@dataclass(frozen=True, slots=True)
class Because:
    """Why texts are held back, each by its reference: keys of `HELD_BACK`.

    Facts from before bases were given text by text have one for all, `otherwise`.
    """

    bases: Mapping[UUID, str]
    otherwise: str

    def of(self, ref: UUID) -> str:
        """Return why a text of the case is held back."""
        return self.bases.get(ref, self.otherwise)

    def of_concern(self, ref: UUID) -> str:
        """Return why a text that came with a concern is: on a basis of its own, or because it may show who reported."""
        return self.bases.get(ref, "REPORTER")


def _because(request: InsightRequest) -> Because:
    first = request.exemption_basis[0] if request.exemption_basis else "NOT_OPENED"
    return Because({each.text: each.basis for each in request.held_back_on}, first)


def _item(fact: Mapping[str, Any], opened: Mapping[UUID, str], because: Because) -> dict[str, Any]:
    body = {name: value for name, value in fact["body"].items() if name not in BOOKKEEPING}
    shown = {
        name: _shown(fact["type"], name, value, opened, because)
        for name, value in body.items()
        if not (fact["type"] == ConsentGiven.type and body.get("client") == "RELATIVE")
    }
    if fact["type"] == ConsentGiven.type and body.get("client") == "RELATIVE":
        shown = {"consent": _held("PERSONS")}
    return {
        "number": fact["sequence"],
        "at": fact["occurred_at"],
        "what": (NEVER_OPENED if fact["body"].get("never_opened") else FACTS)[fact["type"]],
        "by": ROLES[fact["actor_role"]],
        "authority": fact["organisation"],
        "content": shown,
    }


def _shown(kind: str, name: str, value: Any, opened: Mapping[UUID, str], because: Because) -> Any:
    if kind in OF_CONCERN and name in REPORTER:
        return _of_concern(name, value, opened, because)
    if name in PERSONS:
        return _held("PERSONS")
    if name in TEXTS:
        return _text(UUID(value), opened, because)
    return _explained(value, opened, because)


TEXTS = frozenset(
    {
        "grounds",
        "assessment",
        "minutes",
        "reasoning",
        "need_text",
        "dissent_text",
        "necessity",
        "citizens_version",
        "legal_basis",
        "note",
        "name",
        "address",
        "birth_year",
    }
)
"""Fields of the case's facts that hold the reference of a sealed text."""


def _explained(value: Any, opened: Mapping[UUID, str], because: Because) -> Any:
    """Return a value with the meaning of its code, lists and parts alike."""
    if isinstance(value, list):
        return [_explained(each, opened, because) for each in value]
    if isinstance(value, dict):
        return {key: _part(key, part, opened, because) for key, part in value.items()}
    if isinstance(value, str) and value in MEANINGS:
        return {"code": value, "meaning": MEANINGS[value]}
    return value


def _of_concern(name: str, value: Any, opened: Mapping[UUID, str], because: Because) -> Any:
    """Return a released text; what was held back by name with its basis; the rest as what may show the reporter."""
    if name not in RELEASABLE:
        return _held("REPORTER")
    ref = UUID(value)
    return opened[ref] if ref in opened else _held(because.of_concern(ref))


def _part(key: str, part: Any, opened: Mapping[UUID, str], because: Because) -> Any:
    if key in PERSONS:
        return _held("PERSONS")
    return _text(UUID(part), opened, because) if key in TEXTS else _explained(part, opened, because)


def _text(ref: UUID, opened: Mapping[UUID, str], because: Because) -> Any:
    return opened[ref] if ref in opened else _held(because.of(ref))


def _held(why: str) -> dict[str, str]:
    return {"held_back": why, "why": HELD_BACK[why]}
