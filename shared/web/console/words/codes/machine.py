"""Deadlines, messages, days that do not count, erasure and the access log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.web.console.language import N_

CODES: Final[Mapping[str, Mapping[str, str]]] = {
    "StepAction": {
        "REMIND": N_("Påmindelse"),
        "ESCALATE": N_("Besked til lederen"),
        "MISS": N_("Fristen er overskredet"),
    },
    "Audience": {
        "OWNER": N_("Den, der har opgaven"),
        "LEADER": N_("Leder"),
    },
    "FailureReason": {
        "ADDRESSES_REFUSED": N_("Ingen adresse tog imod beskeden"),
    },
    "PassingReason": {
        "SILENT": N_("Ingen har sagt, at de har set den"),
        "AWAY": N_("Fraværende"),
    },
    "SettlingReason": {
        "MET": N_("Opgaven er gjort"),
        "CANCELLED": N_("Fristen er bortfaldet"),
        "SUPERSEDED": N_("En nyere besked er kommet i stedet"),
        "SIGHT_ENDED": N_("Modtageren ser ikke længere sagen"),
    },
    "WorkState": {
        "OPEN": N_("Åben"),
        "DONE": N_("Gjort"),
        "GONE": N_("Bortfaldet"),
    },
    "When": {
        "overdue": N_("Overskredet"),
        "today": N_("I dag"),
        "week": N_("Resten af ugen"),
        "later": N_("Senere"),
    },
    "Unit": {
        "MINUTES": N_("Minutter"),
        "HOURS": N_("Timer"),
        "DAYS": N_("Dage"),
        "WORKING_DAYS": N_("Arbejdsdage"),
        "MONTHS": N_("Måneder"),
        "FIXED": N_("Et aftalt tidspunkt"),
    },
    "DayKey": {
        "WEEKEND": N_("weekend"),
        "NEW_YEARS_DAY": N_("nytårsdag"),
        "MAUNDY_THURSDAY": N_("skærtorsdag"),
        "GOOD_FRIDAY": N_("langfredag"),
        "EASTER_SUNDAY": N_("påskedag"),
        "EASTER_MONDAY": N_("2. påskedag"),
        "STORE_BEDEDAG": N_("store bededag"),
        "ASCENSION_DAY": N_("Kristi himmelfartsdag"),
        "PENTECOST": N_("pinsedag"),
        "PENTECOST_MONDAY": N_("2. pinsedag"),
        "CHRISTMAS_DAY": N_("juledag"),
        "SECOND_CHRISTMAS_DAY": N_("2. juledag"),
        "CONSTITUTION_DAY": N_("grundlovsdag"),
        "CHRISTMAS_EVE": N_("juleaftensdag"),
        "NEW_YEARS_EVE": N_("nytårsaftensdag"),
    },
    "Reason": {
        "RETENTION_ENDED": N_("Opbevaringsfristen er gået"),
        "STANDING_ORDER": N_("En fast beslutning"),
        "PERSON_ASKED": N_("Borgeren har bedt om det"),
        "AUTHORITY_ORDERED": N_("En myndighed har besluttet det"),
        "ENTERED_BY_MISTAKE": N_("Skrevet ind ved en fejl"),
        "KEY_LOST": N_("Nøglen er gået tabt"),
    },
    "Wrong": {
        "ALTERED": N_("En linje er ændret"),
        "REMOVED": N_("En linje er fjernet"),
        "INSERTED": N_("En linje er sat ind"),
        "REORDERED": N_("Linjer har byttet plads"),
        "LINK": N_("En linje hænger ikke sammen med den før"),
        "CUT_OFF": N_("Slutningen mangler"),
        "REWRITTEN": N_("Loggen er skrevet om"),
        "SIGNATURE": N_("Underskriften passer ikke"),
        "NOT_CHAINED": N_("Åbninger er ikke skrevet i loggen endnu"),
    },
}
