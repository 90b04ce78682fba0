"""Fields of commands on concerns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.web.console.language import N_
from shared.web.console.words.model import FieldWords

FIELDS: Final[Mapping[str, FieldWords]] = {
    "anonymity": FieldWords(
        N_("Vil den, der henvender sig, være anonym?"), N_("Vælg det først. Er navnet sagt, kan det ikke gøres usagt.")
    ),
    "channel": FieldWords(N_("Hvor kom henvendelsen ind?")),
    "reporter_kind": FieldWords(N_("Hvem henvender sig?")),
    "subject_known": FieldWords(N_("Ved vi, hvem det handler om?")),
    "subject_municipality": FieldWords(N_("Hvor bor personen?"), N_("Kommunen, hvor personen bor, ikke skolens.")),
    "travel": FieldWords(N_("Handler det om at rejse til en konfliktzone?")),
    "departs_at": FieldWords(N_("Hvornår er afrejsen?")),
    "seen_where": FieldWords(N_("Hvor er det set?")),
    "cross_over": FieldWords(N_("Der er forbindelse til et bandemiljø")),
    "observed_from": FieldWords(N_("Set fra")),
    "observed_to": FieldWords(N_("Set til")),
    "description": FieldWords(
        N_("Hvad er set eller sagt?"), N_("Skriv med dine egne ord. Skriv ikke, hvem der har fortalt det.")
    ),
    "subject": FieldWords(
        N_("Hvem handler det om?"), N_("Navn og det, du ellers ved. Det låses og kan kun åbnes med en grund.")
    ),
    "reporter": FieldWords(
        N_("Hvem henvender sig, og hvordan kan vi svare?"), N_("Kun når den, der henvender sig, ikke er anonym.")
    ),
    "not_about_extremism": FieldWords(N_("Det handler ikke om ekstremisme")),
    "advice": FieldWords(N_("Hvilket råd blev givet?")),
    "offers": FieldWords(N_("Hvilken hjælp blev nævnt?")),
    "point-out-help.municipality": FieldWords(N_("Hvor bor den, der ringer?")),
    "called": FieldWords(N_("Hvem blev der ringet til?")),
    "handed_over_at": FieldWords(N_("Hvornår overtog de?")),
    "details": FieldWords(N_("Hvem svarede, og hvilket journalnummer?")),
    "information": FieldWords(N_("Hvad vil du tilføje?")),
    "ask-question.question": FieldWords(
        N_("Hvad vil du spørge om?"),
        N_("Det er alt, den anden ser. Skriv intet om sagen, og nævn ingen ved navn."),
    ),
    "question": FieldWords(N_("Hvilket spørgsmål?")),
    "answer": FieldWords(N_("Svaret"), N_("Nævn ikke andre ved navn, hvis det kan fortælles uden.")),
    "route-concern.municipality": FieldWords(N_("Hvilken kommune sendes den til?")),
    "route-concern.grounds": FieldWords(N_("Hvorfor sendes den videre?")),
    "nothing_for_infohus": FieldWords(N_("Der er ikke mere for Infohuset")),
    "receipt_address": FieldWords(
        N_("Hvor må vi sende en kvittering?"),
        N_("En e-mailadresse. Den bruges kun til kvitteringen og slettes bagefter. Feltet må gerne stå tomt."),
    ),
}
