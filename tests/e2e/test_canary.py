"""What people type is in the vault, sealed, and nowhere else: no record, history, log line, metric, span, e-mail, row or backup.

A word that stands nowhere else is typed into every text field that the services serve, another into every kind of wrong
request. Then everything is read to the bottom and searched. The same search finds a control in each store, or it would
prove nothing. What is typed and how a word is found: `tests.support.canary`; what is read: `tests.support.stores`.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel

from deploy.config import SERVICES
from deploy.demo.people import Office, Person
from deploy.demo.stories.corps import session
from deploy.demo.stories.steps import DIMENSIONS
from deploy.seed.corps import corps_members
from shared.lifecycle.actor import Role
from shared.lifecycle.table import Command
from shared.lifecycle.text import Text
from shared.reference.calendar import local
from shared.reference.organisations import kommune
from tests.support import planting, stores
from tests.support.calls import CALL, HOTLINE, adviser, called, raised, routing
from tests.support.canary import Stores, Teller, danish, word
from tests.support.cases import Infohus, id_of
from tests.support.command import tovholder
from tests.support.planting import DATABASES, Control
from tests.support.product import Product
from tests.support.served import Served, ask, documents, served
from tests.support.telling import falls_due
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(300)  # the first test also starts the servers
AARHUS = "0751"
PLAIN = (
    *("kafka", "kafka files", "temporal", "temporal database", "metrics", "log", "trace", "mail"),
    *("arguments", "environment", "access log", "checkpoints", "erasure ledger"),
)
OF_A_SERVER = ("rows", "dump", "WAL", "full pages", "data files", "backup")
KINDS = {*PLAIN, *(f"{server}: {kind}" for server in DATABASES for kind in OF_A_SERVER)}
"""Every store that is read and has a control. What else lies in the state folder is read too, and has none."""


@dataclass
class Told:
    """What was typed, what was answered to wrong requests, and what was found in the stores afterwards."""

    teller: Teller
    wrong: str
    named: str
    echoes: list[str]
    controls: list[Control]
    stores: Stores


@pytest.fixture(scope="module")
async def told(product: Product, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Told]:
    """Type canaries wherever one can type, plant the controls, and read every store."""
    wrong, named = danish(), word()
    office = Office(product.backends.config.gateway_url, product.backends.config.issuer_url)
    teller = Teller(await documents(product), base_url=office.http.base_url, timeout=30, trust_env=False)
    office.http = teller
    telling = replace(product, office=office)
    began = time.monotonic()
    await _everything(product, telling)
    echoes = await _wrong_requests(product, wrong, named)
    await Infohus(product).settled()
    typed = time.monotonic()
    numbers = [number for place, words in teller.typed.items() if place.endswith(".cpr") for number in words]
    controls, found = await _read(product, Stores(numbers), tmp_path_factory.mktemp("export"))
    print(f"typed in {typed - began:.1f} s, read in {time.monotonic() - typed:.1f} s")
    yield Told(teller, wrong, named, echoes, controls, found)
    await teller.aclose()


async def test_a_canary_was_taken_by_every_text_field_that_is_served(told: Told) -> None:
    assert told.teller.places() - told.teller.accepted == set()
    assert len(told.teller.accepted) >= 18


async def test_every_text_of_every_command_is_a_field_that_a_canary_was_typed_into(told: Told) -> None:
    assert _texts_of_commands() - told.teller.accepted == set()


async def test_every_control_that_was_planted_in_the_clear_is_found(told: Told) -> None:
    missed = [
        (kind, control.how)
        for control in told.controls
        for kind in control.kinds
        if kind not in {found for found, _, _ in told.stores.where(control.word)}
    ]

    assert missed == []
    assert {kind for control in told.controls for kind in control.kinds} == KINDS


async def test_a_canary_typed_into_every_text_field_stands_in_no_store(told: Told) -> None:
    read = told.stores.sizes
    print(", ".join(f"{kind}: {size:,} bytes" for kind, size in sorted(read.items())))

    assert set(read) == {*KINDS, "state folder"}
    assert all(read.values())
    found = {place: told.stores.where(each) for place, words in told.teller.typed.items() for each in words}
    assert {place: where for place, where in found.items() if where} == {}


async def test_a_canary_in_a_wrong_request_stands_in_no_store(told: Told) -> None:
    assert told.stores.where(told.wrong) == []
    assert told.stores.where(told.named) == []


async def test_no_password_and_no_key_stands_where_processes_tell_of_themselves(told: Told, product: Product) -> None:
    secrets = _secrets(product.state / "secrets")
    told_of = {kind: content for kind, content in told.stores.whole.items() if content}

    assert len(secrets) > 30
    assert set(told_of) >= {"arguments", "environment", "log", "metrics", "trace", "mail", "kafka", "checkpoints"}
    assert [
        (place, name)
        for parts in told_of.values()
        for place, content in parts
        for name, secret in secrets.items()
        if secret in content
    ] == []


async def test_an_answer_to_a_wrong_request_does_not_repeat_what_was_typed(told: Told) -> None:
    assert told.echoes == []


async def test_what_was_typed_can_be_opened_by_who_may(product: Product) -> None:
    said = f"{danish()} igen"
    concern = await called(product, description=said)
    path = f"/intake/v1/concerns/{concern}"
    text = (await adviser(product).see(path)).body["description"]

    opened = await adviser(product).send(
        "POST", f"{path}/open-texts", {"texts": [text], "role": "HOTLINE_ADVISER", "reason": "ADVICE"}
    )

    assert opened.body["texts"] == {text: said}


def _secrets(folder: Path) -> dict[str, bytes]:
    """Return every password and key of a stack by where it stands."""
    found = {}
    for file in folder.glob("*.json"):
        for place, text in _strings(json.loads(file.read_text()), file.name):
            if len(text) >= 20:
                found[place] = text.encode()
    return found


def _strings(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _strings(part, f"{place} {name}")


def _texts_of_commands() -> set[str]:
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


# --- reading


async def _read(product: Product, found: Stores, exported: Path) -> tuple[list[Control], Stores]:
    """Plant a control in every store, take a backup and an export, and read everything."""
    state = product.state
    erased = ("erasure", "request", str(await called(product)), "--by", str(uuid4()), "--reason", "ENTERED_BY_MISTAKE")
    await asyncio.to_thread(tovholder, state, *erased)
    (state / "checkpoints").mkdir(exist_ok=True)
    folders = (("access log", exported), ("checkpoints", state / "checkpoints"), ("erasure ledger", state / "erasures"))
    page, metric = planting.in_metrics()
    with planting.in_process() as in_process:
        controls = [*in_process, metric, planting.in_mail(product), *planting.in_files(product, *folders)]
        controls += [*await planting.in_kafka(product), *await planting.in_temporal(product)]
        for server in DATABASES:
            controls += await planting.in_postgres(product, server)
        await asyncio.to_thread(tovholder, state, "backup", "create")
        export = ("audit", "export", str(exported / "log.jsonl"), "--organisation", HOTLINE)
        await asyncio.to_thread(tovholder, state, *export)
        stores.of_processes(found)
        await stores.of_kafka(product, found)
        await stores.of_temporal(product, found)
        for server in DATABASES:
            await stores.of_postgres(product, found, server)
            await stores.of_clusters(product, found, server)
        await stores.of_metrics(product, found, page)
        await stores.of_files(product, found, *folders)
    for _, folder in folders:
        (folder / "control.txt").unlink()
    return controls, found


# --- typing


async def _everything(product: Product, telling: Product) -> None:
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
    hints = await adviser(telling).send("POST", "/intake/v1/source-hints", {"text": "x"})
    assert hints.status == 200, hints.body


async def _case(product: Product) -> None:
    """A case the whole way: assessed, granted, carried by a mentor, followed up, opened again."""
    house = Infohus(product, AARHUS)
    member = await _mentor(product)
    path = await house.cleared()
    await _rights(product, house, path)
    await house.met(path)
    await house.tovholder.do(path, "record-short-assessment", {"assessment": "x"})
    await house.assessed(path, ("MENTOR", "EDUCATION_JOB"))
    await house.granted(path, ("MENTOR", "EDUCATION_JOB"))
    await house.consented(path, {"languages": ["da"], "theme": "UNCLEAR"})
    await _intervention(product, house, member, id_of(path))
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
    await officer.do(
        insight, "decide-insight", {"decision": "PARTIAL", "exemption_basis": ["DBL22_CRIME"], "grounds": "x"}
    )


async def _mentor(product: Product) -> Person:
    desk = product.at("NATIONAL_DESK", "centre:national")
    today = product.clock.now().date()
    hosts = [{"municipality": AARHUS, "valid_from": today.replace(month=1, day=1).isoformat()}]
    await desk.send("PUT", "/corps/v1/corps-municipalities", {"municipalities": hosts})
    known = next(each for each in corps_members(today) if each.municipality == AARHUS and _mentors(each.as_json()))
    found = await desk.send("POST", "/corps/v1/members", known.as_json())
    assert found.status in (201, 409), found.body
    return Person(product.office, Role.CORPS_MEMBER, kommune(AARHUS), UUID(str(known.member_ref)))


def _mentors(member: dict[str, Any]) -> bool:
    return any(training["kind"] == "MENTOR" for training in member["trainings"]) and not member.get("leave")


async def _intervention(product: Product, house: Infohus, member: Person, case: UUID) -> None:
    coordinator = product.at("LOCAL_COORDINATOR", kommune(AARHUS))
    query = "select id from corps.intervention where body ->> 'case_id' = $1"
    found = await eventually(lambda: product.value(query, str(case)), what="the request reaches the corps")
    path, today = f"/corps/v1/interventions/{found}", local(product.clock.now()).date()
    await coordinator.do(path, "choose-member", {"member_ref": str(member.ref)})
    await coordinator.do(path, "record-citizen-answer", {"accepts": True})
    plan = {"planned_end": (today + timedelta(days=150)).isoformat(), "goals": [DIMENSIONS[3]]}
    await member.do(path, "accept-match", plan)
    await coordinator.do(path, "accept-match", plan)
    await member.do(path, "log-session", session(today))
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
    assert (await steering.send("PUT", "/notify/v1/people", {"people": [listed]})).status == 200
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


# --- typing it where it does not belong


async def _wrong_requests(product: Product, wrong: str, named: str) -> list[str]:
    """Send a word wherever a request is not as it must be, another as the name of fields; return the answers that repeat the first.

    A name that is no field is told to who sent it; a value is not.
    """
    token = await product.office.token(adviser(product).ref)
    found = await documents(product)
    echoes = []
    for each in await served(product):
        for what, more in _wrong(each, found[each.service]["components"]["schemas"], f"{wrong} æøå", named):
            answer = await ask(product, each, None if what == "token" else token, **more)
            if wrong in answer.text or wrong in str(answer.headers):
                echoes.append(f"{each.name} repeats a wrong {what}: {answer.status_code}")
    return echoes


def _wrong(each: Served, schemas: dict[str, Any], text: str, named: str) -> list[tuple[str, dict[str, Any]]]:
    """Return wrong requests by what is wrong with them."""
    coded = text.encode()
    name = each.operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    fields = schemas.get(name.get("$ref", "").rpartition("/")[2], {}).get("properties", {})
    closed = [field for field, part in fields.items() if "sealed on arrival" not in json.dumps(part)]
    made: list[tuple[str, dict[str, Any]]] = [
        ("token", {"headers": {"Authorization": b"Bearer " + coded}}),
        ("reference", {"url": each.url(text.split(maxsplit=1)[0])}),
        ("query", {"params": {"cursor": text, "limit": text, "stage": text, text.split(maxsplit=1)[0]: "1"}}),
        ("header", {"headers": _headers(coded)}),
    ]
    if each.method in ("POST", "PUT"):
        made += [(f"{field}", {"json": {field: text}}) for field in closed]
        made += [(f"{field} inside", {"json": {field: [{"a": text}, text, {named: 1}]}}) for field in closed[:2]]
        made += [
            ("document", {"content": b'{"description": "' + coded}),
            ("list", {"json": [text]}),
            ("value", {"json": {"no_such_field": text}}),
            ("name", {"json": {named: 1, "wellbeing": {named: 1}}}),
            ("encoding", {"content": b'{"description": "\xff' + coded + b'"}'}),
            ("key", {"json": {}, "headers": {"Idempotency-Key": coded}}),
            ("version", {"json": {}, "headers": {"If-Match": coded}}),
            ("kind of content", {"content": coded, "headers": {"Content-Type": b"text/" + coded}}),
            (
                "number of a person",
                {"json": dict.fromkeys(("description", "note", "grounds"), f"{text} 010190-1234")},
            ),
        ]
    return made


def _headers(coded: bytes) -> dict[str, bytes]:
    names = ("X-Correlation-Id", "User-Agent", "Referer", "Cookie", "X-Forwarded-For", "Accept-Language", "baggage")
    word_alone = coded.split()[0]
    traced = {"traceparent": b"00-" + word_alone + b"-1-01", "tracestate": b"a=" + word_alone}
    return dict.fromkeys(names, coded) | traced | {"X-Request-Id": str(uuid4()).encode()}
