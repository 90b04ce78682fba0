-- Who asks for a person by CPR is on record before the answer, in a transaction of its own: a refusal takes it back no more than a
-- rollback does. Nobody asks so often that numbers could be tried (domain.md 4.3 R8; the limits are ours).
--
-- In the log: the case as unit; as text the person's reference where the number was known, zeros where it was not; class C.

alter table vault.reasons drop constraint reasons_caller_check;
alter table vault.reasons add constraint reasons_caller_check check (caller in ('api', 'worker', 'identify'));
-- For this function alone: nobody opens a text with it.
insert into vault.reasons (code, caller) values ('IDENTIFICATION', 'identify');
create index looks_identifications on vault.looks (person, at) where reason = 'IDENTIFICATION';

-- Puts the question on record and returns 0, or returns the seconds until this person may ask again: 20 an hour, 60 a day.
create function vault.identify(p_digest bytea, p_case uuid, p_person uuid, p_role text, p_organisation text) returns integer
language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
  v_service text := vault.caller();
  v_room timestamptz;
  v_now timestamptz;
begin
  if v_service is null or p_digest is null or p_case is null or p_person is null then
    raise exception 'the question is incomplete' using errcode = 'TV005';
  end if;
  perform set_config('synchronous_commit', 'on', true);
  -- Two questions of one person are counted one after the other.
  perform pg_advisory_xact_lock(hashtextextended('identify:' || p_person::text, 0));
  v_now := clock_timestamp();
  select max(room) into v_room from (
    (select l.at + interval '1 hour' as room from vault.looks l
      where l.person = p_person and l.reason = 'IDENTIFICATION' order by l.at desc offset 19 limit 1)
    union all
    (select l.at + interval '1 day' from vault.looks l
      where l.person = p_person and l.reason = 'IDENTIFICATION' order by l.at desc offset 59 limit 1)) windows;
  if v_room > v_now then
    return ceil(extract(epoch from v_room - v_now));
  end if;
  insert into vault.looks (ticket, at, judged_at, person, role, organisation, service, unit, blob, class, reason)
  values (gen_random_uuid(), v_now, v_now, p_person, p_role, p_organisation, v_service, p_case,
          coalesce((select s.subject_ref from vault.subjects s where s.digest = p_digest), '00000000-0000-0000-0000-000000000000'),
          'C', 'IDENTIFICATION');
  return 0;
end $$;

revoke all on all functions in schema vault from public;
