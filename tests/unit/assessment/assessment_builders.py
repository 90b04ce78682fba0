"""Cases and underretninger in every stage, made by playing commands through `decide`; texts are sealed references."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from services.assessment.domain import case_commands as c
from services.assessment.domain import described as q
from services.assessment.domain import disclosure_commands as d
from services.assessment.domain import glass as g
from services.assessment.domain import underretning_commands as u
from services.assessment.domain.assessment_guards import WELLBEING
from services.assessment.domain.case import Case, Stage
from services.assessment.domain.case_table import CASE
from services.assessment.domain.subject import CorrectSubject
from services.assessment.domain.underretning import Stage as UStage
from services.assessment.domain.underretning import Underretning
from services.assessment.domain.underretning_table import UNDERRETNING
from shared.contracts.base import Fact
from shared.contracts.codes import InterventionKind
from shared.contracts.corps import Dimension
from shared.contracts.requirements import MatchRequirements
from shared.lifecycle.actor import SYSTEM, Actor, Role
from shared.lifecycle.decide import decide
from shared.lifecycle.table import Command, Context, Lifecycle
from shared.lifecycle.text import Text

SPACE = UUID("6a1d5e0a-7c55-4c7f-9d0c-5f9d3f6f2b11")
NOW = datetime(2026, 11, 4, 10, 0, tzinfo=UTC)  # a Wednesday
KOMMUNE = "kommune:0253"
POLITI = "politi:midt-og-vestsjaelland"


def ref(name: str) -> UUID:
    """Return a fixed reference."""
    return uuid5(SPACE, name)


def text(name: str = "text") -> Text:
    """Return a text that is sealed already."""
    return Text(None, ref(name))


def actor(role: Role, organisation: str | None = None, person: str | None = None) -> Actor:
    """Return somebody in a role; one person a role unless named."""
    if role is Role.SYSTEM:
        return SYSTEM
    home = POLITI if role in (Role.TOVHOLDER_POLITI, Role.SECRETARIAT) else KOMMUNE
    return Actor(ref(person or role), organisation or home, frozenset({role}))


def rating(dimension: Dimension, **changes: Any) -> c.DimensionRating:
    """Return a rating that says nothing was seen."""
    plain: dict[str, Any] = {"dimension": dimension, "risk_level": "NONE_SEEN", "resource_level": "WEAK"}
    return c.DimensionRating.model_validate({**plain, **changes})


def nine(**changes: dict[str, Any]) -> tuple[c.DimensionRating, ...]:
    """Return nine ratings; `changes` by the dimension's code."""
    return tuple(rating(dimension, **changes.get(dimension, {})) for dimension in Dimension)


def evidence(age: timedelta = timedelta(days=1), at: datetime = NOW) -> dict[str, Any]:
    """Return a piece of evidence of that age."""
    return {"source": "POLICE", "observed_on": (at - age).date(), "kind": "OBSERVED"}


MENTOR = MatchRequirements(kind=InterventionKind.MENTOR)
INTERVENTION = ref("intervention")


def consent(**changes: Any) -> d.RecordConsent:
    """Return the consent of an adult to a mentor."""
    plain = {
        "client": "SUBJECT",
        "given_by": "SUBJECT",
        "specific_informed_revocable": True,
        "text_version": "offer.1",
        "given_at": NOW,
        "valid_until": NOW + timedelta(days=300),
        "needs_corps_member": True,
        "requirements": MENTOR,
    }
    return d.RecordConsent.model_validate({**plain, **changes})


def share(**changes: Any) -> d.ShareInformation:
    """Return what the municipality gives to its police under section 115."""
    plain = {
        "from_authority": KOMMUNE,
        "to_authority": POLITI,
        "recipient_person": ref("officer"),
        "recipient_kind": "EMPLOYEE",
        "basis": "RPL115_SSP",
        "purpose": "CRIME_PREVENTION",
        "necessity": text("necessity"),
        "categories": ["CONCERN"],
        "minimisation_checked": True,
    }
    return d.ShareInformation.model_validate({**plain, **changes})


def refusal(**changes: Any) -> d.RefuseSharing:
    """Return a refusal of the municipality, without a reason."""
    plain = {"from_authority": KOMMUNE, "to_authority": POLITI, "categories": ["HEALTH"]}
    return d.RefuseSharing.model_validate({**plain, **changes})


def consent_to(kind: str, **changes: Any) -> d.RecordConsent:
    """Return an adult's consent to something other than the offer; to SHARE and GANG_EXIT with the police."""
    named = {"parties": [POLITI], "in_writing": True} if kind in ("SHARE", "GANG_EXIT") else {}
    return consent(**{"kind": kind, "needs_corps_member": False, "requirements": None, **named, **changes})


