-- Signing out, as far as it reaches: what the session still holds of the sign-in service is handed to who signs out, so that the refresh
-- token is revoked there and the browser's own sign-in ended with the identity token; both are sealed under the browser's value.

alter table identity.sessions add column identity bytea;

-- Keeps what the sign-in service gave before anything is made of it: a refresh token is good once, and its successor must not be lost
-- because the keys that verify an access token are away. False: the session is over.
create function identity.keep_tokens(p_digest bytea, p_refresh bytea, p_identity bytea) returns boolean
language sql security definer
set search_path = pg_catalog, pg_temp as $$
  with kept as (
    update identity.sessions set refresh = coalesce(p_refresh, refresh), identity = coalesce(p_identity, identity)
     where digest = p_digest and ended_at is null returning 1)
  select exists (table kept)
$$;

-- Ends a session, or every one of its person's, and returns what this one held, once; nothing for one that ended before. No token of
-- other sessions can be given back: each is sealed under the value of another browser, and is gone with its row's content.
create function identity.leave_session(p_digest bytea, p_everywhere boolean) returns table (refresh bytea, identity bytea)
language sql security definer
set search_path = pg_catalog, pg_temp as $$
  with held as (
    select s.digest, s.person, s.refresh, s.identity from identity.sessions s
     where s.digest = p_digest and s.ended_at is null for update),
  ended as (
    update identity.sessions s set ended_at = clock_timestamp(), claims = null, refresh = null, identity = null
      from held where s.ended_at is null and (s.digest = held.digest or p_everywhere and s.person = held.person))
  select held.refresh, held.identity from held
$$;
drop function identity.end_own_sessions(bytea);

create or replace function identity.end_session(p_digest bytea) returns boolean language sql security definer
set search_path = pg_catalog, pg_temp as $$
  with ended as (
    update identity.sessions set ended_at = clock_timestamp(), claims = null, refresh = null, identity = null
     where digest = p_digest and ended_at is null returning 1)
  select exists (table ended)
$$;

create or replace function identity.end_sessions(p_person uuid) returns integer language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
  v_count integer;
begin
  perform identity.revoke(p_person);
  update identity.sessions set ended_at = clock_timestamp(), claims = null, refresh = null, identity = null
   where person = p_person and ended_at is null;
  get diagnostics v_count = row_count;
  return v_count;
end $$;

-- A session that nobody used ends without anybody there. Whoever signs in next takes from all of those what they said of their person;
-- a row that somebody is just reading is left for the one after.
create index sessions_said on identity.sessions (seen_at) where claims is not null;
create or replace function identity.begin_session(p_digest bytea, p_person uuid, p_idle interval, p_life interval) returns timestamptz
language sql security definer
set search_path = pg_catalog, pg_temp as $$
  update identity.sessions set claims = null, claims_until = null
   where digest in (
     select s.digest from identity.sessions s
      where s.claims is not null and least(s.ends_at, s.seen_at + s.idle) <= clock_timestamp()
        for update skip locked);
  insert into identity.sessions (digest, person, idle, ends_at) values (p_digest, p_person, p_idle, clock_timestamp() + p_life)
  returning ends_at
$$;

-- As in 0004. Claims of a token that was issued before its person's tokens were revoked, or so shortly after that it does not count
-- (0003), are not returned: who signs in again right away would be refused with them until they end. A new token is fetched instead.
create or replace function identity.read_session(p_digest bytea, p_used boolean)
returns table (person uuid, begun_at timestamptz, idle_until timestamptz, claims jsonb, claims_until timestamptz, refresh bytea)
language sql security definer
set search_path = pg_catalog, pg_temp as $$
  update identity.sessions s set seen_at = case when p_used then clock_timestamp() else s.seen_at end
   where s.digest = p_digest and s.ended_at is null and s.ends_at > clock_timestamp()
     and s.seen_at + s.idle > clock_timestamp()
     and not exists (select from identity.revocations r where r.person = s.person and r.revoked_before > s.begun_at)
  returning s.person, s.begun_at, least(s.seen_at + s.idle, s.ends_at),
    case when identity.admitted(s.person, to_timestamp((s.claims ->> 'iat')::double precision)) then s.claims end,
    s.claims_until, s.refresh
$$;

revoke all on all functions in schema identity from public;
