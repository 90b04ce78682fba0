"""What the corps' pages say the same way everywhere: references to be spoken, what a request asks for, how far its way is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple
from uuid import UUID

from babel.lists import format_list

from services.corps.domain.intervention import Intervention, Stage
from services.corps.domain.loan import Loan
from shared.contracts.lifecycle import DeadlineReason
from shared.contracts.requirements import MatchRequirements
from shared.reference.calendar import local
from shared.reference.municipalities import municipality
from shared.web.console.due import why
from shared.web.console.language import N_
from shared.web.console.saying import Say
from shared.web.console.site import Visit


class Step(NamedTuple):
    """One step of the way to an intervention: what happens, how far it is, and whether it is done."""

    what: str
    told: str
    done: bool


def intervention_ref(about: UUID) -> str:
    """Return the short reference of an intervention, to be spoken on the phone: the random id's first eight digits."""
    return _spoken("F", about)


def loan_ref(about: UUID) -> str:
    """Return the short reference of a loan."""
    return _spoken("L", about)


def member_ref(about: UUID) -> str:
    """Return the short reference of a member of the corps, who has no name here."""
    return _spoken("K", about)


def _spoken(letter: str, about: UUID) -> str:
    digits = about.hex[:8].upper()
    return f"{letter}-{digits[:4]}-{digits[4:]}"


def waiting_days(state: Intervention, visit: Visit) -> int:
    """Return for how many days, by the calendar in Denmark, the request has waited."""
    return (local(visit.now).date() - local(state.requested_at).date()).days


def place(code: str) -> str:
    """Return the name of a municipality, without Kommune."""
    return municipality(code).name


def tongues(visit: Visit, codes: Sequence[str], style: Literal["standard", "or"] = "standard") -> str:
    """Return languages of people by name: `dansk og somali`, or with `or`: `dansk eller somali`."""
    names = [visit.language.tongue(code) for code in codes]
    return str(format_list(names, style=style, locale=visit.language.locale))


def musts(visit: Visit, wanted: MatchRequirements) -> tuple[str, ...]:
    """Return what a member must fulfil for this request, in words; how many there are is the request's number of constraints."""
    return tuple(_musts(visit, wanted))


def _musts(visit: Visit, wanted: MatchRequirements) -> Iterator[str]:
    say = Say(visit.language)
    yield visit.say(N_("Uddannet til: %(kind)s"), kind=say.code(wanted.kind, "InterventionKind").lower())
    if not wanted.interpreter_accepted:
        yield visit.say(N_("Taler %(languages)s, mindst B1"), languages=tongues(visit, wanted.languages, "or"))
    if wanted.gender_required and wanted.gender_wish:
        yield visit.say(N_("Køn, nødvendigt: %(gender)s"), gender=say.code(wanted.gender_wish, "Gender").lower())
    if wanted.minor:
        yield visit.say(N_("Børneattest"))
    if wanted.cross_over:
        yield visit.say(N_("Mindst niveau 2 i forbindelse til bandemiljø"))
    if wanted.returnee:
        yield visit.say(N_("Mindst niveau 2 i hjemvendte"))
    if wanted.security_high:
        yield visit.say(N_("Sikkerhedsgodkendt"))
    if wanted.vetoed:
        yield visit.say(N_("Ikke en af dem, som borgeren har sagt nej til på forhånd"))


def wishes(visit: Visit, wanted: MatchRequirements) -> tuple[str, ...]:
    """Return what gives points and rules nobody out, in words, and what the citizen has accepted."""
    return tuple(_wishes(visit, wanted))


def _wishes(visit: Visit, wanted: MatchRequirements) -> Iterator[str]:
    say = Say(visit.language)
    yield visit.say(N_("Emne: %(theme)s"), theme=say.code(wanted.theme, "Theme").lower())
    if wanted.gender_wish and not wanted.gender_required:
        yield visit.say(N_("Borgerens ønske om køn: %(gender)s"), gender=say.code(wanted.gender_wish, "Gender").lower())
    if wanted.interpreter_accepted:
        yield visit.say(N_("Helst %(languages)s; tolk er i orden"), languages=tongues(visit, wanted.languages, "or"))
    for each in wanted.competences:
        yield visit.say(N_("Gerne: %(competence)s"), competence=say.code(each, "Competence").lower())
    if wanted.remote_accepted:
        yield visit.say(N_("Møder på afstand er i orden"))


def way(visit: Visit, state: Intervention, loan: Loan | None) -> tuple[Step, ...]:
    """Return the steps from a request to an intervention at work, in the order in which the rules ask for them."""
    return tuple(_way(visit, state, loan))


def _way(visit: Visit, state: Intervention, loan: Loan | None) -> Iterator[Step]:
    member = state.member
    held = member is not None and member.holds(visit.now)
    yield Step(visit.say(N_("Reserver")), visit.say(N_("Pladsen holdes i fem arbejdsdage og frigives selv.")), held)
    if member is None or member.loan_id is not None:
        yield Step(
            visit.say(N_("Begge ledere skriver under på lånet")),
            _signatures(visit, loan),
            bool(loan and loan.signed_at),
        )
    accepted = member is not None and member.citizen_accepted
    declines = visit.say(N_("Borgeren har sagt nej %(n)s gange."), n=state.declines) if state.declines else ""
    free = visit.say(N_("Kan sige nej to gange uden grund."))
    yield Step(visit.say(N_("Borgeren siger ja")), f"{declines} {free}".strip(), accepted)
    given = {each.role for each in state.agreements.get("accept-match", ())}
    begun = state.stage != Stage.MATCHING
    for role, what in (
        ("CORPS_MEMBER", visit.say(N_("Korpsmedlemmet siger ja til planen"))),
        ("LOCAL_COORDINATOR", visit.say(N_("Koordinatoren siger ja til den samme plan"))),
    ):
        yield Step(what, visit.say(N_("Slutdato og mål.")) if role == "CORPS_MEMBER" else "", begun or role in given)


def _signatures(visit: Visit, loan: Loan | None) -> str:
    if loan is None:
        return visit.say(N_("Kun ved et lån: timer, datoer og pris; ingen personoplysninger."))
    missing = [
        place(code)
        for code, signed in ((loan.lender, loan.signed_by_lender), (loan.borrower, loan.signed_by_borrower))
        if signed is None
    ]
    if not missing:
        return visit.say(N_("Begge har skrevet under."))
    return visit.say(N_("Mangler: %(who)s."), who=", ".join(missing))


def because(visit: Visit, clock: dict[str, Any]) -> str:
    """Return why a deadline is due when it is."""
    return why(DeadlineReason.model_validate(clock["reason"]), visit.language)


def today(visit: Visit) -> date:
    """Return the Danish day."""
    return local(visit.now).date()
