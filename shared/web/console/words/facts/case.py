"""What happened in a case, a request for insight or a notification about a child."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.web.console.language import N_

FACTS: Final[Mapping[str, str]] = {
    "case.concern_arrived.v1": N_("En henvendelse kom til Infohuset"),
    "case.opened.v1": N_("Kommunen: sagen er åbnet"),
    "case.subject_corrected.v1": N_("Det blev rettet, hvem sagen handler om"),
    "case.subject_described.v1": N_("Kommunen: skrev ned, hvem sagen handler om"),
    "case.concern_merged.v1": N_("Henvendelsen blev lagt til en åben sag"),
    "case.concern_attached.v1": N_("En henvendelse mere blev lagt til sagen"),
    "case.closed.v1": N_("Lukket af begge tovholdere"),
    "case.referred_elsewhere.v1": N_("Kommunen: henvist til et andet sted, og lukket"),
    "case.clearance_requested.v1": N_("Kommunen: bad politiet om afklaring"),
    "case.police_took_over.v1": N_("Politiet: fører sagen alene"),
    "case.police_cleared.v1": N_("Politiet: kan behandles i Infohus"),
    "case.police_returned.v1": N_("Politiet: gav sagen tilbage til Infohuset"),
    "case.clearance_revoked.v1": N_("Politiet: tog sagen ud af Infohuset"),
    "case.meeting_held.v1": N_("Infohuset holdt analysemøde"),
    "case.short_assessment_recorded.v1": N_("En kort vurdering blev skrevet"),
    "case.assessment_completed.v1": N_("Vurderingen i ni dimensioner blev færdig"),
    "case.acute_task_answered.v1": N_("Den akutte opgave blev besvaret"),
    "case.recommendation_sent.v1": N_("Anbefalingen blev sendt til en myndighed"),
    "case.caseworker_named.v1": N_("En sagsbehandler blev udpeget"),
    "case.authority_decided.v1": N_("Myndigheden traf afgørelse"),
    "case.consent_given.v1": N_("Et samtykke blev noteret"),
    "case.offer_declined.v1": N_("Borgeren sagde nej tak. Det har ingen følger"),
    "case.measure_reviewed.v1": N_("Indsatsen blev vurderet igen"),
    "case.measure_ended.v1": N_("Indsatsen sluttede, og opfølgningen begyndte"),
    "case.consent_withdrawn.v1": N_("Et samtykke blev trukket tilbage"),
    "case.parties_told.v1": N_("Modtagerne fik at vide, at samtykket er trukket tilbage"),
    "case.information_shared.v1": N_("Oplysninger blev givet til en anden myndighed"),
    "case.sharing_refused.v1": N_("En myndighed delte ikke"),
    "case.citizen_told.v1": N_("Borgeren fik at vide, at der er en sag"),
    "case.telling_postponed.v1": N_("Borgeren får besked senere (databeskyttelsesloven § 22)"),
    "case.fact_disputed.v1": N_("Borgeren er uenig i en oplysning"),
    "case.intervention_followed.v1": N_("Der skete noget i forløbet med korpset"),
    "case.follow_up_held.v1": N_("Der blev fulgt op"),
    "case.reopened.v1": N_("Sagen blev genåbnet og begynder forfra"),
    "case.glass_broken.v1": N_("En uden for sagen åbnede den som akut i fire timer"),
    "case.glass_reviewed.v1": N_("Databeskyttelsesrådgiveren vurderede den akutte åbning"),
    "insight.requested.v1": N_("Nogen bad om indsigt"),
    "insight.handed_over.v1": N_("Anmodningen blev sendt til den, der svarer"),
    "insight.decided.v1": N_("Indsigten blev afgjort"),
    "underretning.made.v1": N_("Der blev underrettet om et barn"),
    "underretning.routing_noted.v1": N_("Sagen bag underretningen er kendt nu"),
    "underretning.assessed.v1": N_("Underretningen blev vurderet"),
    "underretning.receipt_sent.v1": N_("Der blev kvitteret for underretningen"),
    "underretning.investigation_decided.v1": N_("Det blev afgjort, om der skal undersøges"),
    "underretning.closed.v1": N_("Afdækningen eller undersøgelsen sluttede"),
}
