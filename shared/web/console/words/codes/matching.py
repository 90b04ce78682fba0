"""Matching: what rules a member out, what speaks for and against, and what a person may relax (`domain.md` 5).

The corps says a constraint of a request with its languages and gender in English; these are the words for any request.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.web.console.language import N_

CONSTRAINTS: Final[Mapping[str, str]] = {
    "H1": N_("Ikke uddannet til opgaven, eller uddannelsen gælder ikke længere"),
    "H2": N_("Ingen fri plads eller timer, på orlov, eller supervision er overskredet"),
    "H4": N_("Intet fælles sprog på arbejdsniveau (B1), og tolk er ikke accepteret"),
    "H5": N_("Borgeren har sagt nej, eller et nødvendigt ønske om køn er ikke opfyldt"),
    "H7": N_("Ansat et andet sted og kan ikke lånes ud, eller for langt væk"),
    "H9": N_("Ingen børneattest"),
    "H10": N_("Under niveau 2 i bandemiljø eller hjemvendte, og ingen erfaren makker"),
    "WITHHELD": N_("En grund, der ikke vises: interessekonflikt, sikkerhed eller hvem medlemmet hjælper i forvejen"),
    "NO_MEMBERS": N_("Der er ingen korpsmedlemmer"),
    "BELOW_THRESHOLD": N_("De, der må vælges, passer for dårligt til at blive foreslået"),
}

FACTORS: Final[Mapping[str, str]] = {
    "f1": N_("Kender emnet"),
    "f2": N_("Hvor medlemmet er ansat"),
    "f3": N_("Afstand"),
    "f4": N_("Fælles sprog"),
    "f5": N_("Borgerens ønske om køn"),
    "f6": N_("Ledig plads"),
    "f7": N_("Særlige kompetencer"),
    "f8": N_("Kender borgeren i forvejen"),
    "p1": N_("Et lån koster tid og penge"),
    "p2": N_("Har haft mange forløb for nylig"),
}

RELAXATIONS: Final[Mapping[str, str]] = {
    "H4_INTERPRETER": N_("Sig ja til tolk"),
    "H5_GENDER": N_("Lad kønnet være et ønske"),
    "H7_REMOTE": N_("Sig ja til møder på afstand"),
    "H10_CO_MENTOR": N_("Sæt en erfaren makker på"),
    "H2_SUPERVISION": N_("Hold den supervision, der mangler"),
}
