"""Fields of commands on interventions, loans and members of the corps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.web.console.language import N_
from shared.web.console.words.model import FieldWords

FIELDS: Final[Mapping[str, FieldWords]] = {
    "member_ref": FieldWords(N_("Hvilket korpsmedlem?")),
    "reason_code": FieldWords(N_("Hvad er grunden?")),
    "choose-member.reason_code": FieldWords(
        N_("Hvorfor dette medlem?"), N_("Er det ikke det første forslag, siger du hvorfor.")
    ),
    "offer-loan.reason_code": FieldWords(
        N_("Hvorfor dette medlem?"), N_("Er det ikke det første forslag, siger du hvorfor.")
    ),
    "accepts": FieldWords(N_("Borgeren siger ja til medlemmet")),
    "record-citizen-answer.grounds": FieldWords(
        N_("Hvad skal være anderledes?"), N_("Først efter to gange nej, så det næste forslag kan blive bedre.")
    ),
    "planned_end": FieldWords(N_("Hvornår slutter forløbet efter planen?")),
    "goals": FieldWords(N_("Hvad er målene?"), N_("Vælg en til fem dimensioner.")),
    "held_on": FieldWords(N_("Hvilken dag?")),
    "log-session.minutes": FieldWords(N_("Hvor mange minutter?")),
    "mode": FieldWords(N_("Hvordan mødtes I?")),
    "attended": FieldWords(N_("Kom borgeren?")),
    "citizen_progress": FieldWords(N_("Hvordan går det, som borgeren ser det?")),
    "member_progress": FieldWords(N_("Hvordan går det, som du ser det?")),
    "concern_raised": FieldWords(
        N_("Mødet gav anledning til en bekymring"), N_("Så ser koordinatoren på den. Er der fare, så ring 112.")
    ),
    "supplied_by": FieldWords(N_("Hvem gav supervision?")),
    "review-plan.necessity": FieldWords(N_("Er forløbet stadig nødvendigt?")),
    "goals_dropped": FieldWords(N_("Målene er opgivet")),
    "resume_on": FieldWords(N_("Hvornår går det videre?"), N_("Højst seks måneder frem.")),
    "not_again": FieldWords(N_("Medlemmet skal ikke vælges igen i denne sag")),
    "end_reason": FieldWords(N_("Hvordan sluttede det?")),
    "decline-match.reason": FieldWords(
        N_("Hvorfor siger du nej?"),
        N_("Kender du en, det handler om, så vælg personlige grunde. Du skal ikke forklare det."),
    ),
    "decline-match.grounds": FieldWords(N_("Vil du sige mere?"), N_("Det låses. Koordinatoren kan åbne det.")),
    "propose-ending.note": FieldWords(N_("Vil du sige mere?"), N_("Det låses. Nævn ingen ved navn.")),
    "criterion": FieldWords(N_("Hvorfor slutter det nu?")),
    "farewell_held": FieldWords(N_("Der er holdt et afskedsmøde")),
    "follow_ups_agreed": FieldWords(N_("Datoerne for opfølgning er aftalt")),
    "intervention_id": FieldWords(N_("Hvilket forløb?")),
    "starts_on": FieldWords(N_("Lånets første dag")),
    "ends_on": FieldWords(N_("Lånets sidste dag")),
    "extend-as-lender.ends_on": FieldWords(N_("Ny sidste dag")),
    "extend-as-borrower.ends_on": FieldWords(N_("Ny sidste dag")),
    "recall-loan.ends_on": FieldWords(N_("Hvornår skal medlemmet hjem?"), N_("Mindst 14 dage frem.")),
    "hours_per_week": FieldWords(N_("Hvor mange timer om ugen?")),
    "price_per_hour": FieldWords(N_("Pris pr. time i kroner")),
    "travel_paid_by": FieldWords(N_("Hvem betaler rejsen?")),
    "supervision_by": FieldWords(N_("Hvem giver supervision?")),
    "own_unfit": FieldWords(N_("Hvorfor passer jeres eget medlem ikke?"), N_("Kun når I selv har en fri.")),
    "register-member.municipality": FieldWords(N_("Hvilken kommune er arbejdsgiver?")),
    "register-member.hours_per_week": FieldWords(N_("Hvor mange timer om ugen er medlemmet ansat?")),
    "change-member.hours_per_week": FieldWords(N_("Hvor mange timer om ugen er medlemmet ansat?")),
    "trainings": FieldWords(N_("Uddannelse i LAT")),
    "trainings.kind": FieldWords(N_("Til hvad?")),
    "trainings.held_on": FieldWords(N_("Hvornår?")),
    "trainings.valid_until": FieldWords(N_("Gælder til")),
    "languages": FieldWords(N_("Hvilke sprog taler medlemmet?")),
    "languages.language": FieldWords(N_("Sprog")),
    "languages.level": FieldWords(N_("Hvor godt?")),
    "gender": FieldWords(N_("Medlemmets køn, som medlemmet selv siger det")),
    "skills": FieldWords(N_("Særlige kompetencer")),
    "skills.competence": FieldWords(N_("Kompetence")),
    "skills.level": FieldWords(N_("Niveau fra 1 til 3")),
    "skills.valid_until": FieldWords(N_("Gælder til"), N_("Højst tre år frem.")),
    "capacity_max": FieldWords(N_("Hvor mange forløb kan medlemmet have på én gang?")),
    "lendable": FieldWords(N_("Medlemmet kan lånes ud")),
    "max_distance_km": FieldWords(N_("Hvor langt kan medlemmet rejse (km)?")),
    "remote_ok": FieldWords(N_("Medlemmet kan arbejde på afstand")),
    "children_certificate": FieldWords(N_("Medlemmet har en børneattest")),
    "security_cleared": FieldWords(N_("Medlemmet er sikkerhedsgodkendt")),
    "leave": FieldWords(N_("Fravær")),
    "leave.from_day": FieldWords(N_("Fra og med")),
    "leave.to_day": FieldWords(N_("Til og med")),
}
