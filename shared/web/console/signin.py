"""Signing in and out: `/sign-in` sends the browser to the sign-in service, `/sign-in/callback` takes it back, `/sign-out` ends it.

Every service has these routes, so that no other one need be up for somebody to begin work. The state of a sign-in is a cookie of
ten minutes and a row known by its digest: what one browser began, no other can finish.
"""

from __future__ import annotations

import hmac
from typing import Final

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shared.errors import Unauthenticated
from shared.identity import sessions
from shared.web.console import session as cookies
from shared.web.console.language import language_of
from shared.web.console.site import LANGUAGE_COOKIE, PLAIN, Console, Visit, see_other

STATE: Final = "__Host-tovholder-sign-in"
STATE_SECONDS: Final = 600
YEAR: Final = 365 * 24 * 3600
START: Final = "/"
LEFT: Final = "__Host-tovholder-left"
"""Says that somebody signed out in this browser, so that the sign-in service is told to ask who comes next (`prompt=login`). A session
that ended by itself says the same: its cookie is still there."""

AWAY: Final = "away"
LONGEST_TARGET: Final = 2_000
"""Characters: anybody may begin a sign-in, and where it should lead is kept for ten minutes."""


def sign_in_routes(router: APIRouter, console: Console) -> None:
    """Add the routes."""
    _coming(router, console)
    _going(router, console)


def _coming(router: APIRouter, console: Console) -> None:
    """Add the way in, which needs no session."""
    provider, found = console.sessions.provider, console.sessions
    callback = f"{console.origin}/{console.service}/sign-in/callback"

    async def begin(request: Request) -> Response:
        """Send the browser to the sign-in service."""
        asked = provider.begin(callback, anew=bool({LEFT, cookies.COOKIE} & set(request.cookies)))
        wanted = sessions.SigningIn(asked.verifier, asked.nonce, inside(request.query_params.get("to", START)))
        async with AsyncSession(console.edge.work.engine) as session, session.begin():
            await sessions.begin_sign_in(session, asked.state, wanted)
        answer = RedirectResponse(asked.url, status_code=303, headers={"Cache-Control": "no-store"})
        answer.set_cookie(STATE, asked.state, max_age=STATE_SECONDS, secure=True, httponly=True, samesite="lax")
        return answer

    async def finish(request: Request) -> Response:
        """Take the browser back, and give it its session."""
        state = request.query_params.get("state", "")
        if not state or not hmac.compare_digest(state.encode(), request.cookies.get(STATE, "").encode()):
            raise _unknown()
        async with AsyncSession(console.edge.work.engine) as session, session.begin():
            asked = await sessions.take_sign_in(session, state)
        if asked is None or not request.query_params.get("code"):
            raise _unknown()
        tokens = await provider.redeem(request.query_params["code"], asked.verifier, callback)
        value = await found.begin(tokens, asked.nonce)
        if before := request.cookies.get(cookies.COOKIE):
            # The browser forgets it now, and nobody should find it. Its token is not given back: a sign-in service may end with it
            # what was begun just now by the same person in the same browser.
            await found.leave(before)
        answer = RedirectResponse(asked.return_to, status_code=303, headers={"Cache-Control": "no-store"})
        cookies.set_cookie(answer, value)
        for name in (STATE, LEFT):
            answer.delete_cookie(name, secure=True, httponly=True, samesite="lax")
        return answer

    console.open_get(router, "/sign-in", begin)
    console.open_get(router, "/sign-in/callback", finish)


def _going(router: APIRouter, console: Console) -> None:
    """Add the way out, and what keeps somebody here until then."""

    async def out(visit: Visit) -> Response:
        """Sign out in this browser."""
        return await sign_out(visit)

    async def signed_out(request: Request) -> Response:
        """Say that somebody is signed out."""
        return console.plain_page(
            request, "signed_out.html", onward=None, away=request.query_params.get("service") == AWAY
        )

    async def speak(request: Request) -> Response:
        """Change the language, and go back to where it was asked."""
        answer = see_other(inside(request.query_params.get("to", START)))
        code = language_of(request.path_params["code"]).code
        answer.set_cookie(LANGUAGE_COOKIE, code, max_age=YEAR, secure=True, httponly=True, samesite="lax")
        return answer

    async def awake(visit: Visit) -> Response:
        """Say until when the session waits: to a page that asks, or to who signed in again for another tab."""
        return console.fragment(visit, "awake.html") if visit.partial else console.page(visit, "signed_in.html")

    console.open_get(router, "/signed-out", signed_out)
    console.open_get(router, "/language/{code}", speak)
    console.post(router, "/sign-out", PLAIN, out)
    console.get(router, "/session", PLAIN, awake)
    console.get(router, "/session/state", PLAIN, awake, used=False)


async def sign_out(visit: Visit, *, everywhere: bool = False) -> Response:
    """End the session, or all of its person's, what it holds at the sign-in service, and that service's own sign-in in this browser.

    Ours ends first, whatever the service answers; whoever signs in next in this browser is asked who it is.
    """
    console, provider = visit.console, visit.console.sessions.provider
    left = await console.sessions.leave(visit.present.value, everywhere=everywhere)
    answers = await provider.give_back(left.refresh)
    here = f"/{console.service}/signed-out"
    onward = provider.leaving(left.identity, f"{console.origin}{here}") if answers else None
    if onward is not None and onward.startswith(f"{console.origin}/"):
        answer: Response = see_other(onward)
    elif onward is not None:
        # A form may not lead off the origin (`form-action 'self'`), also not by a redirect: a link may.
        answer = console.plain_page(visit.request, "signed_out.html", away=False, onward=onward)
    else:
        answer = see_other(here if answers else f"{here}?service={AWAY}")
    cookies.drop_cookie(answer)
    answer.set_cookie(LEFT, "yes", max_age=YEAR, secure=True, httponly=True, samesite="lax")
    return answer


def inside(target: str) -> str:
    """Return a path of this site to go to; the start for anything that could lead elsewhere."""
    own = target.startswith("/") and not target.startswith("//") and len(target) <= LONGEST_TARGET
    return target if own and "\\" not in target and target.isprintable() else START


def _unknown() -> Unauthenticated:
    return Unauthenticated(
        "sign_in_unknown", "this sign-in was begun elsewhere, or too long ago", remedy="Sign in again."
    )
