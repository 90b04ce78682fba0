-- Questions to a reporter: who has the reference code reads what they are asked, and nothing else of the concern. No leave of the unit is given for it: a leave opens a class, and a question is one field of it. Which question is whose
-- the service knows; that it is a question, and that the look is on record as the reporter's, is seen to here.

alter table vault.reasons drop constraint reasons_caller_check;
alter table vault.reasons add constraint reasons_caller_check check (caller in ('api', 'worker', 'identify', 'reporter'));
-- Not for vault.ask, whose callers are api and worker: only the function below writes it.
insert into vault.reasons (code, caller) values ('QUESTION', 'reporter');

create function vault.ask_questions(
  p_blobs uuid[], p_person uuid, p_role text, p_organisation text, p_at timestamptz default null)
returns uuid[] language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
  v_service text := vault.caller();
  v_now timestamptz := clock_timestamp();
  v_blob uuid;
  v_unit uuid;
  v_ticket uuid;
  v_tickets uuid[] := '{}';
begin
  if v_service is null or p_person is null or p_organisation is null or p_role is distinct from 'PUBLIC'
     or cardinality(p_blobs) = 0 then
    raise exception 'only a reporter reads a question' using errcode = 'TV005';
  end if;
  perform set_config('synchronous_commit', 'on', true);
  foreach v_blob in array p_blobs loop
    select s.unit into v_unit
      from vault.sealed s join vault.units u on u.unit = s.unit
     where s.blob = v_blob and s.field = 'question' and s.class = 'B' and u.service = v_service;
    if not found then
      raise exception 'this text may not be opened' using errcode = 'TV001';
    end if;
    v_ticket := gen_random_uuid();
    insert into vault.looks (ticket, at, judged_at, person, role, organisation, service, unit, blob, class, reason)
    values (v_ticket, v_now, greatest(v_now, p_at), p_person, p_role, p_organisation, v_service, v_unit, v_blob, 'B', 'QUESTION');
    insert into vault.tickets (ticket, blob, holder, asked_in, expires_at)
    values (v_ticket, v_blob, session_user, pg_current_xact_id(), v_now + interval '60 seconds');
    v_tickets := v_tickets || v_ticket;
  end loop;
  return v_tickets;
end $$;

revoke all on all functions in schema vault from public;
