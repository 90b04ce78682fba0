"""What deadlines are called and what is to be done, by `<aggregate kind>.<deadline kind>`.

A closed catalogue, so that no free text slips in. Tasks and messages of notify say the same sentences.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.web.console.language import N_
from shared.web.console.words.model import ClockWords

CLOCKS: Final[Mapping[str, ClockWords]] = {
    "concern.route_or_close": ClockWords(
        N_("Send videre eller afslut"), N_("Send henvendelsen videre til Infohuset, eller afslut den med råd.")
    ),
    "concern.new_information": ClockWords(
        N_("Læs det, der er føjet til"),
        N_("Læs, hvad den, der henvendte sig, har føjet til. Det kan være en ny bekymring."),
    ),
    "concern.question_open": ClockWords(
        N_("Svar på et spørgsmål ventes"),
        N_("Kommer der ikke svar, så afgør, hvad der skal ske, med det, I ved."),
    ),
    "concern.next_morning": ClockWords(
        N_("Kom, mens der var lukket"), N_("Se på henvendelsen, der kom, mens der var lukket.")
    ),
    "concern.acute_travel": ClockWords(
        N_("Afrejse er nær"), N_("Afrejsen er nær: ring til politiet nu, og meld det akut.")
    ),
    "concern.hand_over": ClockWords(
        N_("Overdragelse til politiet"), N_("Ring til politiet nu, og notér at de har overtaget.")
    ),
    "concern.complete_record": ClockWords(
        N_("Skriv resten ind efter opkaldet"), N_("Skriv det ind, som måtte vente under opkaldet.")
    ),
    "concern.route_acute": ClockWords(
        N_("Send den akutte videre"), N_("Send den akutte henvendelse videre til Infohuset.")
    ),
    "concern.close_acute": ClockWords(
        N_("Afslut den akutte"), N_("Send den akutte henvendelse videre, eller afslut den.")
    ),
    "case.open_or_merge": ClockWords(
        N_("Åbn eller læg til en sag"),
        N_("Åbn sagen, læg henvendelsen til en sag, der er åben, eller luk den uden sag."),
    ),
    "case.request_clearance": ClockWords(N_("Bed om afklaring"), N_("Bed politiet om afklaring.")),
    "case.close_or_refer": ClockWords(
        N_("Luk, henvis eller gå videre"), N_("Afgør sammen, om sagen skal lukkes, henvises eller fortsætte.")
    ),
    "case.clearance": ClockWords(N_("Politiets svar om afklaring"), N_("Svar på kommunens spørgsmål om afklaring.")),
    "case.meeting": ClockWords(N_("Infohusmøde"), N_("Hold infohusmødet om sagen.")),
    "case.complete_assessment": ClockWords(
        N_("Vurdering i ni dimensioner"), N_("Gør vurderingen færdig i alle ni dimensioner.")
    ),
    "case.acute_task": ClockWords(N_("Akut dimension"), N_("Se nu på den dimension, der er vurderet akut.")),
    "case.glass_broken": ClockWords(
        N_("Åbnet akut udefra"),
        N_(
            "Nogen uden for sagen har åbnet den som akut i fire timer. Se hvem og hvorfor. "
            "Punktet er væk, når databeskyttelsesrådgiveren har vurderet det."
        ),
    ),
    "case.glass_broken_police": ClockWords(
        N_("Åbnet akut udefra (politiet)"),
        N_(
            "Nogen uden for sagen har åbnet den som akut i fire timer. Se hvem og hvorfor. "
            "Punktet er væk, når databeskyttelsesrådgiveren har vurderet det."
        ),
    ),
    "case.review_glass": ClockWords(
        N_("Vurdering af akut åbning"), N_("Vurdér, om den akutte åbning af sagen var begrundet, og skriv under.")
    ),
    "case.send_recommendation": ClockWords(N_("Anbefaling til myndigheden"), N_("Send anbefalingen til myndigheden.")),
    "case.name_caseworker": ClockWords(
        N_("Udpegning af en sagsbehandler"),
        N_("Udpeg den sagsbehandler, der skal træffe afgørelse. Indtil da ser ingen sagsbehandler sagen."),
    ),
    "case.decide": ClockWords(N_("Myndighedens afgørelse"), N_("Træf afgørelse om tilbuddet.")),
    "case.answer_offer": ClockWords(
        N_("Borgerens svar på tilbuddet"),
        N_("Tal med borgeren om tilbuddet, og notér ja eller nej. Tavshed er ikke et nej."),
    ),
    "case.review_measure": ClockWords(N_("Vurdering af indsatsen"), N_("Vurder, om indsatsen stadig er nødvendig.")),
    "case.follow_up_6": ClockWords(N_("Opfølgning efter 6 måneder"), N_("Hold opfølgningen efter seks måneder.")),
    "case.follow_up_12": ClockWords(N_("Opfølgning efter 12 måneder"), N_("Hold opfølgningen efter tolv måneder.")),
    "case.close_after_follow_up": ClockWords(
        N_("Lukning efter opfølgning"), N_("Afgør sammen, om sagen kan lukkes efter opfølgningen.")
    ),
    "case.confirm_reopening": ClockWords(
        N_("Genåbning"), N_("Afgør, om sagen skal genåbnes: opfølgningen viste en ny bekymring.")
    ),
    "case.consent_expires": ClockWords(
        N_("Samtykke udløber"), N_("Et samtykke udløber snart. Tal med borgeren om, hvad det skal gælde fremover.")
    ),
    "case.assess_without_consent": ClockWords(
        N_("Vurdering uden samtykke"),
        N_("Samtykket er trukket tilbage. Vurder, hvad der kan eller skal gøres uden samtykke."),
    ),
    "case.tell_parties": ClockWords(
        N_("Besked til modtagerne"), N_("Fortæl dem, der har modtaget oplysninger, at samtykket er trukket tilbage.")
    ),
    "case.tell_citizen": ClockWords(
        N_("Besked til borgeren"), N_("Fortæl borgeren om sagen, eller notér en grund efter § 22.")
    ),
    "case.review_telling": ClockWords(
        N_("Må borgeren vente endnu?"), N_("Vurder igen, om borgeren nu kan få at vide, at der er en sag.")
    ),
    "case.triage_again": ClockWords(N_("Indledende vurdering forfra"), N_("Vurder den genåbnede sag forfra.")),
    "underretning.assess_underretning": ClockWords(
        N_("Vurdering inden 24 timer"), N_("Vurder underretningen: er der akut behov for hjælp til barnet?")
    ),
    "underretning.send_receipt": ClockWords(
        N_("Kvittering for underretning"), N_("Kvittér til den, der har underrettet.")
    ),
    "insight.answer_insight": ClockWords(N_("Svar på indsigt"), N_("Svar på anmodningen om indsigt.")),
    "insight.answer_led_insight": ClockWords(
        N_("Svar på indsigt (retshåndhævelsesloven)"),
        N_("Svar på den del af indsigten, der hører under retshåndhævelsesloven."),
    ),
    "insight.hand_over_insight": ClockWords(
        N_("Send anmodningen videre"),
        N_("Send anmodningen om indsigt til politiet eller Kriminalforsorgen, der selv svarer."),
    ),
    "intervention.match": ClockWords(N_("Find et korpsmedlem"), N_("Find en mentor eller forældrecoach, der passer.")),
    "intervention.broker": ClockWords(
        N_("Find nogen i en anden kommune"), N_("Hjælp med at finde nogen i en anden kommune: ingen passer lokalt.")
    ),
    "intervention.answer_choice": ClockWords(
        N_("Svar før reservationen udløber"), N_("Få svar fra den, der er holdt fri, før reservationen falder bort.")
    ),
    "intervention.choose_again": ClockWords(
        N_("Medlemmet sagde nej"), N_("Se forslagene igen, og vælg et andet medlem.")
    ),
    "intervention.answer_ending": ClockWords(
        N_("Forslag om at slutte"),
        N_("Afgør sammen med sagsbehandleren, om forløbet slutter. Ellers gennemgå planen, så går det videre."),
    ),
    "intervention.contact": ClockWords(
        N_("Næste møde"), N_("Hold kontakten: der er snart gået for lang tid siden sidste møde.")
    ),
    "intervention.supervision": ClockWords(N_("Supervision"), N_("Hold supervision med korpsmedlemmet.")),
    "intervention.progression": ClockWords(N_("Månedens fremgang"), N_("Notér, hvordan det går fremad.")),
    "intervention.plan_review": ClockWords(
        N_("Gennemgang af planen"), N_("Gennemgå planen: er forløbet stadig nødvendigt?")
    ),
    "intervention.planned_end": ClockWords(
        N_("Planlagt afslutning"), N_("Forbered afslutningen: afskedsmøde, overlevering og datoer for opfølgning.")
    ),
    "intervention.resume": ClockWords(
        N_("Genoptagelse efter pausen"), N_("Genoptag forløbet, der har holdt pause, eller afgør, hvad der skal ske.")
    ),
    "intervention.session_concern": ClockWords(
        N_("Bekymring fra et møde"), N_("Se på den bekymring, som et møde har givet anledning til.")
    ),
    "loan.sign_lender": ClockWords(
        N_("Underskrift fra udlåneren"), N_("Underskriv aftalen om at låne et korpsmedlem ud, eller sig nej.")
    ),
    "loan.sign_borrower": ClockWords(
        N_("Underskrift fra låneren"), N_("Underskriv aftalen om at låne et korpsmedlem, eller sig nej.")
    ),
    "loan.extend_lender": ClockWords(N_("Forlængelse: udlånerens svar"), N_("Svar på ønsket om at forlænge udlånet.")),
    "loan.extend_borrower": ClockWords(N_("Forlængelse: lånerens svar"), N_("Svar på ønsket om at forlænge lånet.")),
    "loan.loan_starts": ClockWords(N_("Lånets første dag"), N_("Sørg for, at lånet begynder i dag, som aftalt.")),
    "loan.loan_ends": ClockWords(N_("Lånets sidste dag"), N_("Sørg for, at lånet slutter på sin sidste dag.")),
}

UNKNOWN: Final = ClockWords(N_("Frist"), N_("Se på opgaven: der er en frist."))
"""For a kind that is not here yet, from a newer service."""


def clock(aggregate: str, kind: str) -> ClockWords:
    """Return the words of a kind of deadline; `UNKNOWN` for one that has none."""
    return CLOCKS.get(f"{aggregate}.{kind}", UNKNOWN)
