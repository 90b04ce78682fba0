"""Concerns and messages: why not now, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.web.console.language import N_
from shared.web.console.words.model import Reason

GUARDS: Final[Mapping[str, Reason]] = {
    "reporter_does_not_fit_mode": Reason(
        N_("Anonym har slet intet navn. Fortrolig og åben har et."),
        N_("Spørg om det først. Er et navn sagt, så vælg fortrolig: det kan ikke blive anonymt igen."),
    ),
    "residence_missing": Reason(
        N_("Når vi ved, hvem det er, skal kommunen skrives."),
        N_(
            "Vælg den kommune, personen bor i, ikke skolens. Ved du den ikke, så svar ”Delvist” på, om det vides, hvem det er."
        ),
    ),
    "municipality_unknown": Reason(
        N_("Den kommune findes ikke i dag."), N_("Vælg en af de 98. Christiansø er ikke en kommune.")
    ),
    "observation_in_future": Reason(
        N_("Det, der er set, ligger før nu, og begyndelsen før slutningen."), N_("Ret datoerne.")
    ),
    "observation_too_old": Reason(
        N_("Det, der er set, må højst være ti år gammelt."), N_("Lad datoen være tom, eller skriv, hvad der ses nu.")
    ),
    "departure_without_plan": Reason(
        N_("En dag for afrejse hører til en plan om at rejse."),
        N_("Vælg ”En plan om at rejse”, eller lad afrejsen være tom."),
    ),
    "subject_identified": Reason(
        N_("Når vi ved, hvem det handler om, sendes henvendelsen videre, medmindre det ikke handler om ekstremisme."),
        N_("Send den til Infohuset, eller sæt kryds ved, at det ikke handler om ekstremisme."),
    ),
    "handover_in_future": Reason(N_("Opkaldet ligger i fremtiden."), N_("Skriv tidspunktet for opkaldet.")),
    "nothing_to_complete": Reason(N_("Der er ikke skrevet noget nyt."), N_("Udfyld mindst ét felt.")),
    "anonymity_lost": Reason(
        N_("Når et navn er sagt, kan vi ikke længere love anonymitet."),
        N_("Behold fortrolig. Fortæl, at en undtagelse afvejes i hver sag (forvaltningsloven § 15)."),
    ),
    "reporter_missing": Reason(
        N_("En, der ikke længere er anonym, er nogen."),
        N_("Skriv, hvem der henvender sig, eller lad henvendelsen være anonym."),
    ),
    "information_full": Reason(
        N_("Henvendelsen har fået de 50 tilføjelser, der er plads til."),
        N_("Skriv en ny henvendelse, eller ring til hotlinen."),
    ),
    "reporter_not_reachable": Reason(
        N_("Den, der henvendte sig, har ikke fået en kode."),
        N_("Spørg i telefonen, og føj svaret til henvendelsen."),
    ),
    "not_your_desk": Reason(
        N_("Den, der har taget imod henvendelsen, afgør den."), N_("Bed den kollega, der har den, om det.")
    ),
    "question_not_yours": Reason(
        N_(
            "Den, der har henvendelsen nu, spørger: hotlinen, siden kommunens tovholder, eller politiet, hvis de er alene om den."
        ),
        N_("Bed den kollega, der har den, om at spørge."),
    ),
    "questions_full": Reason(N_("Der er stillet de 20 spørgsmål, der er plads til."), N_("Afgør det med det, I ved.")),
    "question_not_open": Reason(
        N_("Spørgsmålet er besvaret eller trukket tilbage."),
        N_("Hent siden igen. Nyt kan føjes til uden et spørgsmål."),
    ),
    "handover_unknown": Reason(
        N_("Opkaldet til politiet er hverken noteret eller en opgave."), N_("Notér opkaldet først.")
    ),
    "handover_unanswered": Reason(
        N_("Politiet har ikke svaret, eller vi ved, hvem personen er."),
        N_("Notér opkaldet, eller send henvendelsen videre. Er der ikke mere for Infohuset, så sæt kryds."),
    ),
    "not_silent_yet": Reason(N_("Den, der fik besked, har stadig tid til at se den."), N_("Vent, til tiden er gået.")),
    "not_told_to_you": Reason(
        N_("Beskeden var til en anden."),
        N_("Den, der fik beskeden, eller en kollega på samme vagt siger, at den er set."),
    ),
    "address_of_nobody": Reason(
        N_("En, der er anonym, giver ingen adresse: den ville vise, hvem det er."),
        N_("Lad adressen være tom, og gem koden. Eller vælg fortrolig."),
    ),
}
