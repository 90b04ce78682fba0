-- The one text that a worker may open: the address that a reporter left for a receipt. Nobody else opens it for any reason, it is
-- looked at once and opened once, and it goes with being opened: it was given for nothing else.

create function vault.refuse_look_at_receipt() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
  if (new.reason = 'RECEIPT') is distinct from exists (
    select from vault.sealed s where s.blob = new.blob and s.field = 'receipt_address' and s.class = 'D') then
    raise exception 'this text may not be opened' using errcode = 'TV001';
  end if;
  return new;
end $$;
create trigger receipt_for_its_purpose before insert on vault.looks
  for each row execute function vault.refuse_look_at_receipt();
create unique index one_receipt_per_unit on vault.looks (unit) where reason = 'RECEIPT';

-- Puts the look on record, as SYSTEM, and returns its ticket. Asked again before it was opened, it renews the ticket of the same
-- look: a key store that was away costs nobody the receipt. Opened once, it is refused for good.
create function vault.ask_receipt(p_blob uuid, p_at timestamptz default null) returns uuid language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
  v_service text := vault.caller();
  v_now timestamptz := clock_timestamp();
  v_unit uuid;
  v_class text;
  v_ticket uuid;
begin
  if v_service is null or session_user is distinct from v_service || '_worker' then
    raise exception 'only a worker sends receipts' using errcode = 'TV005';
  end if;
  perform set_config('synchronous_commit', 'on', true);
  select s.unit, s.class into v_unit, v_class
    from vault.sealed s join vault.units u on u.unit = s.unit
   where s.blob = p_blob and s.field = 'receipt_address' and s.class = 'D' and u.service = v_service;
  if not found then
    raise exception 'this text may not be opened' using errcode = 'TV001';
  end if;
  insert into vault.looks (ticket, at, judged_at, person, role, organisation, service, unit, blob, class, reason)
  values (gen_random_uuid(), v_now, greatest(v_now, p_at), '00000000-0000-0000-0000-000000000000', 'SYSTEM',
          'system:tovholder', v_service, v_unit, p_blob, v_class, 'RECEIPT')
  on conflict (unit) where reason = 'RECEIPT' do nothing returning ticket into v_ticket;
  if found then
    insert into vault.tickets (ticket, blob, holder, asked_in, expires_at)
    values (v_ticket, p_blob, session_user, pg_current_xact_id(), v_now + interval '60 seconds');
    return v_ticket;
  end if;
  update vault.tickets t set asked_in = pg_current_xact_id(), expires_at = v_now + interval '60 seconds'
    from vault.looks l
   where l.unit = v_unit and l.reason = 'RECEIPT' and l.blob = p_blob and t.ticket = l.ticket and t.redeemed_at is null
  returning t.ticket into v_ticket;
  if not found then
    raise exception 'this text may not be opened' using errcode = 'TV001';
  end if;
  return v_ticket;
end $$;

-- Gives the address for its committed look, and forgets it: what is given is gone here when this commits.
create function vault.redeem_receipt(p_ticket uuid)
returns table (ticket uuid, unit uuid, class text, field text, blob uuid, sealed bytea)
language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
  if not exists (select from vault.looks l where l.ticket = p_ticket and l.reason = 'RECEIPT') then
    raise exception 'this ticket opens nothing' using errcode = 'TV002';
  end if;
  return query select * from vault.redeem(array[p_ticket]);
  delete from vault.sealed s using vault.tickets t where t.ticket = p_ticket and s.blob = t.blob;
end $$;

revoke all on all functions in schema vault from public;
