"""Consent, sharing and insight."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.web.console.language import N_

CODES: Final[Mapping[str, Mapping[str, str]]] = {
    "ConsentKind": {
        "OFFER": N_("At tage imod tilbuddet"),
        "SHARE": N_("At dele oplysninger"),
        "GANG_EXIT": N_("Bandeexit"),
        "FOLLOW_UP": N_("Opfølgning"),
    },
    "ConsentBy": {
        "SUBJECT": N_("Borgeren selv"),
        "CUSTODY_HOLDER": N_("Den, der har forældremyndigheden"),
        "RELATIVE": N_("Den pårørende selv"),
    },
    "ReferralBasis": {
        "CONSENT": N_("Samtykke (forvaltningsloven § 28)"),
        "RPL115_SSP": N_("SSP-samarbejde (retsplejeloven § 115)"),
        "RPL115_PSP": N_("PSP-samarbejde (retsplejeloven § 115)"),
        "RPL115_KSP": N_("KSP-samarbejde (retsplejeloven § 115)"),
        "BL_UNDERRETNING": N_("Underretning om et barn (barnets lov)"),
        "FVL28_GDPR": N_("Modtagerens opgave (forvaltningsloven § 28)"),
    },
    "SharingBasis": {
        "RPL115_SSP": N_("SSP-samarbejde (retsplejeloven § 115)"),
        "RPL115_PSP": N_("PSP-samarbejde (retsplejeloven § 115)"),
        "RPL115_KSP": N_("KSP-samarbejde (retsplejeloven § 115)"),
        "BL_UNDERRETNING": N_("Underretning om et barn (barnets lov)"),
        "FLYTNING": N_("En familie med børn er flyttet (barnets lov)"),
        "CONSENT": N_("Samtykke (forvaltningsloven § 28)"),
        "GANG_EXIT_CONSENT": N_("Skriftligt samtykke til bandeexit"),
        "ACUTE_112": N_("Fare for liv"),
        "FVL28_GDPR": N_("Modtagerens opgave (forvaltningsloven § 28)"),
    },
    "SharingPurpose": {
        "CRIME_PREVENTION": N_("At forebygge kriminalitet"),
        "EXPOSED_PERSON": N_("At hjælpe et udsat menneske"),
        "RELEASE_OR_CUSTODY": N_("Løsladelse eller varetægt"),
        "CHILD_SUPPORT": N_("Støtte til et barn"),
        "CONTINUED_SUPPORT": N_("At støtten fortsætter"),
        "AS_CONSENTED": N_("Det, samtykket gælder"),
        "EXIT_COURSE": N_("Exitforløbet"),
        "DANGER_TO_LIFE": N_("At afværge fare for liv"),
        "RECEIVERS_TASK": N_("Modtagerens egen opgave"),
    },
    "DataCategory": {
        "CONTACT": N_("Kontaktoplysninger"),
        "CONCERN": N_("Bekymringen"),
        "ASSESSMENT": N_("Vurderingen"),
        "MEASURE": N_("Hjælpen"),
        "FAMILY": N_("Familien"),
        "SCHOOL_OR_WORK": N_("Skole eller arbejde"),
        "HOUSING": N_("Boligforhold"),
        "HEALTH": N_("Helbred"),
        "OFFENCES": N_("Strafbare forhold"),
        "CONVICTIONS": N_("Overbevisninger"),
    },
    "RecipientKind": {
        "EMPLOYEE": N_("Medarbejder, der har opgaven"),
        "PRIVATE_PERSON": N_("Privatperson"),
        "REPORTER": N_("Den, der henvendte sig"),
        "VOLUNTEER": N_("Frivillig"),
        "COMPANY": N_("Virksomhed"),
    },
    "RefusedSharing": {
        "NOT_NECESSARY": N_("Det er ikke nødvendigt"),
        "NO_BASIS": N_("Der er ikke grundlag for det"),
        "NO_CONSENT": N_("Der er ikke samtykke"),
        "OWN_DUTY_OF_SECRECY": N_("Egen tavshedspligt"),
        "NOT_HELD": N_("Vi har ikke oplysningerne"),
    },
    "Exemption": {
        "DBL22_PRIVATE": N_("Afgørende private interesser (databeskyttelsesloven § 22)"),
        "DBL22_CRIME": N_("At forebygge kriminalitet (databeskyttelsesloven § 22)"),
        "FVL15": N_("En konkret afvejning (forvaltningsloven § 15)"),
        "LED": N_("Retshåndhævelsesloven"),
    },
    "InsightBy": {
        "SUBJECT": N_("Borgeren selv"),
        "CUSTODY_HOLDER": N_("Den, der har forældremyndigheden"),
        "REPRESENTATIVE": N_("En, der repræsenterer borgeren"),
    },
    "InsightDecision": {
        "FULL": N_("Fuld indsigt"),
        "PARTIAL": N_("Indsigt i en del"),
        "REFUSED": N_("Ingen indsigt"),
    },
    "InsightRegime": {
        "FORVALTNINGSLOV": N_("Forvaltningsloven (aktindsigt)"),
        "GDPR15": N_("Databeskyttelsesforordningen, artikel 15"),
        "LED": N_("Retshåndhævelsesloven"),
    },
    "Limit": {
        "EMPLOYEES_ONLY": N_("Kun til medarbejdere"),
        "WITH_POLICE": N_("Politiet giver eller modtager"),
        "WITH_KRIMINALFORSORG": N_("Kriminalforsorgen giver eller modtager"),
        "CHILD_UNIT_ONLY": N_("Kun til modtagelsen for underretninger"),
        "MAY_BE_MINOR": N_("Kun om et barn, eller hvor alderen er uoplyst"),
        "LOGGED_AFTERWARDS": N_("Noteres bagefter"),
    },
}
