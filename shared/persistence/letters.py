"""What an api may know of dead letters, which are the worker's own: their codes, and a way to ask for a replay.

Revision code: it stays as it is once it ran somewhere. The functions run as the owner. A broken record may hold anything, so nothing of
its bytes comes out: its type only where it looks like one, its record only where it is a reference.
"""

from __future__ import annotations

from alembic import op


def open_desk(schema: str) -> None:
    """Create `dead_letters_told` and `ask_replay` of a service, for its api."""
    for statement in (_TOLD, _ASK):
        op.execute(statement.format(schema=schema))
    for function in ("dead_letters_told(integer)", "ask_replay(bigint)"):
        op.execute(f"revoke execute on function {schema}.{function} from public")
        op.execute(f"grant execute on function {schema}.{function} to {schema}_api")


_TOLD = """
create function {schema}.dead_letters_told(most integer)
returns table (id bigint, consumer text, topic text, type text, record uuid, error_code text, parked_behind boolean,
               attempts integer, created_at timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select id, consumer, topic,
           (select header ->> 1 from jsonb_array_elements(headers) header
            where header ->> 0 = 'ce_type' and header ->> 1 ~ '^[a-z_]{{1,40}}([.][a-z_0-9]{{1,40}}){{1,3}}$' limit 1),
           case when key ~ '^[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}$' then key::uuid end,
           error_code, parked_behind, attempts, created_at
    from {schema}.dead_letters where state = 'OPEN' order by consumer, dead_letters.id limit most
$$
"""

_ASK = """
create function {schema}.ask_replay(letter bigint) returns boolean
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
    with asked as (
        select pg_notify('{schema}_replay', jsonb_build_object('consumer', consumer, 'key', key)::text)
        from {schema}.dead_letters where id = letter and state = 'OPEN')
    select count(*) > 0 from asked
$$
"""
