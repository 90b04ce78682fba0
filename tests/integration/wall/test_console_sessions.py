"""Sign-in and sessions of the console, on a real Postgres with a sign-in service that speaks OIDC."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import Request

from shared.clock import WallClock
from shared.errors import Forbidden, Transient, Unauthenticated
from shared.identity.sessions import Left
from shared.persistence.work import UnitOfWork, build_engine
from shared.web.console.provider import Tokens
from shared.web.console.session import COOKIE, RENEWALS, Present, Sessions, require_own_form
from shared.web.console.signin import inside
from tests.integration.spine.spine_world import Cluster

PERSON = UUID(int=0xA5)


class Service:
    """A sign-in service in process: what it would give for a refresh token, and how often it was asked."""

    client_id = "console"

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.gives: Exception | None = None

    async def refresh(self, refresh: str) -> Tokens:
        self.asked.append(refresh)
        if self.gives is not None:
            raise self.gives
        return Tokens(f"access-{len(self.asked)}", f"refresh-{len(self.asked)}")


@dataclass
class Claims:
    """Reads tokens of that service: whose they are, and how long they count."""

    person: UUID = PERSON
    organisation: str = "kommune:0253"
    seconds: int = 300

    async def claims(self, token: str) -> dict[str, Any]:
        now = int(datetime.now(UTC).timestamp())
        return {
            "sub": str(self.person),
            "organisation": self.organisation,
            "roles": ["TOVHOLDER_KOMMUNE"],
            "iat": now,
            "exp": now + self.seconds,
        }

    async def require_identity(self, token: str, *, client: str, nonce: str, person: UUID) -> None:
        if nonce != "right":
            raise Unauthenticated("token_rejected", "another sign-in")


@pytest.fixture
async def engine(whole: Cluster) -> AsyncIterator[AsyncEngine]:
    engine = build_engine(whole.dsn("assessment_api", driver="postgresql+asyncpg"), name="pages")
    yield engine
    await engine.dispose()


@pytest.fixture
def sessions(engine: AsyncEngine) -> Sessions:
    return Sessions(engine, Claims(), Service())  # type: ignore[arg-type]  # the parts that are asked


def _request(value: str = "", **headers: str) -> Request:
    sent = [(b"cookie", f"{COOKIE}={value}".encode())] if value else []
    sent += [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
    return Request({"type": "http", "headers": sent, "method": "POST"})


async def test_a_session_names_its_actor_until_it_is_ended(sessions: Sessions) -> None:
    value = await sessions.begin(Tokens("access", "refresh"), "right")
    found = await sessions.find(_request(value))

    assert found is not None
    assert (found.actor.person_ref, found.actor.organisation) == (PERSON, "kommune:0253")
    await sessions.leave(value)
    assert await sessions.find(_request(value)) is None


async def test_a_sign_in_that_answers_another_begins_no_session(sessions: Sessions) -> None:
    with pytest.raises(Unauthenticated):
        await sessions.begin(Tokens("access", "refresh"), "wrong")


async def test_an_old_token_is_renewed_once_for_two_pages_at_the_same_time(sessions: Sessions) -> None:
    old = replace(sessions, verifier=Claims(seconds=-1))  # type: ignore[arg-type]  # as above
    value = await old.begin(Tokens("access", "refresh-0"), "right")

    found = await asyncio.gather(*(sessions.find(_request(value)) for _ in range(4)))

    assert all(found)
    assert sessions.provider.asked == ["refresh-0"]  # type: ignore[attr-defined]  # of the service in process


async def test_a_refused_renewal_ends_the_session_and_a_silent_service_does_not(sessions: Sessions) -> None:
    old = replace(sessions, verifier=Claims(seconds=-1))  # type: ignore[arg-type]  # as above
    value = await old.begin(Tokens("access", "refresh-0"), "right")
    sessions.provider.gives = Transient("issuer_unavailable", "away")  # type: ignore[attr-defined]  # as above
    with pytest.raises(Transient):
        await sessions.find(_request(value))

    sessions.provider.gives = Unauthenticated("sign_in_refused", "gone")  # type: ignore[attr-defined]  # as above
    assert await sessions.find(_request(value)) is None
    sessions.provider.gives = None  # type: ignore[attr-defined]  # as above
    assert await sessions.find(_request(value)) is None


async def test_a_silent_sign_in_service_leaves_connections_to_others(sessions: Sessions, engine: AsyncEngine) -> None:
    class Slow(Service):
        answers = asyncio.Event()

        async def refresh(self, refresh: str) -> Tokens:
            tokens = await super().refresh(refresh)
            await self.answers.wait()
            return tokens

    slow = Slow()
    old = replace(sessions, verifier=Claims(seconds=-1))  # type: ignore[arg-type]  # as above
    stale = [await old.begin(Tokens("access", "refresh-0"), "right") for _ in range(12)]
    fresh = await sessions.begin(Tokens("access", "refresh-0"), "right")
    silent = replace(sessions, provider=slow)  # type: ignore[arg-type]  # as above

    waiting = [asyncio.create_task(silent.find(_request(value))) for value in stale]
    async with asyncio.timeout(10):
        while len(slow.asked) < RENEWALS:
            await asyncio.sleep(0)
        found = await silent.find(_request(fresh))
    slow.answers.set()

    assert found is not None
    assert all(await asyncio.gather(*waiting))


async def test_a_renewal_that_names_somebody_else_ends_the_session(sessions: Sessions) -> None:
    old = replace(sessions, verifier=Claims(seconds=-1))  # type: ignore[arg-type]  # as above
    value = await old.begin(Tokens("access", "refresh-0"), "right")
    other = replace(sessions, verifier=Claims(person=uuid4()))  # type: ignore[arg-type]  # as above

    assert await other.find(_request(value)) is None
    assert await sessions.find(_request(value)) is None


async def test_signing_out_everywhere_ends_every_session_of_the_person(sessions: Sessions) -> None:
    here, there = [await sessions.begin(Tokens("access", "refresh"), "right") for _ in range(2)]

    await sessions.leave(here, everywhere=True)

    assert await sessions.find(_request(there)) is None


async def test_who_signed_out_everywhere_signs_in_again_at_once(sessions: Sessions, engine: AsyncEngine) -> None:
    """A revocation would refuse the new sign-in for half a minute, as long as the issuer's clock may be ahead."""
    await sessions.leave(await sessions.begin(Tokens("access", "refresh"), "right"), everywhere=True)
    found = await sessions.find(_request(await sessions.begin(Tokens("access", "refresh"), "right")))

    assert found is not None
    async with UnitOfWork(engine, WallClock()).begin(found.actor):
        pass  # a person who may not come in is refused at its end


