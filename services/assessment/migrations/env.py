"""Alembic environment of assessment; run by `tovholder migrate`."""

from services.assessment.tables import METADATA
from shared.persistence.revisions import run_environment

run_environment(METADATA)
