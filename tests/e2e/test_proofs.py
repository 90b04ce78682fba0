"""What a stranger is shown of the running product: an access log that can be checked, and an erasure that left nothing."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from uuid import uuid4

import pytest

from tests.support.calls import HOTLINE, adviser, called
from tests.support.cases import Infohus, id_of
from tests.support.command import tovholder
from tests.support.product import Product
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(200)  # the first test also starts the servers


async def test_an_export_of_the_running_access_log_is_whole_and_names_who_opened_what(
    product: Product, tmp_path: Path
) -> None:
    concern = await called(product, description="Åbnes to gange.")
    path = f"/intake/v1/concerns/{concern}"
    text = (await adviser(product).see(path)).body["description"]
    asked = {"texts": [text], "role": "HOTLINE_ADVISER", "reason": "ADVICE"}
    for _ in range(2):
        assert (await adviser(product).send("POST", f"{path}/open-texts", asked)).status == 200
    listed = await eventually(lambda: _sealed(product, str(concern), 2), what="both looks are chained")

    file, altered = tmp_path / "log.jsonl", tmp_path / "altered.jsonl"
    await asyncio.to_thread(tovholder, product.state, "audit", "export", str(file), "--organisation", HOTLINE)
    verified = await asyncio.to_thread(tovholder, product.state, "audit", "verify", str(file))
    altered.write_text(file.read_text().replace(str(adviser(product).ref), str(uuid4())))

    assert f"The access log of {HOTLINE} is whole" in verified
    assert (
        listed.count(f"person {adviser(product).ref} as HOTLINE_ADVISER of {HOTLINE} opened B description: ADVICE") == 2
    )
    with pytest.raises(AssertionError, match="is NOT as it was chained"):
        await asyncio.to_thread(tovholder, product.state, "audit", "verify", str(altered))


async def test_an_erasure_on_the_running_stack_is_proved_in_every_store(product: Product) -> None:
    house = Infohus(product)
    concern, path = await house.arrived()
    accept = {"accepts_responsibility": True, "purpose_plausible": True, "grounds": "Skal slettes."}
    await house.tovholder.do(path, "open-case", accept)
    await house.settled()
    case = id_of(path)

    with pytest.raises(AssertionError, match="not in the ledger"):
        await asyncio.to_thread(tovholder, product.state, "erasure", "prove", str(case))
    for unit in (concern, case):
        decided = ("--by", str(house.tovholder.ref), "--reason", "ENTERED_BY_MISTAKE")
        await asyncio.to_thread(tovholder, product.state, "erasure", "request", str(unit), *decided)

    for unit in (concern, case):
        proof = json.loads(await asyncio.to_thread(tovholder, product.state, "erasure", "prove", str(unit), "--json"))
        assert proof["holds"]
        looked = {store["store"]: store["looked_at"] for store in proof["stores"]}
        assert looked["records in Kafka"] > 0
        assert looked["histories in Temporal"] > 0
        assert all(store["left"] == store["opens"] == 0 for store in proof["stores"])


async def _sealed(product: Product, unit: str, many: int) -> str | None:
    """Return the list of who opened a unit once so many looks of it are entries of the chain."""
    said = await asyncio.to_thread(tovholder, product.state, "audit", "list", unit)
    return said if said.count("(entry ") == many else None
