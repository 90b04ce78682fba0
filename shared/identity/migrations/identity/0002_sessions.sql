-- Who is signed in at the console. The browser holds a random value; here is its digest, so that a copy of this table signs nobody in.
-- Wall time throughout. A session ends by itself when nobody has used it for a while, and at its end whatever happens; it ends at the
-- next request when the person's tokens are revoked.

create table identity.sessions (
  digest bytea primary key check (octet_length(digest) = 32),
  person uuid not null,
  begun_at timestamptz not null default clock_timestamp(),
  seen_at timestamptz not null default clock_timestamp(),
  idle interval not null check (idle > interval '0'),
  ends_at timestamptz not null,
  ended_at timestamptz
);
create index sessions_person on identity.sessions (person) where ended_at is null;

create function identity.begin_session(p_digest bytea, p_person uuid, p_idle interval, p_life interval) returns timestamptz
language sql security definer
set search_path = pg_catalog, pg_temp as $$
  insert into identity.sessions (digest, person, idle, ends_at) values (p_digest, p_person, p_idle, clock_timestamp() + p_life)
  returning ends_at
$$;

-- Whose session this is, if it still counts; that it was used is noted. Nothing is returned for one that is over, unknown or revoked.
create function identity.use_session(p_digest bytea) returns table (person uuid, begun_at timestamptz, idle_until timestamptz)
language sql security definer
set search_path = pg_catalog, pg_temp as $$
  update identity.sessions s set seen_at = clock_timestamp()
   where s.digest = p_digest and s.ended_at is null and s.ends_at > clock_timestamp()
     and s.seen_at + s.idle > clock_timestamp()
     and not exists (select from identity.revocations r where r.person = s.person and r.revoked_before > s.begun_at)
  returning s.person, s.begun_at, least(clock_timestamp() + s.idle, s.ends_at)
$$;

create function identity.end_session(p_digest bytea) returns boolean language sql security definer
set search_path = pg_catalog, pg_temp as $$
  with ended as (
    update identity.sessions set ended_at = clock_timestamp() where digest = p_digest and ended_at is null returning 1)
  select exists (table ended)
$$;

-- Signs a person out everywhere: of every session, and of the tokens that were issued until now. Returns how many sessions ended.
create function identity.end_sessions(p_person uuid) returns integer language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
  v_count integer;
begin
  perform identity.revoke(p_person);
  update identity.sessions set ended_at = clock_timestamp() where person = p_person and ended_at is null;
  get diagnostics v_count = row_count;
  return v_count;
end $$;

-- What is over is forgotten: a session says when somebody worked.
create function identity.forget_sessions(p_kept interval) returns integer language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
  v_count integer;
begin
  delete from identity.sessions where least(ends_at, seen_at + idle, coalesce(ended_at, 'infinity')) < clock_timestamp() - p_kept;
  get diagnostics v_count = row_count;
  return v_count;
end $$;

revoke all on all functions in schema identity from public;
