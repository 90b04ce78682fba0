"""Named conditions of the concern's rows. Pure: (state, command, context) -> bool."""

from __future__ import annotations

from dateutil.relativedelta import relativedelta

from services.intake.domain.commands import (
    AddInformation,
    AnswerQuestion,
    AskQuestion,
    CloseAcute,
    CompleteRecord,
    GiveAdvice,
    LogHandover,
    PointOutHelp,
    RaiseAcute,
    ReceiveConcern,
    RouteConcern,
    SetAnonymity,
    WithdrawQuestion,
)
from services.intake.domain.concern import Concern
from shared.contracts.codes import Anonymity, SubjectKnown, Travel
from shared.errors import Invalid
from shared.lifecycle.table import Context, Guard
from shared.reference.municipalities import municipality

OLDEST_OBSERVATION = relativedelta(years=10)
MOST_ADDITIONS = 50
"""Times that a reporter may add something to one concern; a person reads each."""


MOST_QUESTIONS = 20
"""Questions to one reporter: more would be an interrogation, and each is answered in writing."""


def _is_municipality(code: str, context: Context) -> bool:
    try:
        municipality(code, context.now.date())
    except Invalid:
        return False
    return True


def _reporter_fits_mode(_: Concern | None, command: ReceiveConcern, __: Context) -> bool:
    return (command.reporter is None) == (command.anonymity is Anonymity.ANONYMOUS)


def _no_address_without_a_name(_: Concern | None, command: ReceiveConcern, __: Context) -> bool:
    return command.receipt_address is None or command.anonymity is not Anonymity.ANONYMOUS


def _identified_has_residence(_: Concern | None, command: ReceiveConcern, __: Context) -> bool:
    return command.subject_known is not SubjectKnown.IDENTIFIED or command.subject_municipality is not None


def _observed_in_order(_: Concern | None, command: ReceiveConcern, context: Context) -> bool:
    start, end = command.observed_from, command.observed_to
    latest = end or start
    if latest is not None and latest > context.now:
        return False
    return start is None or end is None or start <= end


def _observed_within_ten_years(_: Concern | None, command: ReceiveConcern, context: Context) -> bool:
    seen = [moment for moment in (command.observed_from, command.observed_to) if moment is not None]
    return all(moment >= context.now - OLDEST_OBSERVATION for moment in seen)


def _departs_by_plan(_: Concern | None, command: ReceiveConcern, __: Context) -> bool:
    return command.departs_at is None or command.travel is Travel.PLAN


def _residence_exists(
    _: Concern | None, command: ReceiveConcern | RaiseAcute | CompleteRecord, context: Context
) -> bool:
    return command.subject_municipality is None or _is_municipality(command.subject_municipality, context)


def _place_exists(_: Concern, command: PointOutHelp, context: Context) -> bool:
    return command.municipality is None or _is_municipality(command.municipality, context)


def _completed_has_residence(concern: Concern, command: CompleteRecord, _: Context) -> bool:
    known = command.subject_municipality or concern.subject_municipality
    return command.subject_known is not SubjectKnown.IDENTIFIED or known is not None


def _not_anonymous_again(_: Concern, command: SetAnonymity, __: Context) -> bool:
    return command.anonymity is not Anonymity.ANONYMOUS


def _name_given(concern: Concern, command: SetAnonymity, _: Context) -> bool:
    return concern.reporter is not None or command.reporter is not None


def _room_for_more(concern: Concern, _: AddInformation, __: Context) -> bool:
    return len(concern.information) < MOST_ADDITIONS


def _reporter_reachable(concern: Concern, _: AskQuestion, __: Context) -> bool:
    return concern.coded


def _asked_by_reader(concern: Concern, _: AskQuestion | WithdrawQuestion, context: Context) -> bool:
    return context.actor.organisation == concern.reader and concern.reader_role in context.actor.roles


def _room_for_questions(concern: Concern, _: AskQuestion, __: Context) -> bool:
    return len(concern.questions) < MOST_QUESTIONS


def _question_open(concern: Concern, command: AnswerQuestion | WithdrawQuestion, _: Context) -> bool:
    return any(each.text == command.question for each in concern.open_questions)


def _infohus_exists(_: Concern | None, command: RouteConcern, context: Context) -> bool:
    return _is_municipality(command.municipality, context)


def _nobody_identified(concern: Concern, command: GiveAdvice, _: Context) -> bool:
    return concern.subject_known is not SubjectKnown.IDENTIFIED or command.not_about_extremism


def _handed_over_before_now(_: Concern, command: LogHandover, context: Context) -> bool:
    return command.handed_over_at <= context.now


def _something_to_complete(_: Concern, command: CompleteRecord, __: Context) -> bool:
    return bool(command.model_fields_set)


def _handover_known(concern: Concern, _: RouteConcern, __: Context) -> bool:
    return concern.handed_over or concern.clock("hand_over") is not None


def _answered_by_police(concern: Concern, command: CloseAcute, _: Context) -> bool:
    return concern.handed_over and (concern.subject_known is not SubjectKnown.IDENTIFIED or command.nothing_for_infohus)


