-- Who works where, in which roles: a copy of the staff directory, kept by the directory in its own transaction, so that a form of any
-- service can offer colleagues instead of asking for a reference. No name, no address, no absence.

create table identity.staff (
  person uuid primary key,
  organisation text not null,
  roles text[] not null
);
create index staff_organisation on identity.staff (organisation);

create function identity.put_staff(p_people jsonb) returns void language sql security definer
set search_path = pg_catalog, pg_temp as $$
  insert into identity.staff (person, organisation, roles)
  select (one ->> 'person')::uuid, one ->> 'organisation', array(select jsonb_array_elements_text(one -> 'roles'))
    from jsonb_array_elements(p_people) one
  on conflict (person) do update set organisation = excluded.organisation, roles = excluded.roles
$$;

create function identity.drop_staff(p_people uuid[]) returns void language sql security definer
set search_path = pg_catalog, pg_temp as $$
  delete from identity.staff where person = any (p_people)
$$;

-- The people of the asker's own organisation who have a role, and of no other: whose organisation it is, the transaction says, as for
-- every row (shared/persistence/wall.py).
create function identity.colleagues(p_role text) returns setof uuid language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  select s.person from identity.staff s
   where s.organisation = current_setting('tovholder.organisation', true) and p_role = any (s.roles)
   order by s.person
$$;

revoke all on all functions in schema identity from public;
