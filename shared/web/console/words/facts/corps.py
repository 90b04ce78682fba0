"""What happened in an intervention or a loan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.web.console.language import N_

FACTS: Final[Mapping[str, str]] = {
    "intervention.requested.v1": N_("Borgeren sagde ja, og et korpsmedlem søges"),
    "intervention.caseworker_followed.v1": N_("En anden er nu udpeget som sagsbehandler i sagen"),
    "intervention.desk_asked.v1": N_("Det nationale bord blev spurgt"),
    "intervention.member_excluded.v1": N_("Et medlem blev udelukket"),
    "intervention.member_chosen.v1": N_("Et medlem blev valgt og holdes fri"),
    "intervention.loan_signed.v1": N_("Lånet af medlemmet er underskrevet"),
    "intervention.citizen_accepted.v1": N_("Borgeren sagde ja til medlemmet"),
    "intervention.choice_withdrawn.v1": N_("Valget blev trukket tilbage"),
    "intervention.choice_lapsed.v1": N_("Reservationen udløb uden svar"),
    "intervention.started.v1": N_("Forløbet begyndte"),
    "intervention.session_logged.v1": N_("Et møde blev noteret"),
    "intervention.session_concern_seen.v1": N_("Koordinatoren svarede på bekymringen fra mødet"),
    "intervention.progression_recorded.v1": N_("Fremgangen blev noteret"),
    "intervention.ending_proposed.v1": N_("Medlemmet foreslog, at forløbet slutter"),
    "intervention.supervision_held.v1": N_("Der blev holdt supervision"),
    "intervention.plan_reviewed.v1": N_("Planen blev gennemgået"),
    "intervention.paused.v1": N_("Forløbet blev sat i bero"),
    "intervention.resumed.v1": N_("Forløbet gik videre"),
    "intervention.member_replaced.v1": N_("Et andet medlem søges"),
    "intervention.member_left.v1": N_("Medlemmets lån sluttede under pausen"),
    "intervention.ended.v1": N_("Koordinator og sagsbehandler afsluttede forløbet"),
    "intervention.stopped.v1": N_("Forløbet stoppede"),
    "loan.drafted.v1": N_("En låneaftale blev skrevet"),
    "loan.offered.v1": N_("Lånet blev tilbudt, og medlemmet holdes fri"),
    "loan.side_signed.v1": N_("Den ene leder skrev under"),
    "loan.signed.v1": N_("Begge ledere har skrevet under"),
    "loan.reservation_lapsed.v1": N_("Lånet blev ikke underskrevet i tide"),
    "loan.cancelled.v1": N_("Lånet blev aflyst"),
    "loan.activated.v1": N_("Lånet begyndte"),
    "loan.extension_proposed.v1": N_("Den ene leder foreslog en ny slutdato"),
    "loan.extended.v1": N_("Lånet blev forlænget"),
    "loan.recalled.v1": N_("Medlemmet blev kaldt hjem"),
    "loan.ended.v1": N_("Lånet sluttede"),
}
