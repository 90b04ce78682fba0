"""`decide(lifecycle, state, command, context)`: the facts that a command causes, or the error that says why not.

Pure. The order of the questions is fixed: may this role give the command at all, does the state allow it, may the role give it
here, do the guards hold, have all who must agree agreed. SYSTEM fails the first question for every deciding row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic
from uuid import UUID

from shared.contracts.base import Fact
from shared.contracts.lifecycle import STEP_FACTS, AgreementRecorded, DeadlineCancelled, DeadlineMet, StepAction
from shared.errors import Conflict, Forbidden, Invalid, TovholderError
from shared.lifecycle.actor import Role
from shared.lifecycle.aggregate import Consent, OpenClock
from shared.lifecycle.table import A, Command, Context, Guard, Lifecycle, Transition


class TakeDeadlineStep(Command):
    """SYSTEM reminds, escalates or records a miss. It is in no table because it decides nothing."""

    deadline_id: UUID
    action: StepAction


@dataclass(frozen=True, slots=True)
class Possible:
    """One command as seen by an actor in a state: allowed, or the reason why not."""

    command: str
    allowed: bool
    rule: str
    why_not: str | None
    stages: tuple[str, ...] = ()
    """Where it is possible, if it is not possible in this stage."""
    roles: tuple[str, ...] = ()
    """Who may give it here, if the actor may not."""
    guard: Guard | None = None
    """The condition that does not hold whatever is typed, if that is why not."""


def decide(lifecycle: Lifecycle[A], state: A | None, command: Command, context: Context) -> tuple[A | None, list[Fact]]:
    """Return the state afterwards and the facts, in order; no facts means that there is nothing to do.

    Raises `Forbidden`, `Conflict` or `Invalid`.
    """
    if isinstance(command, TakeDeadlineStep):
        return _take_step(lifecycle, state, command, context)
    row = _select(lifecycle, state, command, context)
    _check_guards(row, state, command, context)
    emit = _Emission(lifecycle, state, context)
    role = _acting_role(row, context)
    if row.together:
        role = _next_signer(row, state, command, context)
        emit.add(_agreement(command, context, role))
        assert emit.state is not None
        if len(emit.state.agreements[command.code]) < len(row.together):
            return emit.state, emit.facts
    emit.add(_main_fact(row, state, command, context, role))
    _close_clocks(row, state, command, emit, role)
    _hand_clocks(row, emit, role)
    for rule in row.opens:
        assert emit.state is not None
        emit.add(rule.open(emit.state, emit.state.version + 1, context.actor, role, context.now))
    return emit.state, emit.facts


def possible(lifecycle: Lifecycle[A], state: A, context: Context) -> list[Possible]:
    """Return, for each command, whether this actor may give it now, and the reason if not (conditions of what is typed left aside)."""
    answers: dict[str, Possible] = {}
    for command in lifecycle.commands:
        rows = [row for row in lifecycle.rows_of(command) if not row.creates and not row.follows]
        if not rows:
            continue
        here = [row for row in rows if state.stage in row.sources]
        mine = [row for row in here if _roles(row, context)]
        why: str | None = None
        stages: tuple[str, ...] = ()
        roles: tuple[str, ...] = ()
        guard: Guard | None = None
        if not here:
            stages = tuple(dict.fromkeys(source for row in rows for source in row.sources))
            why = f"not in {state.stage}; only in {', '.join(stages)}"
        elif not mine:
            roles = tuple(_all_roles(here))
            why = f"for {', '.join(roles)}"
        elif guard := _missing(mine, state, context):
            why = guard.detail
        rule = guard.rule if guard else (mine or here or rows)[0].rule
        answers[command.code] = Possible(command.code, why is None, rule, why, stages, roles, guard)
    return list(answers.values())


def _missing(rows: Iterable[Transition[A]], state: A, context: Context) -> Guard | None:
    """Return what is missing for every one of the rows, as the first of them says it; None if one of them may be taken."""
    missing = [next((guard for guard in row.guards if not guard.may_hold(state, context)), None) for row in rows]
    return missing[0] if all(missing) else None


class _Emission(Generic[A]):
    """The facts so far and the state after them."""

    def __init__(self, lifecycle: Lifecycle[A], state: A | None, context: Context) -> None:
        self.lifecycle = lifecycle
        self.context = context
        self.state = state
        self.facts: list[Fact] = []

    def add(self, fact: Fact) -> None:
        self.state = self.lifecycle.evolve(self.state, self.context.aggregate_id, fact)
        self.facts.append(fact)


def _all_roles(rows: Iterable[Transition[A]]) -> list[str]:
    return list(dict.fromkeys(role for row in rows for role in row.roles))


def _roles(row: Transition[A], context: Context) -> list[Role]:
    if context.actor.is_system:
        return [] if row.deciding else [role for role in row.roles if role is Role.SYSTEM]
    return [role for role in row.roles if role in context.actor.roles]


def _select(lifecycle: Lifecycle[A], state: A | None, command: Command, context: Context) -> Transition[A]:
    rows = lifecycle.rows_of(type(command))
    if not any(_roles(row, context) for row in rows):
        raise Forbidden(
            "role_may_not",
            f"{command.code} is for {', '.join(_all_roles(rows))}",
            rule=rows[0].rule if rows else None,
            remedy="Ask a colleague who has that role, or the deputy.",
        )
    here = [
        row for row in rows if (state is None and row.creates) or (state is not None and state.stage in row.sources)
    ]
    if not here:
        raise _wrong_stage(rows, state, command)
    mine = [row for row in here if _roles(row, context)]
    if not mine:
        raise Forbidden(
            "role_may_not",
            f"{command.code} is for {', '.join(_all_roles(here))} in this state",
            rule=here[0].rule,
            remedy="Ask a colleague who has that role, or the deputy.",
        )
    fitting = [row for row in mine if row.when is None or row.when(state, command, context)]
    if not fitting:
        raise Conflict("no_row_fits", f"{command.code} with these values has no transition here", rule=mine[0].rule)
    return fitting[0]


def _wrong_stage(rows: tuple[Transition[A], ...], state: A | None, command: Command) -> TovholderError:
    allowed = (
        ", ".join(dict.fromkeys(source for row in rows for source in row.sources)) or "nothing that exists already"
    )
    stage = "nothing" if state is None else state.stage
    return Conflict(
        "wrong_state",
        f"{command.code} is not possible in {stage}; it is possible in {allowed}",
        rule=rows[0].rule,
        remedy="Load it again: somebody may have moved it on.",
    )


def _check_guards(row: Transition[A], state: A | None, command: Command, context: Context) -> None:
    for guard in row.guards:
        if not guard.holds(state, command, context):
            raise Invalid(guard.code, guard.detail, field=guard.field, rule=guard.rule, remedy=guard.remedy)


def _acting_role(row: Transition[A], context: Context) -> Role:
    return _roles(row, context)[0]


def _next_signer(row: Transition[A], state: A | None, command: Command, context: Context) -> Role:
    """Return the role in which this actor agrees now; refuse a second time, a same person, other terms.

    Who stands alone with an agreement may propose other terms: nobody else has agreed to the old ones.
    """
    given: tuple[Consent, ...] = () if state is None else state.agreements.get(command.code, ())
    mine_given = next((consent for consent in given if consent.by == context.actor.person_ref), None)
    if mine_given is not None:
        if len(given) == 1 and mine_given.terms != command.agreed_terms() and mine_given.role in context.actor.roles:
            return Role(mine_given.role)
        raise Conflict("already_agreed", "you have agreed already; another person must", rule=row.rule)
    open_roles = [role for role in row.together if role not in {consent.role for consent in given}]
    mine = [role for role in open_roles if role in context.actor.roles]
    if not mine:
        raise Conflict("role_has_agreed", f"{command.code} now waits for {', '.join(open_roles)}", rule=row.rule)
    if given and given[0].terms != command.agreed_terms():
        raise Conflict(
            "terms_differ",
            "the others agreed on other terms",
            field=", ".join(command.terms) or None,
            rule=row.rule,
            remedy="Agree on the same terms, or ask the first to propose again.",
        )
    return mine[0]


def _agreement(command: Command, context: Context, role: Role) -> AgreementRecorded:
    return AgreementRecorded(
        by=context.actor.person_ref,
        by_role=role,
        organisation=context.actor.organisation,
        command=command.code,
        role=role,
        terms=command.agreed_terms(),
    )


def _main_fact(row: Transition[A], state: A | None, command: Command, context: Context, role: Role) -> Fact:
    """Build the row's fact: fields by name from the command (texts as references), then what `fills` adds."""
    from shared.lifecycle.text import Text

    values = {}
    for name in row.fact.model_fields:
        value = getattr(command, name, None)
        if value is not None:
            values[name] = value.ref if isinstance(value, Text) else value
    values |= {"by": context.actor.person_ref, "by_role": role, "organisation": context.actor.organisation}
    values |= {"stage": row.target}
    if row.fills:
        values |= row.fills(state, command, context)
    return row.fact.model_validate(values)


