"""Alembic environment of notify; run by `tovholder migrate`."""

from services.notify.tables import METADATA
from shared.persistence.revisions import run_environment

run_environment(METADATA)
