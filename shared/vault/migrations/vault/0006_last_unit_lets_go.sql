-- When nothing is held about a person any more, the digest they are found by goes as well: the reference stands in facts for ever,
-- and whoever asks for the CPR number again would learn that there was a case (domain.md 4.5 RET-1..3). What the keeper asks for that.

-- The person of a case, which the key store cannot tell where nothing was sealed in the case.
create function vault.person_of_case(p_case uuid) returns uuid language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  select o.subject_ref from vault.open_cases o where o.case_ref = p_case order by o.opened_at desc limit 1
$$;

-- How many cases there are about a person, open or closed, that were not erased.
create function vault.cases_of(p_person uuid) returns bigint language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  select count(distinct o.case_ref) from vault.open_cases o where o.subject_ref = p_person
$$;

-- What an erased person or case is still known by; for the proof.
create function vault.known_of(p_ref uuid) returns bigint language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  select (select count(*) from vault.subjects s where s.subject_ref = p_ref)
       + (select count(*) from vault.open_cases o where p_ref in (o.subject_ref, o.case_ref))
   where vault.is_erased(p_ref)
$$;

-- What was erased before this file came: a person is made known and gets a case in one transaction, so these have none left.
delete from vault.subjects s
 where not exists (select from vault.open_cases o where o.subject_ref = s.subject_ref);

revoke all on all functions in schema vault from public;
