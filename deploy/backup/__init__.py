"""Backups of the two Postgres servers of one machine: taken, listed, verified, restored to a moment, and let go in time."""
