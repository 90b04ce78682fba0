"""The hard constraints H1 to H10 as a table of named predicates (`domain.md` 5.1). A pair that breaks one is never proposed.

What a broken constraint tells depends on the reader. A member's conflict of interest, whom they serve and where they live or work
relative to the citizen are `confidential`: matching counts them together as `WITHHELD` and never says which member or which of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from services.corps.domain.matching.models import Candidate, Level, Requirement
from shared.contracts.codes import Competence
from shared.reference.travel import distance_km

SUPERVISION_EVERY = timedelta(days=60)
"""A member with active cases and older supervision gets no new match (`domain.md` 3.8)."""

EXPERIENCED = 2
"""Level of competence for gang cross-over and returnees (H10)."""

WORKING_LEVELS = frozenset({Level.B1, Level.B2, Level.C1, Level.C2})
WITHHELD = "WITHHELD"

Predicate = Callable[[Requirement, Candidate, date], bool]


@dataclass(frozen=True, slots=True)
class Constraint:
    """One row: `holds` is the pure predicate, `sentence` says in plain words what it is that blocks."""

    code: str
    name: str
    holds: Predicate
    sentence: Callable[[Requirement], str]
    confidential: bool = False


def kind_fits(requirement: Requirement, candidate: Candidate, today: date) -> bool:
    """H1: trained for the kind of work, with LAT training held and still valid."""
    return any(
        one.kind is requirement.kind and one.held_on <= today and (one.valid_until is None or today <= one.valid_until)
        for one in candidate.trainings
    )


def has_room(requirement: Requirement, candidate: Candidate, today: date) -> bool:
    """H2: a free place, enough hours, not on leave, supervision not overdue."""
    if candidate.on_leave or candidate.taken >= candidate.capacity_max:
        return False
    hours = requirement.hours_per_week
    if hours is not None and candidate.hours_free is not None and candidate.hours_free < hours:
        return False
    return not supervision_overdue(candidate, today)


def supervision_overdue(candidate: Candidate, today: date) -> bool:
    """Say whether a member with active cases has gone without supervision for more than 60 days."""
    last = candidate.last_supervision_at
    return candidate.active > 0 and (last is None or today - last > SUPERVISION_EVERY)


def no_conflict(_: Requirement, candidate: Candidate, __: date) -> bool:
    """H3: the vault was asked and said no conflict of interest."""
    return candidate.conflict is False


def language_fits(requirement: Requirement, candidate: Candidate, _: date) -> bool:
    """H4: one language in common at working level (B1), or the citizen accepts an interpreter."""
    return requirement.interpreter_accepted or any(
        candidate.languages.get(code) in WORKING_LEVELS for code in requirement.languages
    )


def citizen_agrees(requirement: Requirement, candidate: Candidate, _: date) -> bool:
    """H5: not vetoed or declined by the citizen, and the gender wish is met where it is necessary."""
    if candidate.member_ref in requirement.vetoed or candidate.member_ref in requirement.rejected:
        return False
    return not requirement.gender_required or candidate.gender is requirement.gender_wish


def security_fits(requirement: Requirement, candidate: Candidate, _: date) -> bool:
    """H6: at police level HIGH, security-cleared and, by the vault's answer, not in an area to avoid."""
    return not requirement.security_high or (candidate.security_cleared and candidate.works_in_avoid_area is False)


def can_be_lent(requirement: Requirement, candidate: Candidate, _: date) -> bool:
    """H7: own municipality, or lendable within the member's distance or remotely; the employer is an active corps municipality."""
    if not candidate.municipality_active:
        return False
    if candidate.municipality == requirement.municipality:
        return True
    if not candidate.lendable:
        return False
    if candidate.remote_ok and requirement.remote_accepted:
        return True
    return distance_km(candidate.municipality, requirement.municipality) <= candidate.max_distance_km


def serves_one_side(_: Requirement, candidate: Candidate, __: date) -> bool:
    """H8: by the vault's answer, serves neither a parent of the same citizen nor somebody in conflict with them."""
    return candidate.serves_relative is False and candidate.serves_opponent is False


