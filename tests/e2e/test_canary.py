"""What people type is in the vault, sealed, and nowhere else: no record, history, log line, metric, span, e-mail, row or backup.

A word that stands nowhere else is typed into every text field that the services serve, another into every kind of wrong
request. Then everything is read to the bottom and searched. The same search finds a control in each store, or it would
prove nothing. What is typed and how a word is found: `tests.support.canary`; what is read: `tests.support.stores`.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from deploy.demo.people import Office
from tests.support import planting, stores
from tests.support.calls import HOTLINE, adviser, called
from tests.support.canary import RECEIPT, Stores, Teller, danish, word
from tests.support.cases import Infohus
from tests.support.command import tovholder
from tests.support.planting import DATABASES, Control
from tests.support.product import Product
from tests.support.served import documents
from tests.support.typing_drafts import type_into_drafts
from tests.support.typing_in import texts_of_commands, type_everywhere
from tests.support.typing_wrong import wrong_requests

pytestmark = pytest.mark.timeout(300)  # the first test also starts the servers
PLAIN = (
    *("kafka", "kafka files", "temporal", "temporal database", "metrics", "log", "trace", "mail"),
    *("arguments", "environment", "access log", "checkpoints", "erasure ledger"),
)
OF_A_SERVER = ("rows", "dump", "WAL", "full pages", "data files", "backup")
KINDS = {*PLAIN, *(f"{server}: {kind}" for server in DATABASES for kind in OF_A_SERVER)}
"""Every store that is read and has a control. What else lies in the state folder is read too, and has none."""


CONTROL_LOG = "secret.log"


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
    await type_everywhere(product, telling)
    await type_into_drafts(product, teller)
    echoes = await wrong_requests(product, wrong, named)
    await Infohus(product).settled()
    typed = time.monotonic()
    numbers = [number for place, words in teller.typed.items() if place.endswith(".cpr") for number in words]
    controls, found = await _read(product, Stores(numbers, _secrets(product)), tmp_path_factory.mktemp("export"))
    print(f"typed in {typed - began:.1f} s, read in {time.monotonic() - typed:.1f} s")
    yield Told(teller, wrong, named, echoes, controls, found)
    await teller.aclose()


async def test_a_canary_was_taken_by_every_text_field_that_is_served(told: Told) -> None:
    assert told.teller.places() - told.teller.accepted == set()
    assert len(told.teller.accepted) >= 18


async def test_every_text_of_every_command_is_a_field_that_a_canary_was_typed_into(told: Told) -> None:
    assert texts_of_commands() - told.teller.accepted == set()


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

    assert set(read) == {*KINDS, "state folder", "secrets"}
    assert all(read.values())
    found = {place: told.stores.where(each) for place, words in told.teller.typed.items() for each in words}
    assert {place: where for place, where in found.items() if where and not place.endswith(RECEIPT)} == {}


async def test_the_address_of_a_receipt_stands_on_the_receipt_alone(told: Told) -> None:
    typed = [each for place, words in told.teller.typed.items() if place.endswith(RECEIPT) for each in words]
    assert {kind for each in typed for kind, _, _ in told.stores.where(each)} == {"mail"}


async def test_a_canary_in_a_wrong_request_stands_in_no_store(told: Told) -> None:
    assert told.stores.where(told.wrong) == []
    assert told.stores.where(told.named) == []


async def test_no_password_and_no_key_stands_in_any_store(told: Told) -> None:
    assert len(told.stores.secrets) > 30
    elsewhere = [found for found in told.stores.secrets_in if found[0] != "secrets"]
    assert elsewhere == [("log", CONTROL_LOG, "control")]
    assert {name for kind, _, name in told.stores.secrets_in if kind == "secrets"} == {*told.stores.secrets} - {
        "control"
    }


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


def _secrets(product: Product) -> dict[str, str]:
    """Return every password and key of a stack by where it stands, and a control, which is in a log too."""
    found = {"control": word()}
    (product.backends.config.logs / CONTROL_LOG).write_text(f"password={found['control']}\n")
    for file in (product.state / "secrets").glob("*.json"):
        strings = _strings(json.loads(file.read_text()), file.name)
        found |= {place: text for place, text in strings if len(text) >= 20}
    return found


def _strings(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _strings(part, f"{place} {name}")


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
        export = ("audit", "export", str(exported / "log.jsonl"), "--organisation", HOTLINE)
        await asyncio.to_thread(tovholder, state, *export)
        stores.of_processes(found)
        await stores.of_kafka(product, found)
        await stores.of_temporal(product, found)
        for server in DATABASES:
            await stores.of_postgres(product, found, server)
            await stores.of_clusters(product, found, server)
        await asyncio.to_thread(tovholder, state, "backup", "create")
        for server in DATABASES:
            stores.of_backups(product, found, server)
        await stores.of_metrics(product, found, page)
        await stores.of_files(product, found, *folders)
    for _, folder in folders:
        (folder / "control.txt").unlink()
    return controls, found
