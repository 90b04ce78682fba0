"""What the real gateway keeps and passes on of a caller: nothing that tells one from another."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from deploy.config import StackConfig
from deploy.local import gateway
from tests.support.gateway import gateway_of
from tests.support.waiting import eventually

AGENT, ADDRESS, PLACE = "Browser-Kanarie/1.0", "192.0.2.77", "https://kanarie.example/side"
CALLER = {
    "User-Agent": AGENT,
    "X-Forwarded-For": ADDRESS,
    "X-Real-Ip": ADDRESS,
    "Forwarded": f"for={ADDRESS}",
    "Referer": PLACE,
    "Cookie": "kanarie=1",
    "Accept-Language": "da-KANARIE",
}


@dataclass
class Caught:
    """The gateway, and what an api behind it got."""

    url: str
    requests: list[str]
    folder: Path

    def written(self) -> str:
        """Return everything that lies in the gateway's folder or was printed, without its own configuration."""
        files = [file for file in self.folder.rglob("*") if file.is_file() and file.name != "caddy.json"]
        return "".join(file.read_text(errors="replace") for file in files)


@pytest.fixture
async def caught(tmp_path: Path) -> AsyncIterator[Caught]:
    config = StackConfig.load(tmp_path, settings={})
    seen: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        await writer.drain()
        writer.close()

    api = await asyncio.start_server(answer, "127.0.0.1", config.ports.port("intake_api"))
    try:
        async with gateway_of(config) as url:
            yield Caught(url, seen, tmp_path / "gateway")
    finally:
        api.close()


async def test_an_api_behind_the_gateway_cannot_tell_callers_apart(caught: Caught) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        await http.post(f"{caught.url}/intake/v1/public/concerns", json={}, headers=CALLER)

    assert len(caught.requests) == 1
    arrived = caught.requests[0].lower()
    assert "post /v1/public/concerns" in arrived, "the control: it is this request"
    for trace in ("kanarie", ADDRESS, "127.0.0.1:4", "cookie:", "referer:", "accept-language:"):
        assert trace not in arrived, arrived
    names = {line.partition(":")[0] for line in arrived.splitlines()[1:] if line}
    its_own = {"user-agent", "via"}  # set anew, the same for everybody
    assert names & {name.lower() for name in gateway.UNSENT} <= its_own


async def test_the_gateway_writes_no_caller_down_neither_when_it_passes_on_nor_when_nobody_answers(
    caught: Caught,
) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=20) as http:
        await http.post(f"{caught.url}/intake/v1/public/concerns?kanarie=1", json={}, headers=CALLER)
        quiet = caught.written()
        lost = await http.post(f"{caught.url}/notify/v1/work?kanarie=1", json={}, headers=CALLER)

    assert lost.status_code == 502
    assert quiet.count("\n") <= 3, "no line a request"
    logged = await eventually(lambda: "error" in caught.written() and caught.written(), what="the error is logged")
    for trace in ("kanarie", "Kanarie", "KANARIE", ADDRESS, "remote_ip", "client_ip"):
        assert trace not in str(logged), [json.loads(line) for line in str(logged).splitlines()]
