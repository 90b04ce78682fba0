"""Sharing, telling, insight and notifications about children: why not now, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.web.console.language import N_
from shared.web.console.words.model import Reason

GUARDS: Final[Mapping[str, Reason]] = {
    "not_your_share": Reason(
        N_("Du noterer det, din egen myndighed giver eller modtager."),
        N_("Bed den myndighed, der deler, om at notere det."),
    ),
    "pair_not_in_rpl115_ssp": Reason(
        N_(
            "SSP-samarbejdet (retsplejeloven § 115) gælder kommune, politi, psykiatri og skole, og politiet skal være med."
        ),
        N_("Vælg et grundlag, der gælder begge, eller lad være at dele."),
    ),
    "pair_not_in_rpl115_psp": Reason(
        N_("PSP-samarbejdet (retsplejeloven § 115) gælder kommune, politi og psykiatri."),
        N_("Vælg et grundlag, der gælder begge, eller lad være at dele."),
    ),
    "pair_not_in_rpl115_ksp": Reason(
        N_(
            "KSP-samarbejdet (retsplejeloven § 115) gælder kommune, Kriminalforsorg og politi, og Kriminalforsorgen skal være med."
        ),
        N_("Vælg et grundlag, der gælder begge, eller lad være at dele."),
    ),
    "pair_not_in_bl_underretning": Reason(
        N_("En underretning om et barn går til kommunen (barnets lov)."),
        N_("Vælg kommunen som modtager, eller et andet grundlag."),
    ),
    "pair_not_in_flytning": Reason(
        N_("Når en familie flytter, gives oplysninger fra den gamle kommune til den nye (barnets lov)."),
        N_("Vælg to kommuner, eller et andet grundlag."),
    ),
    "pair_not_in_consent": Reason(
        N_("Et samtykke gælder her kommune, Kriminalforsorg, politi, psykiatri og skole."),
        N_("Vælg parter, der er med, eller lad være at dele."),
    ),
    "pair_not_in_gang_exit_consent": Reason(
        N_("Et samtykke til bandeexit gælder kommune, Kriminalforsorg og politi."),
        N_("Vælg parter, der er med, eller lad være at dele."),
    ),
    "pair_not_in_acute_112": Reason(
        N_("Ved fare for liv gives oplysninger til politiet."), N_("Vælg politiet som modtager. Ring 112 først.")
    ),
    "pair_not_in_fvl28_gdpr": Reason(
        N_("Modtagerens opgave (forvaltningsloven § 28) gælder kommune, Kriminalforsorg, politi og psykiatri."),
        N_("Vælg et grundlag, der gælder begge, eller lad være at dele."),
    ),
    "purpose_not_of_basis": Reason(
        N_("Hvert grundlag har ét formål, og ingen af dem er en straffesag."),
        N_("Vælg det formål, der hører til grundlaget. Politiet bruger egne systemer til straffesager."),
    ),
    "recipient_may_not_receive": Reason(
        N_("Privatpersoner, den, der henvendte sig, frivillige og virksomheder modtager ikke på det grundlag."),
        N_("Del med den medarbejder, der har opgaven, eller spørg om samtykke."),
    ),
    "not_minimised": Reason(
        N_("Ingen har set efter, at kun det nødvendige deles."),
        N_("Tag det ud, som modtageren ikke har brug for, og sæt kryds."),
    ),
    "share_not_recorded_at_once": Reason(
        N_("Deling noteres, før der deles. Kun fare for liv noteres bagefter."), N_("Lad tidspunktet stå tomt.")
    ),
    "police_not_asked_first": Reason(
        N_("Før politiet har svaret, deles kun ved fare for liv og ved underretning om et barn."),
        N_("Bed om afklaring, og vent på svaret."),
    ),
    "no_live_consent": Reason(
        N_("Der er ikke et samtykke, der gælder nu og nævner modtageren."),
        N_("Spørg borgeren, eller del på et andet grundlag, hvis der er et."),
    ),
    "only_the_child_unit": Reason(
        N_("En underretning om et barn går kun til kommunens modtagelse for underretninger."),
        N_("Vælg ”Børn og familier” som afdeling."),
    ),
    "not_about_a_child": Reason(
        N_("Det grundlag er for familier med børn, og personen er fyldt 18."),
        N_("Spørg om samtykke, eller vælg et andet grundlag."),
    ),
    "not_your_refusal": Reason(N_("Kun den myndighed, der blev spurgt, kan sige nej."), N_("Vælg din egen myndighed.")),
    "asker_unknown": Reason(N_("Et nej nævner den anden myndighed, der spurgte."), N_("Vælg myndigheden på listen.")),
    "citizen_knows": Reason(N_("Borgeren har fået at vide, at der er en sag."), N_("Du skal ikke gøre noget.")),
    "told_in_the_future": Reason(N_("Det noteres, når borgeren har fået det at vide."), N_("Ret tidspunktet.")),
    "not_a_section_22_reason": Reason(
        N_(
            "Borgeren må kun vente af hensyn til afgørende private eller offentlige interesser (databeskyttelsesloven § 22)."
        ),
        N_("Vælg en af de to grunde, eller fortæl borgeren det."),
    ),
    "review_too_late": Reason(N_("En grund til at vente ses på igen inden 90 dage."), N_("Vælg en tidligere dag.")),
    "no_such_fact": Reason(N_("Sagen har ingen oplysning med det nummer."), N_("Find nummeret i sagens tidslinje.")),
    "no_case_for_insight": Reason(
        N_("Der er ingen sådan sag, som din organisation er med i."),
        N_("Send anmodningen til den myndighed, der har sagen."),
    ),
    "identity_not_checked": Reason(
        N_("Indsigt gives til borgeren eller til en, der må handle for borgeren."),
        N_("Find ud af, hvem der spørger, og sæt så kryds."),
    ),
    "received_in_the_future": Reason(N_("Anmodningen noteres, når den er kommet."), N_("Ret tidspunktet.")),
    "not_under_led": Reason(
        N_("Kun den del, der hører under retshåndhævelsesloven, sendes videre. Resten besvares her."),
        N_("Træf afgørelse om den."),
    ),
    "not_law_enforcement": Reason(
        N_("Politiet eller Kriminalforsorgen svarer selv for deres del."), N_("Vælg en af dem.")
    ),
    "insight_not_yours": Reason(
        N_(
            "Den myndighed, der har oplysningerne, træffer afgørelsen. Under retshåndhævelsesloven er det politiet eller Kriminalforsorgen."
        ),
        N_("Send den videre, eller spørg den myndighed, den blev sendt til."),
    ),
    "exemption_missing": Reason(
        N_("Mindre end fuld indsigt kræver en undtagelse i den lov, der er spurgt efter. Fuld indsigt har ingen."),
        N_("Vælg undtagelsen, eller giv fuld indsigt."),
    ),
    "held_back_unknown": Reason(
        N_("Ved indsigt i en del kan tekster fra denne sag holdes tilbage, en for en. Ellers ingen."),
        N_("Vælg teksterne fra sagen."),
    ),
    "decide-insight.grounds_missing": Reason(
        N_("Mindre end fuld indsigt skal begrundes i netop denne sag."), N_("Skriv begrundelsen.")
    ),
    "not_a_child": Reason(
        N_("En underretning handler om en, der er eller kan være under 18 år."),
        N_("Voksne får hjælp af den almindelige sociale støtte."),
    ),
    "no_need_of_support": Reason(
        N_("En underretning siger, at barnet kan have brug for støtte."),
        N_("Underret, så snart det kan være tilfældet. Du behøver ikke være sikker."),
    ),
    "case_not_open": Reason(N_("Sagen er ikke åben."), N_("Underret uden en sag, og vælg kommunen.")),
    "make-underretning.municipality_unknown": Reason(
        N_("Vi ved ikke, hvor barnet bor."), N_("Vælg den kommune, barnet bor i.")
    ),
    "no_receipt_due": Reason(N_("Ingen venter på en kvittering."), N_("Du skal ikke gøre noget.")),
    "nothing_held_back": Reason(
        N_("Indsigt i en del siger, hvilke tekster der holdes tilbage, og efter hvilken undtagelse."),
        N_("Vælg dem, eller giv fuld indsigt."),
    ),
    "released_unknown": Reason(
        N_(
            "En tekst, der vises, kom med en henvendelse i sagen, siger ikke, hvem der henvendte sig, og holdes ikke samtidig tilbage."
        ),
        N_("Vælg teksterne fra udkastet til svaret."),
    ),
    "reporter_not_ruled_out": Reason(
        N_(
            "Kun databeskyttelsesrådgiveren frigiver tekster fra en henvendelse, når de ikke viser, hvem der henvendte sig."
        ),
        N_("Læs dem sammen med tovholderen, og sæt kryds. Ellers holdes de tilbage."),
    ),
}
