-- What a session of the console says of its person: the claims of the access token that was fetched last, until when they count, and what
-- a new one is fetched with. The refresh token is sealed under a key that is derived from the browser's value: this table opens none.

alter table identity.sessions
  add column claims jsonb,
  add column claims_until timestamptz,
  add column refresh bytea;

-- A sign-in on its way: what the browser must bring back from the sign-in service, for ten minutes, once.
create table identity.sign_ins (
  digest bytea primary key check (octet_length(digest) = 32),
  verifier text not null,
  nonce text not null,
  return_to text not null,
  until timestamptz not null default clock_timestamp() + interval '10 minutes'
);
create index sign_ins_until on identity.sign_ins (until);

create function identity.begin_sign_in(p_digest bytea, p_verifier text, p_nonce text, p_return_to text) returns void
language sql security definer
set search_path = pg_catalog, pg_temp as $$
  delete from identity.sign_ins where until < clock_timestamp();
  insert into identity.sign_ins (digest, verifier, nonce, return_to) values (p_digest, p_verifier, p_nonce, p_return_to)
$$;

create function identity.take_sign_in(p_digest bytea) returns table (verifier text, nonce text, return_to text)
language sql security definer
set search_path = pg_catalog, pg_temp as $$
  delete from identity.sign_ins s where s.digest = p_digest and s.until > clock_timestamp()
  returning s.verifier, s.nonce, s.return_to
$$;

-- Gives a session the claims of the token that was fetched for it. False: it is over.
create function identity.renew_session(p_digest bytea, p_claims jsonb, p_until timestamptz, p_refresh bytea) returns boolean
language sql security definer
set search_path = pg_catalog, pg_temp as $$
  with renewed as (
    update identity.sessions set claims = p_claims, claims_until = p_until, refresh = coalesce(p_refresh, refresh)
     where digest = p_digest and ended_at is null returning 1)
  select exists (table renewed)
$$;

-- What a session says, if it still counts. Who only listens (`p_used` false) does not keep it awake.
create function identity.read_session(p_digest bytea, p_used boolean)
returns table (person uuid, begun_at timestamptz, idle_until timestamptz, claims jsonb, claims_until timestamptz, refresh bytea)
language sql security definer
set search_path = pg_catalog, pg_temp as $$
  update identity.sessions s set seen_at = case when p_used then clock_timestamp() else s.seen_at end
   where s.digest = p_digest and s.ended_at is null and s.ends_at > clock_timestamp()
     and s.seen_at + s.idle > clock_timestamp()
     and not exists (select from identity.revocations r where r.person = s.person and r.revoked_before > s.begun_at)
  returning s.person, s.begun_at, least(s.seen_at + s.idle, s.ends_at), s.claims, s.claims_until, s.refresh
$$;

-- As in 0002; what the session said of its person goes with it.
create or replace function identity.end_session(p_digest bytea) returns boolean language sql security definer
set search_path = pg_catalog, pg_temp as $$
  with ended as (
    update identity.sessions set ended_at = clock_timestamp(), claims = null, refresh = null
     where digest = p_digest and ended_at is null returning 1)
  select exists (table ended)
$$;

-- Ends every session of the person of this one. No token is revoked: those of sessions are nowhere but here, and who signs in again right
-- away is not to be refused because the issuer's clock may be ahead. Returns how many sessions ended.
create function identity.end_own_sessions(p_digest bytea) returns integer language sql security definer
set search_path = pg_catalog, pg_temp as $$
  with ended as (
    update identity.sessions set ended_at = clock_timestamp(), claims = null, refresh = null
     where ended_at is null
       and person = (select s.person from identity.sessions s where s.digest = p_digest and s.ended_at is null)
    returning 1)
  select count(*)::integer from ended
$$;

revoke all on all functions in schema identity from public;