def arrival(**changes: Any) -> c.RegisterConcern:
    """Return the arrival of a concern about an adult."""
    plain = {
        "concern_id": ref("concern"),
        "municipality": "0253",
        "police_district": "midt-og-vestsjaelland",
        "minor": "NO",
        "acute": False,
        "travel": "NONE",
        "cross_over": False,
        "reporter_kind": "PARENT",
        "anonymity": "OPEN",
        "description": ref("description"),
        "received_at": NOW - timedelta(hours=2),
        "arrived_at": NOW,
    }
    return c.RegisterConcern.model_validate({**plain, **changes})


def follow(happened: str, at: datetime = NOW, intervention: UUID = INTERVENTION) -> c.FollowIntervention:
    """Return what the corps says."""
    return c.FollowIntervention(intervention_id=intervention, happened=happened, happened_at=at)


def review(**changes: Any) -> c.HoldFollowUp:
    """Return a follow-up that reached the citizen."""
    plain: dict[str, Any] = {
        "contact": "REACHED",
        "wellbeing": dict.fromkeys(WELLBEING, "SAME"),
        "decision": "CONTINUE",
        "legal_basis": text(),
    }
    return c.HoldFollowUp.model_validate({**plain, **changes})


def worry() -> c.HoldFollowUp:
    """Return a follow-up that asks to reopen (T24)."""
    return review(new_concern=True, decision="REOPEN_TASK")


def meeting(**changes: Any) -> c.HoldMeeting:
    """Return a meeting with its quorum."""
    plain = {"held_at": NOW, "present": ["MUNICIPALITY", "POLICE"], "mental_vulnerability_suspected": False}
    return c.HoldMeeting.model_validate({**plain, **changes})


def assessment(**changes: Any) -> c.CompleteAssessment:
    """Return a complete assessment that recommends a mentor and work."""
    plain = {
        "ratings": nine(),
        "focus": ["RELATIONSHIPS"],
        "measures": ["MENTOR", "EDUCATION_JOB"],
        "reasoning": text("reasoning"),
    }
    return c.CompleteAssessment.model_validate({**plain, **changes})


def decision(**changes: Any) -> c.DecideMeasure:
    """Return a decision that grants what was recommended."""
    plain = {"outcome": "GRANT", "appeal_guidance_given": True, "law": "SERVICELOVEN"}
    return c.DecideMeasure.model_validate({**plain, **changes})


SAMPLES: dict[type[Command], Command] = {
    sample.__class__: sample
    for sample in (
        arrival(),
        c.OpenCase(accepts_responsibility=True, purpose_plausible=True),
        c.MergeConcern(into=ref("other case"), same_subject_confirmed=True),
        CorrectSubject().about(ref("right person")),
        c.AttachConcern.model_validate(
            {
                **arrival().model_dump(include={"minor", "acute", "travel", "cross_over", "received_at"}),
                "concern_id": ref("second concern"),
                "from_case": ref("other case"),
            }
        ),
        c.CloseWithoutAction(reason="A1", registers_add_nothing=True),
        c.ReferElsewhere(reason="B1", basis="CONSENT"),
        c.RequestClearance(),
        c.TakeOver(),
        c.ClearCase(),
        c.ReturnCase(),
        c.RevokeClearance(),
        meeting(),
        c.RecordShortAssessment(assessment=text()),
        assessment(),
        c.AnswerAcuteTask(handed_over=True),
        c.SendRecommendation(addressed_to=KOMMUNE, unit="ADULTS", caseworker=ref(Role.CASEWORKER)),
        c.NameCaseworker(person=ref("a colleague"), reason="ILLNESS"),
        decision(),
        consent(),
        d.WithdrawConsent(consent_id=ref("no consent")),
        d.RecordPartiesTold(consent_id=ref("no consent")),
        share(),
        refusal(),
        d.RecordCitizenTold(told_at=NOW),
        d.PostponeTelling(exemption="DBL22_CRIME", grounds=text(), review_on=(NOW + timedelta(days=60)).date()),
        d.DisputeFact(disputed=1, citizens_version=text()),
        q.DescribeSubject(birth_year=text(), residence_municipality="0253"),
        g.BreakGlass(grounds=text()),
        g.ReviewGlass(glass_id=ref("glass"), finding="JUSTIFIED"),
        c.RecordDecline(),
        c.ReviewMeasure(still_needed=True),
        c.EndMeasure(reason="E1"),
        review(),
        c.CloseCase(reason="E1"),
        c.ReopenCase(),
        follow("STARTED"),
        u.MakeUnderretning(municipality="0253", minor="YES", possible_need_of_support=True),
        u.AssessUnderretning(acute=False),
        u.SendReceipt(),
        u.DecideInvestigation(follow_up="P20"),
        u.CloseUnderretning(),
        u.RegisterUnderretning(
            concern_id=ref("concern"),
            municipality="0253",
            made_by_authority="hotline:national",
            notifier_known=True,
            received_at=NOW,
        ),
        u.NoteRouting(case_id=ref("case"), notifier_known=True),
    )
}
"""One command of each kind that no guard refuses where its row is."""

