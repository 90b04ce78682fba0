-- When somebody's access tokens stopped counting. Roles are claims of a token that lives five minutes; a role that is taken away
-- must be gone at the next request, so every transaction of a person asks here (shared/persistence/work.py).

create table identity.revocations (
  person uuid primary key,
  revoked_before timestamptz not null,  -- wall time: a token issued earlier does not count
  at timestamptz not null default clock_timestamp()
);

-- Tokens of this person that were issued before now do not count any more.
create function identity.revoke(p_person uuid) returns timestamptz language sql security definer
set search_path = pg_catalog, pg_temp as $$
  insert into identity.revocations as known (person, revoked_before) values (p_person, clock_timestamp())
  on conflict (person) do update
    set revoked_before = greatest(known.revoked_before, excluded.revoked_before), at = clock_timestamp()
  returning revoked_before
$$;

-- Whether a token counts that was issued at this time. Null: there is no token (the public door, SYSTEM).
create function identity.admitted(p_person uuid, p_issued_at timestamptz) returns boolean language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  select p_issued_at is null or not exists (
    select from identity.revocations r where r.person = p_person and r.revoked_before > p_issued_at)
$$;

revoke all on all functions in schema identity from public;
