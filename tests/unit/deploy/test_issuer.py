"""The development issuer: refresh tokens, the end of a session, and the page on which somebody chooses whom to be."""

from __future__ import annotations

import html
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local.issuer import build
from deploy.local.issuer_core import Issuer, Users, challenge_of, write_users
from deploy.local.issuer_page import SHOWN_PER_ROLE
from deploy.local.issuer_refresh import REFRESH_SECONDS
from deploy.local.issuer_words import ORDER, TEXTS, role_name
from deploy.seed import issuer_users
from shared.lifecycle.actor import Role

VERIFIER = "v" * 43
BACK = "http://127.0.0.1:1/back"
ASKED = {
    "response_type": "code",
    "client_id": "console",
    "redirect_uri": BACK,
    "state": "s",
    "nonce": "n",
    "scope": "openid offline_access",
    "code_challenge": challenge_of(VERIFIER),
    "code_challenge_method": "S256",
}
CASEWORKER = "Myndighedssagsbehandler, Greve kommune"


@dataclass
class Staff:
    """An issuer before all of the seed's persons, its clock, and a client."""

    issuer: Issuer
    http: httpx.AsyncClient
    file: Path
    now: list[float]

    def ref(self, label: str) -> str:
        return next(user["person_ref"] for user in issuer_users() if user["label"] == label)

    def leave(self, label: str) -> None:
        """Somebody is no longer among the users."""
        write_users(self.file, [dict(user) for user in issuer_users() if user["label"] != label])

    async def sign_in(self, label: str, **more: str) -> dict[str, Any]:
        sent = await self.http.post("/authorize", params={**ASKED, **more}, data={"person": self.ref(label)})
        code = httpx.URL(sent.headers["location"]).params["code"]
        form = {"grant_type": "authorization_code", "redirect_uri": BACK, "code": code, "code_verifier": VERIFIER}
        return (await self.http.post("/token", data={**form, "client_id": "console"})).json()

    async def refresh(self, token: str, client: str = "console") -> httpx.Response:
        return await self.http.post(
            "/token", data={"grant_type": "refresh_token", "refresh_token": token, "client_id": client}
        )

    async def page(self, **more: str) -> str:
        return (await self.http.get("/authorize", params={**ASKED, **more})).text


@pytest.fixture(scope="module")
async def staff(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Staff]:
    """One for all tests, for two thousand users and a key take half a second; its clock only goes forward."""
    folder = tmp_path_factory.mktemp("issuer")
    file, now = folder / "users.json", [1_000_000.0]
    write_users(file, [dict(user) for user in issuer_users()])
    issuer = Issuer("http://127.0.0.1:9", Users(file), lambda: now[0], browser_url="http://127.0.0.1:8/auth")
    manifest = folder / "manifest.json"
    manifest.write_text(json.dumps({"dkfds.css": "dkfds.1.css", "issuer.css": "issuer.2.css"}))
    transport = httpx.ASGITransport(build(issuer, manifest))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:9") as http:
        yield Staff(issuer, http, file, now)


def buttons(page: str) -> list[str]:
    return [html.unescape(text) for text in re.findall(r'name="person"[^>]*>([^<]+)<', page)]


async def test_browsers_are_sent_through_the_gateway_and_services_ask_directly(staff: Staff) -> None:
    found = (await staff.http.get("/.well-known/openid-configuration")).json()

    assert found["issuer"] == "http://127.0.0.1:9"
    assert found["authorization_endpoint"] == "http://127.0.0.1:8/auth/authorize"
    assert found["end_session_endpoint"] == "http://127.0.0.1:8/auth/end-session"
    assert found["token_endpoint"] == "http://127.0.0.1:9/token"
    assert found["revocation_endpoint"] == "http://127.0.0.1:9/revoke"
    assert "refresh_token" in found["grant_types_supported"]
    assert "offline_access" in found["scopes_supported"]


async def test_a_refresh_token_is_good_once_and_brings_the_next(staff: Staff) -> None:
    first = (await staff.sign_in(CASEWORKER))["refresh_token"]
    second = (await staff.refresh(first)).json()
    again = await staff.refresh(first)
    third = await staff.refresh(second["refresh_token"])

    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert third.status_code == 200
    assert len({first, second["refresh_token"], third.json()["refresh_token"]}) == 3
    assert second["access_token"]


async def test_who_does_not_ask_to_stay_gets_no_refresh_token(staff: Staff) -> None:
    assert "refresh_token" not in await staff.sign_in(CASEWORKER, scope="openid")


async def test_a_refresh_token_of_another_client_is_refused_and_stays_good(staff: Staff) -> None:
    token = (await staff.sign_in(CASEWORKER))["refresh_token"]

    assert (await staff.refresh(token, "other")).json()["error"] == "invalid_grant"
    assert (await staff.refresh(token)).status_code == 200


