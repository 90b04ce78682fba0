"""Matching of corps members to requests: hard constraints, points with reasons, what blocks (`domain.md` 5). Pure."""

from services.corps.domain.matching.assignment import Assignment, ImmediateAssignment
from services.corps.domain.matching.blocking import Block, Blocking, Relaxation
from services.corps.domain.matching.constraints import CONSTRAINTS, WITHHELD, Constraint, broken, shortlist, shown
from services.corps.domain.matching.models import (
    DEFAULT_WEIGHTS,
    Candidate,
    Gender,
    Kind,
    Level,
    Need,
    Requirement,
    Skill,
    Theme,
    Training,
    Weights,
)
from services.corps.domain.matching.ranking import Option, Ranking, Rejection, rank
from services.corps.domain.matching.scoring import FactorLine, request_multiplier
from shared.contracts.codes import Competence

__all__ = [
    "CONSTRAINTS",
    "DEFAULT_WEIGHTS",
    "WITHHELD",
    "Assignment",
    "Block",
    "Blocking",
    "Candidate",
    "Competence",
    "Constraint",
    "FactorLine",
    "Gender",
    "ImmediateAssignment",
    "Kind",
    "Level",
    "Need",
    "Option",
    "Ranking",
    "Rejection",
    "Relaxation",
    "Requirement",
    "Skill",
    "Theme",
    "Training",
    "Weights",
    "broken",
    "rank",
    "request_multiplier",
    "shortlist",
    "shown",
]
