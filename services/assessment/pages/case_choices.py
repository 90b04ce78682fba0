"""What references in the forms of a case may be: people choose among what they see, and type no reference."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime

import sqlalchemy as sa

from services.assessment.access import handled_by_police
from services.assessment.domain.case import Case, Stage
from services.assessment.domain.disclosure import Consent
from services.assessment.pages.references import mark, reference
from services.assessment.repository import CaseStore
from services.assessment.tables import SPINE
from shared.identity import staff
from shared.lifecycle.actor import Role
from shared.persistence.work import Transaction
from shared.reference.municipalities import all_municipalities
from shared.reference.organisations import kommune, psykiatri_of
from shared.web.console.commands import Choices, Option
from shared.web.console.language import N_
from shared.web.console.saying import Say
from shared.web.console.site import Visit
from shared.web.console.words.organisations import municipality_called

MOST: int = 200
"""Cases that a list to choose from has at most, latest first."""

PRISONS = "kriminalforsorg:national"


def cases_in(store: CaseStore, stages: Sequence[Stage]) -> Choices:
    """Return the choice of the cases in these stages that the visitor sees at the case's own municipality."""

    async def choose(visit: Visit, tx: Transaction, case: Case) -> list[Option]:
        table = store.table
        query = sa.select(table.c.body).where(
            store.visible(tx),
            table.c.stage.in_([str(stage) for stage in stages]),
            table.c.organisation == case.organisation,
            table.c.id != case.id,
        )
        rows = (await tx.session.execute(query.order_by(table.c.created_at.desc()).limit(MOST))).scalars().all()
        return [_of_case(visit, Case.model_validate(row)) for row in rows]

    return choose


def cases_in_all(store: CaseStore, stages: Sequence[Stage]) -> Callable[[Visit, Transaction], Awaitable[list[Option]]]:
    """Return the choice of all cases in these stages that the visitor sees, where a form is about no case yet."""

    async def choose(visit: Visit, tx: Transaction) -> list[Option]:
        table = store.table
        query = sa.select(table.c.body).where(store.visible(tx), table.c.stage.in_([str(stage) for stage in stages]))
        rows = (await tx.session.execute(query.order_by(table.c.created_at.desc()).limit(MOST))).scalars().all()
        found = (Case.model_validate(row) for row in rows)
        return [_of_case(visit, case) for case in found if not handled_by_police(case, visit.actor.organisation)]

    return choose


def municipalities(visit: Visit) -> list[Option]:
    """Return every municipality, by name."""
    known = sorted(all_municipalities(), key=lambda each: each.name)
    return [Option(each.code, municipality_called(each.code, visit.language)) for each in known]


def _of_case(visit: Visit, case: Case) -> Option:
    stage = Say(visit.language).stage("case", case.stage)
    return Option(str(case.id), f"{reference(case.id)} · {stage} · {visit.language.short(case.arrived_at, visit.now)}")


async def authorities(visit: Visit, _: Transaction, case: Case) -> list[Option]:
    """Return who may be an authority in a case: its own first, then the other municipalities."""
    say = Say(visit.language)
    return [Option(code, say.organisation(code)) for code in near(case, visit.now) + _others(case)]


async def own(visit: Visit, _: Transaction, __: Case) -> list[Option]:
    """Return the visitor's own authority, where nobody can speak for another."""
    return [Option(visit.actor.organisation, Say(visit.language).organisation(visit.actor.organisation))]


async def others(visit: Visit, tx: Transaction, case: Case) -> list[Option]:
    """Return who may be an authority in a case, without the visitor's own."""
    return [each for each in await authorities(visit, tx, case) if each.value != visit.actor.organisation]


def near(case: Case, now: datetime) -> list[str]:
    """Return the authorities that a case is near to: municipality, police, psychiatry of the region, Kriminalforsorg."""
    psychiatry = psykiatri_of(case.municipality, now.astimezone(UTC).date())
    return list(dict.fromkeys((case.organisation, case.police, case.authority, psychiatry, PRISONS)))


