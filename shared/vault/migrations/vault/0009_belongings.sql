-- Whose unit a case or a concern is. What stands here is what holds; the key store follows, after the commit (`shared.vault.belongings`).
-- An erasure of a person reads this table under the person's lock, so that a case that was opened a moment ago goes with them, and
-- one that was found to be about somebody else does not.
--
-- Order of locks: the person, then rows of units, then rows here. Of two persons, the lower reference first.

create table vault.belongings (
  unit uuid primary key,
  subject_ref uuid,  -- null: it was somebody's by mistake, and is nobody's
  case_ref uuid not null,
  settled boolean not null default false,  -- whether the key store has been told
  since timestamptz not null default clock_timestamp()
);
create index belongings_subject on vault.belongings (subject_ref);
create index belongings_unsettled on vault.belongings (since) where not settled;

-- Held to the end of the transaction by whoever makes a case about the person, and by who erases the person. Of nobody, nothing.
create function vault.hold_subject(p_subject uuid) returns void language sql security definer
set search_path = pg_catalog, pg_temp as $$
  select pg_advisory_xact_lock(hashtextextended('subject:' || p_subject::text, 0))
$$;

-- The reference of the person with this digest, made at the first question, and held. Whoever waited here for an erasure of the
-- person gets the reference of a person who is new.
create or replace function vault.resolve(p_digest bytea) returns uuid language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
  v_ref uuid;
begin
  if vault.caller() is null then
    raise exception 'only a service asks for a person' using errcode = 'TV005';
  end if;
  loop
    insert into vault.subjects (digest) values (p_digest) on conflict (digest) do nothing;
    select s.subject_ref into v_ref from vault.subjects s where s.digest = p_digest;
    perform vault.hold_subject(v_ref);
    perform 1 from vault.subjects s where s.digest = p_digest and s.subject_ref = v_ref;
    if found then
      return v_ref;
    end if;
  end loop;
end $$;

-- As before, and under the person's lock: an erasure is either seen here, or sees this case.
create or replace function vault.open_case(p_subject uuid, p_case uuid, p_organisation text) returns void
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
  perform vault.hold_subject(p_subject);
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

-- Says that these units of a case are this person's (null: nobody's). What is said already stays as it is.
create function vault.belong(p_case uuid, p_units uuid[], p_subject uuid) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
begin
  if vault.caller() is null or p_case is null then
    raise exception 'the call is incomplete' using errcode = 'TV005';
  end if;
  perform vault.hold_subject(p_subject);
  -- Whoever erases one of these is waited for.
  perform 1 from vault.units u where u.unit = any (p_units) order by u.unit for no key update;
  if vault.is_erased(p_case) or vault.is_erased(p_subject) then
    raise exception 'the case or the person was erased' using errcode = 'TV007';
  end if;
  insert into vault.belongings as b (unit, subject_ref, case_ref)
  select distinct unit, p_subject, p_case from unnest(p_units) unit where not vault.is_erased(unit) order by unit
  on conflict (unit) do update
     set subject_ref = excluded.subject_ref, case_ref = excluded.case_ref, settled = false, since = clock_timestamp()
   where (b.subject_ref, b.case_ref) is distinct from (excluded.subject_ref, excluded.case_ref);
end $$;

-- Says whom a case is really about (null: not known). The former person is let go, and forgotten where nothing else is held about
-- them: that they were ever asked for is nobody's business.
create function vault.correct_subject(p_case uuid, p_units uuid[], p_subject uuid, p_open boolean, p_organisation text)
returns void language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
  v_former uuid[];
begin
  if vault.caller() is null or p_case is null then
    raise exception 'the call is incomplete' using errcode = 'TV005';
  end if;
  select coalesce(array_agg(distinct found.ref), '{}') into v_former
    from (select o.subject_ref as ref from vault.open_cases o where o.case_ref = p_case
          union select b.subject_ref from vault.belongings b where b.unit = any (p_units)) found
   where found.ref is not null;
  perform vault.hold_subject(held.ref)
     from (select distinct ref from unnest(v_former || array[p_subject]) ref where ref is not null order by ref) held;
  if vault.is_erased(p_case) then
    raise exception 'the case was erased' using errcode = 'TV007';
  end if;
  delete from vault.open_cases o where o.case_ref = p_case;
  if p_subject is not null and p_open then
    perform vault.open_case(p_subject, p_case, p_organisation);
  elsif p_subject is not null then
    insert into vault.open_cases (case_ref, subject_ref, organisation, service, closed_at)
    values (p_case, p_subject, p_organisation, vault.caller(), clock_timestamp());
  end if;
  perform vault.belong(p_case, p_units, p_subject);
  delete from vault.subjects s
   where s.subject_ref = any (v_former) and s.subject_ref is distinct from p_subject
     and not exists (select from vault.open_cases o where o.subject_ref = s.subject_ref)
     and not exists (select from vault.belongings b where b.subject_ref = s.subject_ref);
