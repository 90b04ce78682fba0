"""A match request in the terms of matching, and the answers that matching needs about a pair. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from services.corps.domain.intervention import Intervention, Stage
from services.corps.domain.matching import Gender, Kind, Need, Requirement, Theme
from shared.contracts.corps_codes import EndReason
from shared.contracts.requirements import MatchRequirements
from shared.reference.calendar import local

GOOD_ENDINGS = frozenset({EndReason.E1, EndReason.E2})
"""An earlier intervention that ended as agreed speaks for the same member (f8)."""

OPEN = frozenset({Stage.MATCHING, Stage.ACTIVE, Stage.PAUSED})


def requirement_of(state: Intervention) -> Requirement:
    """Return what matching must know of an intervention."""
    wanted = state.requirements
    return Requirement(
        request_ref=state.id,
        kind=Kind(wanted.kind),
        municipality=state.municipality,
        languages=wanted.languages,
        waiting_since=local(state.requested_at).date(),
        theme=Theme(wanted.theme),
        interpreter_accepted=wanted.interpreter_accepted,
        gender_wish=Gender(wanted.gender_wish) if wanted.gender_wish else None,
        gender_required=wanted.gender_required,
        needs=needs_of(wanted),
        minor=wanted.minor,
        cross_over=wanted.cross_over,
        returnee=wanted.returnee,
        security_high=wanted.security_high,
        remote_accepted=wanted.remote_accepted,
        vetoed=frozenset(wanted.vetoed),
        rejected=frozenset(state.declined),
    )


def needs_of(wanted: MatchRequirements) -> tuple[Need, ...]:
    """Return the extra competences."""
    return tuple(Need(competence) for competence in wanted.competences)


def conflicts(family: Iterable[Intervention]) -> frozenset[UUID]:
    """Return the members who must not be chosen in a case: `family` are all its interventions (H3)."""
    return frozenset(ref for one in family for ref in one.excluded)


def serving_others(state: Intervention, family: Iterable[Intervention]) -> frozenset[UUID]:
    """Return the members who are engaged in another intervention of the same case: subject and parent each have their own (H8)."""
    return frozenset(
        one.member.member_ref for one in family if one.id != state.id and one.stage in OPEN and one.member is not None
    )


def good_relations(state: Intervention, family: Iterable[Intervention]) -> frozenset[UUID]:
    """Return the members with whom an earlier intervention of the same person ended well (f8)."""
    return frozenset(
        one.member.member_ref
        for one in family
        if one.id != state.id
        and one.client == state.client
        and one.stage == Stage.ENDED
        and one.end_reason in GOOD_ENDINGS
        and one.member is not None
    )
