"""Typing into forms that save themselves, as a browser does: what is typed and never sent is looked for in every store as well."""

from __future__ import annotations

from uuid import uuid4

import httpx

from deploy.demo.people import Person
from shared.web.console.session import COOKIE
from shared.web.console.signin import STATE
from tests.support.calls import adviser
from tests.support.canary import Teller
from tests.support.cases import Infohus
from tests.support.product import Product
from tests.support.visiting import CSRF

CALL = ("description", "subject", "advice", "details", "reporter")
NINE = ("reasoning", "focus_note")


async def type_into_drafts(product: Product, teller: Teller) -> None:
    """Save a draft of a call and one of the nine dimensions, each with canaries and a CPR number, and send neither."""
    desk = f"/intake/desk/{uuid4()}"
    await _save(product, adviser(product), desk, f"{desk}/save", "intake", CALL, teller)
    house = Infohus(product)
    path = await house.cleared()
    await house.met(path)
    form = f"{path.replace('/v1/', '/')}/do/complete-assessment"
    await _save(product, house.tovholder, form, f"{form}/draft", "assessment", NINE, teller)


async def _save(
    product: Product, who: Person, page: str, there: str, service: str, names: tuple[str, ...], teller: Teller
) -> None:
    async with httpx.AsyncClient(base_url=str(teller.base_url), timeout=30, trust_env=False) as http:
        http.headers["Cookie"] = await _signed_in(http, who, service)
        shown = await http.get(page)
        found = CSRF.search(shown.text)
        assert found is not None, (page, shown.status_code)
        places = {name: f"{service} draft.{name}" for name in names}
        form = {"csrf": found[1], "key": str(uuid4()), "version": "1"}
        form |= {name: teller.canary(place) for name, place in places.items()}
        form[names[0]] += f" {teller.canary(f'{service} draft.cpr')}"
        saved = await http.post(there, data=form, headers={"HX-Request": "true"})
        assert saved.status_code == 200, saved.text
        assert "CPR-nummer" in saved.text, "it is told that the number is not kept"
        teller.accepted.update(places.values())
    kept = await product.value(f"select count(*) from {service}.draft where person = $1", who.ref)  # ours
    assert kept >= 1, "it is there, sealed"


async def _signed_in(http: httpx.AsyncClient, who: Person, service: str) -> str:
    """Sign in as a browser does; return what it holds then. These cookies are `Secure`, which this client sends over TLS alone."""
    begun = await http.get(f"/{service}/sign-in")
    chosen = await http.post(begun.headers["location"], data={"person": str(who.ref)})
    back = await http.get(chosen.headers["location"], headers={"Cookie": f"{STATE}={begun.cookies[STATE]}"})
    assert back.status_code == 303, back.text
    return f"{COOKIE}={back.cookies[COOKIE]}"
