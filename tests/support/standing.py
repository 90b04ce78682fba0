"""Records that stand where a command can be given, put into a running product as its services would have: one for each command.

    standings()                   what can be given: command, a state in which the table takes it, who gives it, what they say
    await put(product, standing)  the record, with its access rows and its key; its texts are references without content

States come from the builders of the tables' own tests, moved to today and to the people of the seed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.seed import corps_members, person
from services.assessment import repository as assessment
from services.corps import repository as corps
from services.intake import repository as intake
from shared.contracts.lifecycle import DeadlineReason
from shared.errors import TovholderError
from shared.lifecycle.actor import SYSTEM, Actor, Role
from shared.lifecycle.aggregate import Aggregate
from shared.lifecycle.decide import decide
from shared.lifecycle.table import Command, Context
from shared.persistence.store import Store
from shared.vault import KeysetProvider, PostgresKeyStore, Vault
from tests.support.product import Product
from tests.unit.assessment import assessment_builders, insight_builders
from tests.unit.corps import builders as corps_builders
from tests.unit.intake import concern_builders as concerns

GREVE, POLICE = assessment_builders.KOMMUNE, assessment_builders.POLITI
AARHUS, LENDER = corps_builders.HOME, corps_builders.AWAY
HOTLINE = "hotline:national"
PLACES: Mapping[str, tuple[str, ...]] = {
    "concern": (HOTLINE, GREVE, POLICE),
    "case": (GREVE, POLICE),
    "underretning": (GREVE, "school:greve-01"),
    "insight": (GREVE, POLICE),
    "intervention": (AARHUS, LENDER),
    "loan": (AARHUS, LENDER),
}
"""Who has a record of each kind."""

SERVICE = {
    "concern": "intake",
    "case": "assessment",
    "underretning": "assessment",
    "insight": "assessment",
    "intervention": "corps",
    "loan": "corps",
}
UNIQUE = ("concern_id", "case_id")
"""References that no two records of a kind share."""

DAY = re.compile(r"^\d{4}-\d\d-\d\d$")
MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$")


@dataclass(frozen=True)
class Standing:
    """A command that can be given: the operation, the state, by whom, and what is said."""

    operation: str
    store: Store[Any]
    state: Aggregate
    role: Role
    organisation: str
    body: dict[str, Any]


@cache
def standings() -> dict[str, Standing]:
    """Return the first fitting one of each operation."""
    found: dict[str, Standing] = {}
    for each in (*_all(), *_extra(), *_asked()):
        found.setdefault(each.operation, each)
    return found


def _all() -> Iterator[Standing]:
    for store, states, samples, known in kinds():
        lifecycle = store.lifecycle
        for command in lifecycle.commands:
            for row in lifecycle.rows_of(command):
                if row.creates:
                    continue
                for stage in row.sources:
                    for role in sorted(set(row.roles) - {Role.SYSTEM, Role.PUBLIC}, key=_seen_first):
                        yield from _fitting(store, states(row, stage), samples[command], role, known)


FIRST = (Role.HOTLINE_ADVISER, Role.TOVHOLDER_KOMMUNE, Role.LOCAL_COORDINATOR)


def _seen_first(role: Role) -> tuple[int, str]:
    """Order roles: those first who see every record that they act on."""
    return FIRST.index(role) if role in FIRST else len(FIRST), role


def _extra() -> Iterator[Standing]:
    """Yield what a sample does not fit: it names something of the state, which its form offers instead."""
    cases, store = assessment_builders, assessment.case_store(None)
    alone, running = cases.without_corps().state, cases.case_in(cases.Stage.ACTIVE)
    acute = _rated_acute()
    for state, role, sample in (
        (running, Role.CASEWORKER, cases.SAMPLES[cases.d.WithdrawConsent]),
        (alone, Role.CASEWORKER, cases.SAMPLES[cases.c.ReviewMeasure]),
        (alone, Role.CASEWORKER, cases.SAMPLES[cases.c.EndMeasure]),
        (acute, Role.TOVHOLDER_KOMMUNE, cases.SAMPLES[cases.c.AnswerAcuteTask]),
        (cases.in_follow_up(7).state, Role.CASEWORKER, cases.review()),
    ):
        yield Standing(
            f"case-{sample.code}", store, state, role, GREVE, json.loads(sample.model_dump_json(exclude_none=True))
        )


def _asked() -> Iterator[Standing]:
    """Yield what is said to a question: the reporter was asked one."""
    store = intake.concern_store(None)
    for command in (concerns.c.AnswerQuestion, concerns.c.WithdrawQuestion):
        body = {"question": str(concerns.QUESTION)}
        if command is concerns.c.AnswerQuestion:
            body["answer"] = "Text"
        yield Standing(f"concern-{command.code}", store, concerns.asked(), Role.HOTLINE_ADVISER, HOTLINE, body)


def _rated_acute() -> Any:
    """Return a case in which violence was just rated as acute: somebody has the task to look at once."""
    cases = assessment_builders
    seen = cases.nine(VIOLENCE={"risk_level": "ACUTE", "evidence": [cases.evidence()]})
    rated = (cases.assessment(ratings=seen), Role.TOVHOLDER_KOMMUNE)
    return cases.played((*cases.MEETING, rated)).state


def _fitting(
    store: Store[Any], state: Any, sample: Command, role: Role, known: Mapping[str, Any]
) -> Iterator[Standing]:
    for place in PLACES[store.lifecycle.kind]:
        try:
            who = person(role, place)
        except KeyError:
            continue
        ref = MEMBER if role is Role.CORPS_MEMBER else assessment_builders.ref(role)
        for giver in (ref, who.person_ref):
            context = Context(
                actor=Actor(giver, place, frozenset({role})), now=now_of(store), aggregate_id=state.id, known=known
            )
            try:
                decide(store.lifecycle, state, sample, context)
            except TovholderError:
                continue
            body = json.loads(sample.model_dump_json(exclude_none=True))
            yield Standing(f"{store.lifecycle.kind}-{sample.code}", store, state, role, place, body)
            return


def kinds() -> Iterator[tuple[Store[Any], Any, Mapping[Any, Command], Mapping[str, Any]]]:
    """Yield each kind of record: its store, a state by row and stage, a sample of each command, and what its guards look up."""
    yield intake.concern_store(None), lambda row, stage: concerns.a_concern(stage), concerns.COMMANDS, {}
    cases = assessment_builders
    yield assessment.case_store(None), _case, cases.SAMPLES, cases.KNOWN
    yield assessment.underretning_store(), lambda row, stage: cases.underretning_in(stage), cases.SAMPLES, cases.KNOWN
    insights = insight_builders
    yield (
        assessment.insight_store(None),
        lambda row, stage: insights.insight_in(stage),
        insights.SAMPLES,
        insights.KNOWN,
    )
    first = {command: every[0] for command, every in corps_builders.SAMPLES.items()}
    yield corps.intervention_store(None), corps_builders.ready, first, corps_builders.FITTING
    yield corps.loan_store(None), corps_builders.ready, first, corps_builders.FITTING


def _case(row: Any, stage: Any) -> Any:
    return assessment_builders.case_in(stage)


def now_of(store: Store[Any]) -> datetime:
    """Return the moment at which the builders of a kind of record stand."""
    return {"concern": concerns.NOW, "intervention": corps_builders.NOW, "loan": corps_builders.NOW}.get(
        store.lifecycle.kind, assessment_builders.NOW
    )


MEMBER = corps_builders.MEMBER


@cache
def _people() -> Mapping[str, str]:
    """Return the references of the seed's people by those of the builders."""
    found = {}
    for role in Role:
        for place in (GREVE, POLICE):
            try:
                found.setdefault(str(assessment_builders.ref(role)), str(person(role, place).person_ref))
            except KeyError:
                continue
    for each in (corps_builders.COORDINATOR, corps_builders.CASEWORKER, corps_builders.LENDER_LEADER):
        found[str(each.person_ref)] = str(person(next(iter(each.roles)), each.organisation).person_ref)
    at_home = [member for member in corps_members() if member.municipality == corps_builders.BORROWER]
    found[str(corps_builders.MEMBER)] = str(at_home[0].member_ref)
    found[str(corps_builders.OTHER_MEMBER)] = str(at_home[1].member_ref)
    return found


