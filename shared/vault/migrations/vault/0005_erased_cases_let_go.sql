-- A case that was erased is no person's case any more: it blocks no other, and nothing here ties the person to it.

create or replace function vault.request_erasure(
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
  delete from vault.open_cases o where o.case_ref = any (v_units);
  delete from vault.sealed s where s.unit = any (v_units);
  delete from vault.grants g where g.unit = any (v_units);
  return v_new;
end $$;

-- Nobody takes a case on again that was erased, as nobody takes a person on.
create or replace function vault.refuse_erased_subject() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
  if vault.is_erased(new.subject_ref) or vault.is_erased(new.case_ref) then
    raise exception 'the person was erased' using errcode = 'TV007';
  end if;
  return new;
end $$;

-- What was erased before this file came.
delete from vault.open_cases o where vault.is_erased(o.case_ref);

revoke all on all functions in schema vault from public;