def _close_clocks(row: Transition[A], state: A | None, command: Command, emit: _Emission[A], role: Role) -> None:
    """Meet the clocks that the row answers; cancel those that it drops or that end with the stage that is left."""
    if state is None:
        return
    assert emit.state is not None
    left = emit.state.stage != state.stage or emit.state.opening != state.opening
    who: dict[str, Any] = {
        "by": emit.context.actor.person_ref,
        "by_role": role,
        "organisation": emit.context.actor.organisation,
    }
    part = row.about(state, command) if row.about else None
    for clock in state.clocks.values():
        concerned = row.about is None or clock.about is None or clock.about == part
        if clock.kind in row.meets and concerned:
            late = emit.context.now > clock.due_at
            emit.add(DeadlineMet(deadline_id=clock.id, kind=clock.kind, late=late, **who))
        elif (left and not clock.lasts) or (clock.kind in row.drops and concerned):
            emit.add(DeadlineCancelled(deadline_id=clock.id, kind=clock.kind, **who))


def _hand_clocks(row: Transition[A], emit: _Emission[A], role: Role) -> None:
    """Give running clocks to their new owner: the old one's is cancelled, the new one's is due when that was."""
    rules = {rule.kind: rule for rule in row.hands}
    who: dict[str, Any] = {
        "by": emit.context.actor.person_ref,
        "by_role": role,
        "organisation": emit.context.actor.organisation,
    }
    running = tuple(emit.state.clocks.values()) if emit.state and rules else ()
    for clock in running:
        rule = rules.get(clock.kind)
        assert emit.state is not None
        owner = (clock.owner_role, clock.owner_organisation, clock.owner_person)
        if rule is None or rule.owned_by(emit.state) == owner:
            continue
        emit.add(DeadlineCancelled(deadline_id=clock.id, kind=clock.kind, **who))
        assert emit.state is not None
        emit.add(rule.hand_over(emit.state, clock, emit.state.version + 1, emit.context.actor, role))


def _take_step(
    lifecycle: Lifecycle[A], state: A | None, command: TakeDeadlineStep, context: Context
) -> tuple[A | None, list[Fact]]:
    if not context.actor.is_system:
        raise Forbidden("role_may_not", "only SYSTEM takes the steps of a deadline", rule="domain.md 2.7")
    clock: OpenClock | None = None if state is None else state.clocks.get(command.deadline_id)
    if clock is None or not clock.pending:
        return state, []
    step = clock.pending[0]
    if step.action is not command.action or step.at > context.now:
        return state, []
    emit = _Emission(lifecycle, state, context)
    emit.add(
        STEP_FACTS[step.action](
            by=context.actor.person_ref,
            by_role=Role.SYSTEM,
            organisation=context.actor.organisation,
            deadline_id=clock.id,
            kind=clock.kind,
            step_at=step.at,
        )
    )
    return emit.state, emit.facts
