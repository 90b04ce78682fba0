-- Persons' keys around units' keys, the ages (epochs) of the key-encryption key, and what was destroyed for good.
--
-- Every row is wrapped by the key-encryption key of its epoch. A unit's key that belongs to a person is wrapped by the
-- person's key first and by the epoch's key around that: an old copy of this row needs a destroyed epoch's key, whatever the
-- person's key in the living store is wrapped by.
--
-- SQLSTATEs of our own, mapped in shared/vault/keystore.py:
--   TK001 the epoch takes no keys any more   TK002 the holder of this key was destroyed

create table keystore.person_keys (
  person uuid primary key,
  epoch text not null check (epoch ~ '^[A-Za-z0-9_-]{1,32}$'),
  wrapped bytea not null check (octet_length(wrapped) between 40 and 4096),
  created_at timestamptz not null default clock_timestamp()
);
create index person_keys_epoch on keystore.person_keys (epoch);

alter table keystore.unit_keys add column person uuid;
create index unit_keys_person on keystore.unit_keys (person) where person is not null;

-- An epoch without a row is open: the first one of an installation is only known to the keyset file.
create table keystore.epochs (
  epoch text primary key check (epoch ~ '^[A-Za-z0-9_-]{1,32}$'),
  opened_at timestamptz not null default clock_timestamp(),
  closed_at timestamptz,     -- from here on no key is wrapped under it
  destroyed_at timestamptz,  -- its key-encryption key is gone
  check (destroyed_at is null or closed_at is not null)
);

-- References of units and persons whose keys were destroyed: they never get another.
create table keystore.destroyed (
  holder uuid primary key,
  at timestamptz not null default clock_timestamp()
);

-- The locks make closing an epoch and destroying a holder wait for whoever is adding a key, and the other way round.
create function keystore.guard() returns trigger language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
  v_unit uuid := (to_jsonb(new) ->> 'unit')::uuid;  -- null for a person's key
begin
  perform pg_advisory_xact_lock_shared(hashtextextended('epoch:' || new.epoch, 0));
  if exists (select from keystore.epochs e where e.epoch = new.epoch and e.closed_at is not null) then
    raise exception 'the epoch is closed' using errcode = 'TK001';
  end if;
  -- A row that is only wrapped anew was let in before; asking again would make re-wrapping wait for every erasure.
  if tg_op = 'UPDATE' and new.person is not distinct from old.person then
    return new;
  end if;
  perform pg_advisory_xact_lock_shared(hashtextextended('holder:' || h::text, 0))
     from unnest(array[v_unit, new.person]) h where h is not null;
  if exists (select from keystore.destroyed d where d.holder in (v_unit, new.person)) then
    raise exception 'the holder of this key was destroyed' using errcode = 'TK002';
  end if;
  return new;
end $$;
create trigger guard before insert or update on keystore.unit_keys for each row execute function keystore.guard();
create trigger guard before insert or update on keystore.person_keys for each row execute function keystore.guard();

-- Gives a unit's key to a person, if it is still what the caller saw. Returns whether it was.
create function keystore.bind(p_unit uuid, p_person uuid, p_epoch text, p_wrapped bytea, p_seen bytea)
returns boolean language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
begin
  update keystore.unit_keys set person = p_person, epoch = p_epoch, wrapped = p_wrapped
   where unit = p_unit and wrapped = p_seen and person is null;
  return found;
end $$;

create function keystore.destroy_unit(p_unit uuid) returns boolean language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('holder:' || p_unit::text, 0));
  insert into keystore.destroyed (holder) values (p_unit) on conflict do nothing;
  delete from keystore.unit_keys where unit = p_unit;
  return found;
end $$;

-- The person's key and the keys of the units under it. Returns the units; they too never get another key.
create function keystore.destroy_person(p_person uuid) returns setof uuid language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('holder:' || p_person::text, 0));
  insert into keystore.destroyed (holder) values (p_person) on conflict do nothing;
  delete from keystore.person_keys where person = p_person;
  return query
    with gone as (delete from keystore.unit_keys where person = p_person returning unit),
    marked as (insert into keystore.destroyed (holder) select unit from gone on conflict do nothing)
    select unit from gone;
end $$;

-- From here on nothing is wrapped under the epoch; who is adding a key now is waited for.
create function keystore.close_epoch(p_epoch text) returns void language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('epoch:' || p_epoch, 0));
  insert into keystore.epochs (epoch, closed_at) values (p_epoch, clock_timestamp())
  on conflict (epoch) do update set closed_at = coalesce(keystore.epochs.closed_at, excluded.closed_at);
end $$;

revoke all on all functions in schema keystore from public;
