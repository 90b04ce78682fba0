"""The transition table, the clocks and the guards of a request for insight: `domain.md` 3.13, 4.6 R21."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from services.assessment.domain import insight_commands as commands
from services.assessment.domain.insight import InsightRequest, Stage, apply, begin
from shared.contracts import insight as facts
from shared.contracts.disclosure_codes import Exemption, InsightDecision, InsightRegime
from shared.errors import Invalid
from shared.lifecycle.actor import Role
from shared.lifecycle.deadlines import DeadlineRule, days, hours, months, working_days
from shared.lifecycle.regime import LAW_ENFORCEMENT
from shared.lifecycle.table import Context, Guard, Lifecycle, Transition
from shared.reference.organisations import organisation

RECEIVERS = (Role.DPO, Role.TOVHOLDER_KOMMUNE, Role.TOVHOLDER_POLITI)
DECIDERS = (Role.DPO,)
"""Never a caseworker: a request is seen by function, and a caseworker sees as the person who is named on a case (R5)."""

EXEMPTIONS_OF: Mapping[InsightRegime, frozenset[Exemption]] = {
    InsightRegime.FORVALTNINGSLOV: frozenset({Exemption.FVL15}),
    InsightRegime.GDPR15: frozenset({Exemption.DBL22_PRIVATE, Exemption.DBL22_CRIME}),
    InsightRegime.LED: frozenset({Exemption.LED}),
}
"""What insight under each law may be limited by, case by case [W36][W45]."""

ANSWER_IN_7_DAYS = DeadlineRule(
    kind="answer_insight",
    due=working_days(7),
    owner=Role.DPO,
    owner_at="answering",
    reminders=(working_days(4),),
    starts=lambda insight: insight.received_at,
    paragraph="domain.md 4.6 R21",
    sourced=True,
)
"""Aktindsigt: seven working days from the moment it was received [W46]."""

ANSWER_IN_A_MONTH = DeadlineRule(
    kind="answer_insight",
    due=months(1),
    owner=Role.DPO,
    owner_at="answering",
    reminders=(days(21),),
    starts=lambda insight: insight.received_at,
    paragraph="domain.md 4.6 R21",
    sourced=True,
)
"""GDPR article 15: one month from the moment it was received [W46]."""

ANSWER_LED = DeadlineRule(
    kind="answer_led_insight",
    due=months(1),
    owner=Role.DPO,
    owner_at="answering",
    reminders=(days(21),),
    starts=lambda insight: insight.received_at,
    paragraph="domain.md 4.6 R21 (LED)",
)
"""The authority that answers for the part under retshåndhævelsesloven: one month as well [P]."""

HAND_OVER = DeadlineRule(
    kind="hand_over_insight",
    due=working_days(2),
    owner=Role.DPO,
    reminders=(hours(8),),
    paragraph="domain.md 4.6 R21 (LED)",
)
"""What police or Kriminalforsorg must answer themselves reaches them within two working days [P]."""


def _under(regime: InsightRegime) -> Callable[[InsightRequest | None, commands.RequestInsight, Context], bool]:
    return lambda _, command, __: command.regime is regime


def _case_seen(_: InsightRequest | None, __: commands.RequestInsight, context: Context) -> bool:
    return context.known.get("case_owner") is not None


def _identity(_: InsightRequest | None, command: commands.RequestInsight, __: Context) -> bool:
    return command.identity_checked


def _received(_: InsightRequest | None, command: commands.RequestInsight, context: Context) -> bool:
    return command.received_at <= context.now


def _requested(_: InsightRequest | None, __: commands.RequestInsight, context: Context) -> Mapping[str, Any]:
    known = context.known
    return {
        "owner": context.actor.organisation,
        "police": known["case_police"],
        "locked": known["locked"],
    }


def _enforces(_: InsightRequest, command: commands.HandOverInsight, __: Context) -> bool:
    try:
        return organisation(command.to_authority).kind in LAW_ENFORCEMENT
    except Invalid:
        return False


def _is_led(insight: InsightRequest, _: Any, __: Context) -> bool:
    return insight.regime_asked is InsightRegime.LED


def _answers(insight: InsightRequest, _: commands.DecideInsight, context: Context) -> bool:
    """Say whether it is the actor's to decide: LED only once it is with police or Kriminalforsorg."""
    enforcing = insight.answering.partition(":")[0] in LAW_ENFORCEMENT
    return context.actor.organisation == insight.answering and enforcing is (insight.regime_asked is InsightRegime.LED)


