-- A unit's key goes under another person's, or under nobody's, when it turns out whom the unit is about: a CPR number may have been
-- mistyped. The unit keeps its key, so everything sealed opens as before. Only the binder and the keeper may call it: with a value
-- that nothing unwraps, it would destroy a key past the ledger of erasures.

drop function keystore.bind(uuid, uuid, text, bytea, bytea);

-- Puts a unit's key under a person's (null: nobody's), if it is still what the caller saw. Returns whether it was. A destruction of
-- the former person's key that comes at the same moment either sees this row, or no longer does.
create function keystore.rebind(p_unit uuid, p_person uuid, p_epoch text, p_wrapped bytea, p_seen bytea)
returns boolean language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
begin
  update keystore.unit_keys set person = p_person, epoch = p_epoch, wrapped = p_wrapped
   where unit = p_unit and wrapped = p_seen;
  return found;
end $$;

revoke all on all functions in schema keystore from public;
