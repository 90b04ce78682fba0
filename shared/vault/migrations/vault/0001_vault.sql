-- The vault: sealed values, leave to open them, and the log of looks. No role but vault_owner has a privilege on a table here;
-- everything goes through the functions below, which know the calling service by session_user (a SECURITY DEFINER function
-- changes current_user only, and a stolen role cannot change its session_user).
--
-- SQLSTATEs of our own, mapped in shared/vault/statements.py:
--   TV001 look refused   TV002 ticket refused   TV003 ticket of this very transaction   TV004 not the unit's owner
--   TV005 the call is malformed

create domain vault.field_class as text check (value in ('A', 'B', 'C', 'D', 'E'));                -- domain.md 4.3 R6
create domain vault.organisation as text check (value ~ '^[a-z]+:[a-z0-9-]{1,63}$');
create domain vault.role_code as text check (value ~ '^[A-Z][A-Z_]{1,31}$');

create table vault.units (
  unit uuid primary key,
  service text not null,  -- who put first owns the unit: it alone puts, grants and revokes
  created_at timestamptz not null default clock_timestamp()
);

-- No foreign keys between these tables: put and grant, the only writers, claim the unit first.
create table vault.sealed (
  blob uuid primary key,
  unit uuid not null,
  class vault.field_class not null,
  field text not null check (field ~ '^[a-z][a-z0-9_.]{0,62}$'),
  sealed bytea not null check (octet_length(sealed) >= 29),
  created_at timestamptz not null default clock_timestamp()
);
create index sealed_unit on vault.sealed (unit);
-- Ciphertext does not compress; trying costs time.
alter table vault.sealed alter column sealed set storage external;

-- Append-only: a revocation is a later row for the same (unit, organisation, role, class, person).
create table vault.grants (
  id bigint generated always as identity primary key,
  unit uuid not null,
  organisation vault.organisation not null,
  role vault.role_code not null,
  class vault.field_class not null,
  person uuid,  -- null: everybody in the role at the organisation
  granted boolean not null,
  until timestamptz,
  service text not null,
  at timestamptz not null default clock_timestamp()
);
create index grants_key on vault.grants (unit, organisation, role, class, id desc);

create table vault.reasons (
  code vault.role_code primary key,
  caller text not null check (caller in ('api', 'worker'))
);
insert into vault.reasons (code, caller) values
  ('ADVICE', 'api'), ('TRIAGE', 'api'), ('CLEARANCE', 'api'), ('ASSESSMENT', 'api'), ('DECISION', 'api'),
  ('CHILD_PROTECTION', 'api'), ('INTERVENTION', 'api'), ('FOLLOW_UP', 'api'), ('ACUTE', 'api'), ('DISCLOSURE', 'api'),
  ('INSIGHT', 'api'), ('CORRECTION', 'api'),
  -- The one reason a worker may ever give, once EXECUTE on ask and redeem is given to it.
  ('RECEIPT', 'worker');

-- Who looked at what, when and why (domain.md 4.3 R8). Rows come unchained: a chain in the business transaction serialises.
create table vault.looks (
  id bigint generated always as identity primary key,
  ticket uuid not null unique,
  at timestamptz not null,         -- wall time of the database
  judged_at timestamptz not null,  -- the moment for which the grant was judged: the same, unless the demo's clock is ahead
  person uuid not null,
  role vault.role_code not null,
  organisation vault.organisation not null,
  service text not null,
  unit uuid not null,
  blob uuid not null,
  class vault.field_class not null,
  reason text not null references vault.reasons (code)
);
create index looks_unit on vault.looks (unit, id);
create index looks_organisation on vault.looks (organisation, id);

create table vault.tickets (
  ticket uuid primary key,
  blob uuid not null,
  holder text not null,   -- the database role that asked, and that alone may redeem
  asked_in xid8 not null,
  expires_at timestamptz not null,
  redeemed_at timestamptz
);

create function vault.refuse_change() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'vault.% is append-only', tg_table_name using errcode = '42501';
end $$;
create trigger append_only before update or delete or truncate on vault.looks
  for each statement execute function vault.refuse_change();
create trigger append_only before update or delete or truncate on vault.grants
  for each statement execute function vault.refuse_change();

-- The calling service, from the login role `<service>_api` or `<service>_worker`.
create function vault.caller() returns text language sql stable
set search_path = pg_catalog, pg_temp as $$
  select case when session_user ~ '^[a-z]+_(api|worker)$' then split_part(session_user, '_', 1) end
$$;

-- Makes the unit the caller's, or fails. Holds the unit's row, so that grants of one unit are numbered in commit order.
create function vault.claim(p_unit uuid) returns text language plpgsql
set search_path = pg_catalog, pg_temp as $$
declare
  v_caller text := vault.caller();
  v_owner text;
begin
  if v_caller is null then
    raise exception 'only a service claims a unit' using errcode = 'TV004';
  end if;
  insert into vault.units (unit, service) values (p_unit, v_caller) on conflict (unit) do nothing;
  if not found then
    select u.service into v_owner from vault.units u where u.unit = p_unit for no key update;
    if v_owner is distinct from v_caller then
      raise exception 'the unit belongs to another service' using errcode = 'TV004';
    end if;
  end if;
  return v_caller;
end $$;

create function vault.put(p_unit uuid, p_blobs uuid[], p_classes text[], p_fields text[], p_sealed bytea[])
returns void language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
begin
  perform vault.claim(p_unit);
  insert into vault.sealed (blob, unit, class, field, sealed)
  select t.blob, p_unit, t.class, t.field, t.sealed
    from unnest(p_blobs, p_classes, p_fields, p_sealed) as t (blob, class, field, sealed);
