"""Closed codes that more than one service speaks. A code never becomes free text (R13)."""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    """Where a concern came in (`domain.md` 3.2)."""

    HOTLINE = "HOTLINE"
    PHONE_LOCAL = "PHONE_LOCAL"
    SCHOOL_FORM = "SCHOOL_FORM"
    WEB_FORM = "WEB_FORM"
    EMAIL = "EMAIL"
    POLICE = "POLICE"
    KRIMINALFORSORG = "KRIMINALFORSORG"
    PSYCHIATRY = "PSYCHIATRY"
    ASYLUM = "ASYLUM"
    WALK_IN = "WALK_IN"
    INTERNAL = "INTERNAL"


class Anonymity(StrEnum):
    """The reporter's mode, chosen before any other field (`domain.md` 2.4)."""

    ANONYMOUS = "ANONYMOUS"
    CONFIDENTIAL = "CONFIDENTIAL"
    OPEN = "OPEN"


class ReporterKind(StrEnum):
    """Who reports (`domain.md` 3.2)."""

    PARENT = "PARENT"
    RELATIVE = "RELATIVE"
    FRIEND = "FRIEND"
    TEACHER = "TEACHER"
    PEDAGOGUE = "PEDAGOGUE"
    SSP = "SSP"
    YOUTH_WORKER = "YOUTH_WORKER"
    SOCIAL_WORKER = "SOCIAL_WORKER"
    EMPLOYMENT = "EMPLOYMENT"
    ASYLUM = "ASYLUM"
    HOUSING = "HOUSING"
    ASSOCIATION = "ASSOCIATION"
    HEALTH = "HEALTH"
    POLICE = "POLICE"
    PRISON = "PRISON"
    CITIZEN = "CITIZEN"
    SELF = "SELF"
    UNKNOWN = "UNKNOWN"


PROFESSIONAL = frozenset(
    {
        ReporterKind.TEACHER,
        ReporterKind.PEDAGOGUE,
        ReporterKind.SSP,
        ReporterKind.YOUTH_WORKER,
        ReporterKind.SOCIAL_WORKER,
        ReporterKind.EMPLOYMENT,
        ReporterKind.ASYLUM,
        ReporterKind.HOUSING,
        ReporterKind.HEALTH,
        ReporterKind.POLICE,
        ReporterKind.PRISON,
    }
)
"""Reporters in public service, who have a sharpened duty to notify (`domain.md` 2.4, [W7][W30])."""


class Answer(StrEnum):
    """Yes, no, or not known; unknown counts as yes where a child could be meant (`domain.md` 3.2)."""

    YES = "YES"
    NO = "NO"
    UNKNOWN = "UNKNOWN"


class SubjectKnown(StrEnum):
    """How well the person is known (`domain.md` 3.2)."""

    NONE = "NONE"
    PARTIAL = "PARTIAL"
    IDENTIFIED = "IDENTIFIED"


class SeenWhere(StrEnum):
    """Where signs were seen: a channel, never a handle or a link (`domain.md` 3.2)."""

    ONLINE = "ONLINE"
    OFFLINE = "OFFLINE"
    BOTH = "BOTH"
    UNKNOWN = "UNKNOWN"


class Travel(StrEnum):
    """Travel to a conflict zone (`domain.md` 3.2)."""

    NONE = "NONE"
    WISH = "WISH"
    PLAN = "PLAN"
    DEPARTED = "DEPARTED"
    RETURNED = "RETURNED"


class Theme(StrEnum):
    """Theme of a match request: what the member must be good at; UNCLEAR is a normal answer (`domain.md` 3.2, 5.2)."""

    UNCLEAR = "UNCLEAR"
    EKSTREM_ISLAMISME = "EKSTREM_ISLAMISME"
    HOEJRE = "HOEJRE"
    VENSTRE = "VENSTRE"
    OTHER_MIXED = "OTHER_MIXED"


class ClosingReason(StrEnum):
    """Why a case ends (`domain.md` 2.5)."""

    A1 = "A1"
    A2 = "A2"
    A3 = "A3"
    A4 = "A4"
    B1 = "B1"
    B2 = "B2"
    B3 = "B3"
    B4 = "B4"
    B5 = "B5"
    D1 = "D1"
    D2 = "D2"
    E1 = "E1"
    E2 = "E2"
    E3 = "E3"
    E4 = "E4"
    E5 = "E5"
    E6 = "E6"


class InterventionKind(StrEnum):
    """What the corps supplies (`domain.md` 3.10)."""

    MENTOR = "MENTOR"
    PARENT_COACH = "PARENT_COACH"


class Gender(StrEnum):
    """Self-declared by the member; wished for by the citizen (`domain.md` 3.3, 3.8)."""

    FEMALE = "FEMALE"
    MALE = "MALE"


class Competence(StrEnum):
    """Specialisations of a member, and what a request asks for (`domain.md` 3.8)."""

    EKSTREM_ISLAMISME = "EKSTREM_ISLAMISME"
    HOEJRE = "HOEJRE"
    VENSTRE = "VENSTRE"
    ONLINE_RISK = "ONLINE_RISK"
    GANG_CROSS_OVER = "GANG_CROSS_OVER"
    RETURNEE = "RETURNEE"
    MENTAL_VULNERABILITY = "MENTAL_VULNERABILITY"
    MINORS = "MINORS"
    PARENTS_GROUP = "PARENTS_GROUP"
