"""Ranking of members for one request, for a person to choose from (`domain.md` 5.2, 5.3; R25).

Own municipality first, then loan: who fits and reaches the threshold stands in two groups, those employed by the request's own
municipality before all others, because a loan supposes that the borrower has no trained free member of its own or says why
not (3.9). Within a group points decide; then the lighter load of the last 90 days; then the member reference, so that the
order never depends on the order of the input. Who stays below the threshold comes last and is not proposed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.corps.domain.matching.blocking import Blocking, explain_blocking
from services.corps.domain.matching.constraints import broken, shown
from services.corps.domain.matching.models import DEFAULT_WEIGHTS, Candidate, Requirement, Weights
from services.corps.domain.matching.scoring import FactorLine, Setting, lines, points, request_multiplier

TOP = 3
"""How many options are proposed (5.3)."""


@dataclass(frozen=True, slots=True)
class Option:
    """A member who may be chosen. `value` is points times the request's waiting (5.2): it weighs requests, never members."""

    member_ref: UUID
    municipality: str
    loan: bool
    points: float
    value: float
    proposed: bool
    lines: tuple[FactorLine, ...]


@dataclass(frozen=True, slots=True)
class Rejection:
    """A member who may not be chosen, with the codes that may be shown (`constraints.shown`)."""

    member_ref: UUID
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The answer to one request. `fitting` counts all who pass the hard constraints, also those cut from `options`."""

    request_ref: UUID
    weights_version: str
    fitting: int
    options: tuple[Option, ...]
    rejected: tuple[Rejection, ...]
    blocking: Blocking | None

    @property
    def proposals(self) -> tuple[Option, ...]:
        """Return the best three of those who reach the threshold."""
        return tuple(option for option in self.options if option.proposed)[:TOP]

    @property
    def own_available(self) -> bool:
        """Say whether an own member is proposed, so that choosing a loan needs a reason (3.9)."""
        return any(option.proposed and not option.loan for option in self.options)


def rank(
    requirement: Requirement,
    candidates: Iterable[Candidate],
    weights: Weights = DEFAULT_WEIGHTS,
    *,
    today: date,
    limit: int = 50,
) -> Ranking:
    """Return the ranking of `candidates`; at most `limit` options get their reason lines, all rejections are listed."""
    pairs = [(one, broken(requirement, one, today)) for one in candidates]
    mean = sum(one.load_90d for one, _ in pairs) / len(pairs) if pairs else 0.0
    setting = Setting(today, weights, mean)
    scored = [(one, points(requirement, one, setting)) for one, codes in pairs if not codes]
    scored.sort(key=lambda pair: _order(requirement, weights, *pair))
    nobody = not any(score >= weights.threshold for _, score in scored)
    return Ranking(
        request_ref=requirement.request_ref,
        weights_version=weights.version,
        fitting=len(scored),
        options=tuple(_option(requirement, one, score, setting) for one, score in scored[:limit]),
        rejected=_rejections(pairs),
        blocking=explain_blocking(requirement, pairs, today, poor=len(scored)) if nobody else None,
    )


def _order(
    requirement: Requirement, weights: Weights, candidate: Candidate, score: float
) -> tuple[int, float, int, str]:
    loan = candidate.municipality != requirement.municipality
    group = 2 if score < weights.threshold else int(loan)
    return (group, -score, candidate.load_90d, str(candidate.member_ref))


def _option(requirement: Requirement, candidate: Candidate, score: float, setting: Setting) -> Option:
    return Option(
        member_ref=candidate.member_ref,
        municipality=candidate.municipality,
        loan=candidate.municipality != requirement.municipality,
        points=score,
        value=round(score * request_multiplier(requirement, setting.today), 2),
        proposed=score >= setting.weights.threshold,
        lines=lines(requirement, candidate, setting),
    )


def _rejections(pairs: list[tuple[Candidate, tuple[str, ...]]]) -> tuple[Rejection, ...]:
    rejected = (Rejection(one.member_ref, shown(codes)) for one, codes in pairs if codes)
    return tuple(sorted(rejected, key=lambda one: one.member_ref.int))
