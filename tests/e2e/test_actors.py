"""Nobody comes in without a name, and SYSTEM does not come in at all."""

from __future__ import annotations

import re
from uuid import UUID, uuid4

import psutil
import pytest

from shared.lifecycle.actor import PUBLIC, SYSTEM
from tests.support.product import Product
from tests.support.served import Served, ask, served

pytestmark = pytest.mark.timeout(240)  # the first test also starts the servers
SOMEBODY = {"anonymity": "ANONYMOUS", "channel": "HOTLINE", "reporter_kind": "FRIEND"}


async def test_without_a_token_every_path_answers_401_but_the_public_form(product: Product) -> None:
    everything = await served(product)

    answers = {each.name: await ask(product, each, json={}) for each in everything if not each.public}

    assert len(answers) > 80
    open_doors = {name: (found.status_code, found.text) for name, found in answers.items() if found.status_code != 401}
    assert open_doors == {}
    assert {found.json()["code"] for found in answers.values()} == {"token_missing"}
    assert {each.name for each in everything if each.public} == {
        "intake GET /v1/public/concern-form",
        "intake POST /v1/public/concerns",
        "intake POST /v1/public/concerns/status",
        "intake POST /v1/public/concerns/add-information",
        "intake POST /v1/public/concerns/questions",
        "intake POST /v1/public/concerns/answer-question",
    }


async def test_nothing_is_served_that_the_documents_do_not_say_but_health_and_metrics(product: Product) -> None:
    async with product.office.http.stream("GET", "/intake/metrics") as hidden:
        assert hidden.status_code == 404, "the gateway shows no metrics to its callers"

    for service in ("intake", "assessment", "corps", "notify"):
        for kind in ("api", "worker"):
            for path in ("/docs", "/redoc", "/openapi.json", "/", "/admin", "/debug"):
                answer = await product.office.http.get(f"{product.url(service, kind)}{path}")
                assert answer.status_code == 404, f"{service} {kind} serves {path}"


@pytest.mark.parametrize("roles", [["SYSTEM"], ["PUBLIC"], ["SYSTEM", "PUBLIC"]], ids="+".join)
async def test_a_token_that_claims_to_be_system_is_refused_by_every_command(product: Product, roles: list[str]) -> None:
    somebody = uuid4()
    product.sign_up(str(somebody), "hotline:national", roles)
    token = await product.office.token(somebody)

    answers = {
        each.name: await ask(product, each, token, json=SOMEBODY)
        for each in await served(product)
        if each.method != "GET" and not each.public
    }

    assert len(answers) > 60
    assert {name: found.status_code for name, found in answers.items() if found.status_code != 401} == {}
    assert {found.json()["code"] for found in answers.values()} == {"token_rejected"}


@pytest.mark.parametrize("taken", [SYSTEM.person_ref, PUBLIC.person_ref], ids=["SYSTEM", "PUBLIC"])
async def test_nobody_signs_in_under_the_reference_of_system(product: Product, taken: UUID) -> None:
    product.sign_up(str(taken), "hotline:national", ["HOTLINE_ADVISER"])

    answer = await ask(product, await _receive(product), await product.office.token(taken), json=SOMEBODY)

    assert (answer.status_code, answer.json()["code"]) == (401, "token_rejected")


async def test_an_organisation_that_is_no_place_of_work_is_refused(product: Product) -> None:
    somebody = uuid4()
    product.sign_up(str(somebody), "system:tovholder", ["HOTLINE_ADVISER"])

    answer = await ask(product, await _receive(product), await product.office.token(somebody), json=SOMEBODY)

    assert (answer.status_code, answer.json()["code"]) == (401, "token_rejected")


async def _receive(product: Product) -> Served:
    return next(each for each in await served(product) if each.name == "intake POST /v1/concerns")


async def test_no_secret_stands_in_the_arguments_of_a_process_or_in_a_log(product: Product) -> None:
    config = product.backends.config
    token = await product.office.token(product.at("HOTLINE_ADVISER", "hotline:national").ref)
    keys = [key for file in config.keyset_files for key in re.findall(r"[A-Za-z0-9+/]{43}=", file.read_text())]
    secrets = [*config.passwords().values(), *keys, token]
    arguments = [" ".join(_arguments(process)) for process in psutil.process_iter()]

    assert len(secrets) > 10
    assert any("services.intake" in each for each in arguments), "the control: processes of this stack are among them"
    assert [each[:60] for each in arguments if any(secret in each for secret in secrets)] == []
    logs = {file.name: file.read_text(errors="replace") for file in config.logs.rglob("*.log")}
    assert sum(map(len, logs.values())) > 1_000
    assert [name for name, text in logs.items() if any(secret in text for secret in secrets)] == []


def _arguments(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
        return []
