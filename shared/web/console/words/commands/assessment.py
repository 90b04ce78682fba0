"""Commands on cases, notifications about children and requests for insight."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.web.console.language import N_
from shared.web.console.words.model import CommandWords

COMMANDS: Final[Mapping[str, CommandWords]] = {
    "register-concern": CommandWords(
        N_("Modtag henvendelsen"), N_("Henvendelsen kommer ind i Infohuset, når den er sendt hertil.")
    ),
    "open-case": CommandWords(N_("Åbn sagen"), N_("Kommunen tager ansvaret for henvendelsen, og en sag begynder.")),
    "correct-subject": CommandWords(
        N_("Ret, hvem sagen handler om"),
        N_("Nummeret var forkert, eller personen kendes ikke. Begge tovholdere siger det samme, før noget rettes."),
    ),
    "merge-concern": CommandWords(
        N_("Læg til en åben sag"),
        N_("Henvendelsen lægges til en sag om den samme person. Begge kilder holdes adskilt."),
    ),
    "attach-concern": CommandWords(
        N_("Modtag en henvendelse mere"), N_("En henvendelse lægges til den åbne sag om samme person.")
    ),
    "close-without-action": CommandWords(
        N_("Luk uden indsats"),
        N_(
            "Begge tovholdere er enige om, at der ikke er grund til en indsats. Sagen lukkes, når den anden også har sagt ja."
        ),
    ),
    "refer-elsewhere": CommandWords(
        N_("Henvis til et andet sted"),
        N_("Borgeren henvises til et andet tilbud eller en anden myndighed, og sagen lukkes."),
    ),
    "request-clearance": CommandWords(
        N_("Bed politiet om afklaring"),
        N_("Politiet spørges, om noget er til hinder for, at Infohuset arbejder videre."),
    ),
    "take-over": CommandWords(
        N_("Overtag sagen"), N_("Politiet fører sagen alene herfra. Der skal ikke gives en grund.")
    ),
    "clear-case": CommandWords(
        N_("Afklar: intet til hinder"), N_("Politiet siger til kommunen, at sagen kan behandles i Infohuset.")
    ),
    "return-case": CommandWords(
        N_("Giv sagen tilbage"), N_("Politiet giver sagen tilbage til Infohuset, som arbejder videre.")
    ),
    "revoke-clearance": CommandWords(
        N_("Tag sagen ud af Infohuset"),
        N_("Politiet fører sagen alene fra nu af, og de andre ser den ikke længere. Der skal ikke gives en grund."),
    ),
    "hold-meeting": CommandWords(
        N_("Notér mødet"), N_("Skriv, hvem der var med på Infohusets analysemøde, og hvornår det blev holdt.")
    ),
    "record-short-assessment": CommandWords(
        N_("Skriv en kort vurdering"), N_("Skriv, hvad mødet kom frem til, når der ikke er grundlag for at gå videre.")
    ),
    "complete-assessment": CommandWords(
        N_("Gør vurderingen færdig"),
        N_("De ni dimensioner og den anbefaling, der følger af dem, bliver Infohusets vurdering."),
    ),
    "answer-acute-task": CommandWords(
        N_("Besvar den akutte opgave"),
        N_("Skriv, om politiet har overtaget det, der var akut, eller om det viste sig ikke at være det."),
    ),
    "send-recommendation": CommandWords(
        N_("Send anbefalingen"), N_("Anbefalingen sendes til den myndighed, der skal afgøre, om der gives hjælp.")
    ),
    "name-caseworker": CommandWords(
        N_("Udpeg en sagsbehandler"),
        N_("Kun den, der er udpeget, ser sagen. Den, der var udpeget før, ser den ikke mere."),
    ),
    "decide-measure": CommandWords(
        N_("Træf afgørelse"), N_("Myndigheden afgør, om borgeren får tilbud om hjælp, og efter hvilken lov.")
    ),
    "record-consent": CommandWords(
        N_("Notér et samtykke"),
        N_("Skriv, hvem der har sagt ja, til hvad, og hvor længe. Et ja til tilbuddet sætter hjælpen i gang."),
    ),
    "record-decline": CommandWords(
        N_("Notér et nej tak"), N_("Borgeren siger nej til tilbuddet. Det har ingen følger, og sagen lukkes.")
    ),
    "review-measure": CommandWords(
        N_("Vurdér indsatsen igen"), N_("Se på, om en indsats uden korpset stadig er nødvendig.")
    ),
    "end-measure": CommandWords(
        N_("Afslut indsatsen"), N_("En indsats uden korpset slutter, og opfølgningen begynder.")
    ),
    "withdraw-consent": CommandWords(
        N_("Notér, at samtykket er trukket tilbage"),
        N_("Fra nu af bygger intet på samtykket. Borgeren skal ikke give en grund, og det har ingen følger."),
    ),
    "record-parties-told": CommandWords(
        N_("Notér, at modtagerne ved det"),
        N_("De, der fik oplysninger på samtykket, har fået at vide, at det er trukket tilbage."),
    ),
    "share-information": CommandWords(
        N_("Del oplysninger"),
        N_(
            "Oplysninger gives til en navngiven medarbejder ved en anden myndighed, på et grundlag i loven eller et samtykke."
        ),
    ),
    "refuse-sharing": CommandWords(
        N_("Sig nej til at dele"),
        N_("Myndigheden deler ikke de oplysninger, den blev bedt om. Det er et almindeligt svar."),
    ),
    "record-citizen-told": CommandWords(
        N_("Notér, at borgeren ved det"), N_("Borgeren har fået at vide, at der er en sag.")
    ),
    "postpone-telling": CommandWords(
        N_("Vent med at fortælle borgeren"),
        N_(
            "Borgeren får besked senere, af en grund efter loven, der ses på igen inden 90 dage (databeskyttelsesloven § 22)."
        ),
    ),
    "describe-subject": CommandWords(
        N_("Skriv, hvem sagen handler om"),
        N_("Det, der er nødvendigt for at kende personen. Det låses, og det kan kun åbnes med en grund."),
    ),
    "dispute-fact": CommandWords(
        N_("Markér som bestridt"),
        N_(
            "Borgeren er uenig i en oplysning. Borgerens egen version står ved siden af, og oplysningen bliver stående."
        ),
    ),
    "follow-intervention": CommandWords(N_("Følg forløbet"), N_("Sagen følger det, der sker i forløbet med korpset.")),
    "hold-follow-up": CommandWords(
        N_("Notér opfølgningen"), N_("Skriv, hvordan det går borgeren 6 eller 12 måneder efter afslutningen.")
    ),
    "close-case": CommandWords(
        N_("Luk sagen"),
        N_("Begge tovholdere er enige om at lukke efter opfølgningen. Sagen lukkes, når den anden også har sagt ja."),
    ),
    "reopen-case": CommandWords(
        N_("Genåbn sagen"), N_("Sagen begynder forfra, fordi der er en ny bekymring om den samme person.")
    ),
    "break-glass": CommandWords(
        N_("Se sagen akut"),
        N_(
            "Du ser en akut sag, du ikke er med i, i fire timer. Begge tovholdere og databeskyttelsesrådgiveren får besked med det samme."
        ),
    ),
    "review-glass": CommandWords(
        N_("Vurdér den akutte åbning"),
        N_("Databeskyttelsesrådgiveren skriver under på, om det var begrundet at åbne sagen akut."),
    ),
    "request-insight": CommandWords(
        N_("Notér et ønske om indsigt"),
        N_("Nogen beder om at se, hvad der står om en borger. Fristen løber, fra anmodningen kom."),
    ),
    "hand-over-insight": CommandWords(
        N_("Send til den, der svarer"),
        N_(
            "Den del, der hører under retshåndhævelsesloven, sendes til politiet eller Kriminalforsorgen, som selv svarer."
        ),
    ),
    "decide-insight": CommandWords(
        N_("Afgør indsigten"),
        N_("Afgør, om der gives fuld indsigt, indsigt i en del eller ingen. Mindre end alt skal begrundes."),
    ),
    "make-underretning": CommandWords(
        N_("Underret om et barn"),
        N_("Kommunens modtagelse får at vide, at et barn kan have brug for støtte. Du behøver ikke være sikker."),
    ),
    "register-underretning": CommandWords(
        N_("Begynd en underretning"), N_("En henvendelse om et muligt barn bliver til en underretning.")
    ),
    "note-routing": CommandWords(
        N_("Notér sagen bag underretningen"), N_("Underretningen får at vide, hvilken sag den hører til.")
    ),
    "assess-underretning": CommandWords(
        N_("Vurdér underretningen"),
        N_("Skriv, om barnet har brug for hjælp med det samme. Det afgøres inden 24 timer."),
    ),
    "send-receipt": CommandWords(
        N_("Notér, at der er kvitteret"),
        N_("Den, der har underrettet, har fået at vide, at underretningen er modtaget."),
    ),
    "decide-investigation": CommandWords(
        N_("Afgør, om der skal undersøges"),
        N_("Afgør, om der skal være en afdækning (§ 19), en børnefaglig undersøgelse (§ 20) eller ingen af delene."),
    ),
    "close-underretning": CommandWords(N_("Afslut undersøgelsen"), N_("Afdækningen eller undersøgelsen er slut.")),
}
