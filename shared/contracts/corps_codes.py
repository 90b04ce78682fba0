"""Closed codes of interventions and loans. They stand in facts: a code is never taken back or given another meaning."""

from __future__ import annotations

from enum import StrEnum


class ChoiceReason(StrEnum):
    """Why this member was chosen; anything but FIRST_OPTION says why not the first (`domain.md` 5.3)."""

    FIRST_OPTION = "FIRST_OPTION"
    KNOWS_THE_PLACE = "KNOWS_THE_PLACE"
    CITIZEN_PREFERS = "CITIZEN_PREFERS"
    CONTINUITY = "CONTINUITY"
    AVAILABLE_SOONER = "AVAILABLE_SOONER"
    LESS_TRAVEL = "LESS_TRAVEL"
    PROFESSIONAL_JUDGEMENT = "PROFESSIONAL_JUDGEMENT"


class ReturnReason(StrEnum):
    """Why a choice, a member or a loan does not hold any longer, and the request is back in the pool."""

    CITIZEN_DECLINED = "CITIZEN_DECLINED"
    MEMBER_DECLINED = "MEMBER_DECLINED"
    COORDINATOR_CHANGED = "COORDINATOR_CHANGED"
    NOT_ANSWERED = "NOT_ANSWERED"
    NOT_SIGNED = "NOT_SIGNED"
    LENDER_CANCELLED = "LENDER_CANCELLED"
    BORROWER_CANCELLED = "BORROWER_CANCELLED"
    MEMBER_ILL = "MEMBER_ILL"
    MEMBER_LEFT = "MEMBER_LEFT"
    RELATION = "RELATION"
    SAFETY = "SAFETY"
    LOAN_ENDED = "LOAN_ENDED"


class SessionMode(StrEnum):
    """How a session was held (`domain.md` 3.10)."""

    IN_PERSON = "IN_PERSON"
    PHONE = "PHONE"
    VIDEO = "VIDEO"
    TEXT = "TEXT"


class Attended(StrEnum):
    """Whether the citizen was there (`domain.md` 3.10)."""

    YES = "YES"
    NO = "NO"
    CANCELLED = "CANCELLED"


class ConcernOutcome(StrEnum):
    """What became of a worry that a session gave rise to."""

    NOTHING = "NOTHING"
    TALKED_OVER = "TALKED_OVER"
    TOLD_CASEWORKER = "TOLD_CASEWORKER"
    UNDERRETNING = "UNDERRETNING"
    ACUTE = "ACUTE"


class SuppliedBy(StrEnum):
    """Who supplies supervision (`domain.md` 3.9)."""

    LENDER = "LENDER"
    BORROWER = "BORROWER"
    CENTRE = "CENTRE"


class Necessity(StrEnum):
    """What a plan review found (`domain.md` 2.3 row 29)."""

    CONTINUE = "CONTINUE"
    REDUCE = "REDUCE"
    PREPARE_ENDING = "PREPARE_ENDING"


class PauseReason(StrEnum):
    """Why an intervention rests (`domain.md` 2.2, K10)."""

    PRISON = "PRISON"
    ILLNESS = "ILLNESS"
    ABROAD = "ABROAD"
    WISH = "WISH"


class EndCriterion(StrEnum):
    """Which of the end criteria is met (`domain.md` 2.6)."""

    GOALS_REACHED = "GOALS_REACHED"
    GOALS_DROPPED = "GOALS_DROPPED"
    CITIZEN_ASKS = "CITIZEN_ASKS"
    TWELVE_MONTHS = "TWELVE_MONTHS"
    UNSAFE = "UNSAFE"


class EndReason(StrEnum):
    """How it ended: the E codes of `domain.md` 2.5."""

    E1 = "E1"
    E2 = "E2"
    E3 = "E3"
    E4 = "E4"
    E5 = "E5"
    E6 = "E6"


class Side(StrEnum):
    """A party of a loan."""

    LENDER = "LENDER"
    BORROWER = "BORROWER"


class OwnUnfit(StrEnum):
    """Why the borrower's own free member does not do (`domain.md` 3.9, guard)."""

    CITIZEN_KNOWS_THEM = "CITIZEN_KNOWS_THEM"
    SMALL_PLACE = "SMALL_PLACE"
    COMPETENCE = "COMPETENCE"
    LANGUAGE = "LANGUAGE"
    CITIZEN_WISH = "CITIZEN_WISH"


class DeclineReason(StrEnum):
    """Why a member says no to a match. `PERSONAL` says no more: a tie to somebody is not told by a code."""

    NO_TIME = "NO_TIME"
    DISTANCE = "DISTANCE"
    ANOTHER_FIELD = "ANOTHER_FIELD"
    PERSONAL = "PERSONAL"


class LoanEnding(StrEnum):
    """Why a loan is over (`domain.md` 3.9)."""

    ENDS_ON = "ENDS_ON"
    RECALLED = "RECALLED"
    INTERVENTION_ENDED = "INTERVENTION_ENDED"
    INTERVENTION_STOPPED = "INTERVENTION_STOPPED"
    MEMBER_REPLACED = "MEMBER_REPLACED"
    CHOICE_WITHDRAWN = "CHOICE_WITHDRAWN"
    CITIZEN_DECLINED = "CITIZEN_DECLINED"


class CancelReason(StrEnum):
    """Why a side cancels a loan that is not active yet."""

    MEMBER_UNAVAILABLE = "MEMBER_UNAVAILABLE"
    TERMS = "TERMS"
    NO_LONGER_NEEDED = "NO_LONGER_NEEDED"
    OWN_MEMBER_FREE = "OWN_MEMBER_FREE"
    OTHER = "OTHER"