KNOWN = {
    "target_stage": Stage.TRIAGE,
    "target_owner": KOMMUNE,
    "concern_stage": Stage.ARRIVED,
    "concern_owner": KOMMUNE,
    "right_subject": ref("right person"),
}


@dataclass
class Play:
    """One aggregate, played command by command."""

    lifecycle: Lifecycle[Any]
    id: UUID
    now: datetime = NOW
    state: Any = None
    facts: list[Fact] = field(default_factory=list)

    def give(self, command: Command, by: Role | Actor, **known: Any) -> list[Fact]:
        """Give a command; return the facts that it led to."""
        who = actor(by) if isinstance(by, Role) else by
        context = Context(actor=who, now=self.now, aggregate_id=self.id, known={**KNOWN, **known})
        self.state, made = decide(self.lifecycle, self.state, command, context)
        self.facts += made
        return made

    def let_pass(self, span: timedelta) -> Play:
        """Let time pass."""
        self.now += span
        return self

    def kinds(self) -> set[str]:
        """Return the kinds of the clocks that run."""
        return {clock.kind for clock in self.state.clocks.values()}


def played(steps: Iterable[tuple[Command, Role]], id: UUID | None = None) -> Play:
    """Play a case through these steps."""
    play = Play(CASE, id or ref("case"))
    for command, role in steps:
        play.give(command, role)
    return play


K = Role.TOVHOLDER_KOMMUNE
P = Role.TOVHOLDER_POLITI
S = Role.SECRETARIAT
W = Role.CASEWORKER
ARRIVED = ((SAMPLES[c.RegisterConcern], Role.SYSTEM),)
TRIAGE = (*ARRIVED, (SAMPLES[c.OpenCase], K))
AT_POLICE = (*TRIAGE, (c.RequestClearance(), K))
GATHERING = (*AT_POLICE, (c.ClearCase(), P))
MEETING = (*GATHERING, (meeting(), S))
RECOMMENDED = (*MEETING, (assessment(), K))
PENDING = (*RECOMMENDED, (SAMPLES[c.SendRecommendation], K))
OFFERED = (*PENDING, (decision(), W))
MATCHING = (*OFFERED, (consent(), W))
ACTIVE = (*MATCHING, (follow("STARTED"), Role.SYSTEM))
FOLLOW_UP = (*ACTIVE, (follow("ENDED"), Role.SYSTEM))
PATHS: dict[Stage, tuple[tuple[Command, Role], ...]] = {
    Stage.ARRIVED: ARRIVED,
    Stage.MERGED: (*ARRIVED, (SAMPLES[c.MergeConcern], K)),
    Stage.TRIAGE: TRIAGE,
    Stage.POLICE_CLEARANCE: AT_POLICE,
    Stage.POLICE_ONLY: (*AT_POLICE, (c.TakeOver(), P)),
    Stage.GATHERING: GATHERING,
    Stage.MEETING: MEETING,
    Stage.RECOMMENDED: RECOMMENDED,
    Stage.DECISION_PENDING: PENDING,
    Stage.OFFERED: OFFERED,
    Stage.MATCHING: MATCHING,
    Stage.ACTIVE: ACTIVE,
    Stage.PAUSED: (*ACTIVE, (follow("PAUSED"), Role.SYSTEM)),
    Stage.FOLLOW_UP: FOLLOW_UP,
    Stage.CLOSED: (*OFFERED, (c.RecordDecline(), W)),
}


def case_in(stage: Stage) -> Case:
    """Return a case in that stage."""
    state = played(PATHS[stage]).state
    assert state.stage == stage, f"the path leads to {state.stage}"
    return state


def in_follow_up(months: int = 6) -> Play:
    """Return a case in follow-up, about that many months after its end."""
    return played(FOLLOW_UP).let_pass(timedelta(days=30 * months + 10))


def without_corps() -> Play:
    """Return an active case whose measure needs no corps member (row 43)."""
    return played((*OFFERED, (consent(needs_corps_member=False, requirements=None), W)))


def underretning_in(stage: UStage) -> Underretning:
    """Return an underretning in that stage."""
    play = Play(UNDERRETNING, ref("underretning"))
    play.give(SAMPLES[u.MakeUnderretning], Role.PRO_REPORTER)
    if stage is not UStage.RECEIVED:
        play.give(u.AssessUnderretning(acute=False), Role.CHILD_UNIT)
    if stage is UStage.INVESTIGATING:
        play.give(u.DecideInvestigation(follow_up="P20"), Role.CHILD_UNIT)
    if stage is UStage.CLOSED:
        play.give(u.DecideInvestigation(follow_up="NONE"), Role.CHILD_UNIT)
    assert play.state.stage == stage
    return play.state
