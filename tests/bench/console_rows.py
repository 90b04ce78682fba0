"""What the console's pages are measured on: 10,000 rows of each kind that one organisation sees, and as many that it does not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg

from deploy.config import SUPERUSER
from services.assessment.domain.case import Stage
from services.assessment.domain.case_table import CASE
from services.assessment.domain.underretning_commands import MakeUnderretning
from services.assessment.domain.underretning_table import UNDERRETNING
from services.assessment.repository import case_store, underretning_store
from services.corps import members
from services.corps.domain.intervention_commands import RecordCitizenAnswer
from services.corps.domain.loan_commands import OfferLoan
from services.corps.domain.member import MemberProfile
from services.corps.repository import intervention_store, loan_store
from services.intake.domain import commands as intake
from services.intake.repository import concern_store
from services.notify import directory
from services.notify.domain.work import Source, folded
from services.notify.repository import put_work_item
from shared.clock import WallClock
from shared.contracts.codes import Anonymity, Channel
from shared.lifecycle.actor import SYSTEM, Actor, Role
from shared.lifecycle.table import Command, Lifecycle
from shared.lifecycle.text import Text
from shared.persistence.store import Store
from shared.persistence.work import UnitOfWork, build_engine
from tests.bench.planting import DUE, Lived, Sample, copies, kept, multiply
from tests.bench.world import World
from tests.unit.assessment import assessment_builders as cases
from tests.unit.corps import builders as corps
from tests.unit.notify import notify_builders as notify

OURS: Final = 10_000
"""Rows of a kind that the organisation sees; as many are others'."""

HOME: Final = "0253"
BORROWER: Final = corps.BORROWER
LENDER: Final = corps.LENDER
ELSEWHERE: Final = {
    name.format(code): name.format(other)
    for code, other in ((HOME, "0265"), (BORROWER, "0740"), (LENDER, "0147"))
    for name in ("{}", "kommune:{}")
} | {"politi:midt-og-vestsjaelland": "politi:fyn", "midt-og-vestsjaelland": "fyn"}
"""Whose the other rows are."""

FACTS: Final = 300
"""In the timeline of the one case whose page is asked for."""

COLLEAGUE: Final = UUID(int=0xBE7C8)
KINDS: Final = (
    ("assessment", "case", "open_or_merge"),
    ("assessment", "case", "meeting"),
    ("assessment", "case", "complete_assessment"),
    ("assessment", "case", "request_clearance"),
    ("intake", "concern", "new_information"),
)
"""Of the items of my work."""


def somebody(role: Role, organisation: str) -> Actor:
    """Return who looks at a page: always the same."""
    return Actor(UUID(int=0xBE00000 + list(Role).index(role)), organisation, frozenset({role}))


TOVHOLDER: Final = somebody(Role.TOVHOLDER_KOMMUNE, f"kommune:{HOME}")
LEADER: Final = somebody(Role.LEADER, f"kommune:{HOME}")


async def plant(world: World) -> UUID:
    """Write all rows and let Postgres look at them; return the case whose page is asked for."""
    engine = build_engine(world.config.dsn(SUPERUSER, driver="postgresql+asyncpg"), name="bench")
    work, admin = UnitOfWork(engine, WallClock()), await world.admin()
    try:
        await _concerns(work, admin)
        shown = await _cases(work, admin)
        await _underretninger(work, admin)
        await _corps(work, admin)
        await _members(work, admin)
        await _work(work, admin)
        await admin.execute("vacuum (analyze)")
    finally:
        await admin.close()
        await engine.dispose()
    return shown


async def _both(admin: asyncpg.Connection, sample: Sample, place: int, among: int, columns: str = "") -> None:
    """Copy one of `among` samples so that all together are the rows: each has its share of all moments."""
    ours = range(place, OURS, among)
    await copies(admin, sample, ours, columns)
    await copies(admin, sample, range(OURS + place, 2 * OURS, among), columns, ELSEWHERE)


async def _concerns(work: UnitOfWork, admin: asyncpg.Connection) -> None:
    adviser = Actor(uuid4(), "hotline:national", frozenset({Role.HOTLINE_ADVISER}))
    received = intake.ReceiveConcern.model_validate(
        {"anonymity": Anonymity.ANONYMOUS, "channel": Channel.HOTLINE, "subject_municipality": HOME}
    )
    steps = ((adviser, received), (adviser, intake.RouteConcern(municipality=HOME, grounds=Text(None, uuid4()))))
    sample = await _lived(work, concern_store(None), steps)
    await _both(admin, sample, 0, 1, "'received_at', now() - n * interval '37 minutes'")


async def _cases(work: UnitOfWork, admin: asyncpg.Connection) -> UUID:
    store, shown = case_store(None), UUID(int=0)
    stages = [stage for stage in Stage if stage is not Stage.MERGED]
    for place, stage in enumerate(stages):
        concern = uuid4()
        lived = _played(CASE, ((cases.arrival(concern_id=concern), Role.SYSTEM), *cases.PATHS[stage][1:]))
        sample = await kept(work, store, lived, (concern,))
        await _both(admin, sample, place, len(stages), "'arrived_at', now() - n * interval '37 minutes'")
        if stage is Stage.ACTIVE:
            shown = sample.id
            await _long(admin, sample, lived[-1][0].version)
    return shown


