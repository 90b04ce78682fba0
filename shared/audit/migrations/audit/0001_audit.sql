-- The chain of the access log: one per organisation, numbered without gaps, each entry bound to the one before.
-- Nobody has a privilege on a table here; the sealer calls the functions below and cannot write an entry of its own making.
-- docs/access-log.md gives the bytes that are hashed, so that a stranger can write a verifier.

create table audit.entries (
  organisation text not null,
  number bigint not null check (number > 0),
  look_id bigint not null unique,
  digest bytea not null check (octet_length(digest) = 32),      -- SHA-256 of the canonical look
  previous bytea not null check (octet_length(previous) = 32),  -- entry_hash of number - 1; zeros before the first
  entry_hash bytea not null check (octet_length(entry_hash) = 32),  -- SHA-256 of previous || digest
  sealed_at timestamptz not null,
  primary key (organisation, number)
);

create function audit.refuse_change() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'audit.% is append-only', tg_table_name using errcode = '42501';
end $$;
create trigger append_only before update or delete or truncate on audit.entries
  for each statement execute function audit.refuse_change();

-- Looks as the chain sees them; a look whose row is gone leaves its entry without one.
create view audit.looks as
select l.id, l.at, l.judged_at, l.person, l.role::text as role, l.organisation::text as organisation, l.service, l.unit, l.blob,
       l.class::text as class, l.reason, r.blob as reason_text
  from vault.looks l left join vault.look_reasons r on r.ticket = l.ticket;

create function audit.instant(p_at timestamptz) returns text language sql stable
as $$ select to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;

-- Takes the place of the organisation's one sealer until the transaction ends; false while another has it.
create function audit.claim(p_organisation text) returns boolean language sql volatile security definer
set search_path = pg_catalog, pg_temp as $$
  select pg_try_advisory_xact_lock(hashtextextended('audit:seal:' || p_organisation, 0))
$$;

-- Chains up to p_limit looks of the organisation in the order of their ids, and returns how many; -1 while another sealer is at it.
create function audit.seal(p_organisation text, p_limit integer) returns integer language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
  v_number bigint;
  v_hash bytea;
  v_at timestamptz := clock_timestamp();
  v_look record;
  v_looks bigint[] := '{}';
  v_digests bytea[] := '{}';
  v_previous bytea[] := '{}';
  v_hashes bytea[] := '{}';
begin
  if not audit.claim(p_organisation) then
    return -1;
  end if;
  -- A statement of its own after the claim: it sees what the last sealer committed.
  select e.number, e.entry_hash into v_number, v_hash
    from audit.entries e where e.organisation = p_organisation order by e.number desc limit 1;
  v_number := coalesce(v_number, 0);
  v_hash := coalesce(v_hash, decode(repeat('00', 32), 'hex'));
  for v_look in
    select l.id, sha256(convert_to(
             e'tovholder-look-1\n'
             || 'organisation=' || l.organisation || e'\n'
             || 'number=' || v_number + row_number() over (order by l.id) || e'\n'
             || 'look=' || l.id || e'\n'
             || 'at=' || audit.instant(l.at) || e'\n'
             || 'judged_at=' || audit.instant(l.judged_at) || e'\n'
             || 'person=' || l.person || e'\n'
             || 'role=' || l.role || e'\n'
             || 'service=' || l.service || e'\n'
             || 'unit=' || l.unit || e'\n'
             || 'blob=' || l.blob || e'\n'
             || 'class=' || l.class || e'\n'
             || 'reason=' || l.reason || e'\n'
             || 'reason_text=' || coalesce(l.reason_text::text, '') || e'\n'
             || 'sealed_at=' || audit.instant(v_at) || e'\n', 'UTF8')) as digest
      from (select u.look_id from vault.unchained u
             where u.organisation = p_organisation order by u.look_id limit p_limit) waiting
      join audit.looks l on l.id = waiting.look_id
     order by l.id
  loop
    v_looks := v_looks || v_look.id;
    v_digests := v_digests || v_look.digest;
    v_previous := v_previous || v_hash;
    v_hash := sha256(v_hash || v_look.digest);
    v_hashes := v_hashes || v_hash;
  end loop;
  insert into audit.entries (organisation, number, look_id, digest, previous, entry_hash, sealed_at)
  select p_organisation, v_number + t.place, t.look_id, t.digest, t.previous, t.entry_hash, v_at
    from unnest(v_looks, v_digests, v_previous, v_hashes) with ordinality
         as t (look_id, digest, previous, entry_hash, place);
  delete from vault.unchained u where u.look_id = any (v_looks);
  return cardinality(v_looks);
end $$;

-- What waits, by organisation.
create function audit.waiting() returns table (organisation text, looks bigint, oldest timestamptz)
language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  select u.organisation::text, count(*), min(u.at) from vault.unchained u group by u.organisation order by min(u.at)
$$;

