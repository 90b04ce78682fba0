"""What somebody with a good token, or none, could try with ids, bodies, headers and texts: refused, told nothing, no crash."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import ASGITransport, AsyncClient, Response

from shared.lifecycle.actor import Actor
from shared.persistence import roles
from shared.policy.doors import Door
from shared.policy.matrix import STAFF, Answer, Relation, answer
from tests.integration.spine.spine_world import ADVISER, Intake
from tests.integration.wall.doors import House, Served, bodies, somebody

MADE_UP = "opdigtetnavnesen"
"""A name that stands nowhere in the code."""


BODILESS = ("work-seen", "glass-open-grounds")
"""Say all of it in the path; a body is not read."""


async def send(
    served: Served, who: Actor | None, operation: str, at: str, content: bytes | None = None, headers: Any = ()
) -> Response:
    """Send raw bytes and headers to an operation, with `at` in the place of every parameter."""
    method, path = served.operations[operation]
    for parameter in ("{id}", "{deadline_id}", "{glass_id}", "{who}"):
        path = path.replace(parameter, at)
    given = {b"idempotency-key": str(uuid4()).encode(), b"if-match": b'"999999"', b"content-type": b"application/json"}
    if who is not None:
        given[b"authorization"] = f"Bearer {who.person_ref}|{who.organisation}|{'|'.join(who.roles)}".encode()
    given |= dict(headers)
    transport = ASGITransport(served.app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://service") as client:
        body = None if method == "GET" else (b"{}" if content is None else content)
        return await client.request(method, path, headers=list(given.items()), content=body)


def with_ids(served: Served) -> list[Door]:
    """Return the doors whose path takes an id."""
    return [door for name, door in served.doors.items() if "{" in served.operations[name][1] and not door.public]


def admitted(door: Door) -> Actor:
    """Return somebody whom a door admits, in the relation that sees most."""
    role = next(
        role for role in STAFF if door.admits(role) and answer(door, role, Relation.OWNER) is not Answer.REFUSED
    )
    return somebody(role, Relation.OWNER)


def posts(served: Served) -> list[tuple[Door, Actor | None]]:
    """Return the doors that take a body, each with somebody who may."""
    doors = [
        door for name, door in served.doors.items() if served.operations[name][0] != "GET" and name not in BODILESS
    ]
    return [(door, None if door.public else admitted(door)) for door in doors]


# --- ids


@pytest.mark.parametrize("service", roles.SERVICES)
async def test_ids_in_a_row_and_beside_a_known_one_lead_nowhere(built: House, service: str) -> None:
    served, asked = built.services[service], 0
    for door in with_ids(served):
        who = admitted(door)
        known = built.records.get(door.about.kind if door.about else "", uuid4())
        guesses = [UUID(int=number) for number in (0, 2, 3, 0xFFFF)]
        guesses += [UUID(int=known.int + step) for step in (-1, 1)]
        body = json.dumps(_body(door, who, known)).encode()
        nowhere = await send(served, who, door.operation, str(uuid4()), body)
        for guess in guesses:
            told = await send(served, who, door.operation, str(guess), body)
            asked += 1
            assert told.status_code < 500, door.operation
            assert (told.status_code, told.text) == (nowhere.status_code, nowhere.text), f"{door.operation} {guess}"
    assert asked >= 6


@pytest.mark.parametrize("service", roles.SERVICES)
async def test_an_id_that_is_none_is_refused_without_being_repeated(built: House, service: str) -> None:
    served = built.services[service]
    tricks = ["1", "-1", "*", "null", "me'--", "%00", "%2e%2e%2f", "1%20or%201=1", MADE_UP, "9" * 3000]
    for door in with_ids(served):
        if "{who}" in served.operations[door.operation][1]:
            continue
        for trick in tricks:
            told = await send(served, admitted(door), door.operation, trick)
            assert told.status_code in (404, 405, 422), (door.operation, trick, told.status_code)
            assert MADE_UP not in told.text


async def test_a_text_of_another_record_is_not_opened_through_ones_own(built: House, intake: Intake) -> None:
    own, others = [await intake.concern(route=False) for _ in range(2)]
    text = (await intake.call(ADVISER, "GET", f"/v1/concerns/{others}")).json()["description"]

    opening = {"texts": [text], "role": "HOTLINE_ADVISER", "reason": "ADVICE"}
    told = await intake.call(ADVISER, "POST", f"/v1/concerns/{own}/open-texts", json=opening)

    assert (told.status_code, told.json()["code"]) == (404, "text_not_found")


# --- bodies


@pytest.mark.parametrize("service", roles.SERVICES)
async def test_what_only_we_write_cannot_be_sent_along(built: House, service: str) -> None:
    served, asked = built.services[service], 0
    for door, who in posts(served):
        known = built.records.get(door.about.kind if door.about else "", uuid4())
        body = _body(door, who, known)
        for extra in ("organisation", "version", "stage", "by", "by_role", "clocks", "desk", "is_system", MADE_UP):
            if extra in _properties(served, door):
                continue
            content = json.dumps({**body, extra: "kommune:0461"}).encode()
            told = await send(served, who, door.operation, str(known), content)
            asked += 1
            assert told.status_code == 422, (door.operation, extra, told.text)
            assert told.json()["code"] == "field_invalid"
            assert "kommune:0461" not in told.text
            assert MADE_UP not in told.text
    assert asked > 10


@pytest.mark.parametrize("service", roles.SERVICES)
async def test_a_name_that_somebody_made_up_is_not_repeated_however_deep_it_stands(built: House, service: str) -> None:
    served = built.services[service]
    for door, who in posts(served):
        for name in _properties(served, door):
            for value in ({MADE_UP: 1}, [{MADE_UP: {MADE_UP: 1}}], MADE_UP):
                told = await send(served, who, door.operation, str(uuid4()), json.dumps({name: value}).encode())
                assert told.status_code < 500, (door.operation, name)
                assert MADE_UP not in told.text, (door.operation, name, told.text)


BOMB = b'{"description": "' + b"a" * 50_000_000 + b'"}'
DEEP = 100_000


@pytest.mark.parametrize("service", roles.SERVICES)
async def test_bodies_that_are_too_large_too_deep_or_packed_are_refused(built: House, service: str) -> None:
    served, packed, deflated = built.services[service], gzip.compress(BOMB), zlib.compress(BOMB)
    assert len(packed) < 128 * 1024
    door, who = posts(served)[0]
    attempts: dict[str, tuple[bytes, list[tuple[bytes, bytes]], str]] = {
        "gzip": (packed, [(b"content-encoding", b"gzip")], "body_packed"),
        "deflate": (deflated, [(b"content-encoding", b"deflate")], "body_packed"),
        "gzip twice": (gzip.compress(packed), [(b"content-encoding", b"gzip, gzip")], "body_packed"),
        "br": (b"x", [(b"content-encoding", b"br")], "body_packed"),
        "gzip that does not say so": (packed, [], "field_invalid"),
        "zip": (b"PK\x03\x04" + b"\0" * 100, [(b"content-type", b"application/zip")], "body_not_json"),
        "form": (b"a=1", [(b"content-type", b"multipart/form-data; boundary=x")], "body_not_json"),
        "too large": (b" " * (128 * 1024 + 1), [], "body_too_large"),
        "deep lists": (b"[" * DEEP, [], "field_invalid"),
        "deep objects": (b'{"a":' * (DEEP // 5) + b"1" + b"}" * (DEEP // 5), [], "field_invalid"),
        "deep and closed": (b'{"a":' + b"[" * (DEEP // 2) + b"]" * (DEEP // 2) + b"}", [], "field_invalid"),
        "UTF-16": (
            '{"a": 1}'.encode("utf-16"),
            [(b"content-type", b"application/json; charset=utf-16")],
            "field_invalid",
        ),
    }
    for name, (content, headers, code) in attempts.items():
        told = await send(served, who, door.operation, str(uuid4()), content, headers)
        assert (told.status_code, told.json()["code"]) == (422, code), name


# --- headers


KEYS = [
    b"short",
    b"a" * 101,
    b"a" * 60_000,
    b"good-enough\r\nSet-Cookie: a=1",
    b"good-enough\n",
    "nøgle-ø-1".encode(),
    b"\xff" * 20,
    b"'; drop table--",
    b"",
]
VERSIONS = [
    b"1",
    b"*",
    b'"1", "2"',
    b'"-1"',
    b'"' + b"9" * 19 + b'"',
    b'"1"\r\nX-Role: SYSTEM',
    b'"1"\n"2"',
    '"１"'.encode(),
    b"\xff",
]


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key[:14].decode("latin-1"))
async def test_an_idempotency_key_that_is_none_is_refused(built: House, key: bytes) -> None:
    for service in roles.SERVICES:
        served = built.services[service]
        door, who = next((door, who) for door, who in posts(served) if _takes_a_key(served, door))
        told = await send(served, who, door.operation, str(uuid4()), None, [(b"idempotency-key", key)])
        assert told.status_code == 422, told.text
        assert told.json()["code"] in ("idempotency_key_required", "idempotency_key_guessable")
        assert "set-cookie" not in told.headers


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version[:14].decode("latin-1"))
async def test_a_version_that_is_none_is_refused(built: House, version: bytes) -> None:
    door = built.services["intake"].doors["concern-route-concern"]
    who, known = admitted(door), str(built.records["concern"])
    body = json.dumps(bodies(UUID(known))["route-concern"] | {"grounds": "x"}).encode()

    told = await send(built.services["intake"], who, door.operation, known, body, [(b"if-match", version)])

    assert (told.status_code, told.json()["code"]) == (422, "version_invalid")


@pytest.mark.parametrize(
    "sent",
    [
        b"a\r\nSet-Cookie: b=1",
        b"x" * 50_000,
        "navn-ø".encode(),
        b"\xff\xfe",
        b"{deadbeef-dead-4eef-8ead-beefdeadbeef}\n",
    ],
)
async def test_a_correlation_id_that_is_none_is_replaced_and_not_sent_back(built: House, sent: bytes) -> None:
    served = built.services["intake"]
    told = await send(served, ADVISER, "concern-list", "", None, [(b"x-correlation-id", sent), (b"traceparent", sent)])

    assert told.status_code == 200
    assert str(UUID(told.headers["x-correlation-id"])) == told.headers["x-correlation-id"]
    assert "set-cookie" not in told.headers


async def test_headers_about_who_is_asking_change_nothing(built: House) -> None:
    served = built.services["intake"]
    claimed = [(name, b"SYSTEM") for name in (b"x-role", b"x-user", b"x-organisation", b"x-forwarded-user", b"x-actor")]
    claimed += [
        (b"x-http-method-override", b"DELETE"),
        (b"x-original-url", b"/metrics"),
        (b"x-forwarded-for", b"127.0.0.1"),
    ]

    assert (await send(served, None, "concern-list", "", None, claimed)).status_code == 401
    told = await send(served, ADVISER, "concern-list", "", None, claimed)
    assert (told.status_code, "process_ready" in told.text) == (200, False)


# --- texts


CPR = {
    "full width": "\uff10\uff11\uff10\uff11\uff19\uff10-\uff11\uff12\uff13\uff14",
    "Arabic-Indic digits": "\u0660\u0661\u0660\u0661\u0669\u0660-\u0661\u0662\u0663\u0664",
    "mathematical digits": "".join(chr(0x1D7CE + int(digit)) for digit in "0101901234"),
    "zero-width joiners": "\u200d".join("0101901234"),
    "zero-width spaces": "\u200b".join("010190-1234"),
    "soft hyphens": "\u00ad".join("0101901234"),
    "word joiners and a byte order mark": "010190\u2060\ufeff1234",
    "combining marks": "".join(digit + "\u0336" for digit in "0101901234"),
    "an en dash": "010190\u20131234",
    "a narrow space": "010190\u202f1234",
    "under an override": "\u202e4321-091010\u202c",
    "under an isolate": "\u20664321091010\u2069",
    "tags": "010190\U000e0041\U000e00421234",
}


@pytest.mark.parametrize("name", CPR)
async def test_a_civil_registration_number_is_found_however_it_is_dressed_up(intake: Intake, name: str) -> None:
    call = {"anonymity": "ANONYMOUS", "channel": "HOTLINE", "description": f"Han hedder noget. {CPR[name]} står der."}

    told = await intake.call(ADVISER, "POST", "/v1/concerns", json=call)

    assert (told.status_code, told.json()["code"]) == (422, "cpr_in_text"), told.text
    assert CPR[name] not in told.text
    assert "1234" not in told.text


TEXTS = {
    "right to left": "Moderen siger \u202bمرحبا\u202c til ham.",
    "an override": "Han skrev \u202eabc\u202c på væggen.",
    "zero width": "ord\u200bord\u200dord",
    "not normalised": "Åse og A\u030ase, ﬁn, é og e\u0301",
    "emoji with joiners": "👨\u200d👩\u200d👧 🇩🇰",
    "Zalgo": "o" + "\u0300\u0301\u0302" * 300,
    "astral letters": "𝔄𝔅ℭ" * 100,
    "markup and templates": "<script>alert(1)</script> {{7*7}} ${jndi:ldap://x} %s %n ' or 1=1;--",
}


@pytest.mark.parametrize("name", TEXTS)
async def test_a_text_comes_back_as_it_was_written(intake: Intake, name: str) -> None:
    found = await intake.concern(route=False, description=TEXTS[name])
    ref = (await intake.call(ADVISER, "GET", f"/v1/concerns/{found}")).json()["description"]

    opening = {"texts": [ref], "role": "HOTLINE_ADVISER", "reason": "ADVICE"}
    opened = await intake.call(ADVISER, "POST", f"/v1/concerns/{found}/open-texts", json=opening)

    assert opened.json()["texts"] == {ref: TEXTS[name]}


@pytest.mark.parametrize("broken", ['"a\\u0000b"', '"\\ud800"', '"\\udc00\\ud800"', '"a\\u001bb"', '"\\u007f"'])
async def test_a_text_that_is_none_is_refused_and_nothing_is_saved(intake: Intake, broken: str) -> None:
    body = f'{{"anonymity": "ANONYMOUS", "channel": "HOTLINE", "description": {broken}}}'.encode()

    told = await intake.call(
        ADVISER, "POST", "/v1/concerns", content=body, headers={"Content-Type": "application/json"}
    )

    assert told.status_code == 422, told.text
    assert told.json()["code"] in ("field_invalid", "text_malformed")


def test_the_longest_text_is_counted_in_characters_whatever_they_weigh() -> None:
    from shared.vault.errors import TextTooLong
    from shared.vault.scan import check_text

    check_text("description", "𝔄" * 8_000)
    with pytest.raises(TextTooLong):
        check_text("description", "𝔄" * 8_001)


def _body(door: Door, who: Actor | None, record: UUID) -> dict[str, Any]:
    if door.operation.endswith("-open-texts") and who is not None:
        return {"texts": [str(uuid4())], "role": next(iter(who.roles)), "reason": "TRIAGE"}
    kind = door.about.kind if door.about else ""
    return bodies(record).get(door.operation.removeprefix(f"{kind}-"), {})


def _documented(served: Served, door: Door) -> dict[str, Any]:
    method, path = served.operations[door.operation]
    found: dict[str, Any] = served.app.openapi()["paths"][path][method.lower()]
    return found


def _properties(served: Served, door: Door) -> dict[str, Any]:
    schema = _documented(served, door).get("requestBody", {}).get("content", {}).get("application/json", {})
    name = schema.get("schema", {}).get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = (
        served.app.openapi().get("components", {}).get("schemas", {}).get(name, {}).get("properties", {})
    )
    return found


def _takes_a_key(served: Served, door: Door) -> bool:
    method, path = served.operations[door.operation]
    return method == "POST" and not path.endswith(("/open-texts", "/status", "/v1/people"))
