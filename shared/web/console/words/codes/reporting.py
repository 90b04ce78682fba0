"""What a concern says, and how it is handed over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.web.console.language import N_

CODES: Final[Mapping[str, Mapping[str, str]]] = {
    "Anonymity": {
        "ANONYMOUS": N_("Anonym: vi gemmer intet om, hvem der henvender sig"),
        "CONFIDENTIAL": N_("Fortrolig: navnet låses, og det skrives ned, hver gang nogen åbner det"),
        "OPEN": N_("Åben: navnet må bruges i sagen"),
    },
    "Answer": {
        "YES": N_("Ja"),
        "NO": N_("Nej"),
        "UNKNOWN": N_("Ved ikke"),
    },
    "Channel": {
        "HOTLINE": N_("Hotlinen"),
        "PHONE_LOCAL": N_("Telefon til kommunen"),
        "SCHOOL_FORM": N_("Skolens formular"),
        "WEB_FORM": N_("Formular på nettet"),
        "EMAIL": N_("E-mail"),
        "POLICE": N_("Politiet"),
        "KRIMINALFORSORG": N_("Kriminalforsorgen"),
        "PSYCHIATRY": N_("Psykiatrien"),
        "ASYLUM": N_("Asylcenter"),
        "WALK_IN": N_("Personligt fremmøde"),
        "INTERNAL": N_("En kollega"),
    },
    "ReporterKind": {
        "PARENT": N_("Forælder"),
        "RELATIVE": N_("Anden pårørende"),
        "FRIEND": N_("Ven"),
        "TEACHER": N_("Lærer"),
        "PEDAGOGUE": N_("Pædagog"),
        "SSP": N_("SSP-medarbejder"),
        "YOUTH_WORKER": N_("Klub- eller gadeplansmedarbejder"),
        "SOCIAL_WORKER": N_("Socialrådgiver"),
        "EMPLOYMENT": N_("Medarbejder i jobcenter"),
        "ASYLUM": N_("Medarbejder i asylcenter"),
        "HOUSING": N_("Boligsocial medarbejder"),
        "ASSOCIATION": N_("Forening"),
        "HEALTH": N_("Sundhedspersonale"),
        "POLICE": N_("Politi"),
        "PRISON": N_("Medarbejder i Kriminalforsorgen"),
        "CITIZEN": N_("Borger"),
        "SELF": N_("Personen selv"),
        "UNKNOWN": N_("Ved ikke"),
    },
    "SeenWhere": {
        "ONLINE": N_("På nettet"),
        "OFFLINE": N_("Uden for nettet"),
        "BOTH": N_("Begge dele"),
        "UNKNOWN": N_("Ved ikke"),
    },
    "SubjectKnown": {
        "NONE": N_("Nej"),
        "PARTIAL": N_("Delvist"),
        "IDENTIFIED": N_("Ja, vi ved, hvem det er"),
    },
    "Travel": {
        "NONE": N_("Nej, ikke om udrejse"),
        "WISH": N_("Et ønske om at rejse"),
        "PLAN": N_("En plan om at rejse"),
        "DEPARTED": N_("Er rejst"),
        "RETURNED": N_("Er vendt hjem"),
    },
    "Called": {
        "ALARM_112": N_("Alarm 112"),
        "POLICE_114": N_("Politiet på 114"),
        "PET_CONTACT": N_("En kontakt hos politiets efterretningstjeneste"),
    },
    "HintKind": {
        "RELATION": N_("Kan vise, hvem der har fortalt det: et forhold"),
        "SAYS": N_("Kan vise, hvem der har fortalt det: et citat"),
        "OWN_EYES": N_("Kan vise, hvem der har fortalt det: egne øjne"),
    },
    "PublicStatus": {
        "RECEIVED": N_("Vi har modtaget det, du skrev"),
        "IN_HAND": N_("Vi ser på det"),
        "PASSED_ON": N_("Vi har sendt det til dem, der kan hjælpe"),
        "CLOSED": N_("Vi er færdige med det"),
    },
    "AgeBand": {
        "<12": N_("Under 12 år"),
        "12-14": N_("12-14 år"),
        "15-17": N_("15-17 år"),
        "18-24": N_("18-24 år"),
        "25+": N_("25 år eller mere"),
    },
}