-- The last entry of each chain: few rows, found by a skip over the primary key.
create function audit.heads() returns table (organisation text, number bigint, entry_hash bytea, sealed_at timestamptz)
language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  with recursive named as (
    (select e.organisation from audit.entries e order by e.organisation limit 1)
    union all
    select (select e.organisation from audit.entries e where e.organisation > n.organisation order by e.organisation limit 1)
      from named n where n.organisation is not null
  )
  select l.organisation, l.number, l.entry_hash, l.sealed_at
    from named n
    cross join lateral (select e.organisation, e.number, e.entry_hash, e.sealed_at from audit.entries e
                         where e.organisation = n.organisation order by e.number desc limit 1) l
   where n.organisation is not null
$$;

create function audit.hash_at(p_organisation text, p_number bigint) returns bytea language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  select e.entry_hash from audit.entries e where e.organisation = p_organisation and e.number = p_number
$$;

-- The numbers that cover every look of the organisation in [p_from, p_to); null bounds are open. Entries without a look count in.
create function audit.bounds(p_organisation text, p_from timestamptz, p_to timestamptz)
returns table (first bigint, last bigint) language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  select min(e.number), max(e.number)
    from audit.entries e left join vault.looks l on l.id = e.look_id
   where e.organisation = p_organisation
     and (p_from is null or coalesce(l.at, e.sealed_at) >= p_from)
     and (p_to is null or coalesce(l.at, e.sealed_at) < p_to)
$$;

-- A page of the export: entries beside the looks as they stand now.
create function audit.page(p_organisation text, p_after bigint, p_last bigint, p_limit integer)
returns table (number bigint, look_id bigint, digest bytea, previous bytea, entry_hash bytea, sealed_at timestamptz,
               id bigint, at timestamptz, judged_at timestamptz, person uuid, role text, organisation text, service text,
               unit uuid, blob uuid, class text, reason text, reason_text uuid)
language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  select e.number, e.look_id, e.digest, e.previous, e.entry_hash, e.sealed_at, l.*
    from audit.entries e left join audit.looks l on l.id = e.look_id
   where e.organisation = p_organisation and e.number > p_after and e.number <= p_last
   order by e.number limit p_limit
$$;

-- Looks without an entry, found by looking for one and not by the list of what waits: nothing hides by being struck from a list.
create function audit.unsealed(p_organisation text)
returns table (id bigint, at timestamptz, judged_at timestamptz, person uuid, role text, organisation text, service text,
               unit uuid, blob uuid, class text, reason text, reason_text uuid)
language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  select l.* from audit.looks l
   where l.organisation = p_organisation and not exists (select from audit.entries e where e.look_id = l.id)
   order by l.id
$$;

-- Who opened what of a unit, when and why (domain.md 4.3 R8), for the organisation that asks: what its own people opened, and, while it
-- takes part in the unit by a live leave, what anybody opened. A null organisation is the operator's command and sees all.
create function audit.openings_of(p_unit uuid, p_organisation text)
returns table (id bigint, at timestamptz, person uuid, role text, organisation text, service text, unit uuid, blob uuid,
               class text, field text, reason text, reason_text uuid, number bigint)
language sql stable
set search_path = pg_catalog, pg_temp as $$
  select l.id, l.at, l.person, l.role, l.organisation, l.service, l.unit, l.blob, l.class, s.field, l.reason, l.reason_text, e.number
    from audit.looks l
    left join vault.sealed s on s.blob = l.blob
    left join audit.entries e on e.look_id = l.id
   where l.unit = p_unit
     and (p_organisation is null or l.organisation = p_organisation or exists (
       select from (select distinct on (g.role, g.class, g.person) g.granted, g.until
                      from vault.grants g
                     where g.unit = p_unit and g.organisation = p_organisation
                     order by g.role, g.class, g.person, g.id desc) last
        where last.granted and (last.until is null or last.until > clock_timestamp())))
   order by l.id
$$;

create function audit.openings(p_unit uuid, p_organisation text)
returns table (id bigint, at timestamptz, person uuid, role text, organisation text, service text, unit uuid, blob uuid,
               class text, field text, reason text, reason_text uuid, number bigint)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp as $$
begin
  if p_organisation is null then
    raise exception 'the log is shown to an organisation' using errcode = '22004';
  end if;
  return query select * from audit.openings_of(p_unit, p_organisation);
end $$;

-- The same for the command line of whoever runs the sealer.
create function audit.all_openings(p_unit uuid)
returns table (id bigint, at timestamptz, person uuid, role text, organisation text, service text, unit uuid, blob uuid,
               class text, field text, reason text, reason_text uuid, number bigint)
language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  select * from audit.openings_of(p_unit, null)
$$;

revoke all on all functions in schema audit from public;
