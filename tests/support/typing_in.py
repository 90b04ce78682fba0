"""Typing into every text field of every command, by the people whose work it is; and which fields there are."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any, get_args
from uuid import UUID, uuid4

from pydantic import BaseModel

from deploy.config import SERVICES
from deploy.demo.people import Person
from deploy.demo.stories.corps import session
from deploy.demo.stories.steps import DIMENSIONS
from deploy.seed.corps import corps_members
from shared.lifecycle.actor import Role
from shared.lifecycle.table import Command
from shared.lifecycle.text import Text
from shared.reference.calendar import local
from shared.reference.organisations import kommune
from tests.support.calls import CALL, adviser, called, raised, routing
from tests.support.canary import Teller
from tests.support.cases import Infohus, id_of
from tests.support.product import Product
from tests.support.telling import falls_due
from tests.support.waiting import eventually

AARHUS = "0751"


async def type_everywhere(product: Product, telling: Product) -> None:
    """Type into every field of every command that somebody gives over HTTP."""
    await _hotline(telling)
    await _nameless(product, telling)
    await _case(telling)
    await _mail(telling)
    await _glass(telling)
    await _own_words(product, telling)


async def _hotline(product: Product) -> None:
    """Advice, the public form, an acute concern with its hand-over, a caller who gives up anonymity."""
    desk = adviser(product)
    call = {"anonymity": "OPEN", "channel": "HOTLINE", "reporter_kind": "FRIEND"}
    advised = await desk.create("/intake/v1/concerns", call)
    await desk.do(f"/intake/v1/concerns/{advised}", "give-advice")
    await product.citizen().create("/intake/v1/public/concerns", {"anonymity": "CONFIDENTIAL", "channel": "WEB_FORM"})
    acute = f"/intake/v1/concerns/{await raised(product)}"
    handed = {"called": "ALARM_112", "handed_over_at": (product.clock.now() - timedelta(seconds=5)).isoformat()}
    await desk.do(acute, "log-handover", handed)
    await desk.do(acute, "complete-record", {"subject_known": "PARTIAL"})
    confidential = await desk.create("/intake/v1/concerns", {**CALL, "subject_known": "NONE"})
    await desk.do(f"/intake/v1/concerns/{confidential}", "set-anonymity", {"anonymity": "OPEN"})


async def _nameless(product: Product, telling: Product) -> None:
    """A citizen without a name, who comes back with the code; then one who calls the hotline again."""
    call = {"anonymity": "ANONYMOUS", "channel": "WEB_FORM"}
    made = await product.citizen().send("POST", "/intake/v1/public/concerns", call)
    more = {"code": made.body["reference_code"], "information": "x"}
    added = await telling.citizen().send("POST", "/intake/v1/public/concerns/add-information", more)
    assert added.status == 200, added.body
    concern = f"/intake/v1/concerns/{made.body['id']}"
    await adviser(telling).do(concern, "add-information", {"information": "x"})
    await adviser(telling).do(concern, "note-information")
    await adviser(telling).do(concern, "ask-question", {"question": "x"})
    asked = (await adviser(product).see(concern)).body["questions"][0]["text"]
    said = {"code": made.body["reference_code"], "question": asked, "answer": "x"}
    answered = await telling.citizen().send("POST", "/intake/v1/public/concerns/answer-question", said)
    assert answered.status == 200, answered.body
    await adviser(telling).do(concern, "ask-question", {"question": "x"})
    asked = (await adviser(product).see(concern)).body["questions"][1]["text"]
    await adviser(telling).do(concern, "answer-question", {"question": asked, "answer": "x"})
    hints = await adviser(telling).send("POST", "/intake/v1/source-hints", {"text": "x"})
    assert hints.status == 200, hints.body


async def _case(product: Product) -> None:
    """A case the whole way: assessed, granted, carried by a mentor, followed up, opened again."""
    house = Infohus(product, AARHUS)
    await _register_mentors(product)
    path = await house.cleared()
    await house.tovholder.do(path, "describe-subject", {"residence_municipality": AARHUS})
    # The other tovholder never agrees: one number is proposed, and waits.
    await house.tovholder.do(path, "correct-subject")
    await _rights(product, house, path)
    await house.met(path)
    await house.tovholder.do(path, "record-short-assessment", {"assessment": "x"})
    await house.assessed(path, ("MENTOR", "EDUCATION_JOB"))
    await house.granted(path, ("MENTOR", "EDUCATION_JOB"))
    await house.consented(path, {"languages": ["da"], "theme": "UNCLEAR"})
    await _intervention(product, house, id_of(path))
    await eventually(lambda: _stage(house, path, "K12"), what="the case is in follow-up")
    review = {"contact": "REACHED", "wellbeing": dict.fromkeys(DIMENSIONS[4:], "WORSE"), "new_concern": True}
    await house.caseworker.do(path, "hold-follow-up", {**review, "decision": "REOPEN_TASK"})
    await house.tovholder.do(path, "reopen-case")


async def _rights(product: Product, house: Infohus, path: str) -> None:
    """Something is shared, telling waits, the citizen disputes a fact, asks for insight, and gets it in part."""
    own = kommune(AARHUS)
    share = {
        "from_authority": own,
        "to_authority": "politi:oestjylland",
        "recipient_person": str(uuid4()),
        "recipient_kind": "EMPLOYEE",
        "basis": "RPL115_SSP",
        "purpose": "CRIME_PREVENTION",
        "necessity": "x",
        "categories": ["CONCERN"],
        "minimisation_checked": True,
    }
    await house.tovholder.do(path, "share-information", share)
    review = (product.clock.now() + timedelta(days=60)).date().isoformat()
    await house.tovholder.do(
        path, "postpone-telling", {"exemption": "DBL22_CRIME", "grounds": "x", "review_on": review}
    )
    await house.tovholder.do(path, "dispute-fact", {"disputed": 1, "citizens_version": "x"})
    asked = {
        "case_id": str(id_of(path)),
        "requested_by": "SUBJECT",
        "identity_checked": True,
        "regime": "GDPR15",
        "received_at": product.clock.now().isoformat(),
    }
    officer = product.at("DPO", own)
    insight = f"/assessment/v1/insights/{await officer.create('/assessment/v1/insights', asked)}"
    draft = (await officer.see(f"{insight}/export")).body
    held = [{"text": each["text"], "basis": "DBL22_CRIME"} for each in draft["texts"] if each["of"] == "CASE"]
    await officer.do(insight, "decide-insight", {"decision": "PARTIAL", "held_back": held, "grounds": "x"})


async def _register_mentors(product: Product) -> None:
    """Two mentors of the municipality: one says no, the other takes it."""
    desk = product.at("NATIONAL_DESK", "centre:national")
    today = product.clock.now().date()
    hosts = [{"municipality": AARHUS, "valid_from": today.replace(month=1, day=1).isoformat()}]
    await desk.send("PUT", "/corps/v1/corps-municipalities", {"municipalities": hosts})
    there = (each for each in corps_members(today) if each.municipality == AARHUS and _mentors(each.as_json()))
    for known in islice(there, 2):
        found = await desk.send("POST", "/corps/v1/members", known.as_json())
        assert found.status in (201, 409), found.body


async def _own(coordinator: Person, path: str) -> list[str]:
    """Return the own members who fit, the best first."""
    options = (await coordinator.see(f"{path}/options")).body["options"]
    return [each["member_ref"] for each in options if not each["loan"]]


def _member(product: Product, ref: str) -> Person:
    return Person(product.office, Role.CORPS_MEMBER, kommune(AARHUS), UUID(ref))


def _mentors(member: dict[str, Any]) -> bool:
    return any(training["kind"] == "MENTOR" for training in member["trainings"]) and not member.get("leave")


async def _intervention(product: Product, house: Infohus, case: UUID) -> None:
    coordinator = product.at("LOCAL_COORDINATOR", kommune(AARHUS))
    query = "select id from corps.intervention where body ->> 'case_id' = $1"
    found = await eventually(lambda: product.value(query, str(case)), what="the request reaches the corps")
    path, today = f"/corps/v1/interventions/{found}", local(product.clock.now()).date()
    first, *_, last = await _own(coordinator, path)
    await coordinator.do(path, "choose-member", {"member_ref": last, "reason_code": "PROFESSIONAL_JUDGEMENT"})
    await _member(product, last).do(path, "decline-match", {"reason": "NO_TIME", "grounds": "x"})
    await coordinator.do(path, "choose-member", {"member_ref": first})
    member = _member(product, first)
    await coordinator.do(path, "record-citizen-answer", {"accepts": True})
    plan = {"planned_end": (today + timedelta(days=150)).isoformat(), "goals": [DIMENSIONS[3]]}
    await member.do(path, "accept-match", plan)
    await coordinator.do(path, "accept-match", plan)
    await member.do(path, "log-session", session(today))
    await member.do(path, "propose-ending", {"criterion": "CITIZEN_ASKS", "note": "x"})
    await member.do(path, "record-progression", {"citizen_progress": 1, "member_progress": 1})
    await coordinator.do(path, "review-plan", {"necessity": "PREPARE_ENDING"})
    end = {"end_reason": "E1", "criterion": "CITIZEN_ASKS"}
    end |= dict.fromkeys(("farewell_held", "handed_over", "follow_ups_agreed"), True)
    await coordinator.do(path, "end-intervention", end)
    await house.caseworker.do(path, "end-intervention", end)


async def _stage(house: Infohus, path: str, stage: str) -> bool:
    return (await house.caseworker.see(path)).body["stage"] == stage


async def _mail(product: Product) -> None:
    """A clock of an acute concern reminds, and somebody is written to at once."""
    listed = {
        "person_ref": str(adviser(product).ref),
        "organisation": "hotline:national",
        "roles": ["HOTLINE_ADVISER"],
        "email": "vagt@hotline.example",
    }
    steering = product.at("STEERING", "centre:national")
    assert (await steering.send("POST", "/notify/v1/people", {"people": [listed]})).status == 200
    acute = await raised(product)
    await eventually(
        lambda: product.value("select count(*) from intake.deadlines where aggregate_id = $1", acute),
        what="its clocks run",
    )
    await falls_due(product, "intake", "concern", acute, "hand_over")
    await eventually(lambda: list(product.backends.mail_dir.glob("*.eml")), within=40, what="somebody is written to")


async def _glass(product: Product) -> None:
    """A tovholder from elsewhere breaks the glass of an acute case."""
    house, elsewhere = Infohus(product), Infohus(product, AARHUS)
    concern = await raised(product)
    await adviser(product).do(f"/intake/v1/concerns/{concern}", "route-concern", routing())
    path = await house.record_of(concern)
    broken = await elsewhere.tovholder.send("POST", f"{path}/break-glass", {"grounds": "x"})
    assert broken.status == 200, broken.body


async def _own_words(product: Product, telling: Product) -> None:
    """Somebody opens a text and says why in words of their own, which no document calls a text."""
    path = f"/intake/v1/concerns/{await called(product)}"
    text = (await adviser(product).see(path)).body["description"]
    teller = telling.office.http
    assert isinstance(teller, Teller)
    asked = {"texts": [text], "role": "HOTLINE_ADVISER", "reason": "ADVICE", "reason_text": teller.canary("own words")}
    assert (await adviser(product).send("POST", f"{path}/open-texts", asked)).status == 200


# --- what there is to type into


def texts_of_commands() -> set[str]:
    """Return every text that a command of a service takes, by service, class and field; parts of commands included."""
    for service in SERVICES:
        importlib.import_module(f"services.{service}.app")
    found = set[str]()
    for command in _below(Command):
        if command.__module__.startswith("services."):
            found |= {f"{command.__module__.split('.')[1]} {place}" for place in _texts(command)}
    return found


def _below(command: type[Command]) -> Iterator[type[Command]]:
    for each in command.__subclasses__():
        yield each
        yield from _below(each)


def _texts(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        for kind in _kinds(field.annotation):
            if kind is Text:
                yield f"{model.__name__}.{name}"
            elif isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from _texts(kind)


def _kinds(annotation: Any) -> Iterator[Any]:
    """Yield a type and every type that it is made of: of `tuple[A | None, ...]` also A."""
    yield annotation
    for part in get_args(annotation):
        yield from _kinds(part)