REPORTER_FITS_MODE = Guard(
    "reporter_does_not_fit_mode",
    _reporter_fits_mode,
    "ANONYMOUS has no reporter at all; CONFIDENTIAL and OPEN have one",
    rule="domain.md 2.4, 3.2",
    remedy="Ask for the mode first. If a name was given, choose CONFIDENTIAL: it cannot become ANONYMOUS.",
    field="reporter",
)
NO_ADDRESS_WITHOUT_A_NAME = Guard(
    "address_of_nobody",
    _no_address_without_a_name,
    "who is ANONYMOUS leaves no address: it would say who it was",
    rule="domain.md 2.4, 3.2",
    remedy="Leave it out and keep the reference code, which tells how far it is; or choose CONFIDENTIAL.",
    field="receipt_address",
)
IDENTIFIED_HAS_RESIDENCE = Guard(
    "residence_missing",
    _identified_has_residence,
    "an identified person needs the municipality of residence",
    rule="domain.md 3.2",
    remedy="Give the municipality where the person lives, not that of the school.",
    field="subject_municipality",
)
OBSERVED_IN_ORDER = Guard(
    "observation_in_future",
    _observed_in_order,
    "what was seen lies before now, and its start before its end",
    rule="domain.md 3.2",
    remedy="Correct the dates of the observation.",
    field="observed_to",
)
OBSERVED_WITHIN_TEN_YEARS = Guard(
    "observation_too_old",
    _observed_within_ten_years,
    "an observation may be ten years old at most",
    rule="domain.md 3.2",
    remedy="Leave the date out, or describe what is seen now.",
    field="observed_from",
)
RESIDENCE_EXISTS = Guard(
    "municipality_unknown",
    _residence_exists,
    "there is no such municipality today",
    rule="domain.md 3.1",
    remedy="Choose one of the 98; Christiansø (0411) is none.",
    field="subject_municipality",
)
PLACE_EXISTS = Guard(
    "municipality_unknown",
    _place_exists,
    "there is no such municipality today",
    rule="domain.md 3.1",
    remedy="Choose one of the 98; Christiansø (0411) is none.",
    field="municipality",
)
DEPARTS_BY_PLAN = Guard(
    "departure_without_plan",
    _departs_by_plan,
    "a day of departure belongs to a plan to travel",
    rule="domain.md 3.2",
    remedy="Say travel PLAN, or leave the departure out.",
    field="departs_at",
)
COMPLETED_HAS_RESIDENCE = Guard(
    "residence_missing",
    _completed_has_residence,
    "an identified person needs the municipality of residence",
    rule="domain.md 3.2",
    remedy="Give the municipality where the person lives, not that of the school.",
    field="subject_municipality",
)
NOT_ANONYMOUS_AGAIN = Guard(
    "anonymity_lost",
    _not_anonymous_again,
    "once a name is given, anonymity can no longer be promised",
    rule="domain.md 2.4",
    remedy="Keep CONFIDENTIAL, and tell the caller about forvaltningsloven §15: an exemption is weighed case by case.",
    field="anonymity",
)
NAME_GIVEN = Guard(
    "reporter_missing",
    _name_given,
    "a caller who is no longer anonymous is somebody",
    rule="domain.md 2.4, 3.2",
    remedy="Write down who the caller is, or leave the concern anonymous.",
    field="reporter",
)
ROOM_FOR_MORE = Guard(
    "information_full",
    _room_for_more,
    f"a concern takes {MOST_ADDITIONS} additions",
    rule="domain.md 2.4",
    remedy="Write a new concern, or call the hotline.",
    early=True,
)
REPORTER_REACHABLE = Guard(
    "reporter_not_reachable",
    _reporter_reachable,
    "who reported it was given no reference code",
    rule="domain.md 2.3 row 5",
    remedy="Ask by phone, and add what they say to the concern.",
    early=True,
)
ASKED_BY_READER = Guard(
    "question_not_yours",
    _asked_by_reader,
    "who has the concern now asks: the desk, then the municipality of the Infohus, police where they have it alone",
    rule="domain.md 2.3 row 5",
    remedy="Ask the colleague who has the concern to put the question.",
    early=True,
)
ROOM_FOR_QUESTIONS = Guard(
    "questions_full",
    _room_for_questions,
    f"a reporter is asked {MOST_QUESTIONS} questions at most",
    rule="domain.md 2.3 row 5",
    remedy="Decide with what is known.",
    early=True,
)
QUESTION_IS_OPEN = Guard(
    "question_not_open",
    _question_open,
    "this question is answered, or was taken back",
    rule="domain.md 2.3 row 5",
    remedy="Load it again; what is new can be added without a question.",
    field="question",
)
INFOHUS_EXISTS = Guard(
    "municipality_unknown",
    _infohus_exists,
    "there is no such municipality today",
    rule="domain.md 3.1",
    remedy="Choose one of the 98; Christiansø (0411) is none.",
    field="municipality",
)
NOBODY_IDENTIFIED = Guard(
    "subject_identified",
    _nobody_identified,
    "a concern about an identified person is routed, unless it is not about extremism",
    rule="domain.md 2.3 row 2",
    remedy="Route it, or say that it is not about extremism.",
    field="not_about_extremism",
)
HANDED_OVER_BEFORE_NOW = Guard(
    "handover_in_future",
    _handed_over_before_now,
    "the hand-over lies in the future",
    rule="domain.md 2.3 row 3",
    remedy="Give the time of the call.",
    field="handed_over_at",
)
SOMETHING_TO_COMPLETE = Guard(
    "nothing_to_complete",
    _something_to_complete,
    "there is nothing in it to complete the record with",
    rule="domain.md 2.3 row 3",
    remedy="Fill in at least one field.",
)
HANDOVER_KNOWN = Guard(
    "handover_unknown",
    _handover_known,
    "the acute hand-over is neither logged nor a task",
    rule="domain.md 2.3 row 50",
    remedy="Log the hand-over first.",
    early=True,
)
ANSWERED_BY_POLICE = Guard(
    "handover_unanswered",
    _answered_by_police,
    "police have not answered, or an identified person remains",
    rule="domain.md 2.3 row 51",
    remedy="Log the hand-over, or route the concern; say nothing_for_infohus if that is so.",
    field="nothing_for_infohus",
)
