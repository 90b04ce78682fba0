-- Persons that cases are about: one reference for each that is known by CPR, and one open case for each in the whole country.
--
--   TV006 the person has an open case; the message is the organisation to call, and nothing else
--   TV007 the person or the unit was erased

-- The digest is keyed with a key that no database holds (domain.md 4.4 R14). A person without CPR has no row: no automatic match.
create table vault.subjects (
  digest bytea primary key check (octet_length(digest) = 32),
  subject_ref uuid not null unique default gen_random_uuid(),
  created_at timestamptz not null default clock_timestamp()
);

create table vault.open_cases (
  case_ref uuid not null,
  subject_ref uuid not null,
  organisation vault.organisation not null,  -- the Infohus to call
  service text not null,
  opened_at timestamptz not null default clock_timestamp(),
  closed_at timestamptz
);
create unique index one_open_case_per_person on vault.open_cases (subject_ref) where closed_at is null;
create unique index one_person_per_open_case on vault.open_cases (case_ref) where closed_at is null;

-- The reference of the person with this digest, made at the first question. Of two that ask at once, both get the same.
create function vault.resolve(p_digest bytea) returns uuid language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
  v_ref uuid;
begin
  if vault.caller() is null then
    raise exception 'only a service asks for a person' using errcode = 'TV005';
  end if;
  select s.subject_ref into v_ref from vault.subjects s where s.digest = p_digest;
  if not found then
    insert into vault.subjects (digest) values (p_digest) on conflict (digest) do nothing returning subject_ref into v_ref;
    if not found then
      select s.subject_ref into v_ref from vault.subjects s where s.digest = p_digest;
    end if;
  end if;
  return v_ref;
end $$;

-- Says that this is the person's open case. Again for the same case is harmless; while another is open it is refused.
-- A second writer waits at the index for the first to end, and is then refused, or is the one.
create function vault.open_case(p_subject uuid, p_case uuid, p_organisation text) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
  v_caller text := vault.caller();
  v_case uuid;
  v_organisation text;
begin
  if v_caller is null or p_subject is null or p_case is null then
    raise exception 'the call is incomplete' using errcode = 'TV005';
  end if;
  loop
    insert into vault.open_cases (case_ref, subject_ref, organisation, service)
    values (p_case, p_subject, p_organisation, v_caller)
    on conflict (subject_ref) where closed_at is null do nothing;
    if found then
      return;
    end if;
    select o.case_ref, o.organisation into v_case, v_organisation
      from vault.open_cases o where o.subject_ref = p_subject and o.closed_at is null;
    -- Not found: it was closed between the two statements; try again.
    if found and v_case = p_case then
      return;
    elsif found then
      raise exception '%', v_organisation using errcode = 'TV006';
    end if;
  end loop;
end $$;

-- Lets the person go: the case is closed, merged or handed to another organisation's. Returns whether it was open.
create function vault.close_case(p_case uuid) returns boolean language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
begin
  update vault.open_cases o set closed_at = clock_timestamp()
   where o.case_ref = p_case and o.closed_at is null and o.service = vault.caller();
  return found;
end $$;

revoke all on all functions in schema vault from public;
