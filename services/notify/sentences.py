"""What to do, in one sentence per kind of deadline, in Danish and English: a closed catalogue, so that no free text can slip in.

The key is `<aggregate kind>.<deadline kind>`. Every kind that a service can open has its sentence (tested); one that is not
here yet, from a newer service, gets `UNKNOWN`.
"""

from __future__ import annotations

from typing import NamedTuple


class Sentence(NamedTuple):
    """The same in both languages."""

    da: str
    en: str


UNKNOWN = Sentence("Se på opgaven: der er en frist.", "Look at the task: there is a deadline.")

CONCERN = {
    "route_or_close": Sentence(
        "Send henvendelsen videre til Infohuset, eller afslut den med råd.",
        "Route the concern to the Infohus, or close it with advice.",
    ),
    "new_information": Sentence(
        "Læs, hvad den, der henvendte sig, har føjet til. Det kan være en ny bekymring.",
        "Read what the reporter has added. It could be a concern of its own.",
    ),
    "next_morning": Sentence(
        "Se på henvendelsen, der kom, mens der var lukket.", "Look at the concern that came while you were closed."
    ),
    "acute_travel": Sentence(
        "Afrejsen er nær: ring til politiet nu, og meld det akut.",
        "The departure is near: call the police now, and raise the alarm.",
    ),
    "hand_over": Sentence(
        "Ring til politiet nu, og notér at de har overtaget.", "Call the police now, and log that they have taken over."
    ),
    "complete_record": Sentence(
        "Skriv det ind, som måtte vente under opkaldet.", "Fill in what had to wait during the call."
    ),
    "route_acute": Sentence(
        "Send den akutte henvendelse videre til Infohuset.", "Route the acute concern to the Infohus."
    ),
    "close_acute": Sentence(
        "Send den akutte henvendelse videre, eller afslut den.", "Route the acute concern, or close it."
    ),
}
CASE = {
    "open_or_merge": Sentence(
        "Åbn sagen, eller læg henvendelsen til en sag, der er åben.",
        "Open the case, or attach the concern to one that is open.",
    ),
    "request_clearance": Sentence("Bed politiet om afklaring.", "Ask the police for clearance."),
    "close_or_refer": Sentence(
        "Afgør sammen, om sagen skal lukkes, henvises eller fortsætte.",
        "Decide together whether to close the case, refer it or go on.",
    ),
    "clearance": Sentence(
        "Svar på kommunens spørgsmål om afklaring.", "Answer the municipality's request for clearance."
    ),
    "meeting": Sentence("Hold infohusmødet om sagen.", "Hold the Infohus meeting on the case."),
    "complete_assessment": Sentence(
        "Gør vurderingen færdig i alle ni dimensioner.", "Complete the assessment in all nine dimensions."
    ),
    "acute_task": Sentence(
        "Se nu på den dimension, der er vurderet akut.", "Look now at the dimension that was rated acute."
    ),
    "glass_broken": Sentence(
        "Nogen uden for sagen har åbnet den som akut i fire timer. Se hvem og hvorfor.",
        "Somebody outside the case has opened it as acute for four hours. See who and why.",
    ),
    "glass_broken_police": Sentence(
        "Nogen uden for sagen har åbnet den som akut i fire timer. Se hvem og hvorfor.",
        "Somebody outside the case has opened it as acute for four hours. See who and why.",
    ),
    "review_glass": Sentence(
        "Vurdér, om den akutte åbning af sagen var begrundet, og skriv under.",
        "Judge whether the acute opening of the case was justified, and sign.",
    ),
    "send_recommendation": Sentence("Send anbefalingen til myndigheden.", "Send the recommendation to the authority."),
    "decide": Sentence("Træf afgørelse om tilbuddet.", "Decide on the offer."),
    "answer_offer": Sentence(
        "Tal med borgeren om tilbuddet, og notér ja eller nej. Tavshed er ikke et nej.",
        "Talk to the citizen about the offer and record yes or no. Silence is not a no.",
    ),
    "review_measure": Sentence(
        "Vurder, om indsatsen stadig er nødvendig.", "Review whether the measure is still necessary."
    ),
    "follow_up_6": Sentence("Hold opfølgningen efter seks måneder.", "Hold the follow-up after six months."),
    "follow_up_12": Sentence("Hold opfølgningen efter tolv måneder.", "Hold the follow-up after twelve months."),
    "close_after_follow_up": Sentence(
        "Afgør sammen, om sagen kan lukkes efter opfølgningen.",
        "Decide together whether the case can be closed after follow-up.",
    ),
    "confirm_reopening": Sentence(
        "Afgør, om sagen skal genåbnes: opfølgningen viste en ny bekymring.",
        "Decide whether to reopen the case: follow-up showed a new worry.",
    ),
    "consent_expires": Sentence(
        "Et samtykke udløber snart. Tal med borgeren om, hvad det skal gælde fremover.",
        "A consent runs out soon. Talk to the citizen about what it is to cover from then on.",
    ),
    "assess_without_consent": Sentence(
        "Samtykket er trukket tilbage. Vurder, hvad der kan eller skal gøres uden samtykke.",
        "Consent was withdrawn. Assess what may or must be done without it.",
    ),
    "tell_parties": Sentence(
        "Fortæl dem, der har modtaget oplysninger, at samtykket er trukket tilbage.",
        "Tell those who received information that the consent was withdrawn.",
    ),
    "tell_citizen": Sentence(
        "Fortæl borgeren om sagen, eller notér en grund efter § 22.",
        "Tell the citizen about the case, or record a section 22 reason.",
    ),
    "review_telling": Sentence(
        "Vurder igen, om borgeren nu kan få at vide, at der er en sag.",
        "Look again at whether the citizen can now be told of the case.",
    ),
    "triage_again": Sentence("Vurder den genåbnede sag forfra.", "Triage the reopened case anew."),
}
UNDERRETNING = {
    "assess_underretning": Sentence(
        "Vurder underretningen: er der akut behov for hjælp til barnet?",
        "Assess the child notification: does the child need help at once?",
    ),
    "send_receipt": Sentence("Kvittér til den, der har underrettet.", "Send the notifier a receipt."),
}
INSIGHT = {
    "answer_insight": Sentence("Svar på anmodningen om indsigt.", "Answer the request for insight."),
    "answer_led_insight": Sentence(
        "Svar på den del af indsigten, der hører under retshåndhævelsesloven.",
        "Answer the part of the request for insight that is under the law enforcement act.",
    ),
    "hand_over_insight": Sentence(
        "Send anmodningen om indsigt til politiet eller Kriminalforsorgen, der selv svarer.",
        "Hand the request for insight to the police or prison service, who answer it themselves.",
    ),
}
INTERVENTION = {
    "match": Sentence("Find en mentor eller forældrecoach, der passer.", "Find a mentor or parent coach who fits."),
    "broker": Sentence(
        "Hjælp med at finde nogen i en anden kommune: ingen passer lokalt.",
        "Help to find somebody in another municipality: nobody fits locally.",
    ),
    "answer_choice": Sentence(
        "Få svar fra den, der er holdt fri, før reservationen falder bort.",
        "Get an answer from whoever is reserved before the reservation lapses.",
    ),
    "contact": Sentence(
        "Hold kontakten: der er snart gået for lang tid siden sidste møde.",
        "Keep in touch: too much time will soon have passed since the last meeting.",
    ),
    "supervision": Sentence("Hold supervision med korpsmedlemmet.", "Hold supervision with the corps member."),
    "progression": Sentence("Notér, hvordan det går fremad.", "Record progress."),
    "plan_review": Sentence(
        "Gennemgå planen: er forløbet stadig nødvendigt?", "Review the plan: is the intervention still necessary?"
    ),
    "planned_end": Sentence(
        "Forbered afslutningen: afskedsmøde, overlevering og datoer for opfølgning.",
        "Prepare the end: farewell, hand-over and dates of follow-up.",
    ),
    "resume": Sentence(
        "Genoptag forløbet, der har holdt pause, eller afgør, hvad der skal ske.",
        "Resume the paused intervention, or decide what is to happen.",
    ),
    "session_concern": Sentence(
        "Se på den bekymring, som et møde har givet anledning til.", "Look at the worry that a session gave rise to."
    ),
}
LOAN = {
    "sign_lender": Sentence(
        "Underskriv aftalen om at låne et korpsmedlem ud, eller sig nej.",
        "Sign the loan of a corps member, or decline.",
    ),
    "sign_borrower": Sentence(
        "Underskriv aftalen om at låne et korpsmedlem, eller sig nej.", "Sign to borrow a corps member, or decline."
    ),
    "extend_lender": Sentence("Svar på ønsket om at forlænge udlånet.", "Answer the request to lend for longer."),
    "extend_borrower": Sentence("Svar på ønsket om at forlænge lånet.", "Answer the request to borrow for longer."),
    "loan_starts": Sentence(
        "Sørg for, at lånet begynder i dag, som aftalt.", "See that the loan begins today as agreed."
    ),
    "loan_ends": Sentence("Sørg for, at lånet slutter på sin sidste dag.", "See that the loan ends on its last day."),
}

SENTENCES: dict[str, Sentence] = {
    f"{aggregate}.{kind}": sentence
    for aggregate, kinds in (
        ("concern", CONCERN),
        ("case", CASE),
        ("underretning", UNDERRETNING),
        ("insight", INSIGHT),
        ("intervention", INTERVENTION),
        ("loan", LOAN),
    )
    for kind, sentence in kinds.items()
}
"""All sentences, by `<aggregate kind>.<deadline kind>`."""


def todo(aggregate_kind: str, deadline_kind: str) -> Sentence:
    """Return what is to be done."""
    return SENTENCES.get(f"{aggregate_kind}.{deadline_kind}", UNKNOWN)