async def test_listening_does_not_keep_a_session_awake(sessions: Sessions, admin: asyncpg.Connection) -> None:
    value = await sessions.begin(Tokens("access", "refresh"), "right")
    used = await sessions.find(_request(value))
    listening = await sessions.find(_request(value), used=False)
    again = await sessions.find(_request(value))

    assert used is not None
    assert listening is not None
    assert again is not None
    assert listening.idle_until == used.idle_until < again.idle_until


async def test_no_token_stands_in_the_table(sessions: Sessions, admin: asyncpg.Connection) -> None:
    value = await sessions.begin(Tokens("secret-access", "secret-refresh", "secret-identity"), "right")
    rows = await admin.fetch("select sessions::text as line, refresh, identity from identity.sessions")
    sealed = [bytes(row[kind] or b"") for row in rows for kind in ("refresh", "identity")]

    assert sum(map(bool, sealed)) >= 2
    assert not [row for row in rows if "secret" in row["line"]]
    assert not [each for each in sealed if b"secret" in each]
    assert not [row for row in rows if value in row["line"]]


async def test_an_ended_session_says_nothing_of_its_person(sessions: Sessions, admin: asyncpg.Connection) -> None:
    here, there = [await sessions.begin(Tokens("access", "refresh"), "right") for _ in range(2)]
    await sessions.leave(here)
    await sessions.leave(there, everywhere=True)

    assert await admin.fetchval("select count(*) from identity.sessions where ended_at is not null") >= 2
    assert not await admin.fetch(
        "select from identity.sessions where ended_at is not null and num_nonnulls(claims, refresh, identity) > 0"
    )


