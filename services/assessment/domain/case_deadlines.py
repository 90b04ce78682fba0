"""Clocks of a case, each with its paragraph (`domain.md` 2.3, 2.7). None is law: all are `[P]`, some with a comparator."""

from __future__ import annotations

from shared.lifecycle.actor import Role
from shared.lifecycle.deadlines import DeadlineRule, days, fixed, hours, minutes, months, working_days

OPEN_OR_MERGE = DeadlineRule(
    kind="open_or_merge",
    due=working_days(2),
    owner=Role.TOVHOLDER_KOMMUNE,
    reminders=(working_days(1),),
    starts=lambda case: case.arrived_at,
    paragraph="domain.md 2.3 row 6",
)
"""Rows 6 and 7: two working days from arrival [P]."""

OPEN_OR_MERGE_TRAVEL = DeadlineRule(
    kind="open_or_merge",
    due=working_days(1),
    owner=Role.TOVHOLDER_KOMMUNE,
    reminders=(hours(4),),
    starts=lambda case: case.arrived_at,
    paragraph="domain.md 2.4 travel",
)
"""Travel to a conflict zone: priority triage in one working day [P]."""

REQUEST_CLEARANCE = DeadlineRule(
    kind="request_clearance",
    due=working_days(1),
    owner=Role.TOVHOLDER_KOMMUNE,
    reminders=(hours(4),),
    paragraph="domain.md 2.3 row 11",
)
"""Row 11: police are asked within one working day [P]."""

CLOSE_OR_REFER = DeadlineRule(
    kind="close_or_refer",
    due=working_days(10),
    owner=Role.TOVHOLDER_KOMMUNE,
    reminders=(working_days(7),),
    starts=lambda case: case.opened_at,
    paragraph="domain.md 2.3 row 9",
)
"""Rows 9 and 10: ten working days from C2, or from the reopening [P]."""

CLEARANCE = DeadlineRule(
    kind="clearance",
    due=working_days(5),
    owner=Role.TOVHOLDER_POLITI,
    owner_at="police",
    reminders=(working_days(3),),
    paragraph="domain.md 2.3 row 12",
)
"""Rows 12 and 13: five working days [P], comparator [W61]."""

MEETING = DeadlineRule(
    kind="meeting",
    due=days(14),
    owner=Role.SECRETARIAT,
    owner_at="police",
    reminders=(days(7),),
    paragraph="domain.md 2.3 row 19",
)
"""Row 19: Copenhagen meets every 14 days, with the secretariat at the police [W3]; as national target [P]."""

COMPLETE_ASSESSMENT = DeadlineRule(
    kind="complete_assessment",
    due=working_days(5),
    owner=Role.TOVHOLDER_KOMMUNE,
    reminders=(working_days(3),),
    starts=lambda case: case.met_at,
    paragraph="domain.md 2.3 row 21",
)
"""Row 21: five working days after the meeting, however late it was recorded [P]."""

ACUTE_TASK = DeadlineRule(
    kind="acute_task",
    due=hours(1),
    owner=Role.TOVHOLDER_POLITI,
    owner_at="police",
    reminders=(minutes(15),),
    paragraph="domain.md 3.5 acute task",
    lasts=True,
)
"""A rating ACUTE in one of the four dimensions of risk and threat: somebody looks within the hour [P]."""

SEND_RECOMMENDATION = DeadlineRule(
    kind="send_recommendation",
    due=working_days(2),
    owner=Role.TOVHOLDER_KOMMUNE,
    reminders=(working_days(1),),
    paragraph="domain.md 2.3 row 22",
)
"""Row 22: two working days [P]."""

NAME_CASEWORKER = DeadlineRule(
    kind="name_caseworker",
    due=working_days(2),
    owner=Role.LEADER,
    owner_at="authority",
    reminders=(fixed(), working_days(1)),  # told at once
    paragraph="domain.md 3.4, R5",
)
"""R5: before anybody can decide, the authority's leader names who; two working days [P]."""

DECIDE = DeadlineRule(
    kind="decide",
    due=working_days(20),
    owner=Role.CASEWORKER,
    owner_at="authority",
    role_at="caseworker_role",
    person_at="caseworker_ref",
    reminders=(working_days(15),),
    paragraph="domain.md 2.3 row 23",
)
"""Rows 23 and 24: twenty working days, else the authority's leader hears it [P]."""

ANSWER_OFFER = DeadlineRule(
    kind="answer_offer",
    due=days(30),
    owner=Role.CASEWORKER,
    owner_at="authority",
    role_at="caseworker_role",
    person_at="caseworker_ref",
    reminders=(days(21),),
    paragraph="domain.md 2.3 row 25",
)
"""Rows 25, 26 and 43: the offer is open for 30 days; nothing is declined by silence [P]."""

REVIEW_MEASURE = DeadlineRule(
    kind="review_measure",
    due=days(90),
    owner=Role.CASEWORKER,
    owner_at="authority",
    role_at="caseworker_role",
    person_at="caseworker_ref",
    reminders=(days(76),),
    paragraph="domain.md 2.3 row 29",
)
"""Row 29 for a measure without the corps: every 90 days [P]."""

