"""Interventions, loans and members of the corps: why not now, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.web.console.language import N_
from shared.web.console.words.model import Reason

GUARDS: Final[Mapping[str, Reason]] = {
    "not_your_municipality": Reason(
        N_("Det gøres af den kommune, der har sagen."), N_("Spørg koordinatoren i den kommune, der låner.")
    ),
    "desk_asked_already": Reason(
        N_("Det nationale bord er spurgt og har ikke svaret endnu."), N_("Vent på svaret. Fristen står ved forløbet.")
    ),
    "member_excluded_already": Reason(
        N_("Medlemmet er udelukket i forvejen eller er det, der er valgt."),
        N_("Træk valget tilbage først, hvis det er dette medlem."),
    ),
    "member_chosen_already": Reason(N_("Et medlem er valgt."), N_("Træk valget tilbage først.")),
    "loan_needed": Reason(
        N_("Medlemmet er ansat i en anden kommune."),
        N_("Skriv en låneaftale, og tilbyd lånet. Så er medlemmet valgt og holdt."),
    ),
    "member_does_not_fit": Reason(
        N_("Medlemmet opfylder ikke et krav, der ikke kan fraviges."),
        N_("Vælg et af forslagene. De viser, hvem der passer, og hvorfor de andre ikke gør."),
    ),
    "choice_needs_reason": Reason(
        N_("Medlemmet er ikke det første forslag nu."), N_("Skriv, hvorfor dette medlem og ikke det første.")
    ),
    "ending_proposed_already": Reason(
        N_("Det er allerede foreslået at slutte."), N_("Koordinatoren og sagsbehandleren afgør det.")
    ),
    "no_member_chosen": Reason(N_("Intet medlem er valgt."), N_("Vælg et af forslagene først.")),
    "reservation_lapsed": Reason(
        N_("Reservationen er udløbet."), N_("Se forslagene igen. Medlemmet kan stadig være fri.")
    ),
    "record-citizen-answer.grounds_missing": Reason(
        N_("Borgeren har sagt nej to gange. Tredje gang skrives, hvad der er brug for."),
        N_("Skriv, hvad borgeren siger, så det næste forslag kan blive bedre."),
    ),
    "citizen_has_accepted": Reason(N_("Borgeren har sagt ja."), N_("Har borgeren fortrudt, så notér et nej.")),
    "reservation_holds": Reason(
        N_("Reservationen gælder endnu."), N_("Vent, til den udløber, eller træk den tilbage.")
    ),
    "not_the_member": Reason(
        N_("Det gøres af det medlem, der har forløbet, eller koordinatoren i kommunen."),
        N_("Spørg medlemmet eller koordinatoren."),
    ),
    "citizen_not_asked": Reason(
        N_("Borgeren har ikke sagt ja til medlemmet endnu."), N_("Spørg borgeren, og notér svaret først.")
    ),
    "loan_not_signed": Reason(
        N_("Begge ledere har ikke skrevet under på lånet endnu."),
        N_("Vent på underskrifterne. Lånet viser, hvem der mangler."),
    ),
    "planned_end_out_of_reach": Reason(
        N_("Slutdatoen ligger efter i dag, inden for tolv måneder og inden for samtykket og lånet."),
        N_("Vælg en tidligere dag. Samtykke og lån kan fornyes senere."),
    ),
    "held_on_out_of_reach": Reason(
        N_("Dagen ligger mellem forløbets begyndelse og i dag."), N_("Vælg den dag, det blev holdt.")
    ),
    "no_concern_waits": Reason(
        N_("Intet møde har givet anledning til en bekymring, der venter."), N_("Du skal ikke gøre noget.")
    ),
    "resume_on_out_of_reach": Reason(
        N_("Dagen ligger efter i dag og inden for seks måneder."), N_("Vælg en tidligere dag. Pausen kan fornyes.")
    ),
    "end_criterion_not_met": Reason(
        N_("Målene opgives ved to gennemgange i træk, eller der er gået tolv måneder."),
        N_("Vælg den grund, der passer."),
    ),
    "parting_incomplete": Reason(
        N_("En afslutning har et afskedsmøde, en overlevering og datoer for opfølgning."),
        N_("Gør det, der mangler. Kun en usikker eller afbrudt relation slutter uden."),
    ),
    "lender_is_borrower": Reason(
        N_("Låner og udlåner er den samme kommune."), N_("Vælg jeres eget medlem uden et lån.")
    ),
    "term_out_of_order": Reason(
        N_("Et lån begynder i dag eller senere, slutter bagefter og varer højst tolv måneder."),
        N_("Ret datoerne. Et længere lån forlænges senere af begge."),
    ),
    "no_member_sought": Reason(
        N_("Forløbet søger ikke et medlem nu eller har valgt et."),
        N_("Træk valget tilbage først, eller find et andet medlem."),
    ),
    "not_the_borrower": Reason(N_("Det gøres af den kommune, der låner."), N_("Spørg den kommune, der låner.")),
    "own_member_free": Reason(
        N_("I har selv et uddannet medlem, der er frit og passer."),
        N_("Vælg jeres eget, eller skriv i en ny aftale, hvorfor det ikke passer."),
    ),
    "hours_exceeded": Reason(
        N_("Timerne i alle medlemmets lån ville blive flere end i ansættelsen."),
        N_("Skriv en aftale med færre timer, eller vælg et andet medlem."),
    ),
    "not_the_lender": Reason(N_("Det gøres af den kommune, der låner ud."), N_("Spørg den kommune, der låner ud.")),
    "signed_already": Reason(N_("Din kommune har skrevet under."), N_("Vent på den anden kommune.")),
    "same_person_signs": Reason(
        N_("Underskrifterne er fra to forskellige mennesker."), N_("Lederen i den anden kommune skriver under.")
    ),
    "not_a_party": Reason(N_("Det gøres af den kommune, der låner, eller den, der låner ud."), N_("Spørg en af dem.")),
    "loan_not_due": Reason(N_("Lånets første dag er ikke kommet."), N_("Vent på den.")),
    "intervention_not_active": Reason(
        N_("Forløbet er ikke begyndt."), N_("Medlem og koordinator siger ja til at begynde først.")
    ),
    "extension_out_of_reach": Reason(
        N_("En ny slutdato ligger efter den nuværende og inden for tolv måneder fra begyndelsen."),
        N_("Vælg en tidligere dag."),
    ),
    "notice_too_short": Reason(
        N_("Et medlem kaldes hjem med 14 dages varsel og før den aftalte dag."), N_("Vælg en senere dag.")
    ),
    "loan_not_over": Reason(
        N_("Lånets sidste dag er ikke gået."), N_("Vent på den. Udlåneren kan kalde hjem med 14 dages varsel.")
    ),
}
