"""Every page of every service, looked at as every role in every relation: a page tells no more than the operation behind it."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from httpx import Response

from shared.lifecycle.actor import Role
from shared.persistence import roles
from shared.policy.matrix import STAFF, Answer, Relation, answer
from shared.web.console.site import PageDoor
from tests.integration.wall.doors import House, Served, somebody


@pytest.mark.parametrize("service", roles.SERVICES)
async def test_nobody_sees_a_page_without_signing_in(built: House, service: str) -> None:
    served = built.services[service]
    for page in served.pages:
        if page.door is None:
            continue
        told = await served.look(None, page, uuid4())
        if page.method == "GET":
            assert told.status_code == 303, f"{page.path}: {told.status_code}"
            assert told.headers["location"].startswith(f"/{service}/sign-in?to="), page.path
        else:
            assert told.status_code == 401, page.path


@pytest.mark.timeout(400)
@pytest.mark.parametrize("service", roles.SERVICES)
async def test_a_page_answers_each_role_in_each_relation_as_the_table_says(built: House, service: str) -> None:
    served, wrong = built.services[service], []
    for page in served.pages:
        if page.door is None or "{" in page.path.replace("{id:uuid}", ""):
            continue
        about = page.door.about
        record = built.records.get(about.kind, uuid4()) if about else uuid4()
        relations = Relation if about is not None and not page.door.lists else (Relation.OWNER, Relation.NONE)
        for role in STAFF:
            for relation in relations:
                said = _read(page, await served.look(somebody(role, relation), page, record))
                if said is not answer(page.door, role, relation):
                    wrong.append(f"{page.method} {page.path} as {role} in relation {relation}: {said}")

    assert not wrong, "\n".join(wrong)


async def test_what_is_hidden_and_what_does_not_exist_are_one_page(built: House) -> None:
    compared = 0
    for served in built.services.values():
        for page in served.pages:
            if page.door is None or page.door.about is None or page.door.lists or "{id:uuid}" not in page.path:
                continue
            if page.door.about.kind not in built.records:
                continue
            hidden = Answer.HIDDEN
            who = next((role for role in STAFF if answer(page.door, role, Relation.OTHER_DISTRICT) is hidden), None)
            if who is None:
                continue
            there, nowhere = built.records[page.door.about.kind], uuid4()
            seen, unseen = [_told(await _as(served, who, page, each), each) for each in (there, nowhere)]
            assert seen == unseen, page.path
            compared += 1
    assert compared > 20


async def _as(served: Served, role: Role, page: PageDoor, record: object) -> Response:
    return await served.look(somebody(role, Relation.OTHER_DISTRICT), page, record)  # type: ignore[arg-type]  # a reference


def _told(told: Response, record: object) -> tuple[int, str]:
    """Return what a page tells, without the moment and the address that was asked for."""
    lines = [line for line in told.text.replace(str(record), "").splitlines() if "data-idle-seconds" not in line]
    # A token of the form is another one in each page.
    return told.status_code, re.sub(r'(name="csrf" value=)"[^"]*"', r"\1", "\n".join(lines))


OF_ANOTHER_RECORD = {
    "insight": ("case_not_found", "text_not_found"),
    "loan": ("intervention_not_found",),
    "case": ("text_not_found",),
    "concern": ("text_not_found",),
    "intervention": ("text_not_found",),
}
"""What is not found although the record is seen: the case of a request, the intervention of a loan, a text that no form named."""


def _kind(page: PageDoor) -> str:
    return page.door.about.kind if page.door is not None and page.door.about is not None else ""


def _code(told: Response) -> str:
    """Return the code of the error that a page tells."""
    found = re.search(r"<code>([a-z_]+)</code>", told.text)
    return found[1] if found else ""


def _read(page: PageDoor, told: Response) -> Answer:
    assert told.status_code < 500, f"{page.method} {page.path}: {told.status_code}"
    if told.status_code == 403:
        return Answer.REFUSED
    if told.status_code == 404 and _code(told) not in OF_ANOTHER_RECORD.get(_kind(page), ()):
        return Answer.HIDDEN
    assert told.status_code in (200, 303, 404, 409, 412, 422, 429), f"{page.path}: {told.status_code}"
    return Answer.ADMITTED
