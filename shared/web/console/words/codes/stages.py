"""What the stages of each aggregate are called (`domain.md` 2.2), by `<kind>.<stage>`: `STAGES["case.K3"]`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.web.console.language import N_

STAGES: Final[Mapping[str, str]] = {
    "concern.C0": N_("Modtaget"),
    "concern.C1": N_("Rådgivet og afsluttet"),
    "concern.C2": N_("Visiteret"),
    "concern.C3": N_("Akut"),
    "concern.C4": N_("Sammenlagt"),
    "case.C2": N_("Henvendelse venter"),
    "case.C4": N_("Sammenlagt"),
    "case.K0": N_("Indledende vurdering"),
    "case.K1": N_("Politiets afklaring"),
    "case.K2": N_("Alene hos politiet"),
    "case.K3": N_("Indsamling"),
    "case.K4": N_("Analysemøde"),
    "case.K5": N_("Helhedsvurdering og anbefaling"),
    "case.K6": N_("Afgørelse hos myndighed"),
    "case.K7": N_("Tilbud givet, samtykke afventes"),
    "case.K8": N_("Matching"),
    "case.K9": N_("Forløb i gang"),
    "case.K10": N_("Sat i bero"),
    "case.K12": N_("Opfølgning"),
    "case.K13": N_("Afsluttet"),
    "insight.I1": N_("Anmodning modtaget"),
    "insight.I2": N_("Sendt til den, der svarer"),
    "insight.I3": N_("Afgjort"),
    "underretning.U1": N_("Underretning modtaget"),
    "underretning.U2": N_("Underretning vurderet"),
    "underretning.U3": N_("Afdækning eller undersøgelse"),
    "underretning.U4": N_("Afsluttet"),
    "intervention.K8": N_("Matching"),
    "intervention.K9": N_("Forløb i gang"),
    "intervention.K10": N_("Sat i bero"),
    "intervention.K12": N_("Afsluttet, opfølgning"),
    "intervention.STOPPED": N_("Stoppet"),
    "loan.L1": N_("Kladde"),
    "loan.L2": N_("Tilbudt"),
    "loan.L3": N_("Underskrevet"),
    "loan.L4": N_("Lån i gang"),
    "loan.L5": N_("Forlænget"),
    "loan.L6": N_("Slut"),
    "loan.L7": N_("Aflyst"),
    "delivery.PLANNED": N_("Skal sendes"),
    "delivery.SENT": N_("Sendt"),
    "delivery.HANDED_TO_DEPUTY": N_("Sendt til stedfortræderen"),
    "delivery.HANDED_TO_LEADER": N_("Sendt til lederen"),
    "delivery.SEEN": N_("Set"),
    "delivery.SETTLED": N_("Bortfaldet"),
    "delivery.FAILED": N_("Nåede ingen"),
}

STEPS: Final[Mapping[str, str]] = {
    "case.C2": N_("Visiteret"),
    "case.K0": N_("Indledende"),
    "case.K1": N_("Politiet"),
    "case.K4": N_("Møde"),
    "case.K5": N_("Anbefaling"),
    "case.K6": N_("Afgørelse"),
    "case.K7": N_("Tilbud"),
    "case.K9": N_("Forløb"),
}
"""Shorter words for the track of states, where twelve stand side by side; the others are as in `STAGES`."""
