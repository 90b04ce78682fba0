"""Closed codes of assessment's commands and facts (`domain.md` 3.5-3.7, 3.13)."""

from __future__ import annotations

from enum import StrEnum


class RiskLevel(StrEnum):
    """How much of a concern a dimension shows. Words, never numbers: they are not added up (`domain.md` 3.5)."""

    UNKNOWN = "UNKNOWN"
    NONE_SEEN = "NONE_SEEN"
    SLIGHT = "SLIGHT"
    SOME = "SOME"
    SERIOUS = "SERIOUS"
    ACUTE = "ACUTE"


class ResourceLevel(StrEnum):
    """How much of a resource a dimension shows (`domain.md` 3.5)."""

    UNKNOWN = "UNKNOWN"
    NONE_SEEN = "NONE_SEEN"
    WEAK = "WEAK"
    SOME = "SOME"
    STRONG = "STRONG"


class UnknownReason(StrEnum):
    """Why a dimension could not be rated."""

    NO_INFORMATION = "NO_INFORMATION"
    NOT_SHARED = "NOT_SHARED"
    OUTDATED = "OUTDATED"
    CONTRADICTORY = "CONTRADICTORY"


class Confidence(StrEnum):
    """How sure the meeting is of a rating."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"


class EvidenceFrom(StrEnum):
    """Which kind of authority a piece of evidence comes from."""

    MUNICIPALITY = "MUNICIPALITY"
    POLICE = "POLICE"
    SCHOOL = "SCHOOL"
    PSYCHIATRY = "PSYCHIATRY"
    PROBATION = "PROBATION"
    JOB_CENTRE = "JOB_CENTRE"
    HOUSING = "HOUSING"
    IMMIGRATION = "IMMIGRATION"
    CITIZEN = "CITIZEN"


class EvidenceKind(StrEnum):
    """How a piece of evidence came about."""

    OBSERVED = "OBSERVED"
    REPORTED = "REPORTED"
    REGISTER = "REGISTER"


class Party(StrEnum):
    """Who can be at the analysis meeting (`domain.md` 2.1)."""

    MUNICIPALITY = "MUNICIPALITY"
    POLICE = "POLICE"
    CHILD_UNIT = "CHILD_UNIT"
    PSYCHIATRY = "PSYCHIATRY"
    PROBATION = "PROBATION"
    IMMIGRATION = "IMMIGRATION"
    SSP = "SSP"
    SCHOOL = "SCHOOL"
    JOB_CENTRE = "JOB_CENTRE"
    HOUSING = "HOUSING"


class Measure(StrEnum):
    """What can be recommended and granted (`domain.md` 3.6)."""

    NONE = "NONE"
    CONVERSATION = "CONVERSATION"
    MENTOR = "MENTOR"
    PARENT_COACH = "PARENT_COACH"
    STREET_WORK = "STREET_WORK"
    EDUCATION_JOB = "EDUCATION_JOB"
    PSYCHOLOGIST = "PSYCHOLOGIST"
    EXIT = "EXIT"
    GANG_EXIT = "GANG_EXIT"
    OTHER = "OTHER"


class AuthorityUnit(StrEnum):
    """The unit of the authority that a recommendation is addressed to."""

    CHILDREN_AND_FAMILIES = "CHILDREN_AND_FAMILIES"
    YOUTH = "YOUTH"
    ADULTS = "ADULTS"
    JOB_CENTRE = "JOB_CENTRE"
    EDUCATION = "EDUCATION"
    HOUSING = "HOUSING"
    PSYCHIATRY = "PSYCHIATRY"
    PROBATION = "PROBATION"
    POLICE = "POLICE"


class DecisionOutcome(StrEnum):
    """What the authority decided (`domain.md` 3.6)."""

    GRANT = "GRANT"
    GRANT_OTHER = "GRANT_OTHER"
    NONE = "NONE"


class MeasureLaw(StrEnum):
    """The act that the measure rests on (`domain.md` 3.6)."""

    BARNETS_LOV = "BARNETS_LOV"
    SERVICELOVEN = "SERVICELOVEN"
    LAB = "LAB"
    SUNDHEDSLOVEN = "SUNDHEDSLOVEN"
    STRAFFULDBYRDELSESLOVEN = "STRAFFULDBYRDELSESLOVEN"
    OTHER = "OTHER"


class ConsentBy(StrEnum):
    """Who gave the consent (`domain.md` 2.3 row 25, 3.13)."""

    SUBJECT = "SUBJECT"
    CUSTODY_HOLDER = "CUSTODY_HOLDER"
    RELATIVE = "RELATIVE"


class ReferralBasis(StrEnum):
    """What a referral elsewhere rests on (`domain.md` 4.2)."""

    CONSENT = "CONSENT"
    RPL115_SSP = "RPL115_SSP"
    RPL115_PSP = "RPL115_PSP"
    RPL115_KSP = "RPL115_KSP"
    BL_UNDERRETNING = "BL_UNDERRETNING"
    FVL28_GDPR = "FVL28_GDPR"


class FollowUpContact(StrEnum):
    """Whether a follow-up reached the citizen (`domain.md` 3.13)."""

    REACHED = "REACHED"
    NOT_REACHED = "NOT_REACHED"
    DECLINED = "DECLINED"


class Wellbeing(StrEnum):
    """How a dimension of well-being has gone since the end (`domain.md` 3.13)."""

    BETTER = "BETTER"
    SAME = "SAME"
    WORSE = "WORSE"


class FollowUpDecision(StrEnum):
    """What a follow-up leads to (`domain.md` 3.13)."""

    CLOSE = "CLOSE"
    CONTINUE = "CONTINUE"
    REOPEN_TASK = "REOPEN_TASK"


class NamingReason(StrEnum):
    """Why somebody is named as caseworker (`domain.md` 3.4 `participants`); a closed code, never a text."""

    ALLOCATED = "ALLOCATED"
    """The case is allocated to her."""
    ILLNESS = "ILLNESS"
    """Who was named is ill or away."""
    LEFT = "LEFT"
    """Who was named has left the authority."""
    CONFLICT_OF_INTEREST = "CONFLICT_OF_INTEREST"
    """Who was named may not work on this case."""


class Happened(StrEnum):
    """What happened to the corps' intervention."""

    STARTED = "STARTED"
    PAUSED = "PAUSED"
    RESUMED = "RESUMED"
    REPLACING = "REPLACING"
    ENDED = "ENDED"
    STOPPED = "STOPPED"


class Investigation(StrEnum):
    """What the child unit decided to do (`domain.md` 3.7)."""

    NONE = "NONE"
    P19 = "P19"
    P20 = "P20"
    EXISTING = "EXISTING"
