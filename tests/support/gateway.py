"""The real gateway on a folder of its own, before whatever a test puts behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from deploy.config import StackConfig
from deploy.local import gateway
from tests.support.waiting import eventually


@asynccontextmanager
async def gateway_of(config: StackConfig) -> AsyncIterator[str]:
    """The URL of a gateway that answers; what it prints goes to `gateway/printed.log`."""
    spec = gateway.spec(config)
    assert spec.prepare is not None
    spec.prepare()
    with (config.state / "gateway" / "printed.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(*spec.argv, stdout=log, stderr=log, env=dict(spec.env))
        try:
            await eventually(lambda: asyncio.to_thread(spec.ready), within=20, what="the gateway answers")
            yield config.gateway_url
        finally:
            process.terminate()
            await process.wait()


def browser() -> httpx.AsyncClient:
    """A client that follows nothing by itself and takes no proxy from its environment."""
    return httpx.AsyncClient(trust_env=False, timeout=20)
