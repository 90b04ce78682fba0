"""The corps: requests, members, interventions and loans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.web.console.language import N_

CODES: Final[Mapping[str, Mapping[str, str]]] = {
    "InterventionKind": {
        "MENTOR": N_("Mentor"),
        "PARENT_COACH": N_("Forældre- eller pårørendecoach"),
    },
    "Kind": {
        "MENTOR": N_("Mentor"),
        "PARENT_COACH": N_("Forældre- eller pårørendecoach"),
        "COORDINATOR": N_("Korpskoordinator"),
        "UNIT": N_("En henvendelse eller sag"),
        "PERSON": N_("Alt om en person"),
    },
    "Client": {
        "SUBJECT": N_("Borgeren selv"),
        "RELATIVE": N_("En pårørende"),
    },
    "Gender": {
        "FEMALE": N_("Kvinde"),
        "MALE": N_("Mand"),
        "OTHER": N_("Andet"),
    },
    "Theme": {
        "UNCLEAR": N_("Uklart"),
        "EKSTREM_ISLAMISME": N_("Ekstrem islamisme"),
        "HOEJRE": N_("Højreekstremisme"),
        "VENSTRE": N_("Venstreekstremisme"),
        "OTHER_MIXED": N_("Andet eller blandet"),
    },
    "Competence": {
        "EKSTREM_ISLAMISME": N_("Ekstrem islamisme"),
        "HOEJRE": N_("Højreekstremisme"),
        "VENSTRE": N_("Venstreekstremisme"),
        "ONLINE_RISK": N_("Risiko på nettet"),
        "GANG_CROSS_OVER": N_("Forbindelse til bandemiljø"),
        "RETURNEE": N_("Hjemvendte fra en konfliktzone"),
        "MENTAL_VULNERABILITY": N_("Psykisk sårbarhed"),
        "MINORS": N_("Børn og unge under 18"),
        "PARENTS_GROUP": N_("Forældregrupper"),
    },
    "Level": {
        "OWNER": N_("Den, der har opgaven"),
        "DEPUTY": N_("Stedfortræder"),
        "LEADER": N_("Leder"),
        "A1": N_("A1 Begynder"),
        "A2": N_("A2 Hverdagssprog"),
        "B1": N_("B1 Kan samtale"),
        "B2": N_("B2 Taler frit"),
        "C1": N_("C1 Taler flydende"),
        "C2": N_("C2 Som et modersmål"),
    },
    "HoldKind": {
        "RESERVED": N_("Holdt fri"),
        "ACTIVE": N_("I brug"),
    },
    "Attended": {
        "YES": N_("Ja"),
        "NO": N_("Nej"),
        "CANCELLED": N_("Aflyst"),
    },
    "SessionMode": {
        "IN_PERSON": N_("Personligt"),
        "PHONE": N_("Telefon"),
        "VIDEO": N_("Video"),
        "TEXT": N_("Beskeder"),
    },
    "ConcernOutcome": {
        "NOTHING": N_("Ikke grund til mere"),
        "TALKED_OVER": N_("Talt igennem med medlemmet"),
        "TOLD_CASEWORKER": N_("Sagsbehandleren har fået besked"),
        "UNDERRETNING": N_("Der er underrettet om et barn"),
        "ACUTE": N_("Politiet er ringet op"),
    },
    "ChoiceReason": {
        "FIRST_OPTION": N_("Det er det første forslag"),
        "KNOWS_THE_PLACE": N_("Kender stedet"),
        "CITIZEN_PREFERS": N_("Borgeren foretrækker det"),
        "CONTINUITY": N_("Borgeren kender medlemmet i forvejen"),
        "AVAILABLE_SOONER": N_("Kan begynde før"),
        "LESS_TRAVEL": N_("Mindre rejsetid"),
        "PROFESSIONAL_JUDGEMENT": N_("Faglig vurdering"),
    },
    "ReturnReason": {
        "CITIZEN_DECLINED": N_("Borgeren sagde nej tak"),
        "MEMBER_DECLINED": N_("Medlemmet sagde nej tak"),
        "COORDINATOR_CHANGED": N_("Koordinatoren valgte om"),
        "NOT_ANSWERED": N_("Ingen svarede i tide"),
        "NOT_SIGNED": N_("Lånet blev ikke underskrevet i tide"),
        "LENDER_CANCELLED": N_("Den kommune, der låner ud, aflyste"),
        "BORROWER_CANCELLED": N_("Den kommune, der låner, aflyste"),
        "MEMBER_ILL": N_("Medlemmet er sygt"),
        "MEMBER_LEFT": N_("Medlemmet har forladt korpset"),
        "RELATION": N_("De to passer ikke sammen"),
        "SAFETY": N_("Sikkerhed"),
        "LOAN_ENDED": N_("Lånet er slut"),
    },
    "Necessity": {
        "CONTINUE": N_("Forløbet fortsætter"),
        "REDUCE": N_("Færre møder"),
        "PREPARE_ENDING": N_("Afslutningen forberedes"),
    },
    "PauseReason": {
        "PRISON": N_("Fængsel"),
        "ILLNESS": N_("Sygdom"),
        "ABROAD": N_("I udlandet"),
        "WISH": N_("Borgerens ønske"),
    },
    "EndCriterion": {
        "GOALS_REACHED": N_("Målene er nået"),
        "GOALS_DROPPED": N_("Målene er opgivet ved to gennemgange i træk"),
        "CITIZEN_ASKS": N_("Borgeren beder om det"),
        "TWELVE_MONTHS": N_("Der er gået tolv måneder"),
        "UNSAFE": N_("Relationen er ikke sikker"),
    },
    "DeclineReason": {
        "NO_TIME": N_("Jeg har ikke tid"),
        "DISTANCE": N_("Der er for langt"),
        "ANOTHER_FIELD": N_("Det er ikke det, jeg kan"),
        "PERSONAL": N_("Personlige grunde"),
    },
    "LoanEnding": {
        "ENDS_ON": N_("Den sidste dag er gået"),
        "RECALLED": N_("Medlemmet blev kaldt hjem"),
        "INTERVENTION_ENDED": N_("Forløbet er slut"),
        "INTERVENTION_STOPPED": N_("Forløbet er stoppet"),
        "MEMBER_REPLACED": N_("Et andet medlem overtog"),
        "CHOICE_WITHDRAWN": N_("Valget blev trukket tilbage"),
        "CITIZEN_DECLINED": N_("Borgeren sagde nej tak"),
    },
    "CancelReason": {
        "MEMBER_UNAVAILABLE": N_("Medlemmet kan ikke alligevel"),
        "TERMS": N_("Vilkårene"),
        "NO_LONGER_NEEDED": N_("Lånet er ikke nødvendigt længere"),
        "OWN_MEMBER_FREE": N_("Et eget medlem er blevet fri"),
        "OTHER": N_("Noget andet"),
    },
    "OwnUnfit": {
        "CITIZEN_KNOWS_THEM": N_("Borgeren kender medlemmet privat"),
        "SMALL_PLACE": N_("Stedet er for lille"),
        "COMPETENCE": N_("En kompetence mangler"),
        "LANGUAGE": N_("Sproget"),
        "CITIZEN_WISH": N_("Borgerens ønske"),
    },
    "Side": {
        "LENDER": N_("Den kommune, der låner ud"),
        "BORROWER": N_("Den kommune, der låner"),
    },
    "SuppliedBy": {
        "LENDER": N_("Den kommune, der låner ud"),
        "BORROWER": N_("Den kommune, der låner"),
        "CENTRE": N_("Centeret"),
    },
}
