"""Commands on interventions, loans and members of the corps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.web.console.language import N_
from shared.web.console.words.model import CommandWords

COMMANDS: Final[Mapping[str, CommandWords]] = {
    "request-intervention": CommandWords(
        N_("Begynd et forløb"), N_("Borgeren har sagt ja, og en mentor eller forældrecoach søges.")
    ),
    "ask-desk": CommandWords(
        N_("Spørg det nationale bord"),
        N_("Det nationale korps-bord hjælper med at finde nogen. Bordet ser krav og politikreds, aldrig sagen."),
    ),
    "exclude-member": CommandWords(
        N_("Udeluk et korpsmedlem"), N_("Medlemmet bliver ikke foreslået i denne sag. Der skal ikke gives en grund.")
    ),
    "choose-member": CommandWords(
        N_("Vælg medlemmet"), N_("Et medlem fra egen kommune vælges, og pladsen holdes i fem arbejdsdage.")
    ),
    "choose-by-loan": CommandWords(
        N_("Vælg medlemmet gennem lånet"), N_("Medlemmet vælges, fordi et lån er tilbudt og holder pladsen.")
    ),
    "follow-caseworker": CommandWords(
        N_("Følg sagsbehandleren"), N_("Forløbet får at vide, hvem der nu er udpeget som sagsbehandler i sagen.")
    ),
    "follow-signature": CommandWords(
        N_("Følg underskrifterne"),
        N_("Forløbet får at vide, at begge ledere har skrevet under, eller at lånet har fået en ny slutdato."),
    ),
    "record-citizen-answer": CommandWords(
        N_("Notér borgerens svar"), N_("Skriv, om borgeren siger ja til det valgte medlem. Et nej har ingen følger.")
    ),
    "withdraw-choice": CommandWords(
        N_("Træk valget tilbage"), N_("Medlemmets plads er fri igen med det samme, og et lån falder bort.")
    ),
    "return-choice": CommandWords(
        N_("Valget falder bort med lånet"), N_("Lånet blev ikke til noget, så et andet medlem skal findes.")
    ),
    "lapse-choice": CommandWords(
        N_("Lad reservationen udløbe"), N_("Ingen har svaret i tide, og medlemmets plads er fri igen.")
    ),
    "accept-match": CommandWords(
        N_("Sig ja til at begynde"),
        N_("Medlemmet og koordinatoren siger ja til den samme plan. Forløbet begynder, når begge har sagt ja."),
    ),
    "decline-match": CommandWords(
        N_("Sig nej til forløbet"),
        N_("Din plads er fri igen med det samme, og en anden bliver fundet. Et nej har ingen følger."),
    ),
    "propose-ending": CommandWords(
        N_("Foreslå at slutte"), N_("Koordinatoren og sagsbehandleren afgør det. Forløbet går videre imens.")
    ),
    "log-session": CommandWords(N_("Notér et møde"), N_("Skriv, hvornår I mødtes, hvor længe og hvordan det gik.")),
    "see-session-concern": CommandWords(
        N_("Svar på en bekymring fra et møde"),
        N_("Skriv, hvad der skete med den bekymring, som et møde gav anledning til."),
    ),
    "record-progression": CommandWords(
        N_("Notér fremgangen"), N_("Skriv, hvordan måneden er gået: som borgeren ser det, og som du ser det.")
    ),
    "hold-supervision": CommandWords(N_("Notér supervision"), N_("Skriv, at medlemmet har fået supervision.")),
    "review-plan": CommandWords(
        N_("Gennemgå planen"), N_("Se hver tredje måned på, om forløbet stadig er nødvendigt, og om målene passer.")
    ),
    "pause-intervention": CommandWords(
        N_("Sæt forløbet i bero"), N_("Forløbet holder pause til en bestemt dag, højst seks måneder frem.")
    ),
    "resume-intervention": CommandWords(N_("Genoptag forløbet"), N_("Forløbet går videre efter pausen.")),
    "replace-member": CommandWords(
        N_("Find et andet medlem"), N_("Et andet medlem søges, og det hidtidige ser ikke længere forløbet.")
    ),
    "lose-member": CommandWords(N_("Medlemmet går med lånet"), N_("Lånet er slut, og et andet medlem skal findes.")),
    "end-intervention": CommandWords(
        N_("Afslut forløbet"), N_("Koordinatoren og sagsbehandleren er enige om, at forløbet slutter, af samme grund.")
    ),
    "stop-intervention": CommandWords(
        N_("Stop forløbet"), N_("Forløbet stopper, fordi politiet fører sagen alene. Der gives ingen grund.")
    ),
    "draft-loan": CommandWords(
        N_("Skriv en låneaftale"),
        N_("Skriv vilkårene for at låne et medlem af en anden kommune. Intet er holdt endnu."),
    ),
    "offer-loan": CommandWords(
        N_("Tilbyd lånet"), N_("Begge ledere kan skrive under, og medlemmets plads holdes i fem arbejdsdage.")
    ),
    "sign-as-lender": CommandWords(
        N_("Skriv under som udlåner"), N_("Lederen i den kommune, der låner ud, skriver under på lånet.")
    ),
    "sign-as-borrower": CommandWords(
        N_("Skriv under som låner"), N_("Lederen i den kommune, der låner, skriver under på lånet.")
    ),
    "lapse-reservation": CommandWords(
        N_("Lad reservationen falde bort"), N_("Begge ledere har ikke skrevet under i tide, og pladsen er fri igen.")
    ),
    "cancel-loan": CommandWords(
        N_("Aflys lånet"), N_("Et lån, der ikke er begyndt, bliver ikke til noget. Begge kommuner kan aflyse.")
    ),
    "activate-loan": CommandWords(
        N_("Begynd lånet"), N_("Lånets første dag er kommet, som begge ledere har skrevet under på.")
    ),
    "extend-as-lender": CommandWords(
        N_("Forlæng som udlåner"), N_("Lederen i den kommune, der låner ud, skriver under på en senere slutdato.")
    ),
    "extend-as-borrower": CommandWords(
        N_("Forlæng som låner"), N_("Lederen i den kommune, der låner, skriver under på en senere slutdato.")
    ),
    "recall-loan": CommandWords(
        N_("Kald medlemmet hjem"), N_("Lånet slutter før tid, med mindst 14 dages varsel til den kommune, der låner.")
    ),
    "end-loan": CommandWords(
        N_("Afslut lånet"), N_("Lånets sidste dag er gået, som begge ledere har skrevet under på.")
    ),
    "register-member": CommandWords(
        N_("Opret et korpsmedlem"), N_("Skriv medlemmets uddannelse, sprog og plads ind. Der står aldrig et navn.")
    ),
    "change-member": CommandWords(
        N_("Ret et korpsmedlem"), N_("Ret det, der står om medlemmet. Det, du ikke rører, bliver stående.")
    ),
}