def moved(value: Any, by: timedelta, others: Mapping[str, str]) -> Any:
    """Return JSON with its days and moments moved, and references replaced: the builders' people by those of the seed."""
    if isinstance(value, dict):
        return {others.get(key, key): moved(each, by, others) for key, each in value.items()}
    if isinstance(value, list):
        return [moved(each, by, others) for each in value]
    if not isinstance(value, str):
        return value
    if DAY.match(value):
        return (datetime.fromisoformat(value) + timedelta(days=by.days)).date().isoformat()
    if MOMENT.match(value):
        return (datetime.fromisoformat(value) + by).isoformat()
    return others.get(value, value)


async def put(product: Product, standing: Standing) -> tuple[UUID, dict[str, Any]]:
    """Put the record in with an access row for each place and a key of its own; return its id and what is to be said to it."""
    store, began = standing.store, product.clock.now()
    by = timedelta(days=(began - now_of(store)).days)
    content = standing.state.model_dump(mode="json")
    columns = store._columns(standing.state)
    single = [str(columns[name]) for name in UNIQUE if columns.get(name)] + list(content["clocks"])
    others = {**_people(), **{each: str(uuid4()) for each in single}}
    state: Any = type(standing.state).model_validate(moved(content, by, others) | {"id": str(uuid4())})
    tx: Any = type("Tx", (), {"now": began, "actor": SYSTEM})
    row = {**store._row(tx, state), "body": state.model_dump(mode="json")}
    await _key(product, SERVICE[store.lifecycle.kind], state.id)
    engine = create_async_engine(
        product.backends.dsn("postgres", "tovholder").replace("postgresql://", "postgresql+asyncpg://")
    )
    async with engine.begin() as connection:
        await connection.execute(sa.insert(store.table).values(**row))
        for clock in state.clocks.values():
            await connection.execute(sa.insert(store.spine.deadlines).values(**_clock(store, state, clock, began)))
        for place in sorted({*PLACES[store.lifecycle.kind], state.organisation}):
            values = {"aggregate_id": state.id, "organisation": place, "valid_from": began - timedelta(days=1)}
            await connection.execute(sa.insert(store.spine.case_access).values(**values))
    await engine.dispose()
    return state.id, moved(standing.body, by, others)


def _clock(store: Store[Any], state: Any, clock: Any, began: datetime) -> dict[str, Any]:
    """Return the row of a clock that runs; no step of it comes."""
    reason = {"amount": 1, "unit": "DAYS", "counted_from": began}
    return {
        "id": clock.id,
        "aggregate_kind": store.lifecycle.kind,
        "aggregate_id": state.id,
        "opening": state.opening,
        "kind": clock.kind,
        "owner_role": clock.owner_role,
        "owner_organisation": clock.owner_organisation,
        "opened_at": began,
        "due_at": clock.due_at,
        "reason": DeadlineReason.model_validate(reason).model_dump(mode="json"),
        "paragraph": "domain.md 2.3",
        "sourced": False,
        "state": "OPEN",
        "steps": [],
    }


async def _key(product: Product, service: str, unit: UUID) -> None:
    settings = product.settings(service)
    keystore = PostgresKeyStore(settings.keystore_url.get_secret_value())
    try:
        await Vault(keystore, KeysetProvider.from_file(settings.keyset_file)).new_unit(unit)
    finally:
        await keystore.close()
