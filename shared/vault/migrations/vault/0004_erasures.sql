-- The ledger of erasures: who asked, when and why, and when nothing was left that could open what was erased (domain.md 4.5 R18-R20).
-- Requested: the key is destroyed, sealed rows and leaves are gone. Final: every key-encryption key is gone under which an older
-- copy of the key store could hold the key. Applied again after every restore, from the file that lies beside the databases.

create table vault.erasure_reasons (code vault.role_code primary key);
insert into vault.erasure_reasons (code) values
  ('RETENTION_ENDED'), ('STANDING_ORDER'), ('PERSON_ASKED'), ('AUTHORITY_ORDERED'), ('ENTERED_BY_MISTAKE');

create table vault.erasures (
  ref uuid primary key,
  kind text not null check (kind in ('UNIT', 'PERSON')),
  -- A person, always: the references below ten are actors that are nobody, SYSTEM and the public among them (R18).
  requested_by uuid not null check (requested_by > '00000000-0000-0000-0000-00000000000a'),
  requested_at timestamptz not null,
  reason text not null references vault.erasure_reasons (code),
  person uuid,          -- of a unit that went with its person
  epochs text[],        -- must go before this is final; null until the key was destroyed here
  final_at timestamptz,
  check (final_at is null or epochs is not null)
);
create index erasures_not_final on vault.erasures (ref) where final_at is null;
create trigger append_only before delete or truncate on vault.erasures
  for each statement execute function vault.refuse_change();

create function vault.is_erased(p_ref uuid) returns boolean language sql stable
set search_path = pg_catalog, pg_temp as $$
  select exists (select from vault.erasures e where e.ref = p_ref)
$$;

-- Leaves go with the unit that was erased, and only so.
drop trigger append_only on vault.grants;
create trigger append_only before update or truncate on vault.grants
  for each statement execute function vault.refuse_change();
create function vault.refuse_delete_unless_erased() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
  if not vault.is_erased(old.unit) then
    raise exception 'vault.% is append-only', tg_table_name using errcode = '42501';
  end if;
  return old;
end $$;
create trigger append_only_unless_erased before delete on vault.grants
  for each row execute function vault.refuse_delete_unless_erased();

-- As before, and what was erased takes nothing more. The check comes after the lock that an erasure takes as well.
create or replace function vault.claim(p_unit uuid) returns text language plpgsql
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
  if vault.is_erased(p_unit) then
    raise exception 'the unit was erased' using errcode = 'TV007';
  end if;
  return v_caller;
end $$;

create function vault.refuse_erased_subject() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
  if vault.is_erased(new.subject_ref) then
    raise exception 'the person was erased' using errcode = 'TV007';
  end if;
  return new;
end $$;
create trigger refuse_erased before insert on vault.open_cases for each row execute function vault.refuse_erased_subject();

-- Writes the decision down and takes away sealed rows, leaves, and what the person is found by. Again is harmless: it is how the
-- ledger is applied. `p_units` are the units under a person's key. Returns whether it was new.
create function vault.request_erasure(
  p_ref uuid, p_kind text, p_by uuid, p_at timestamptz, p_reason text, p_units uuid[] default '{}')
returns boolean language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
  v_units uuid[] := case p_kind when 'UNIT' then array[p_ref] else p_units end;
  v_new boolean;
begin
  -- Whoever is putting into one of these units is waited for, in the order of units.
  perform 1 from vault.units u where u.unit = any (v_units) order by u.unit for update;
  insert into vault.erasures (ref, kind, requested_by, requested_at, reason)
  values (p_ref, p_kind, p_by, p_at, p_reason) on conflict (ref) do nothing;
  v_new := found;
  if p_kind = 'PERSON' then
    insert into vault.erasures (ref, kind, requested_by, requested_at, reason, person)
    select unit, 'UNIT', p_by, p_at, p_reason, p_ref from unnest(v_units) unit on conflict (ref) do nothing;
    delete from vault.subjects s where s.subject_ref = p_ref;
    delete from vault.open_cases o where o.subject_ref = p_ref;
  end if;
  delete from vault.sealed s where s.unit = any (v_units);
  delete from vault.grants g where g.unit = any (v_units);
  return v_new;
end $$;

-- The key of this erasure was destroyed while these epochs had keys; a second destruction, after a restore, adds its own.
create function vault.erasure_applied(p_refs uuid[], p_epochs text[]) returns void language sql security definer
set search_path = pg_catalog, pg_temp as $$
  update vault.erasures e
     set epochs = (select array_agg(distinct name) from unnest(coalesce(e.epochs, '{}') || p_epochs) name), final_at = null
   where e.ref = any (p_refs)
$$;

-- Final is what none of the epochs that still have a key could open. Returns how many became so.
create function vault.erasures_final(p_held text[]) returns integer language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
  v_count integer;
begin
  update vault.erasures e set final_at = clock_timestamp()
   where e.final_at is null and e.epochs is not null and not e.epochs && p_held;
  get diagnostics v_count = row_count;
  return v_count;
end $$;

create function vault.erasure_ledger(p_refs uuid[] default null) returns setof vault.erasures
language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  select * from vault.erasures e where p_refs is null or e.ref = any (p_refs) order by e.requested_at, e.ref
$$;

-- What is left of an erased unit; for the proof, which tries to open it.
create function vault.left_of(p_ref uuid) returns table (blob uuid, class text, field text, sealed bytea)
language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  select s.blob, s.class::text, s.field, s.sealed from vault.sealed s where s.unit = p_ref and vault.is_erased(p_ref)
$$;
create function vault.leaves_of(p_ref uuid) returns bigint language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  select count(*) from vault.grants g where g.unit = p_ref and vault.is_erased(p_ref)
$$;

-- For every service: whether one of these was erased, so that a late fact about it has no effect.
create function vault.any_erased(p_refs uuid[]) returns boolean language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  select exists (select from vault.erasures e where e.ref = any (p_refs))
$$;

-- For every service at its start: what was erased, and what of it (and of the ledger file, p_refs) is not carried out here.
create function vault.erased_refs() returns setof uuid language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  select e.ref from vault.erasures e
$$;
create function vault.unapplied(p_refs uuid[]) returns bigint language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  select count(*) from (
    select e.ref from vault.erasures e where e.epochs is null or exists (select from vault.sealed s where s.unit = e.ref)
    union
    select ref from unnest(p_refs) ref where not vault.is_erased(ref)) missing
$$;

revoke all on all functions in schema vault from public;
