-- What the chain of the access log needs of the vault: which looks are not in it yet, and why somebody looked in their own words.
-- The chain itself is in the schema `audit` (shared/audit); docs/access-log.md says how a stranger checks it.

-- A look waits here from the transaction that wrote it until the transaction that chains it. Ids become visible out of order, so
-- that no "chained up to this id" can be right; a row here cannot be overtaken.
create table vault.unchained (
  look_id bigint primary key,
  organisation vault.organisation not null,
  at timestamptz not null
);
create index unchained_organisation on vault.unchained (organisation, look_id);
insert into vault.unchained (look_id, organisation, at) select l.id, l.organisation, l.at from vault.looks l;

create function vault.await_chain() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
  insert into vault.unchained (look_id, organisation, at) values (new.id, new.organisation, new.at);
  return null;
end $$;
create trigger await_chain after insert on vault.looks for each row execute function vault.await_chain();

-- The free reason of a look, sealed like every other text; the log holds its reference.
create table vault.look_reasons (
  ticket uuid primary key,
  blob uuid not null
);
create trigger append_only before update or delete or truncate on vault.look_reasons
  for each statement execute function vault.refuse_change();

-- Says in whose words the looks of this very transaction are meant. A reason that could come later would be an excuse.
create function vault.explain(p_tickets uuid[], p_blob uuid) returns void language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from vault.sealed s join vault.units u on u.unit = s.unit
                  where s.blob = p_blob and s.field = 'look.reason' and u.service = vault.caller()) then
    raise exception 'the reason is no sealed reason of this service' using errcode = 'TV005';
  end if;
  insert into vault.look_reasons (ticket, blob)
  select t.ticket, p_blob from vault.tickets t
   where t.ticket = any (p_tickets) and t.holder = session_user and t.asked_in = pg_current_xact_id();
  if (select count(*) from vault.look_reasons r where r.ticket = any (p_tickets) and r.blob = p_blob)
     is distinct from cardinality(p_tickets) then
    raise exception 'a reason is given with the question' using errcode = 'TV005';
  end if;
end $$;

revoke all on all functions in schema vault from public;
