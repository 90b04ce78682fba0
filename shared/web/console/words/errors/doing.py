"""Errors in giving a command: what is wrong, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.web.console.language import N_
from shared.web.console.words.model import Reason

ERRORS: Final[Mapping[str, Reason]] = {
    "already_agreed": Reason(N_("Du har sagt ja. Nu skal en anden også."), N_("Vent på den anden.")),
    "role_has_agreed": Reason(N_("Der er sagt ja i din rolle. Nu mangler den anden."), N_("Vent på den anden.")),
    "terms_differ": Reason(
        N_("Den anden har sagt ja til noget andet."), N_("Vælg det samme, eller bed den anden om at foreslå igen.")
    ),
    "role_may_not": Reason(
        N_("Det kan ikke gøres i din rolle."), N_("Spørg en kollega, der har rollen, eller stedfortræderen.")
    ),
    "wrong_state": Reason(
        N_("Det kan ikke gøres på dette trin."), N_("Hent siden igen: nogen kan have flyttet den videre.")
    ),
    "no_row_fits": Reason(N_("Det kan ikke gøres med de svar, der er valgt."), N_("Se svarene igennem, og vælg om.")),
    "nothing_there": Reason(N_("Der er ikke noget at gøre det ved."), N_("Gå tilbage til listen.")),
    "stale_version": Reason(
        N_("En anden var først og har ændret noget."),
        N_("Se, hvad der er nyt. Din tekst er her stadig. Beslut så igen."),
    ),
    "version_required": Reason(
        N_("Siden siger ikke, hvad du så, da du besluttede."), N_("Hent siden igen, og prøv en gang til.")
    ),
    "version_invalid": Reason(
        N_("Siden siger ikke rigtigt, hvad du så, da du besluttede."), N_("Hent siden igen, og prøv en gang til.")
    ),
    "idempotency_key_required": Reason(
        N_("Formularen mangler sit nummer."), N_("Hent siden igen, og prøv en gang til.")
    ),
    "idempotency_key_guessable": Reason(
        N_("Formularens nummer kan gættes."), N_("Hent siden igen, og prøv en gang til.")
    ),
    "idempotency_mismatch": Reason(
        N_("Formularen er sendt før med andre svar."), N_("Hent siden igen, så du ser, hvad der blev gemt.")
    ),
    "field_invalid": Reason(N_("Et svar passer ikke. Intet er gemt."), N_("Ret feltet, og send igen.")),
    "value_not_storable": Reason(
        N_("Et svar kan ikke gemmes."), N_("Se efter usynlige tegn og meget store tal, og send igen.")
    ),
    "text_too_long": Reason(N_("Teksten er for lang."), N_("Gør den kortere, eller skriv resten i et notat mere.")),
    "text_malformed": Reason(N_("Teksten har et tegn, der ikke kan gemmes."), N_("Fjern tegnet.")),
    "cpr_in_text": Reason(
        N_("Der står noget i teksten, der ligner et CPR-nummer."),
        N_("Fjern det. Et CPR-nummer skrives kun i sit eget felt."),
    ),
    "cpr_malformed": Reason(
        N_("Et CPR-nummer har ti cifre, og de seks første er en dato."), N_("Ret det, eller lad feltet stå tomt.")
    ),
    "person_has_open_case": Reason(N_("Der er en åben sag om personen."), N_("Ring til det Infohus, der er nævnt.")),
    "help_offer_unknown": Reason(
        N_("Tilbuddet står ikke i listen over hjælp, eller det gælder ikke længere."), N_("Vælg et tilbud på listen.")
    ),
    "concern_closed": Reason(
        N_("Henvendelsen er afsluttet."), N_("Skriv en ny. Er der fare, så ring 112 eller til politiet på 114.")
    ),
    "code_unknown": Reason(N_("Der er ikke noget under den kode."), N_("Se på koden en gang til.")),
    "too_many_persons_asked": Reason(
        N_("Du har spurgt efter 20 personer på en time eller 60 på et døgn."),
        N_("Gå videre uden CPR-nummer, vent, eller spørg en kollega."),
    ),
    "door_full": Reason(
        N_("Der kommer mange henvendelser lige nu."), N_("Vent lidt, og prøv igen. Er der fare, så ring 112.")
    ),
    "member_taken": Reason(
        N_("Medlemmets plads er taget eller holdt af en anden."), N_("Vælg et af de medlemmer, der er fri nu.")
    ),
    "capacity_in_use": Reason(
        N_("Medlemmet har mere i gang, end der bliver plads til."),
        N_("Find et andet medlem til noget af det, eller afslut det først."),
    ),
    "leave_out_of_order": Reason(N_("Fraværet slutter, før det begynder."), N_("Ret dagene.")),
    "skill_valid_too_long": Reason(N_("En særlig kompetence gælder højst i tre år."), N_("Vælg en tidligere dag.")),
    "not_a_corps_municipality": Reason(
        N_("Kommunen er ikke med i korpset i dag."), N_("Det nationale bord skriver kommuner ind.")
    ),
    "corps.requirement": Reason(N_("Kravene til medlemmet passer ikke sammen."), N_("Ret kravene.")),
    "deputy_elsewhere": Reason(
        N_("En stedfortræder er fra samme organisation og står på listen."),
        N_("Vælg en kollega fra samme organisation."),
    ),
    "deputy_without_role": Reason(
        N_("En stedfortræder har mindst én af de roller, som den, vedkommende træder ind for, har."),
        N_("Vælg en kollega med rollen, eller ingen. Så går påmindelserne til de andre på vagt og til lederen."),
    ),
    "sharing.no_rule": Reason(N_("Grundlaget gælder ikke på den dag."), N_("Vælg et grundlag, der gælder.")),
    "insight_answer_over": Reason(
        N_("Svaret kan ikke laves mere, fordi afgørelsen er for gammel."), N_("Notér en ny anmodning.")
    ),
    "insight_refused": Reason(N_("Der blev ikke givet indsigt, så der er intet at vise."), N_("Se afgørelsen.")),
    "release_under_way": Reason(N_("Teksterne er ved at blive gjort klar."), N_("Vent et øjeblik, og prøv igen.")),
    "reference.christiansoe": Reason(
        N_("Christiansø er ikke en kommune."),
        N_("Vælg den kommune, der tager sagen. Christiansø hører til Bornholms politikreds."),
    ),
    "reference.district_unknown": Reason(N_("Den politikreds findes ikke."), N_("Vælg en af de tolv.")),
    "reference.before_register": Reason(N_("Registeret over kommuner begynder i 2007."), N_("Vælg en senere dag.")),
    "reference.organisation": Reason(N_("Den organisation findes ikke her."), N_("Vælg organisationen på listen.")),
    "reference.skipped_time": Reason(
        N_("Det klokkeslæt fandtes ikke: uret blev stillet frem den nat."), N_("Skriv et andet klokkeslæt.")
    ),
    "reference.naive_time": Reason(N_("Tidspunktet mangler sin tidszone."), N_("Skriv dag og klokkeslæt igen.")),
    "reference.no_opening_hours": Reason(N_("Hotlinens åbningstid den dag er ukendt."), N_("Vælg en dag efter 2016.")),
}
