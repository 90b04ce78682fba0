-- Wrapped keys of erasable units (domain.md 4.4 R15). This database has a backup of its own, kept at most 30 days.
-- No reference to the other database: whoever holds one of the two holds nothing that opens.
create table keystore.unit_keys (
  unit uuid primary key,
  epoch text not null check (epoch ~ '^[A-Za-z0-9_-]{1,32}$'),  -- the key-encryption key that wraps this one
  wrapped bytea not null check (octet_length(wrapped) between 40 and 4096),
  created_at timestamptz not null default clock_timestamp()
);

-- Re-wrapping under a new epoch reads by the old one.
create index unit_keys_epoch on keystore.unit_keys (epoch);
