"""Closed codes of disclosures, consent and the citizen's rights (`domain.md` 3.13, 4.2, 4.6)."""

from __future__ import annotations

from enum import StrEnum


class SharingBasis(StrEnum):
    """The legal basis of a share; `shared.reference.sharing` has the rule of each (`domain.md` 4.2)."""

    RPL115_SSP = "RPL115_SSP"
    RPL115_PSP = "RPL115_PSP"
    RPL115_KSP = "RPL115_KSP"
    BL_UNDERRETNING = "BL_UNDERRETNING"
    FLYTNING = "FLYTNING"
    CONSENT = "CONSENT"
    GANG_EXIT_CONSENT = "GANG_EXIT_CONSENT"
    ACUTE_112 = "ACUTE_112"
    FVL28_GDPR = "FVL28_GDPR"


class SharingPurpose(StrEnum):
    """What a share is for. There is no code for a criminal case: police who want one use their own systems (R2)."""

    CRIME_PREVENTION = "CRIME_PREVENTION"
    EXPOSED_PERSON = "EXPOSED_PERSON"
    RELEASE_OR_CUSTODY = "RELEASE_OR_CUSTODY"
    CHILD_SUPPORT = "CHILD_SUPPORT"
    CONTINUED_SUPPORT = "CONTINUED_SUPPORT"
    AS_CONSENTED = "AS_CONSENTED"
    EXIT_COURSE = "EXIT_COURSE"
    DANGER_TO_LIFE = "DANGER_TO_LIFE"
    RECEIVERS_TASK = "RECEIVERS_TASK"


class RecipientKind(StrEnum):
    """In what capacity the named recipient receives (R4)."""

    EMPLOYEE = "EMPLOYEE"
    PRIVATE_PERSON = "PRIVATE_PERSON"
    REPORTER = "REPORTER"
    VOLUNTEER = "VOLUNTEER"
    COMPANY = "COMPANY"


class DataCategory(StrEnum):
    """What is shared, by category; the data themselves are never in a fact."""

    CONTACT = "CONTACT"
    CONCERN = "CONCERN"
    ASSESSMENT = "ASSESSMENT"
    MEASURE = "MEASURE"
    FAMILY = "FAMILY"
    SCHOOL_OR_WORK = "SCHOOL_OR_WORK"
    HOUSING = "HOUSING"
    HEALTH = "HEALTH"
    OFFENCES = "OFFENCES"
    CONVICTIONS = "CONVICTIONS"


class RefusedSharing(StrEnum):
    """Why nothing was shared, if the authority says why; nobody has a duty to share (`domain.md` R3)."""

    NOT_NECESSARY = "NOT_NECESSARY"
    NO_BASIS = "NO_BASIS"
    NO_CONSENT = "NO_CONSENT"
    OWN_DUTY_OF_SECRECY = "OWN_DUTY_OF_SECRECY"
    NOT_HELD = "NOT_HELD"


class ConsentKind(StrEnum):
    """What a consent is to (`domain.md` 3.13)."""

    OFFER = "OFFER"
    SHARE = "SHARE"
    GANG_EXIT = "GANG_EXIT"
    FOLLOW_UP = "FOLLOW_UP"


class Exemption(StrEnum):
    """What telling or insight may be limited by, case by case only (`domain.md` R21, R22)."""

    DBL22_PRIVATE = "DBL22_PRIVATE"
    DBL22_CRIME = "DBL22_CRIME"
    FVL15 = "FVL15"
    LED = "LED"


class InsightRegime(StrEnum):
    """Under which law insight is asked for (`domain.md` 3.13)."""

    FORVALTNINGSLOV = "FORVALTNINGSLOV"
    GDPR15 = "GDPR15"
    LED = "LED"


class InsightBy(StrEnum):
    """Who asks for insight; identity or authority was checked outside the platform."""

    SUBJECT = "SUBJECT"
    CUSTODY_HOLDER = "CUSTODY_HOLDER"
    REPRESENTATIVE = "REPRESENTATIVE"


class InsightDecision(StrEnum):
    """How insight was decided (`domain.md` 3.13)."""

    FULL = "FULL"
    PARTIAL = "PARTIAL"
    REFUSED = "REFUSED"
