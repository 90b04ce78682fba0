-- Of these references (units, persons), those that have a key here, or a key under theirs: after a restore there may be some
-- whose erasure must be carried out again.
create function keystore.holding(p_refs uuid[]) returns setof uuid language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  select u.unit from keystore.unit_keys u where u.unit = any (p_refs)
  union select p.person from keystore.person_keys p where p.person = any (p_refs)
  union select u.person from keystore.unit_keys u where u.person = any (p_refs)
$$;

create function keystore.units_of(p_person uuid) returns setof uuid language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  select u.unit from keystore.unit_keys u where u.person = p_person
$$;

revoke all on all functions in schema keystore from public;
