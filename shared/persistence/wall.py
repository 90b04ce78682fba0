"""The second wall: row-level security that repeats in Postgres which rows an organisation sees (`architecture.md`).

Against our own bugs: a query that forgets its condition finds nothing. Each transaction of a person says who asks, and when, in
three settings that end with it; without them nothing is there. The worker, which acts as SYSTEM, sees its service's rows.

`build` and what it calls are revision code: they stay as they are once they ran somewhere. A later table calls the part it needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from alembic import op

from shared.lifecycle.actor import SYSTEM

ORGANISATION: Final = "(select current_setting('tovholder.organisation', true))"
PERSON: Final = "(select nullif(current_setting('tovholder.person', true), '')::uuid)"
MOMENT: Final = "(select nullif(current_setting('tovholder.now', true), '')::timestamptz)"
"""Who asks, as what a policy compares with; each is worked out once a statement."""

IS_SYSTEM: Final = f"{ORGANISATION} = '{SYSTEM.organisation}'"
"""What follows from a person's command in other organisations' rows is done in SYSTEM's hands, by name (`Transaction.as_system`)."""

WORKERS_OWN: Final = ("inbox", "last_seen", "dead_letters", "parked_keys")
"""Tables that the api has no part in."""


def build(schema: str, aggregates: Sequence[str]) -> None:
    """Put the wall around the spine of a service and around its aggregates' tables."""
    op.execute(f"alter table {schema}.access rename to case_access")
    op.execute(f"alter table {schema}.case_access add column person uuid")
    op.execute(f"alter table {schema}.case_access rename constraint pk_access to pk_case_access")
    op.execute(f"alter index {schema}.ix_access_organisation rename to ix_case_access_organisation")
    op.execute(_TAKES_PART.format(schema=schema, now=MOMENT, organisation=ORGANISATION, person=PERSON))
    op.execute(f"revoke execute on function {schema}.takes_part(uuid) from public")
    op.execute(f"grant execute on function {schema}.takes_part(uuid) to {schema}_api, {schema}_worker")
    own = f"{IS_SYSTEM} or organisation = {ORGANISATION} or {schema}.takes_part(aggregate_id)"
    guard(schema, "case_access", sees=own)
    guard(schema, "facts", sees=sees(schema, "facts.aggregate_id"), update=False)
    guard(schema, "deadlines", sees=sees(schema, "deadlines.aggregate_id"))
    guard(schema, "idempotency", sees=f"actor_ref = {PERSON}")
    op.execute(f"create policy forget on {schema}.idempotency for delete to {schema}_api using (actor_ref = {PERSON})")
    guard(schema, "outbox", sees=None)
    for table in WORKERS_OWN:
        guard(schema, table, sees=None, insert=False)
        op.execute(f"revoke all on {schema}.{table} from {schema}_api")
    op.execute(f"revoke select, update on {schema}.outbox from {schema}_api")
    for table in aggregates:
        guard(schema, table, sees=sees(schema, f"{table}.id"))


def sees(schema: str, column: str) -> str:
    """Return the condition that who asks takes part in the aggregate that `column` names, now.

    `column` comes with its table: alone it would be the column of `case_access`, which equals itself.
    """
    return (
        f"{IS_SYSTEM} or exists (select from {schema}.case_access seen where seen.aggregate_id = {column}"
        f" and seen.organisation = {ORGANISATION} and seen.valid_from <= {MOMENT}"
        f" and (seen.valid_to is null or seen.valid_to > {MOMENT})"
        f" and (seen.person is null or seen.person = {PERSON}))"
    )


def guard(schema: str, table: str, *, sees: str | None, insert: bool = True, update: bool = True) -> None:
    """Force row-level security on a table: the owner and the worker see every row, the api those for which `sees` holds.

    What the api inserts it need not see: who makes a record gains sight of it in the same statement.
    """
    name, api = f"{schema}.{table}", f"{schema}_api"
    op.execute(f"alter table {name} enable row level security")
    op.execute(f"alter table {name} force row level security")
    op.execute(f"create policy own on {name} to {schema}_owner using (true) with check (true)")
    op.execute(f"create policy work on {name} to {schema}_worker using (true) with check (true)")
    if sees is not None:
        op.execute(f"create policy see on {name} for select to {api} using ({sees})")
    if sees is not None and update:
        op.execute(f"create policy change on {name} for update to {api} using ({sees}) with check (true)")
    if insert:
        op.execute(f"create policy make on {name} for insert to {api} with check (true)")


# Runs as the owner: the policy of `case_access` cannot ask `case_access` itself.
_TAKES_PART = """
create function {schema}.takes_part(aggregate uuid) returns boolean language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
    select exists (
        select from {schema}.case_access seen
        where seen.aggregate_id = aggregate and seen.organisation = {organisation} and seen.valid_from <= {now}
          and (seen.valid_to is null or seen.valid_to > {now}) and (seen.person is null or seen.person = {person}))
$$
"""