end $$;

-- What the key store has not been told, oldest first, held until it has: a correction and an erasure wait for who is telling it.
create function vault.unsettled(p_limit integer) returns table (unit uuid, subject_ref uuid)
language sql volatile security definer
set search_path = pg_catalog, pg_temp as $$
  select b.unit, b.subject_ref from vault.belongings b where not b.settled order by b.since limit p_limit for update skip locked
$$;
create function vault.settled(p_units uuid[]) returns void language sql security definer
set search_path = pg_catalog, pg_temp as $$
  update vault.belongings b set settled = true where b.unit = any (p_units)
$$;
create function vault.unsettled_since() returns timestamptz language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  select min(b.since) from vault.belongings b where not b.settled
$$;

-- For the keeper. Whose a unit is: what stands here, or what the key store says of a unit that nobody spoke of.
create function vault.person_of(p_unit uuid, p_bound uuid) returns uuid language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  select case when exists (select from vault.belongings b where b.unit = p_unit)
              then (select b.subject_ref from vault.belongings b where b.unit = p_unit)
              else coalesce(p_bound, (select o.subject_ref from vault.open_cases o
                                       where o.case_ref = p_unit order by o.opened_at desc limit 1)) end
$$;
drop function vault.person_of_case(uuid);

-- Units and cases that are this person's, whatever the key store knows.
create function vault.units_of(p_person uuid) returns setof uuid language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  select b.unit from vault.belongings b where b.subject_ref = p_person
  union select o.case_ref from vault.open_cases o where o.subject_ref = p_person
$$;

-- Of these units, those that are not this person's, and whose they are.
create function vault.belonging_elsewhere(p_units uuid[], p_person uuid) returns table (unit uuid, subject_ref uuid)
language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  select b.unit, b.subject_ref from vault.belongings b
   where b.unit = any (p_units) and b.subject_ref is distinct from p_person
$$;
drop function vault.cases_of(uuid);

-- What an erased person or unit is still known by; for the proof.
create or replace function vault.known_of(p_ref uuid) returns bigint language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  select (select count(*) from vault.subjects s where s.subject_ref = p_ref)
       + (select count(*) from vault.open_cases o where p_ref in (o.subject_ref, o.case_ref))
       + (select count(*) from vault.belongings b where p_ref in (b.subject_ref, b.unit))
   where vault.is_erased(p_ref)
$$;

-- As before. Of a person goes all that is theirs here, bound in the key store or not yet; `p_units` are those that the key store
-- has under the person's key, of which those that are somebody else's stay.
create or replace function vault.request_erasure(
  p_ref uuid, p_kind text, p_by uuid, p_at timestamptz, p_reason text, p_units uuid[] default '{}')
returns boolean language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
  v_units uuid[] := array[p_ref];
  v_new boolean;
begin
  if p_kind = 'PERSON' then
    -- Whoever is making a case about the person is waited for, and seen by the statements below.
    perform vault.hold_subject(p_ref);
    select coalesce(array_agg(distinct mine.unit), '{}') into v_units
      from (select unnest(p_units) as unit union select vault.units_of(p_ref)) mine
     where mine.unit not in (select e.unit from vault.belonging_elsewhere(p_units, p_ref) e);
  end if;
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
  delete from vault.belongings b where b.unit = any (v_units);
  delete from vault.sealed s where s.unit = any (v_units);
  delete from vault.grants g where g.unit = any (v_units);
  return v_new;
end $$;

-- Units that were erased with their person.
create index erasures_person on vault.erasures (person) where person is not null;
create function vault.erased_with(p_person uuid) returns setof uuid language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  select e.ref from vault.erasures e where e.person = p_person order by e.ref
$$;

-- Lets a person go with whom nothing is left, under the person's lock: a case that was opened meanwhile holds them. Returns whether
-- they went. A decision of its own in the ledger, by who decided on the last unit.
create function vault.let_go(p_person uuid, p_by uuid, p_at timestamptz, p_reason text) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
begin
  perform vault.hold_subject(p_person);
  if exists (select vault.units_of(p_person)) then
    return false;
  end if;
  perform vault.request_erasure(p_person, 'PERSON', p_by, p_at, p_reason);
  return true;
end $$;

revoke all on all functions in schema vault from public;
