"""The truth in Postgres: spine tables, the unit of work, idempotent commands, migrations, roles."""