def _bases(command: commands.DecideInsight) -> tuple[Exemption, ...]:
    """Return what the decision is limited by: what it names as a whole, then what single texts are held back on."""
    return tuple(dict.fromkeys((*command.exemption_basis, *(each.basis for each in command.held_back))))


def _exempted(insight: InsightRequest, command: commands.DecideInsight, __: Context) -> bool:
    if command.decision is InsightDecision.FULL:
        return not command.exemption_basis
    named = set(_bases(command))
    return bool(named) and named <= EXEMPTIONS_OF[insight.regime_asked]


def _grounded(_: InsightRequest, command: commands.DecideInsight, __: Context) -> bool:
    return command.decision is InsightDecision.FULL or command.grounds is not None


def _something_held_back(_: InsightRequest, command: commands.DecideInsight, __: Context) -> bool:
    return command.decision is not InsightDecision.PARTIAL or bool(command.held_back)


def _held_back(_: InsightRequest, command: commands.DecideInsight, context: Context) -> bool:
    if command.decision is not InsightDecision.PARTIAL:
        return not command.held_back
    named = [each.text for each in command.held_back]
    known: frozenset[UUID] = context.known.get("texts", frozenset())
    return len(set(named)) == len(named) and known.issuperset(named)


def _released(_: InsightRequest, command: commands.DecideInsight, context: Context) -> bool:
    if command.decision is InsightDecision.REFUSED:
        return not command.released
    held = {each.text for each in command.held_back}
    return held.isdisjoint(command.released) and _of_concerns(context).keys() >= set(command.released)


def _no_reporter(_: InsightRequest, command: commands.DecideInsight, context: Context) -> bool:
    """Say whether the officer confirmed it; nobody else can, and of nothing there is nothing to confirm."""
    if not command.released:
        return not command.reveals_no_reporter
    return command.reveals_no_reporter and Role.DPO in context.actor.roles


def _of_concerns(context: Context) -> Mapping[UUID, UUID]:
    """Return the texts that came with a concern and can be released, each with its concern."""
    found: Mapping[UUID, UUID] = context.known.get("concern_texts", {})
    return found


def _decided(_: InsightRequest, command: commands.DecideInsight, context: Context) -> Mapping[str, Any]:
    concern_of = _of_concerns(context)
    return {
        "decided_at": context.now,
        "exemption_basis": _bases(command),
        "held_back": [each.text for each in command.held_back],
        "held_back_on": [each.model_dump() for each in command.held_back],
        "released": [{"concern_id": concern_of[text], "text": text} for text in dict.fromkeys(command.released)],
    }