async def test_a_session_that_nobody_used_says_nothing_of_its_person_once_somebody_signs_in(
    sessions: Sessions, admin: asyncpg.Connection
) -> None:
    value = await sessions.begin(Tokens("access", "refresh", "identity"), "right")
    await admin.execute("update identity.sessions set seen_at = seen_at - interval '1 hour' where claims is not null")
    over = "select count(*) from identity.sessions where claims is not null and seen_at + idle < clock_timestamp()"
    assert await admin.fetchval(over) >= 1

    await sessions.begin(Tokens("access", "refresh"), "right")

    assert await admin.fetchval(over) == 0
    assert await sessions.find(_request(value)) is None


async def test_what_a_session_holds_is_given_back_once(sessions: Sessions) -> None:
    value = await sessions.begin(Tokens("access", "refresh", "identity"), "right")

    assert await sessions.leave(value) == Left("refresh", "identity")
    assert await sessions.leave(value) == Left()
    assert await sessions.leave("made up") == Left()


async def test_a_successor_is_kept_when_the_keys_of_the_issuer_are_away(sessions: Sessions) -> None:
    class Away(Claims):
        async def claims(self, token: str) -> dict[str, Any]:
            raise Transient("issuer_unavailable", "the keys are away")

    old = replace(sessions, verifier=Claims(seconds=-1))  # type: ignore[arg-type]  # as above
    value = await old.begin(Tokens("access", "refresh-0"), "right")
    with pytest.raises(Transient):
        await replace(sessions, verifier=Away()).find(_request(value))  # type: ignore[arg-type]  # as above
    found = await sessions.find(_request(value))

    assert found is not None
    assert sessions.provider.asked == ["refresh-0", "refresh-1"]  # type: ignore[attr-defined]  # each good once


async def test_who_signs_in_right_after_a_role_was_taken_away_is_not_refused_for_minutes(
    sessions: Sessions, engine: AsyncEngine, admin: asyncpg.Connection
) -> None:
    """A token from within the leeway of a revocation does not count; the next one does, and is fetched."""
    await admin.fetchval("select identity.revoke($1)", PERSON)
    try:
        value = await sessions.begin(Tokens("access", "refresh-0"), "right")
        await admin.execute("update identity.revocations set revoked_before = revoked_before - interval '20 seconds'")
        early = await sessions.find(_request(value))
        assert early is not None
        with pytest.raises(Unauthenticated):
            async with UnitOfWork(engine, WallClock()).begin(early.actor):
                pass
        await admin.execute("update identity.revocations set revoked_before = revoked_before - interval '20 seconds'")
        found = await sessions.find(_request(value))
        assert found is not None
        async with UnitOfWork(engine, WallClock()).begin(found.actor):
            pass
    finally:
        await admin.execute("delete from identity.revocations where person = $1", PERSON)

    assert sessions.provider.asked == ["refresh-0"]  # type: ignore[attr-defined]  # while it would be refused, no longer


def test_a_form_of_another_session_or_another_site_is_not_ours() -> None:
    until = datetime.now(UTC) + timedelta(minutes=1)
    present, other = (Present(None, until, value) for value in ("one", "two"))  # type: ignore[arg-type]  # nobody is asked

    require_own_form(_request(), present, present.csrf)
    require_own_form(_request(sec_fetch_site="same-origin"), present, present.csrf)
    for request, token in (
        (_request(), other.csrf),
        (_request(), None),
        (_request(), ""),
        (_request(), present.csrf[16:]),
        (_request(), "æ" * 80),
        (_request(sec_fetch_site="cross-site"), present.csrf),
        (_request(sec_fetch_site="same-site"), present.csrf),
    ):
        with pytest.raises(Forbidden):
            require_own_form(request, present, token)


def test_the_token_of_a_form_is_never_the_same_twice() -> None:
    present = Present(None, datetime.now(UTC), "one")  # type: ignore[arg-type]  # nobody is asked
    first, second = present.csrf, present.csrf

    assert first != second
    assert all(present.gave(each) for each in (first, second))


@pytest.mark.parametrize(
    "target",
    [
        "//example.test",
        "///example.test",
        "/\\example.test",
        "//[",
        "/\t/example.test",
        "https://example.test",
        "/" + "a" * 2_000,
        "x",
        "",
    ],
)
def test_nobody_is_led_elsewhere_after_signing_in(target: str) -> None:
    assert inside(target) == "/"


def test_somebody_is_led_back_to_where_they_were() -> None:
    assert inside("/assessment/cases/1?rum=adgang") == "/assessment/cases/1?rum=adgang"
