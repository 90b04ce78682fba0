-- `iat` is told by the issuer's clock, which may be ahead of this database's by the leeway that tokens are verified with
-- (shared/identity/tokens.py, LEEWAY): a token from just before a revocation would then count. One that was issued so shortly after
-- a revocation does not count either; its person signs in once more.
create or replace function identity.admitted(p_person uuid, p_issued_at timestamptz) returns boolean language sql stable security definer
set search_path = pg_catalog, pg_temp as $$
  select p_issued_at is null or not exists (
    select from identity.revocations r where r.person = p_person and r.revoked_before > p_issued_at - interval '30 seconds')
$$;