async def _long(admin: asyncpg.Connection, sample: Sample, facts: int) -> None:
    """Make a record's timeline long: what happened in it happened again and again."""
    for sequence in range(1, facts + 1):
        numbers = range(sequence + facts, FACTS + 1, facts)
        if numbers:
            event = await admin.fetchval(
                f"select event_id from {sample.schema}.facts where aggregate_id = $1 and sequence = $2",
                sample.id,
                sequence,
            )
            where = f"event_id = '{event}'"
            await multiply(admin, f"{sample.schema}.facts", where, (event,), numbers, "'sequence', n")


async def _underretninger(work: UnitOfWork, admin: asyncpg.Connection) -> None:
    made = _played(UNDERRETNING, ((cases.SAMPLES[MakeUnderretning], Role.PRO_REPORTER),))
    sample = await kept(work, underretning_store(), made)
    await _both(admin, sample, 0, 1, "'received_at', now() - n * interval '37 minutes'")


async def _corps(work: UnitOfWork, admin: asyncpg.Connection) -> None:
    request = corps.REQUEST
    chosen = (corps.CHOOSE, RecordCitizenAnswer(accepts=True), corps.ACCEPT, corps.ACCEPT)
    by = (corps.COORDINATOR, corps.CASEWORKER, corps.THE_MEMBER, corps.COORDINATOR)
    waiting: list[tuple[Actor, Command]] = [(SYSTEM, request)]
    running: list[tuple[Actor, Command]] = [*waiting, *zip(by, chosen, strict=True)]
    since = "'requested_at', now() - n * interval '37 minutes'"
    for place, steps in enumerate((waiting, running)):
        sample = await _lived(work, intervention_store(None), steps)
        await _both(admin, sample, place, 2, since)
    offered = [(corps.COORDINATOR, corps.DRAFT), (corps.COORDINATOR, OfferLoan())]
    await _both(admin, await _lived(work, loan_store(None), offered), 0, 1)


async def _members(work: UnitOfWork, admin: asyncpg.Connection) -> None:
    profile = MemberProfile.model_validate(
        {
            "member_ref": uuid4(),
            "municipality": BORROWER,
            "trainings": [{"kind": "MENTOR", "held_on": "2026-01-10"}],
            "languages": {"da": "C2", "ar": "C1"},
            "skills": [{"competence": "HOEJRE", "level": 3, "valid_until": f"{date.today().year + 2}-01-01"}],
            "lendable": True,
            "max_distance_km": 400,
        }
    )
    async with work.begin() as tx:
        await members.put(tx, profile, 1)
    ref, columns = profile.member_ref, "'taken', n % 3"
    for numbers, others in ((range(OURS), None), (range(OURS, 2 * OURS), ELSEWHERE)):
        await multiply(admin, "corps.member", f"member_ref = '{ref}'", (ref,), numbers, columns, others)
    await admin.execute(HELD)


async def _work(work: UnitOfWork, admin: asyncpg.Connection) -> None:
    staff = {Role.TOVHOLDER_KOMMUNE: (TOVHOLDER.person_ref, COLLEAGUE), Role.LEADER: (LEADER.person_ref,)}
    people = [
        {"person_ref": ref, "organisation": f"kommune:{HOME}", "roles": [role], "email": "x@tovholder.example"}
        | {"deputy_ref": None, "duty_order": 100}
        for role, refs in staff.items()
        for ref in refs
    ]
    async with work.begin() as tx:
        await directory.put_people(tx, people)
    columns = (
        f"'due_at', {DUE}, 'sequence', n, 'taken_by', case when n % 10 = 1 then '{TOVHOLDER.person_ref}'"
        f" when n % 10 = 2 then '{COLLEAGUE}' end, 'escalated_at', case when n % 20 = 3 then now() end"
    )
    for place, (service, aggregate, kind) in enumerate(KINDS):
        deadline, record = uuid4(), uuid4()
        source = Source(
            service=service, aggregate_kind=aggregate, aggregate_id=record, sequence=1, at=datetime.now(UTC)
        )
        item = folded(None, notify.opened(deadline, kind=kind), source)
        async with work.begin() as tx:
            await put_work_item(tx, item)
        for first, others in ((0, None), (OURS, ELSEWHERE)):
            numbers = range(first + place, first + OURS, len(KINDS))
            where = f"deadline_id = '{deadline}'"
            await multiply(admin, "notify.work_item", where, (deadline, record), numbers, columns, others)
    await admin.execute(GONE)


HELD: Final = """
insert into corps.hold (id, member_ref, intervention_id, kind, hours, since)
select gen_random_uuid(), member_ref, gen_random_uuid(), 'ACTIVE', 2, now() from corps.member, generate_series(1, taken)
"""
"""What is held of the members."""

GONE: Final = f"""
insert into notify.sight (aggregate_id, organisation, person, roles, sees, sequence)
select aggregate_id, owner_organisation, case when random() < 0.5 then '{COLLEAGUE}'::uuid end, array[owner_role], false, 9
from notify.work_item where owner_organisation = 'kommune:{HOME}' order by deadline_id limit 500
"""
"""Sight that has ended, some of it one person's."""


def _played(lifecycle: Lifecycle[Any], steps: Iterable[tuple[Command, Role]]) -> Lived:
    play = cases.Play(lifecycle, uuid4())
    lived = []
    for command, role in steps:
        made = play.give(command, role)
        lived.append((play.state, made))
    return lived


async def _lived(work: UnitOfWork, store: Store[Any], steps: Iterable[tuple[Actor, Command]]) -> Sample:
    history = corps.History(store.lifecycle, uuid4())
    lived = []
    for who, command in steps:
        known = len(history.facts)
        history.give(who, command)
        lived.append((history.state, history.facts[known:]))
    return await kept(work, store, lived)
