-- Why somebody broke the glass of a case (domain.md R7): the officer of the municipality who reviews it reads that, and no other text of
-- the case. No leave is given for it: leave opens a class, and this is one field of it. Whose case it is, and that the glass waits for a
-- review, the service knows.

alter table vault.reasons drop constraint reasons_caller_check;
alter table vault.reasons add constraint reasons_caller_check
  check (caller in ('api', 'worker', 'identify', 'reporter', 'reviewer'));
insert into vault.reasons (code, caller) values ('GLASS_REVIEW', 'reviewer');

create function vault.ask_glass(p_blob uuid, p_person uuid, p_organisation text, p_at timestamptz default null)
returns uuid language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
  v_service text := vault.caller();
  v_now timestamptz := clock_timestamp();
  v_unit uuid;
  v_ticket uuid := gen_random_uuid();
begin
  if v_service is null or p_person is null or p_organisation is null then
    raise exception 'the question is incomplete' using errcode = 'TV005';
  end if;
  perform set_config('synchronous_commit', 'on', true);
  select s.unit into v_unit
    from vault.sealed s join vault.units u on u.unit = s.unit
   where s.blob = p_blob and s.field = 'glass.grounds' and s.class = 'B' and u.service = v_service;
  if not found then
    raise exception 'this text may not be opened' using errcode = 'TV001';
  end if;
  insert into vault.looks (ticket, at, judged_at, person, role, organisation, service, unit, blob, class, reason)
  values (v_ticket, v_now, greatest(v_now, p_at), p_person, 'DPO', p_organisation, v_service, v_unit, p_blob, 'B', 'GLASS_REVIEW');
  insert into vault.tickets (ticket, blob, holder, asked_in, expires_at)
  values (v_ticket, p_blob, session_user, pg_current_xact_id(), v_now + interval '60 seconds');
  return v_ticket;
end $$;

revoke all on all functions in schema vault from public;