end $$;

create function vault.grant(
  p_unit uuid, p_organisations text[], p_roles text[], p_classes text[], p_untils timestamptz[], p_persons uuid[])
returns void language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
  v_service text := vault.claim(p_unit);
begin
  insert into vault.grants (unit, organisation, role, class, person, granted, until, service)
  select p_unit, t.organisation, t.role, t.class, t.person, true, t.until, v_service
    from unnest(p_organisations, p_roles, p_classes, p_untils, p_persons) as t (organisation, role, class, until, person);
end $$;

-- Takes away every live leave of the unit that matches; null matches all. Returns how many were taken away.
create function vault.revoke(
  p_unit uuid, p_organisation text default null, p_role text default null, p_class text default null,
  p_person uuid default null)
returns integer language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
  v_service text := vault.claim(p_unit);
  v_count integer;
begin
  insert into vault.grants (unit, organisation, role, class, person, granted, service)
  select p_unit, g.organisation, g.role, g.class, g.person, false, v_service
    from (select distinct on (l.organisation, l.role, l.class, l.person)
                 l.organisation, l.role, l.class, l.person, l.granted
            from vault.grants l
           where l.unit = p_unit
             and (p_organisation is null or l.organisation = p_organisation)
             and (p_role is null or l.role = p_role)
             and (p_class is null or l.class = p_class)
             and (p_person is null or l.person = p_person)
           order by l.organisation, l.role, l.class, l.person, l.id desc) g
   where g.granted;
  get diagnostics v_count = row_count;
  return v_count;
end $$;

-- The leave as it stands: the last row of each key; expiry is judged for the moment of asking.
create function vault.may_open(
  p_unit uuid, p_organisation text, p_role text, p_class text, p_person uuid, p_at timestamptz)
returns boolean language sql stable
set search_path = pg_catalog, pg_temp as $$
  select exists (
    select from (select distinct on (g.person) g.granted, g.until
                   from vault.grants g
                  where g.unit = p_unit and g.organisation = p_organisation and g.role = p_role and g.class = p_class
                    and (g.person is null or g.person = p_person)
                  order by g.person, g.id desc) last
     where last.granted and (last.until is null or last.until > p_at))
$$;

-- Checks leave for every blob, writes a look for each, and returns a ticket for each, in order. All or none.
-- p_at is the caller's domain time: it can be ahead of the wall clock (demo), which ends leave earlier; it can never be behind.
create function vault.ask(
  p_blobs uuid[], p_person uuid, p_role text, p_organisation text, p_reason text, p_at timestamptz default null)
returns uuid[] language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
  v_service text := vault.caller();
  v_now timestamptz := clock_timestamp();
  v_at timestamptz := greatest(v_now, p_at);
  v_blob uuid;
  v_unit uuid;
  v_class text;
  v_ticket uuid;
  v_tickets uuid[] := '{}';
begin
  if v_service is null or p_person is null or p_role is null or p_organisation is null or cardinality(p_blobs) = 0 then
    raise exception 'the question is incomplete' using errcode = 'TV005';
  end if;
  if not exists (select from vault.reasons r where r.code = p_reason and session_user = v_service || '_' || r.caller) then
    raise exception 'this reason is not for this caller' using errcode = 'TV005';
  end if;
  -- A look must be on disk before its ticket opens anything, whatever the session says about commits.
  perform set_config('synchronous_commit', 'on', true);
  foreach v_blob in array p_blobs loop
    select s.unit, s.class into v_unit, v_class from vault.sealed s where s.blob = v_blob;
    -- An unknown text and a refused one look the same.
    if not found or not vault.may_open(v_unit, p_organisation, p_role, v_class, p_person, v_at) then
      raise exception 'this text may not be opened' using errcode = 'TV001';
    end if;
    v_ticket := gen_random_uuid();
    insert into vault.looks (ticket, at, judged_at, person, role, organisation, service, unit, blob, class, reason)
    values (v_ticket, v_now, v_at, p_person, p_role, p_organisation, v_service, v_unit, v_blob, v_class, p_reason);
    insert into vault.tickets (ticket, blob, holder, asked_in, expires_at)
    values (v_ticket, v_blob, session_user, pg_current_xact_id(), v_now + interval '60 seconds');
    v_tickets := v_tickets || v_ticket;
  end loop;
  return v_tickets;
end $$;

-- Gives the sealed values for tickets whose looks are committed. All or none; each ticket opens once.
create function vault.redeem(p_tickets uuid[])
returns table (ticket uuid, unit uuid, class text, field text, blob uuid, sealed bytea)
language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_count integer;
begin
  if exists (select from vault.tickets t where t.ticket = any (p_tickets) and t.asked_in = pg_current_xact_id()) then
    raise exception 'the look is not committed' using errcode = 'TV003';
  end if;
  update vault.tickets t set redeemed_at = clock_timestamp()
   where t.ticket = any (p_tickets) and t.holder = session_user and t.redeemed_at is null and t.expires_at > clock_timestamp();
  get diagnostics v_count = row_count;
  if v_count = 0 or v_count is distinct from cardinality(p_tickets) then
    raise exception 'this ticket opens nothing' using errcode = 'TV002';
  end if;
  return query
    select t.ticket, s.unit, s.class::text, s.field, s.blob, s.sealed
      from vault.tickets t join vault.sealed s on s.blob = t.blob
     where t.ticket = any (p_tickets);
end $$;

revoke all on all functions in schema vault from public;
