"""The forms of a case's commands: those that are drawn by hand, what references may be, and what no person is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter

from services.assessment.domain.case import OPEN_CASE, Case, Stage
from services.assessment.pages import case_choices, case_codes, nine, sharing_form
from services.assessment.pages.references import reference
from services.assessment.repository import CaseStore
from services.assessment.tables import DRAFTS
from shared.persistence.work import Transaction
from shared.reference.calendar import add_months, local
from shared.vault import Vault
from shared.web.console.commands import CommandPages
from shared.web.console.drafts import FormDrafts
from shared.web.console.moments import pairs_of
from shared.web.console.site import Console, Form, Visit

TEMPLATES: Mapping[str, str] = {
    "hold-meeting": "cases/forms/meeting.html",
    "complete-assessment": "cases/forms/assessment.html",
    "decide-measure": "cases/forms/decision.html",
    "record-consent": "cases/forms/consent.html",
    "withdraw-consent": "cases/forms/withdrawal.html",
    "share-information": "cases/forms/sharing.html",
    "send-recommendation": "cases/forms/recommendation.html",
}
CONSENT_MONTHS = 12
CONSENT_TEXT = "tilbud-2026.1"
"""The version of the text that is read to the citizen now."""


def case_forms(router: APIRouter, console: Console, store: CaseStore, vault: Vault) -> None:
    """Add the forms."""
    CommandPages(
        console,
        store,
        "cases",
        heading=lambda visit, case: reference(case.id),
        choices={
            "merge-concern.into": case_choices.cases_in(store, OPEN_CASE),
            "reopen-case.concern_case": case_choices.cases_in(store, (Stage.ARRIVED,)),
            "send-recommendation.addressed_to": case_choices.authorities,
            "send-recommendation.caseworker": case_choices.own_caseworkers,
            "record-consent.replaces": case_choices.consents(),
            "record-consent.parties": case_choices.authorities,
            "withdraw-consent.consent_id": case_choices.consents(),
            "record-parties-told.consent_id": case_choices.consents(told=True),
            "share-information.from_authority": case_choices.authorities,
            "share-information.to_authority": case_choices.authorities,
            "share-information.recipient_person": case_choices.people,
            "refuse-sharing.from_authority": case_choices.own,
            "refuse-sharing.to_authority": case_choices.others,
            "dispute-fact.disputed": case_choices.facts,
        },
        open=case_codes.OPEN,
        presets={
            "hold-meeting": _meeting,
            "complete-assessment": lambda visit, case: nine.begin(),
            "record-consent": _consent,
            "withdraw-consent": lambda visit, case: Form(
                (("consent_id", visit.request.query_params.get("consent", "")),)
            ),
            "share-information": _sharing,
            "refuse-sharing": _sharing,
            "send-recommendation": lambda visit, case: Form((("addressed_to", case.organisation),)),
            "record-citizen-told": lambda visit, case: Form(pairs_of("told_at", visit.now)),
        },
        templates=TEMPLATES,
        drafts=FormDrafts(DRAFTS, vault),
        drafted=frozenset({"complete-assessment"}),
        follows={"share-information": frozenset({"purpose"})},
        filled={"share-information": sharing_form.with_purpose, "complete-assessment": nine.without_empty_evidence},
        beside={
            "complete-assessment": nine.beside,
            "hold-meeting": _who_must_come,
            "share-information": sharing_form.beside,
            "decide-measure": _recommended,
            "record-consent": _about,
            "withdraw-consent": _about,
            "send-recommendation": _recommended,
        },
    ).add(router)


def _meeting(visit: Visit, _: Case) -> Form:
    return Form((*pairs_of("held_at", visit.now), ("present", "MUNICIPALITY"), ("present", "POLICE")))


def _sharing(visit: Visit, _: Case) -> Form:
    return Form((("from_authority", visit.actor.organisation), ("recipient_kind", "EMPLOYEE")))


def _consent(visit: Visit, case: Case) -> Form:
    until = local(add_months(visit.now, CONSENT_MONTHS)).replace(hour=0, minute=0)
    minor = case.may_be_minor
    return Form(
        (
            ("kind", "OFFER" if case.stage == Stage.OFFERED else "SHARE"),
            ("client", "SUBJECT"),
            ("given_by", "CUSTODY_HOLDER" if minor else "SUBJECT"),
            ("text_version", CONSENT_TEXT),
            *pairs_of("given_at", visit.now),
            *pairs_of("valid_until", until),
            ("requirements.minor", "yes" if minor else ""),
        )
    )


async def _who_must_come(_: Visit, __: Transaction, case: Case) -> Mapping[str, Any]:
    return {"child": case.may_be_minor, "cleared_at": case.clearance_at}


async def _recommended(_: Visit, __: Transaction, case: Case) -> Mapping[str, Any]:
    return {"assessment": case.assessments[-1] if case.assessments else None}


async def _about(_: Visit, tx: Transaction, case: Case) -> Mapping[str, Any]:
    locked = case.stage == Stage.POLICE_ONLY and tx.actor.organisation != case.police
    return {"locked": locked, "offered": case.stage == Stage.OFFERED, "granted": case.granted}
