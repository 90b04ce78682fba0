"""What stands behind each deadline: a rule of law, a source, or our own proposal (`domain.md` 2.3, 2.7, 3.9).

The key is the place in `domain.md`, such as `2.3 row 12`: the same text that a transition row carries. Proposals must
never be shown as law.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.errors import Invalid


class Mark(StrEnum):
    """Whether a source says so, or we propose it."""

    SOURCED = "SOURCED"
    PROPOSED = "PROPOSED"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One entry: `code` as in `domain.md`, what it demands in one sentence, its mark and its sources."""

    code: str
    text: str
    mark: Mark
    sources: tuple[str, ...] = ()

    @property
    def sourced(self) -> bool:
        """Say whether a source stands behind it."""
        return self.mark is Mark.SOURCED


def _sourced(code: str, text: str, *sources: str) -> Paragraph:
    return Paragraph(code, text, Mark.SOURCED, sources)


def _proposed(code: str, text: str, *comparators: str) -> Paragraph:
    return Paragraph(code, text, Mark.PROPOSED, comparators)


_ENTRIES = (
    _proposed("2.3 row 2", "Free text of advice without identity is deleted after 30 days."),
    _proposed(
        "2.3 row 3", "An acute worry is handed over to 112/114 within 15 minutes and recorded within one hour.", "W2b"
    ),
    _proposed("2.3 row 4", "A reasoned concern is routed the same day, at the latest after one working day."),
    _proposed("2.3 row 5", "More information is waited for during ten working days, then a person is asked to close."),
    _proposed(
        "2.3 row 6", "The municipal tovholder opens the case within two working days, with a reminder after one."
    ),
    _proposed("2.3 row 7", "A concern about a person with an open case is attached within two working days."),
    _proposed("2.3 row 8", "A misrouted concern is sent on within one working day."),
    _proposed("2.3 row 9", "Both tovholdere decide on closing without action within ten working days of routing."),
    _proposed("2.3 row 10", "A referral elsewhere is made within ten working days of routing."),
    _proposed("2.3 row 11", "Police clearance is asked for within one working day, before any other sharing."),
    _proposed("2.3 row 12", "Police clear the case or take it over within five working days.", "W61"),
    _proposed("2.3 row 13", "Police clear the case or take it over within five working days.", "W61"),
    _sourced("2.3 row 16", "The municipality assesses an underretning within 24 hours of running time.", "W27"),
    _sourced("2.3 row 17", "The notifier gets a receipt for an underretning within six working days.", "W28"),
    _proposed("2.3 row 19", "The Infohus meets within 14 days, which is the rhythm of Copenhagen.", "W3"),
    _proposed("2.3 row 21", "The assessment is complete five working days after the meeting."),
    _proposed("2.3 row 22", "The recommendation is sent to a named authority within two working days."),
    _proposed("2.3 row 23", "The authority decides within 20 working days, else its leader is told."),
    _proposed("2.3 row 24", "The authority decides within 20 working days, else its leader is told."),
    _proposed("2.3 row 25", "An offer stands open for 30 days.", "W34"),
    _proposed(
        "2.3 row 27", "A match is accepted within ten working days, within three if fewer than three members fit."
    ),
    _proposed(
        "2.3 row 28", "Contact gaps of more than 14 days are asked about; supervision is held every 30 days.", "W16"
    ),
    _proposed("2.3 row 29", "The plan and its necessity are reviewed every 90 days."),
    _proposed("2.3 row 30", "A pause lasts six months at most."),
    _proposed("2.3 row 31", "A new corps member is found within ten working days."),
    _proposed("2.3 row 37", "Follow-up is held six and twelve months after the end of the intervention."),
    _proposed("2.3 row 38", "The case is closed 13 months after follow-up began."),
    _proposed("2.3 row 39", "A reopened case is triaged within two working days."),
    _proposed("2.3 row 43", "An offer stands open for 30 days.", "W34"),
    _proposed("2.3 row 44", "After a withdrawn consent the authority assesses anew within five working days."),
    _proposed("2.3 row 45", "Matching without a feasible member is given up after 20 working days."),
    _proposed("2.3 row 49", "A reopened case is triaged within two working days."),
    _proposed("2.3 row 50", "An acute concern is routed the same day, at the latest after one working day."),
    _proposed("2.3 row 51", "An acute concern without follow-up gets a task to close after five working days."),
    _proposed("2.6", "An intervention ends after twelve months unless its necessity is decided again.", "W51"),
    _proposed("3.8", "A member with active cases is supervised at least every 60 days, else gets no new match.", "W16"),
    _proposed(
        "3.9", "A member is reserved for five working days; each leader signs within five, with a reminder at three."
    ),
    _proposed("3.9 recall", "A lender recalls a member with 14 days' notice."),
    _proposed("3.9 term", "A loan lasts twelve months at most; longer only if both leaders sign again."),
    _proposed("3.13 consent", "A consent lasts twelve months at most; a reminder comes 30 days before its end.", "W34"),
    _proposed("3.13 withdrawal", "Who received under a consent is told of its withdrawal within one working day."),
    _proposed("3.14", "Advice is answered within ten working days; help offers are checked every six months."),
    _sourced(
        "4.6 R21", "Aktindsigt is answered within seven working days, access under the GDPR within one month.", "W46"
    ),
    _proposed(
        "4.6 R21 (LED)", "What is under retshåndhævelsesloven is handed over in two working days, answered in a month."
    ),
    _proposed(
        "4.6 R22",
        "The citizen is told with the offer, or a reason is recorded and looked at again within 90 days.",
        "W36",
    ),
    _proposed("5.3", "Proposals of members that were shown are kept for five working days."),
)

PARAGRAPHS = {entry.code: entry for entry in _ENTRIES}


def paragraph(code: str) -> Paragraph:
    """Return the entry of this code; raises `Invalid` if there is none, which is a mistake in a table, not of a user."""
    try:
        return PARAGRAPHS[code]
    except KeyError:
        raise Invalid(
            "reference.paragraph_unknown",
            "no paragraph has this code",
            field="paragraph",
            rule="shared/reference/paragraphs.py",
            remedy="add the entry with its mark and sources, or correct the code in the transition table",
        ) from None
