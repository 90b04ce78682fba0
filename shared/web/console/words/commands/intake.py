"""Commands on concerns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.web.console.language import N_
from shared.web.console.words.model import CommandWords

COMMANDS: Final[Mapping[str, CommandWords]] = {
    "receive-concern": CommandWords(
        N_("Modtag en henvendelse"),
        N_("Skriv, hvad der giver anledning til bekymring. Det, der mangler, kan skrives senere."),
    ),
    "give-advice": CommandWords(
        N_("Giv råd og afslut"),
        N_("Den, der ringer, får råd, og henvendelsen afsluttes. Der gemmes intet om personen."),
    ),
    "point-out-help": CommandWords(
        N_("Vis vej til hjælp"),
        N_("Den, der ringer, får at vide, hvor der er hjælp tæt på, og henvendelsen afsluttes."),
    ),
    "raise-acute": CommandWords(
        N_("Meld akut"),
        N_("Nogen kan komme til skade meget snart. Ring først til 112, eller til politiet på 114, og skriv bagefter."),
    ),
    "log-handover": CommandWords(
        N_("Notér opkaldet til politiet"), N_("Skriv, hvem der blev ringet til, og hvornår de overtog.")
    ),
    "complete-record": CommandWords(N_("Skriv resten ind"), N_("Skriv det ind, som måtte vente under opkaldet.")),
    "set-anonymity": CommandWords(
        N_("Notér, at navnet er givet"),
        N_("Den, der henvendte sig, vil ikke længere være anonym. Det kan ikke gøres om."),
    ),
    "add-information": CommandWords(
        N_("Føj noget til"), N_("Skriv, hvad du er kommet i tanke om eller har set siden.")
    ),
    "note-information": CommandWords(N_("Notér, at det er læst"), N_("Det, der blev føjet til, er læst.")),
    "ask-question": CommandWords(
        N_("Stil et spørgsmål"),
        N_("Den, der henvendte sig, ser spørgsmålet med sin kode og kan svare. Andet ser vedkommende ikke."),
    ),
    "answer-question": CommandWords(N_("Svar på et spørgsmål"), N_("Svaret låses, og den, der spurgte, læser det.")),
    "withdraw-question": CommandWords(
        N_("Træk et spørgsmål tilbage"), N_("Den, der henvendte sig, ser ikke længere spørgsmålet.")
    ),
    "route-concern": CommandWords(
        N_("Send til Infohuset"),
        N_("Henvendelsen sendes til Infohuset i den kommune, hvor personen bor. Derefter ser hotlinen den ikke mere."),
    ),
    "close-acute": CommandWords(
        N_("Afslut den akutte henvendelse"), N_("Politiet har overtaget, og der er ikke mere for Infohuset.")
    ),
    "follow-take-over": CommandWords(
        N_("Følg politiets overtagelse"), N_("Politiet fører sagen alene, og kommunen ser ikke længere henvendelsen.")
    ),
    "follow-return": CommandWords(
        N_("Følg politiets tilbagegivelse"), N_("Politiet har givet sagen tilbage, og kommunen ser henvendelsen igen.")
    ),
}