CASE_SEEN = Guard(
    "no_case_for_insight",
    _case_seen,
    "there is no such case in which your organisation takes part",
    rule="domain.md 3.13",
    remedy="Send the request to the authority that holds the case.",
    field="case_id",
)
IDENTITY_CHECKED = Guard(
    "identity_not_checked",
    _identity,
    "insight is given to the citizen, or to who may act for the citizen",
    rule="domain.md R21",
    remedy="Check who asks, outside this platform, then say so.",
    field="identity_checked",
)
RECEIVED_BEFORE_NOW = Guard(
    "received_in_the_future",
    _received,
    "a request is recorded after it was received",
    rule="domain.md 3.13",
    remedy="Correct the time.",
    field="received_at",
)
IS_LED = Guard(
    "not_under_led",
    _is_led,
    "only what is under retshåndhævelsesloven is handed over; the rest is answered here",
    rule="domain.md R21",
    remedy="Decide it.",
    early=True,
)
ENFORCES = Guard(
    "not_law_enforcement",
    _enforces,
    "police or Kriminalforsorg answer for their own part",
    rule="domain.md 4.1, R21",
    remedy="Name one of them, such as politi:fyn.",
    field="to_authority",
)
ANSWERS = Guard(
    "insight_not_yours",
    _answers,
    "the authority that holds the data decides; the part under retshåndhævelsesloven is decided by police or Kriminalforsorg",
    rule="domain.md 4.1, R21",
    remedy="Hand it over, or ask the authority that it was handed to.",
    early=True,
)
EXEMPTED = Guard(
    "exemption_missing",
    _exempted,
    "less than all needs an exemption of the law under which insight was asked for; all needs none",
    rule="domain.md R21 [W36][W45]",
    remedy="Name it, or give full insight.",
    field="exemption_basis",
)
GROUNDED = Guard(
    "grounds_missing",
    _grounded,
    "less than all has written grounds, for this case",
    rule="domain.md R21",
    remedy="Write them.",
    field="grounds",
)
HELD_BACK = Guard(
    "held_back_unknown",
    _held_back,
    "with insight in part, texts of this case can be held back, one by one and once each; else none",
    rule="domain.md R21",
    remedy="Take the references from the draft of the answer.",
    field="held_back",
)
SOMETHING_HELD_BACK = Guard(
    "nothing_held_back",
    _something_held_back,
    "insight in part says which texts are held back, each on its basis",
    rule="domain.md R21",
    remedy="Name them, or give full insight.",
    field="held_back",
)
RELEASED = Guard(
    "released_unknown",
    _released,
    "what is released came with a concern of this case, says not who reported, and is not held back in the same breath",
    rule="domain.md R21, R28",
    remedy="Take the references from the draft of the answer.",
    field="released",
)
NO_REPORTER = Guard(
    "reporter_not_ruled_out",
    _no_reporter,
    "a text of a concern is released by the officer alone, who confirms that it does not reveal who reported",
    rule="domain.md R21, R28 (forvaltningsloven section 15)",
    remedy="Read it with the tovholder, then say so; otherwise leave it held back.",
    field="reveals_no_reporter",
)


def _asking(regime: InsightRegime, clock: DeadlineRule) -> Transition[InsightRequest]:
    return Transition(
        rule=f"domain.md 3.13 insight ({regime})",
        command=commands.RequestInsight,
        fact=facts.InsightRequested,
        target=Stage.RECEIVED,
        roles=RECEIVERS,
        when=_under(regime),
        guards=(CASE_SEEN, IDENTITY_CHECKED, RECEIVED_BEFORE_NOW),
        fills=_requested,
        opens=(clock,),
    )


INSIGHT: Lifecycle[InsightRequest] = Lifecycle(
    state=InsightRequest,
    stages=tuple(Stage),
    begin=begin,
    apply=apply,
    rows=(
        _asking(InsightRegime.FORVALTNINGSLOV, ANSWER_IN_7_DAYS),
        _asking(InsightRegime.GDPR15, ANSWER_IN_A_MONTH),
        _asking(InsightRegime.LED, HAND_OVER),
        Transition(
            rule="domain.md 4.6 R21 (LED)",
            command=commands.HandOverInsight,
            fact=facts.InsightHandedOver,
            sources=(Stage.RECEIVED,),
            target=Stage.HANDED_OVER,
            roles=RECEIVERS,
            guards=(IS_LED, ENFORCES),
            opens=(ANSWER_LED,),
            meets=("hand_over_insight",),
        ),
        Transition(
            rule="domain.md 4.6 R21",
            command=commands.DecideInsight,
            fact=facts.InsightDecided,
            sources=(Stage.RECEIVED, Stage.HANDED_OVER),
            target=Stage.DECIDED,
            roles=DECIDERS,
            guards=(ANSWERS, SOMETHING_HELD_BACK, EXEMPTED, GROUNDED, HELD_BACK, RELEASED, NO_REPORTER),
            fills=_decided,
            meets=("answer_insight", "answer_led_insight", "hand_over_insight"),
        ),
    ),
)
