"""Why a command on a case is not possible now, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.web.console.language import N_
from shared.web.console.words.model import Reason

GUARDS: Final[Mapping[str, Reason]] = {
    "caseworker_of_another_authority": Reason(
        N_("Sagsbehandleren kan kun udpeges sammen med anbefalingen, når den går til kommunens egen myndighed."),
        N_("Lad feltet stå tomt. Lederen af myndigheden bliver bedt om at udpege en."),
    ),
    "names_themselves": Reason(
        N_("Ingen udpeger sig selv."), N_("Udpeg en kollega, eller lad en leder hos myndigheden udpege dig.")
    ),
    "naming_not_yours": Reason(
        N_("Den myndighed, anbefalingen er sendt til, udpeger selv sin sagsbehandler."),
        N_("Spørg myndighedens leder."),
    ),
    "named_already": Reason(N_("Personen er allerede udpeget i sagen."), N_("Udpeg en anden, eller lad det være.")),
    "responsibility_not_accepted": Reason(
        N_("En sag åbnes ved, at kommunen tager ansvaret."),
        N_("Sæt kryds ved ansvaret, eller læg henvendelsen til den sag, den hører til."),
    ),
    "purpose_not_plausible": Reason(
        N_("En sag kræver en rimelig grund til at frygte kriminalitet med et ekstremistisk motiv over tid."),
        N_(
            "Uden den er det ikke en sag for Infohuset. Luk henvendelsen uden indsats, eller henvis den. Det åbner ingen sag."
        ),
    ),
    "same_subject_not_confirmed": Reason(
        N_("Et menneske skal bekræfte, at begge henvendelser handler om den samme person."),
        N_("Sammenlign dem. Er du i tvivl, så åbn en sag for sig."),
    ),
    "number_or_not_known": Reason(
        N_("Der skal stå et CPR-nummer, eller at personen ikke kendes, og ikke begge dele."),
        N_("Skriv nummeret, eller sæt kryds ved, at det ikke vides."),
    ),
    "subject_unchanged": Reason(
        N_("Sagen handler allerede om den person."),
        N_("Se nummeret efter. Er det rigtigt, er der ikke noget at rette."),
    ),
    "case_to_join_not_open": Reason(
        N_("Sagen, du valgte, er ikke en åben sag i din kommune."),
        N_("Vælg en åben sag fra din egen liste. En lukket sag genåbnes med henvendelsen i stedet."),
    ),
    "reason_not_for_no_action": Reason(
        N_("At lukke uden indsats har en grund fra A1 til A4."),
        N_("Vælg A1 til A4. Skal borgeren henvises, så vælg ”Henvis til et andet sted”."),
    ),
    "returnee_needs_clearance": Reason(
        N_("En, der er vendt hjem fra en konfliktzone, afklares altid af politiet først."),
        N_("Åbn sagen, hvis den ikke er åben, og bed politiet om afklaring. Den kan lukkes bagefter."),
    ),
    "registers_not_checked": Reason(
        N_("Efter politiets afklaring lukkes en sag kun, hvis egne registre ikke viser mere."),
        N_("Se i registrene, og skriv det. Ellers hold mødet."),
    ),
    "short_assessment_missing": Reason(
        N_("Også uden grundlag for at gå videre skrives en kort vurdering."), N_("Skriv den korte vurdering først.")
    ),
    "reason_not_for_referral": Reason(
        N_("En henvisning har en grund fra B1 til B5."),
        N_("Vælg B1 til B5. Uden henvisning vælger du ”Luk uden indsats”."),
    ),
    "referral_without_basis": Reason(
        N_("En henvisning skal bygge på et samtykke eller en regel i loven."),
        N_("Vælg grundlaget, eller luk uden henvisning."),
    ),
    "private_offer_needs_consent": Reason(
        N_("Et tilbud uden for myndighederne får intet at vide uden samtykke (retsplejeloven § 115)."),
        N_("Spørg borgeren om samtykke."),
    ),
    "child_unit_is_for_children": Reason(
        N_("Modtagelsen for underretninger er for personer, der er eller kan være under 18 år."),
        N_("Vælg en anden grund eller et andet grundlag."),
    ),
    "meeting_in_future": Reason(N_("Mødet ligger i fremtiden."), N_("Notér det, når det er holdt.")),
    "no_quorum": Reason(N_("Politi og kommune skal begge være med på mødet."), N_("Hold mødet med begge.")),
    "child_unit_not_invited": Reason(
        N_("Modtagelsen for underretninger inviteres, når personen er eller kan være under 18 år."),
        N_("Invitér den. Er alderen ukendt, regnes personen som et barn."),
    ),
    "psychiatry_not_invited": Reason(
        N_("Psykiatrien inviteres, når der kan være psykisk sårbarhed."), N_("Invitér psykiatrien.")
    ),
    "dimensions_incomplete": Reason(
        N_("Hver af de ni dimensioner vurderes én gang."),
        N_("Vurdér alle ni. ”Uoplyst” er også en vurdering, når du skriver hvorfor."),
    ),
    "unknown_without_reason": Reason(N_("”Uoplyst” skal have en grund."), N_("Vælg, hvorfor det er uoplyst.")),
    "level_without_evidence": Reason(
        N_("Fra ”nogen” og op skal vurderingen bygge på noget fra de sidste 12 måneder."),
        N_("Skriv, hvad den bygger på, eller vælg et lavere niveau eller ”uoplyst”."),
    ),
    "child_unit_missing": Reason(
        N_("Handler sagen om et barn, skal modtagelsen for underretninger have været med eller bidraget skriftligt."),
        N_("Få dens bidrag. Er personen fyldt 18, så skriv det."),
    ),
    "none_is_alone": Reason(
        N_("”Ingen indsats” kan ikke stå sammen med anden hjælp."), N_("Vælg ”Ingen indsats”, eller vælg hjælp.")
    ),
    "no_acute_task": Reason(N_("Der er ikke en akut opgave at svare på."), N_("Du skal ikke gøre noget.")),
    "authority_unknown": Reason(
        N_(
            "En anbefaling sendes til en navngiven myndighed: en kommune, politiet, psykiatrien eller Kriminalforsorgen."
        ),
        N_("Vælg myndigheden på listen."),
    ),
    "not_the_addressed_authority": Reason(
        N_("Kun den myndighed, som anbefalingen blev sendt til, kan gøre det."), N_("Spørg sagsbehandleren der.")
    ),
    "writer_may_not_decide": Reason(
        N_("Den, der skrev eller sendte anbefalingen, afgør den ikke."),
        N_("Bed en anden sagsbehandler om at træffe afgørelsen."),
    ),
    "legal_basis_missing": Reason(N_("Hjælp gives efter en lov."), N_("Vælg loven.")),
    "appeal_guidance_missing": Reason(
        N_("En afgørelse følges af vejledning om, hvordan man klager."), N_("Giv borgeren vejledningen, og sæt kryds.")
    ),
    "nothing_granted": Reason(
        N_("Et tilbud giver mindst én slags hjælp."), N_("Vælg hjælpen, eller afgør, at der ikke gives hjælp.")
    ),
    "decide-measure.grounds_missing": Reason(
        N_("En afgørelse om ikke at give hjælp skal begrundes."), N_("Skriv begrundelsen.")
    ),
    "reason_missing": Reason(
        N_(
            "En afgørelse uden hjælp lukker sagen med en grund: A1-A4 eller B1-B5, efter et tilbagekaldt samtykke også D2."
        ),
        N_("Vælg grunden."),
    ),
    "consent_not_informed": Reason(
        N_("Et samtykke gælder noget bestemt, og borgeren ved, hvad det er, og at det kan trækkes tilbage."),
        N_("Fortæl borgeren det, og notér samtykket bagefter."),
    ),
    "consent_by_another": Reason(
        N_(
            "Den pårørende siger selv ja for sig selv, forældremyndighedens indehaver for et barn, ellers borgeren selv."
        ),
        N_("Spørg den, der skal sige ja. Er alderen ukendt, regnes personen som et barn."),
    ),
    "consent_period": Reason(N_("Et samtykke er givet før nu og gælder højst 12 måneder."), N_("Ret tidspunkterne.")),
    "consent_parties": Reason(
        N_("Samtykke til at dele eller til bandeexit nævner, hvem der må modtage. Andre samtykker nævner ingen."),
        N_("Vælg modtagerne, eller fjern dem."),
    ),
    "requirements_do_not_fit": Reason(
        N_(
            "Søges en fra korpset, skal kravene passe: mentor til borgeren, forældrecoach til en pårørende. Ellers er der ingen krav."
        ),
        N_("Ret kravene, eller fjern dem."),
    ),
    "measure_not_granted": Reason(N_("Myndigheden har ikke givet den slags hjælp."), N_("Vælg det, der blev givet.")),
    "measure_needs_corps_member": Reason(
        N_("Intet af det, der blev givet, kan begynde uden en fra korpset."),
        N_("Sæt kryds ved, at en fra korpset skal findes, og skriv kravene."),
    ),
    "consent_not_in_writing": Reason(
        N_("Samtykke til bandeexit gives skriftligt som det første."), N_("Få det underskrevet, og notér det så.")
    ),
    "consent_is_not_to_the_offer": Reason(
        N_("En fra korpset søges kun med det samtykke, der tager imod tilbuddet."), N_("Fjern krydset og kravene.")
    ),
    "consent_to_replace_not_there": Reason(
        N_("Et samtykke fornyer et af samme slags, som ikke er trukket tilbage."), N_("Notér det som et nyt samtykke.")
    ),
    "corps_carries_it": Reason(
        N_("Korpset står for forløbet: det vurderes og afsluttes der."), N_("Spørg korpskoordinatoren.")
    ),
    "reason_not_for_ending": Reason(N_("En afslutning har en grund fra E1 til E6."), N_("Vælg en af dem.")),
    "consent_not_there": Reason(
        N_("Sagen har ikke et sådant samtykke, som stadig kan trækkes tilbage."), N_("Se sagens samtykker.")
    ),
    "nobody_to_tell": Reason(
        N_("Ingen venter på at få at vide, at dette samtykke er trukket tilbage."), N_("Du skal ikke gøre noget.")
    ),
    "follow_up_too_early": Reason(
        N_("En opfølgning holdes tidligst en måned før sin dato."), N_("Hold den 6 og 12 måneder efter afslutningen.")
    ),
    "contact_not_tried_enough": Reason(
        N_("”Ikke nået” noteres efter tre forsøg."), N_("Prøv igen, højst tre gange i alt.")
    ),
    "wellbeing_incomplete": Reason(
        N_("Når borgeren er nået, sammenlignes de fem dimensioner af trivsel. Ellers ingen."),
        N_("Vælg bedre, som før eller værre for hver af de fem."),
    ),
    "follow_up_without_basis": Reason(
        N_("Opfølgning kræver et samtykke, der gælder, eller en regel i loven."),
        N_("Notér et samtykke til opfølgning, eller skriv grundlaget. Borgeren må gerne sige nej."),
    ),
    "reopen_without_worry": Reason(
        N_("En genåbning foreslås, fordi der er en ny bekymring."),
        N_("Sæt kryds ved den nye bekymring, eller vælg noget andet."),
    ),
    "second_review_follows": Reason(
        N_("Efter den første opfølgning kommer den anden, medmindre borgeren siger nej."),
        N_("Vælg, at opfølgningen fortsætter."),
    ),
    "follow_up_not_done": Reason(
        N_("En sag lukkes, når den anden opfølgning er holdt, eller når borgeren har sagt nej eller ikke kunne nås."),
        N_("Hold opfølgningen efter 12 måneder."),
    ),
    "new_concern_missing": Reason(
        N_("En lukket sag genåbnes med en ny henvendelse, der venter i kommunen."), N_("Vælg den nye henvendelse.")
    ),
    "case_was_never_opened": Reason(
        N_("Henvendelsen blev lukket, uden at der blev åbnet en sag. Der er ingen sag at genåbne."),
        N_("Åbn den nye henvendelse som en sag for sig, og skriv, at der har været en bekymring før."),
    ),
    "reopening_not_asked": Reason(
        N_("Under opfølgning genåbnes en sag, når en opfølgning har foreslået det."),
        N_("Notér opfølgningen med det forslag. En ny henvendelse lægges til sagen."),
    ),
    "not_acute": Reason(N_("Kun en akut sag kan åbnes på den måde."), N_("Spørg den tovholder, der har sagen.")),
    "takes_part_already": Reason(N_("Din organisation er allerede med i sagen."), N_("Åbn den, som du plejer.")),
    "glass_waits_for_review": Reason(
        N_("Du har åbnet sagen akut før, og databeskyttelsesrådgiveren har ikke skrevet under på det endnu."),
        N_("Vent på underskriften, eller ring til den tovholder, der har sagen."),
    ),
    "no_such_glass": Reason(N_("Ingen akut åbning af sagen venter på vurdering."), N_("Hent listen igen.")),
    "birth_in_future": Reason(N_("Fødselsåret ligger i fremtiden."), N_("Ret det.")),
    "residence_in_future": Reason(
        N_("Man bor et sted fra en dag, der har været."), N_("Ret dagen, eller lad den stå tom.")
    ),
    "address_is_protected": Reason(
        N_("En beskyttet adresse skrives ikke ned her."),
        N_("Lad adressen stå tom. Den, der har brug for den og må slå den op, gør det i registret."),
    ),
    "custody_of_an_adult": Reason(
        N_("Forældremyndighed skrives kun ned om et barn."), N_("Lad feltet stå tomt, eller ret fødselsåret.")
    ),
}
