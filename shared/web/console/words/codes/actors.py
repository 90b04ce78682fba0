"""Who acts, at which organisation, under which law, and why a text is opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.web.console.language import N_

CODES: Final[Mapping[str, Mapping[str, str]]] = {
    "Role": {
        "HOTLINE_ADVISER": N_("Rådgiver på hotlinen"),
        "PRO_REPORTER": N_("Fagperson"),
        "TOVHOLDER_KOMMUNE": N_("Kommunens tovholder"),
        "TOVHOLDER_POLITI": N_("Politiets tovholder"),
        "SECRETARIAT": N_("Sekretariat"),
        "PARTICIPANT": N_("Deltager i Infohuset"),
        "STEERING": N_("Styregruppe"),
        "CENTRE_ADVISER": N_("Rådgiver i centeret"),
        "CASEWORKER": N_("Myndighedssagsbehandler"),
        "CHILD_UNIT": N_("Modtagelsen for underretninger"),
        "LOCAL_COORDINATOR": N_("Korpskoordinator"),
        "NATIONAL_DESK": N_("Det nationale korps-bord"),
        "CORPS_MEMBER": N_("Korpsmedlem"),
        "EXIT_COORD": N_("Exitkoordinator"),
        "LEADER": N_("Leder"),
        "DPO": N_("Databeskyttelsesrådgiver"),
        "AUDITOR": N_("Revision"),
        "OPERATOR": N_("Drift"),
        "PUBLIC": N_("Offentligheden"),
        "SYSTEM": N_("SYSTEM"),
    },
    "Regime": {
        "GDPR": N_("Databeskyttelsesforordningen"),
        "LED": N_("Retshåndhævelsesloven"),
        "MIXED": N_("Begge love"),
    },
    "Party": {
        "MUNICIPALITY": N_("Kommunen"),
        "POLICE": N_("Politiet"),
        "CHILD_UNIT": N_("Modtagelsen for underretninger"),
        "PSYCHIATRY": N_("Psykiatrien"),
        "PROBATION": N_("Kriminalforsorgen"),
        "IMMIGRATION": N_("Udlændingemyndigheden"),
        "SSP": N_("SSP"),
        "SCHOOL": N_("Skolen"),
        "JOB_CENTRE": N_("Jobcenteret"),
        "HOUSING": N_("Den boligsociale indsats"),
    },
    "AuthorityUnit": {
        "CHILDREN_AND_FAMILIES": N_("Børn og familier"),
        "YOUTH": N_("Unge"),
        "ADULTS": N_("Voksne"),
        "JOB_CENTRE": N_("Jobcenteret"),
        "EDUCATION": N_("Uddannelse"),
        "HOUSING": N_("Bolig"),
        "PSYCHIATRY": N_("Psykiatrien"),
        "PROBATION": N_("Kriminalforsorgen"),
        "POLICE": N_("Politiet"),
    },
    "OrganisationKind": {
        "kommune": N_("Kommune"),
        "politi": N_("Politikreds"),
        "hotline": N_("Hotline"),
        "centre": N_("Nationalt center"),
        "school": N_("Skole"),
        "kriminalforsorg": N_("Kriminalforsorgen"),
        "psykiatri": N_("Psykiatrien"),
    },
    "FieldClass": {
        "A": N_("Koder"),
        "B": N_("Sagstekst"),
        "C": N_("Identitet"),
        "D": N_("Den, der henvendte sig"),
        "E": N_("Sikkerhed"),
    },
    "LookReason": {
        "ADVICE": N_("For at give råd"),
        "TRIAGE": N_("Til den indledende vurdering"),
        "CLEARANCE": N_("Til politiets afklaring"),
        "ASSESSMENT": N_("Til vurderingen i Infohuset"),
        "DECISION": N_("Til myndighedens afgørelse"),
        "CHILD_PROTECTION": N_("For at beskytte et barn"),
        "INTERVENTION": N_("Til forløbet med korpset"),
        "FOLLOW_UP": N_("Til opfølgningen"),
        "ACUTE": N_("Fordi der er fare nu"),
        "DISCLOSURE": N_("For at dele på et lovligt grundlag"),
        "INSIGHT": N_("For at svare på indsigt"),
        "CORRECTION": N_("For at rette en fejl"),
        "RECEIPT": N_("For at sende kvitteringen"),
        "GLASS_REVIEW": N_("For at vurdere en akut åbning"),
        "QUESTION": N_("For at læse et spørgsmål, der er stillet"),
    },
}