def cleared_for_minors(requirement: Requirement, candidate: Candidate, _: date) -> bool:
    """H9: a minor's member has a children certificate (børneattest)."""
    return not requirement.minor or candidate.children_certificate


def experienced(requirement: Requirement, candidate: Candidate, today: date) -> bool:
    """H10: level 2 in gang cross-over or returnees where the work asks for it, or an experienced co-mentor stands by."""
    if requirement.co_mentor:
        return True
    if requirement.cross_over and candidate.level(Competence.GANG_CROSS_OVER, today) < EXPERIENCED:
        return False
    return not requirement.returnee or candidate.level(Competence.RETURNEE, today) >= EXPERIENCED


def _work(requirement: Requirement) -> str:
    return requirement.kind.replace("_", " ").lower()


def _language_sentence(requirement: Requirement) -> str:
    spoken = " or ".join(requirement.languages)
    return f"No language in common at working level ({spoken}, B1 or better), and no interpreter is accepted."


def _citizen_sentence(requirement: Requirement) -> str:
    if requirement.gender_required and requirement.gender_wish:
        return (
            f"A member who is {requirement.gender_wish.lower()} is necessary, or the citizen has declined the member."
        )
    return "The citizen has declined the member."


def _lending_sentence(requirement: Requirement) -> str:
    remote = "" if requirement.remote_accepted else ", and work at a distance is not accepted"
    return f"Employed elsewhere and not to be lent, or too far away for the member{remote}."


CONSTRAINTS: tuple[Constraint, ...] = (
    Constraint(
        "H1",
        "kind_fits",
        kind_fits,
        lambda requirement: f"Not trained as {_work(requirement)}, or the training is not valid.",
    ),
    Constraint("H2", "has_room", has_room, lambda _: "No free place or hours, on leave, or supervision is overdue."),
    Constraint("H3", "no_conflict", no_conflict, lambda _: "Not shown.", confidential=True),
    Constraint("H4", "language_fits", language_fits, _language_sentence),
    Constraint("H5", "citizen_agrees", citizen_agrees, _citizen_sentence),
    Constraint("H6", "security_fits", security_fits, lambda _: "Not shown.", confidential=True),
    Constraint("H7", "can_be_lent", can_be_lent, _lending_sentence),
    Constraint("H8", "serves_one_side", serves_one_side, lambda _: "Not shown.", confidential=True),
    Constraint("H9", "cleared_for_minors", cleared_for_minors, lambda _: "No children certificate (børneattest)."),
    Constraint(
        "H10",
        "experienced",
        experienced,
        lambda _: "Less than level 2 in gang cross-over or returnees, and no co-mentor.",
    ),
)

CONFIDENTIAL = frozenset(row.code for row in CONSTRAINTS if row.confidential)
SENTENCES = {row.code: row.sentence for row in CONSTRAINTS if not row.confidential}
WITHHELD_SENTENCE = (
    "A reason that is not shown: a conflict of interest, safety, or whom the member serves already. "
    "Members about whom this has not been asked are counted here too."
)


def broken(requirement: Requirement, candidate: Candidate, today: date) -> tuple[str, ...]:
    """Return the codes of every constraint that the pair breaks, confidential ones included: for decisions, not for display."""
    return tuple(row.code for row in CONSTRAINTS if not row.holds(requirement, candidate, today))


def shown(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Return the codes that may be shown beside a member: the open ones, or WITHHELD if there are only confidential ones."""
    return tuple(code for code in codes if code not in CONFIDENTIAL) or ((WITHHELD,) if codes else ())


def sentence(code: str, requirement: Requirement) -> str:
    """Return the plain words for a shown code."""
    return WITHHELD_SENTENCE if code == WITHHELD else SENTENCES[code](requirement)


def shortlist(requirement: Requirement, candidates: list[Candidate], today: date) -> list[Candidate]:
    """Return those who pass everything that needs no answer of the vault: the few about whom it is worth asking.

    H6 is left out as a whole, as is whatever else is confidential.
    """
    open_rows = [row.holds for row in CONSTRAINTS if not row.confidential]
    return [one for one in candidates if all(holds(requirement, one, today) for holds in open_rows)]
