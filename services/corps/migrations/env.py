"""Alembic environment of corps; run by `tovholder migrate`."""

from services.corps.tables import METADATA
from shared.persistence.revisions import run_environment

run_environment(METADATA)
