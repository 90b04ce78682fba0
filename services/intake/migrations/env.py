"""Alembic environment of intake; run by `tovholder migrate`."""

from services.intake.tables import METADATA
from shared.persistence.revisions import run_environment

run_environment(METADATA)