def _others(case: Case) -> list[str]:
    known = sorted(all_municipalities(), key=lambda each: each.name)
    return [kommune(each.code) for each in known if kommune(each.code) not in (case.organisation, case.authority)]


def consents(*, standing: bool = True, told: bool = False) -> Choices:
    """Return the choice of a case's consents: those that stand, or those whose receivers wait to hear of the withdrawal."""

    async def choose(visit: Visit, _: Transaction, case: Case) -> list[Option]:
        waits = {clock.about for clock in case.clocks.values() if clock.kind == "tell_parties"}
        fitting = [
            each for each in case.consents if (each.id in waits if told else (each.withdrawn_at is None) is standing)
        ]
        return [_of_consent(visit, each) for each in fitting]

    return choose


def _of_consent(visit: Visit, consent: Consent) -> Option:
    kind = Say(visit.language).code(consent.kind, "ConsentKind")
    until = visit.say(N_("gælder til %(day)s"), day=visit.language.day(consent.valid_until))
    return Option(str(consent.id), f"{kind} · {until}")


async def facts(visit: Visit, tx: Transaction, case: Case) -> list[Option]:
    """Return what happened in a case, by number, to say which of it the citizen disputes."""
    table, say = SPINE.facts, Say(visit.language)
    query = sa.select(table.c.sequence, table.c.type, table.c.occurred_at).where(table.c.aggregate_id == case.id)
    rows = (await tx.session.execute(query.order_by(table.c.sequence))).all()
    return [
        Option(
            str(row.sequence),
            f"{row.sequence} · {visit.language.short(row.occurred_at, visit.now)} · {say.fact(row.type)}",
        )
        for row in rows
        if not row.type.startswith(("deadline.", "agreement.", "sight."))
    ]


async def caseworkers(visit: Visit, tx: Transaction, authority: str | None) -> list[Option]:
    """Return the visitor's own colleagues who are caseworkers, by function and mark; none where the authority is another."""
    if authority != visit.actor.organisation:
        return []
    say = Say(visit.language)
    role, place = say.role(Role.CASEWORKER), say.organisation(visit.actor.organisation)
    known = await staff.colleagues(tx.session, Role.CASEWORKER)
    return [Option(str(ref), f"{role}, {place} · {mark(ref)}") for ref in known if ref != visit.actor.person_ref]


async def own_caseworkers(visit: Visit, tx: Transaction, case: Case) -> list[Option] | None:
    """Return whom a recommendation may name: caseworkers of the municipality that sends it; None where nothing is known."""
    return await caseworkers(visit, tx, case.organisation) or None


async def people(visit: Visit, tx: Transaction, case: Case) -> list[Option]:
    """Return the people who acted in a case, by role and authority, latest first: whom something can be shared with by name."""
    table, say = SPINE.facts, Say(visit.language)
    columns = (table.c.actor_ref, table.c.actor_role, table.c.organisation)
    query = sa.select(*columns, sa.func.max(table.c.sequence).label("latest"))
    query = query.where(table.c.aggregate_id == case.id, table.c.actor_role != "SYSTEM").group_by(*columns)
    rows = (await tx.session.execute(query.order_by(sa.desc("latest")))).all()
    label = visit.say(N_("sidst aktiv i sagen"))
    found = [(row.actor_ref, say.role(row.actor_role), say.organisation(row.organisation)) for row in rows]
    return [Option(str(ref), f"{role}, {place} · {label}") for ref, role, place in _once(found, visit)]


def _once(found: Iterable[tuple[object, str, str]], visit: Visit) -> list[tuple[object, str, str]]:
    seen: dict[object, tuple[object, str, str]] = {}
    for each in found:
        if each[0] != visit.actor.person_ref:
            seen.setdefault(each[0], each)
    return list(seen.values())