async def test_a_refresh_token_ends_after_twelve_hours(staff: Staff) -> None:
    token = (await staff.sign_in(CASEWORKER))["refresh_token"]
    staff.now[0] += REFRESH_SECONDS + 1

    assert (await staff.refresh(token)).json()["error"] == "invalid_grant"


async def test_a_person_who_has_left_gets_no_further_token(staff: Staff) -> None:
    token = (await staff.sign_in(CASEWORKER))["refresh_token"]
    staff.leave(CASEWORKER)
    try:
        refused = await staff.refresh(token)
    finally:
        write_users(staff.file, [dict(user) for user in issuer_users()])

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


async def test_the_end_of_a_session_ends_the_refresh_tokens_of_that_sign_in_alone(staff: Staff) -> None:
    mine, elsewhere = await staff.sign_in(CASEWORKER), await staff.sign_in(CASEWORKER)
    another = await staff.sign_in("Tovholder, Greve kommune")
    following = (await staff.refresh(mine["refresh_token"])).json()["refresh_token"]
    asked = {"id_token_hint": mine["id_token"], "post_logout_redirect_uri": "http://127.0.0.1:8/out", "state": "x"}
    staff.now[0] += 3600
    sent = await staff.http.get("/end-session", params=asked)

    assert sent.headers["location"] == "http://127.0.0.1:8/out?state=x"
    assert (await staff.refresh(following)).status_code == 400
    assert (await staff.refresh(elsewhere["refresh_token"])).status_code == 200
    assert (await staff.refresh(another["refresh_token"])).status_code == 200


async def test_a_refresh_token_is_given_back_by_its_own_client_alone(staff: Staff) -> None:
    token = (await staff.sign_in(CASEWORKER))["refresh_token"]
    other = await staff.http.post("/revoke", data={"token": token, "client_id": "other"})
    unknown = await staff.http.post("/revoke", data={"token": "made up", "client_id": "console"})
    token = (await staff.refresh(token)).json()["refresh_token"]
    given = await staff.http.post("/revoke", data={"token": token, "client_id": "console"})

    assert [each.status_code for each in (other, unknown, given)] == [200, 200, 200]
    assert (await staff.refresh(token)).status_code == 400


@pytest.mark.parametrize(
    "asked",
    [
        {"id_token_hint": "made-up"},
        {"post_logout_redirect_uri": "https://example.org/"},
        {"post_logout_redirect_uri": "x://["},
    ],
)
async def test_the_end_of_a_session_leads_nowhere_else_and_believes_no_made_up_token(
    staff: Staff, asked: dict[str, str]
) -> None:
    assert (await staff.http.get("/end-session", params=asked)).status_code == 400


async def test_without_an_address_the_end_of_a_session_is_said_in_words(staff: Staff) -> None:
    assert "Du er logget ud" in (await staff.http.get("/end-session")).text


async def test_every_role_has_persons_on_the_page_under_its_danish_name(staff: Staff) -> None:
    page = await staff.page()
    seeded = {role for user in issuer_users() for role in user["roles"]}

    assert seeded == set(ORDER)
    assert seeded | {"PUBLIC", "SYSTEM"} == {str(role) for role in Role}
    for role in ORDER:
        assert f'id="role-{role}">{role_name(role, "da")}<' in page
    assert len(buttons(page)) <= SHOWN_PER_ROLE * len(ORDER)
    assert not any("Stedfortræder" in text for text in buttons(page))
    assert CASEWORKER in buttons(page)


async def test_everybody_is_found_by_role_and_place(staff: Staff) -> None:
    assert buttons(await staff.page(find="sagsbehandler greve")) == [CASEWORKER, f"Stedfortræder: {CASEWORKER}"]
    assert buttons(await staff.page(find="caseworker GREVE", sprog="en"))[0] == CASEWORKER
    assert len(buttons(await staff.page(role="CASEWORKER"))) == 2 * 98
    assert "Ingen passer" in await staff.page(find="nogen som ikke findes")


async def test_the_page_speaks_english_by_switch_or_when_the_client_says_so(staff: Staff) -> None:
    danish, english = await staff.page(), await staff.page(sprog="en")

    assert '<html lang="da">' in danish
    assert '<html lang="en">' in english
    assert "Who do you want to be?" in english
    assert "Who do you want to be?" in await staff.page(ui_locales="en-GB da")
    assert set(TEXTS["da"]) == set(TEXTS["en"])


async def test_the_page_says_that_all_is_fictional_and_holds_nothing_inline(staff: Staff) -> None:
    answer = await staff.http.get("/authorize", params=ASKED, headers={"X-Forwarded-Prefix": "/auth"})

    assert "Alt her er opdigtet" in answer.text
    assert "<script" not in answer.text
    assert "style=" not in answer.text
    assert "/assets/dkfds.1.css" in answer.text
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


async def test_the_page_repeats_what_was_asked_as_text_only(staff: Staff) -> None:
    page = await staff.page(find='"><script>alert(1)</script>')

    assert "<script>" not in page
    assert "&lt;script&gt;" in page
