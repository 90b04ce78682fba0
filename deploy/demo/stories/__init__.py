"""The stories that the demo plays. Every person is fictional; the numbers are those of the scenarios they follow."""

from __future__ import annotations

from deploy.demo.stories import corps, hotline, infohus, lending, today
from deploy.demo.tale import Story

ALL: tuple[tuple[str, str, Story], ...] = (
    ("T01", "Anonymous advice, and where help is near", hotline.anonymous_advice),
    ("T04", "A school's concern about a child", hotline.school_concern),
    ("T07", "Somebody is about to travel tonight", hotline.acute_travel),
    ("T08", "Police take over", infohus.police_take_over),
    ("row 9", "Closed without action by both tovholdere", infohus.closed_without_action),
    ("row 7", "Two concerns about one person", infohus.two_concerns_one_person),
    ("T14", "Full assessment, and the offer is declined", infohus.offer_declined),
    ("T15", "A mentor from the own municipality", corps.own_mentor),
    ("T26", "A mentor borrowed from another district", lending.borrowed_mentor),
    ("T28", "Two coordinators, one mentor", lending.two_coordinators_one_mentor),
)
"""Code, title, story."""

WAITING: tuple[tuple[str, str, Story], ...] = (
    ("day 1", "A child at a school, three hours ago", today.child_at_school),
    ("day 2", "A concern that nobody has taken", today.nobody_answers),
    ("day 3", "Police have been asked", today.police_are_asked),
    ("day 4", "The Infohus is to meet", today.before_the_meeting),
    ("day 5", "The recommendation is to be sent", today.rated),
    ("day 6", "The caseworker is to decide", today.before_the_decision),
    ("day 7", "A mentor is sought", today.member_sought),
    ("day 8", "A mentor is at work", today.mentor_at_work),
)
"""What waits on an ordinary day, when the stories have ended: none of these is at its end."""
