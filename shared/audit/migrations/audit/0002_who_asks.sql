-- The organisation that asks is the one that the transaction acts for (shared/persistence/work.py), as the wall around the tables has it,
-- and no parameter: a query of ours that names another finds nothing.
drop function audit.openings(uuid, text);

create function audit.openings(p_unit uuid)
returns table (id bigint, at timestamptz, person uuid, role text, organisation text, service text, unit uuid, blob uuid,
               class text, field text, reason text, reason_text uuid, number bigint)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp as $$
declare
  v_organisation text := nullif(current_setting('tovholder.organisation', true), '');
begin
  if v_organisation is null then
    raise exception 'the log is shown to an organisation' using errcode = '22004';
  end if;
  return query select * from audit.openings_of(p_unit, v_organisation);
end $$;

revoke all on function audit.openings(uuid) from public;