FOLLOW_UP_6 = DeadlineRule(
    kind="follow_up_6",
    due=months(6),
    owner=Role.CASEWORKER,
    owner_at="authority",
    role_at="caseworker_role",
    person_at="caseworker_ref",
    reminders=(months(5),),
    starts=lambda case: case.follow_up_began,
    paragraph="domain.md 2.3 row 37",
)
"""Row 37: six months after the end [P]."""

FOLLOW_UP_12 = DeadlineRule(
    kind="follow_up_12",
    due=months(12),
    owner=Role.CASEWORKER,
    owner_at="authority",
    role_at="caseworker_role",
    person_at="caseworker_ref",
    reminders=(months(11),),
    starts=lambda case: case.follow_up_began,
    paragraph="domain.md 2.3 row 37",
)
"""Row 37: twelve months after the end [P]."""

CLOSE_AFTER_FOLLOW_UP = DeadlineRule(
    kind="close_after_follow_up",
    due=months(13),
    owner=Role.TOVHOLDER_KOMMUNE,
    reminders=(days(380),),
    starts=lambda case: case.follow_up_began,
    paragraph="domain.md 2.3 row 38",
)
"""Row 38: thirteen months after K12 [P]."""

CONFIRM_REOPENING = DeadlineRule(
    kind="confirm_reopening",
    due=working_days(2),
    owner=Role.TOVHOLDER_KOMMUNE,
    reminders=(working_days(1),),
    paragraph="domain.md 2.3 row 49",
)
"""Row 49: a follow-up asked to reopen; two working days to confirm it [P]."""

TRIAGE_AGAIN = DeadlineRule(
    kind="triage_again",
    due=working_days(2),
    owner=Role.TOVHOLDER_KOMMUNE,
    reminders=(working_days(1),),
    starts=lambda case: case.opened_at,
    paragraph="domain.md 2.3 row 39",
)
"""Rows 39 and 49: a reopened case is triaged within two working days [P]."""

CONSENT_EXPIRES = DeadlineRule(
    kind="consent_expires",
    due=fixed(),
    owner=Role.CASEWORKER,
    owner_at="authority",
    role_at="caseworker_role",
    person_at="caseworker_ref",
    reminders=(days(-30),),
    starts=lambda case: case.consents[-1].valid_until,
    about=lambda case: case.consents[-1].id,
    paragraph="domain.md 3.13 consent",
    lasts=True,
)
"""3.13: a reminder 30 days before a consent runs out [P]. What rests on it is asked at the moment of use, not here (R18)."""

ASSESS_WITHOUT_CONSENT = DeadlineRule(
    kind="assess_without_consent",
    due=working_days(5),
    owner=Role.CASEWORKER,
    owner_at="authority",
    role_at="caseworker_role",
    person_at="caseworker_ref",
    reminders=(working_days(3),),
    paragraph="domain.md 2.3 row 44",
)
"""Row 44: within five working days a person assesses what may or must still be done without consent [P]."""

TELL_PARTIES = DeadlineRule(
    kind="tell_parties",
    due=working_days(1),
    owner=Role.TOVHOLDER_KOMMUNE,
    reminders=(hours(4),),
    about=lambda case: (
        max((each for each in case.consents if each.withdrawn_at), key=lambda each: each.withdrawn_at).id
    ),
    paragraph="domain.md 3.13 withdrawal",
    lasts=True,
)
"""T23: who received under the consent is told within one working day that it was withdrawn [P]."""

TELL_CITIZEN = DeadlineRule(
    kind="tell_citizen",
    due=working_days(5),
    owner=Role.CASEWORKER,
    owner_at="authority",
    role_at="caseworker_role",
    person_at="caseworker_ref",
    reminders=(working_days(3),),
    paragraph="domain.md 4.6 R22",
    lasts=True,
)
"""R22: with the offer comes the telling; five working days [P], or a section 22 reason is recorded."""

REVIEW_TELLING = DeadlineRule(
    kind="review_telling",
    due=fixed(),
    owner=Role.CASEWORKER,
    owner_at="authority",
    role_at="caseworker_role",
    person_at="caseworker_ref",
    reminders=(days(-7),),
    starts=lambda case: case.postponed.review_at,
    paragraph="domain.md 4.6 R22",
    lasts=True,
)
"""R22: a reason not to tell is looked at again on its day, 90 days away at most [P]."""

CASEWORKERS_OWN = (
    DECIDE,
    ANSWER_OFFER,
    REVIEW_MEASURE,
    FOLLOW_UP_6,
    FOLLOW_UP_12,
    CONSENT_EXPIRES,
    ASSESS_WITHOUT_CONSENT,
    TELL_CITIZEN,
    REVIEW_TELLING,
)
"""Clocks of the person who is named, which go over to the next one; of her leader while nobody is, so that none waits for nobody."""
