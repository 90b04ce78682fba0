"""The handlers of corps, put together: one object for interventions, one for loans, tied by their coupling."""

from __future__ import annotations

from dataclasses import dataclass

from services.corps import repository
from services.corps.coupling import Coupling
from services.corps.interventions import Interventions
from services.corps.loans import Loans
from shared.persistence.sealing import Sealer
from shared.persistence.store import Leaves


@dataclass(frozen=True)
class Corps:
    """Everything that can be done in corps."""

    interventions: Interventions
    loans: Loans


def corps(sealer: Sealer | None, leaves: Leaves | None) -> Corps:
    """Return the handlers over fresh stores; the vault is both sealer and giver of leaves."""
    coupling = Coupling(repository.intervention_store(leaves), repository.loan_store(leaves))
    interventions = Interventions(coupling.interventions, coupling, sealer)
    return Corps(interventions, Loans(coupling.loans, coupling, interventions))
