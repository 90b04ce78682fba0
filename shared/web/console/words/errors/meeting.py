"""Errors of a page, of signing in and of servers: what is wrong, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.web.console.language import N_
from shared.web.console.words.model import Reason

ERRORS: Final[Mapping[str, Reason]] = {
    "token_missing": Reason(N_("Du er ikke logget ind."), N_("Log ind. Det, du har skrevet, er her bagefter.")),
    "token_rejected": Reason(
        N_("Din indlogning gælder ikke længere."), N_("Log ind igen. Det, du har skrevet, er her bagefter.")
    ),
    "token_revoked": Reason(N_("Dine roller er ændret, siden du loggede ind."), N_("Log ind igen.")),
    "issuer_unavailable": Reason(N_("Vi kan ikke få fat i log-ind-tjenesten."), N_("Vent et øjeblik, og prøv igen.")),
    "database_unavailable": Reason(
        N_("Vi ved ikke, om det blev gemt: databasen svarede ikke."),
        N_("Send det samme igen. Det bliver ikke gemt to gange."),
    ),
    "internal_error": Reason(
        N_("Noget gik galt hos os."), N_("Send det samme igen. Sker det igen, så sig det til driften.")
    ),
    "update_hit_nothing": Reason(
        N_("Noget gik galt hos os, og intet er gemt."), N_("Prøv igen. Sker det igen, så sig det til driften.")
    ),
    "case_not_found": Reason(
        N_("Sagen findes ikke, eller du kan ikke se den."), N_("Skal du se den, så spørg tovholderen.")
    ),
    "concern_not_found": Reason(
        N_("Henvendelsen findes ikke, eller du kan ikke se den."), N_("Skal du se den, så spørg tovholderen.")
    ),
    "insight_not_found": Reason(
        N_("Anmodningen findes ikke, eller du kan ikke se den."), N_("Spørg databeskyttelsesrådgiveren.")
    ),
    "underretning_not_found": Reason(
        N_("Underretningen findes ikke, eller du kan ikke se den."), N_("Spørg modtagelsen for underretninger.")
    ),
    "intervention_not_found": Reason(
        N_("Forløbet findes ikke, eller du kan ikke se det."), N_("Spørg korpskoordinatoren.")
    ),
    "loan_not_found": Reason(N_("Lånet findes ikke, eller du kan ikke se det."), N_("Spørg korpskoordinatoren.")),
    "member_not_found": Reason(
        N_("Korpsmedlemmet findes ikke, eller du kan ikke se det."), N_("Vælg et medlem på listen.")
    ),
    "delivery_not_found": Reason(N_("Beskeden findes ikke, eller du kan ikke se den."), N_("Gå tilbage til listen.")),
    "person_not_found": Reason(
        N_("Der er ingen med den reference på listen, som du må se."), N_("Vælg en person på listen.")
    ),
    "work_not_found": Reason(N_("Opgaven venter ikke på dig."), N_("Gå tilbage til dit arbejde.")),
    "text_not_found": Reason(
        N_("Teksten findes ikke, eller du må ikke åbne den."), N_("Skal du bruge den, så spørg den, der har sagen.")
    ),
    "dead_letter_not_found": Reason(N_("Der er ingen strandet besked med det nummer."), N_("Hent listen igen.")),
    "dead_letter_closed": Reason(N_("Den strandede besked er afsluttet i forvejen."), N_("Du skal ikke gøre noget.")),
    "nobody_replayed": Reason(
        N_("Ingen tog imod ønsket om at prøve igen."), N_("Start tjenestens worker, og prøv igen.")
    ),
    "vault_look_refused": Reason(
        N_("Teksten må ikke åbnes i din rolle."), N_("Bed den, der har sagen, om at blive deltager.")
    ),
    "vault_ticket_refused": Reason(
        N_("Tilladelsen til at åbne teksten gælder ikke."), N_("Åbn teksten igen med en grund.")
    ),
    "vault_ticket_not_committed": Reason(
        N_("Tilladelsen til at åbne teksten er ikke klar."), N_("Åbn teksten igen med en grund.")
    ),
    "vault_unopenable": Reason(
        N_("Teksten kan ikke åbnes her."), N_("Er den slettet, er det, som det skal være. Ellers sig det til driften.")
    ),
    "vault_unit_erased": Reason(
        N_("Det er slettet, og der kan ikke føjes noget til."), N_("Er der en ny bekymring, så begynd forfra.")
    ),
    "vault_not_unit_owner": Reason(
        N_("Teksterne hører til i en anden del af systemet."), N_("Gør det der, hvor de hører til.")
    ),
    "vault_key_store_unavailable": Reason(
        N_("Nøglerne til teksterne svarer ikke lige nu."), N_("Vent et øjeblik, og prøv igen.")
    ),
    "vault_epoch_closed": Reason(N_("Nøglerne er ved at blive skiftet."), N_("Vent et øjeblik, og prøv igen.")),
    "workflow_server_unavailable": Reason(N_("Fristerne svarer ikke lige nu."), N_("Vent et øjeblik, og prøv igen.")),
    "body_not_json": Reason(N_("Det, der blev sendt, kan ikke læses."), N_("Hent siden igen, og prøv en gang til.")),
    "body_packed": Reason(N_("Det, der blev sendt, er pakket."), N_("Send det, som det er.")),
    "body_too_large": Reason(N_("Der er sendt for meget på én gang."), N_("Gør teksterne kortere.")),
    "name_twice": Reason(N_("Det samme felt er sendt to gange."), N_("Hent siden igen, og prøv en gang til.")),
    "cursor_invalid": Reason(N_("Den side af listen findes ikke."), N_("Begynd listen forfra.")),
    "filter_invalid": Reason(N_("Filteret kan ikke bruges sådan."), N_("Fjern filteret.")),
    "filter_unknown": Reason(N_("Det filter findes ikke her."), N_("Fjern filteret.")),
    "limit_invalid": Reason(N_("Listen kan ikke vise så mange på en side."), N_("Vælg færre.")),
    "http_400": Reason(N_("Det, der blev sendt, er ikke forstået."), N_("Hent siden igen, og prøv en gang til.")),
    "http_401": Reason(N_("Du skal være logget ind."), N_("Log ind.")),
    "http_403": Reason(N_("Det er ikke for din rolle."), N_("Spørg en kollega, der har rollen.")),
    "http_404": Reason(N_("Siden findes ikke, eller du kan ikke se den."), N_("Gå til dit arbejde.")),
    "http_405": Reason(N_("Det kan ikke gøres her."), N_("Gå tilbage, og prøv igen.")),
    "http_413": Reason(N_("Det er for stort."), N_("Gør det mindre.")),
    "http_429": Reason(N_("Der er for mange på én gang."), N_("Vent lidt, og prøv igen.")),
    "http_500": Reason(N_("Noget gik galt hos os."), N_("Prøv igen. Sker det igen, så sig det til driften.")),
    "http_503": Reason(N_("Systemet svarer ikke lige nu."), N_("Vent et øjeblik, og prøv igen.")),
    "session_over": Reason(
        N_("Du er blevet logget af, og intet er gemt."), N_("Log på igen, og send det, du skrev, en gang til.")
    ),
    "sign_in_unknown": Reason(
        N_("Denne pålogning blev begyndt et andet sted eller for længe siden."), N_("Log på igen.")
    ),
    "sign_in_refused": Reason(N_("Login-tjenesten sagde nej."), N_("Log på igen.")),
    "form_not_ours": Reason(
        N_("Formularen hører ikke til denne pålogning, og intet er gemt."),
        N_("Se det igennem, du skrev, og send det igen."),
    ),
    "body_not_form": Reason(N_("Siden tager kun imod sine egne formularer."), N_("Send fra siden selv.")),
    "body_garbled": Reason(N_("Formularen kan ikke læses."), N_("Send den igen fra siden.")),
    "reason_required": Reason(
        N_("En forseglet tekst åbnes kun med en grund."), N_("Vælg en grund. Den står i adgangsloggen.")
    ),
}
