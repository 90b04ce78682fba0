"""Requests for a member of the corps as a consent opens them, without the case before them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from deploy.seed import CORPS_MUNICIPALITIES, CorpsMember, corps_members
from services.corps.domain.intervention_commands import RequestIntervention
from services.corps.handlers import corps
from shared.contracts.corps import Client
from shared.contracts.requirements import MatchRequirements
from shared.lifecycle.actor import SYSTEM, Role
from shared.persistence.work import UnitOfWork, build_engine
from shared.vault import KeysetProvider, PostgresKeyStore, Vault
from tests.support.product import Product


async def register(product: Product, municipality: str, wanted: int = 3) -> list[CorpsMember]:
    """Let the national desk register the first members of a municipality's corps; return them."""
    desk = product.at(Role.NATIONAL_DESK, "centre:national")
    hosts = [{"municipality": code, "valid_from": "2020-01-01"} for code in CORPS_MUNICIPALITIES]
    assert (await desk.send("PUT", "/corps/v1/corps-municipalities", {"municipalities": hosts})).status == 200
    found = [one for one in corps_members(product.clock.now().date()) if one.municipality == municipality][:wanted]
    for member in found:
        seen = await desk.send("GET", f"/corps/v1/members/{member.member_ref}")
        if seen.status == 404:
            await desk.create("/corps/v1/members", able(member))
    return found


def able(member: CorpsMember) -> dict[str, Any]:
    """Return a member's record, trained as a mentor who speaks Danish, so that she fits an ordinary request."""
    body = member.as_json()
    body["languages"] = {**body["languages"], "da": "C2"}
    body["trainings"] = [{"kind": "MENTOR", "held_on": "2026-01-10"}]
    return {**body, "capacity_max": 5, "leave": [], "lendable": True, "max_distance_km": 500}


async def requested(product: Product, municipality: str, **requirements: Any) -> UUID:
    """Open a request as the consent to a corps member does; return the intervention."""
    settings = product.settings("corps")
    engine = build_engine(settings.database_url.get_secret_value(), name="test")
    keystore = PostgresKeyStore(settings.keystore_url.get_secret_value())
    vault = Vault(keystore, KeysetProvider.from_file(settings.keyset_file))
    command = RequestIntervention(
        case_id=uuid4(),
        requirements=MatchRequirements.model_validate({"kind": "MENTOR", **requirements}),
        municipality=municipality,
        client=Client.SUBJECT,
        consent_id=uuid4(),
        valid_until=product.clock.now() + timedelta(days=365),
    )
    try:
        async with UnitOfWork(engine, product.clock).begin(SYSTEM) as tx:
            state = await corps(vault, vault).interventions.request(tx, command)
    finally:
        await keystore.close()
        await engine.dispose()
    assert state is not None
    return state.id
