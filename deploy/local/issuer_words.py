"""What the development sign-in says in Danish and English, and the order of its roles (`domain.md` 2.1)."""

from __future__ import annotations

from shared.web.console.language import language_of
from shared.web.console.words.codes import CODES

ORDER = (
    "HOTLINE_ADVISER",
    "PRO_REPORTER",
    "TOVHOLDER_KOMMUNE",
    "TOVHOLDER_POLITI",
    "SECRETARIAT",
    "PARTICIPANT",
    "CASEWORKER",
    "CHILD_UNIT",
    "LOCAL_COORDINATOR",
    "NATIONAL_DESK",
    "CORPS_MEMBER",
    "EXIT_COORD",
    "LEADER",
    "CENTRE_ADVISER",
    "STEERING",
    "DPO",
    "AUDITOR",
    "OPERATOR",
)
"""Roles in the order of the page: the way that a concern takes, then those who look after it."""


def role_name(role: str, language: str) -> str:
    """What a role is called on every page; the code itself for one that nobody knows."""
    danish = CODES["Role"].get(role)
    return language_of(language).gettext(danish) if danish else role


TEXTS: dict[str, dict[str, str]] = {
    "da": {
        "title": "Vælg en fiktiv person",
        "banner": "Alt her er opdigtet: personer, sager og kommunernes medarbejdere. Skriv ikke noget om virkelige mennesker.",
        "heading": "Hvem vil du være?",
        "lead": "Vælg en rolle at arbejde i. Der er ingen adgangskode, for der er ingen virkelige oplysninger.",
        "find": "Find en person",
        "hint": "Rolle eller sted, fx sagsbehandler Greve",
        "search": "Find",
        "clear": "Vis alle roller",
        "nobody": "Ingen passer til det. Prøv med et kortere ord.",
        "all": "Alle %s",
        "of_role": "i rollen %s",
        "more": "Der er flere; søg efter et sted for at finde dem.",
        "switch": "English",
        "switch_code": "en",
        "product": "Tovholder",
        "about": "Udviklingens log ind. Den lytter kun på denne maskine.",
        "ended": "Du er logget ud",
        "ended_lead": "Du kan lukke vinduet eller vælge en anden person.",
        "again": "Log ind igen",
    },
    "en": {
        "title": "Choose a fictional person",
        "banner": "Everything here is made up: persons, cases and municipal staff. Write nothing about real people.",
        "heading": "Who do you want to be?",
        "lead": "Choose a role to work in. There is no password, for there is no real information.",
        "find": "Find a person",
        "hint": "Role or place, such as caseworker Greve",
        "search": "Find",
        "clear": "Show all roles",
        "nobody": "Nobody fits that. Try a shorter word.",
        "all": "All %s",
        "of_role": "in the role %s",
        "more": "There are more; search for a place to find them.",
        "switch": "Dansk",
        "switch_code": "da",
        "product": "Tovholder",
        "about": "Sign-in for development. It listens on this machine only.",
        "ended": "You are signed out",
        "ended_lead": "You may close the window or choose another person.",
        "again": "Sign in again",
    },
}
