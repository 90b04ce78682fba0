"""A load generator that costs little: it shares two cores with what it measures.

One asyncio loop (uvloop) and one keep-alive connection per client; httptools reads the answers; requests are bytes made
before the clock starts. Closed loop: a client sends its next request when it has the answer of the last. It weighs its own
processor time, so that a reader sees what it took away from the server.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlsplit

import httptools

DESCRIPTION = "own closed-loop client in one process: uvloop, httptools, keep-alive, requests built beforehand"


@dataclass(frozen=True, slots=True)
class Request:
    """One request as bytes, and the connection's target."""

    wire: bytes

    @classmethod
    def of(cls, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Request:
        """Return the request for HTTP/1.1 with keep-alive."""
        lines = [f"{method} {path} HTTP/1.1", "host: bench", *(f"{name}: {text}" for name, text in headers.items())]
        if body:
            lines += ["content-type: application/json", f"content-length: {len(body)}"]
        return cls("\r\n".join([*lines, "", ""]).encode() + body)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, body, ETag, and the seconds from the first byte sent to the last received."""

    status: int
    body: bytes
    etag: str
    seconds: float
    at: float
    """`time.time()` when the answer was complete."""


class Connection(asyncio.Protocol):
    """One keep-alive connection; one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._body = bytearray()
        self._etag = ""
        self._waiting: asyncio.Future[Answer] | None = None
        self._sent_at = 0.0

    @classmethod
    async def to(cls, url: str) -> Connection:
        """Connect to the host and port of `url`."""
        host, port = urlsplit(url).netloc.split(":")
        _, made = await asyncio.get_running_loop().create_connection(cls, host, int(port))
        return made

    async def send(self, request: Request) -> Answer:
        """Send a request and wait for its answer. Raises `ConnectionError` if the server hangs up."""
        if self._transport is None or self._transport.is_closing():
            raise ConnectionError("the server closed the connection")
        self._waiting = asyncio.get_running_loop().create_future()
        self._sent_at = time.perf_counter()
        self._transport.write(request.wire)
        return await self._waiting

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()

    # -- asyncio and httptools call these

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own class is no subclass

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def connection_lost(self, error: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error or ConnectionError("the server closed the connection"))

    def on_message_begin(self) -> None:
        self._body.clear()
        self._etag = ""

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"etag":
            self._etag = value.decode()

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        assert self._waiting is not None
        status = self._parser.get_status_code()
        seconds = time.perf_counter() - self._sent_at
        self._waiting.set_result(Answer(status, bytes(self._body), self._etag, seconds, time.time()))


@dataclass
class Run:
    """What a load of some clients led to."""

    clients: int
    seconds: float = 0.0
    own_cpu: float = 0.0
    """Seconds of processor time that the load generator itself took."""
    answers: list[Answer] = field(default_factory=list)

    def figures(self) -> dict[str, float]:
        """Return answers a second and percentiles in milliseconds."""
        return {
            "per_second": len(self.answers) / self.seconds,
            **percentiles([answer.seconds for answer in self.answers]),
            "generator_cpu_share": self.own_cpu / self.seconds,
        }


async def closed_loop(urls: Sequence[str], sources: Sequence[Iterator[Request]], *, seconds: float = 1e9) -> Run:
    """Let one client per source send until its source is empty or the time is up; client n talks to url n modulo their number.

    A request that is under way at the end is finished and counted, and the time runs until its answer.
    """
    connections = [await Connection.to(urls[number % len(urls)]) for number in range(len(sources))]
    run = Run(clients=len(sources))
    cpu, began = time.process_time(), time.perf_counter()
    end = began + seconds

    async def client(connection: Connection, source: Iterator[Request]) -> None:
        while time.perf_counter() < end and (request := next(source, None)) is not None:
            run.answers.append(await connection.send(request))

    try:
        await asyncio.gather(*map(client, connections, sources))
    finally:
        for connection in connections:
            connection.close()
    run.seconds, run.own_cpu = time.perf_counter() - began, time.process_time() - cpu
    return run


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Return p50, p95, p99 and the longest, in milliseconds (nearest rank)."""
    ordered = sorted(seconds)

    def rank(share: float) -> float:
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    if not ordered:
        return {}
    return {"p50_ms": rank(0.50), "p95_ms": rank(0.95), "p99_ms": rank(0.99), "max_ms": 1000 * ordered[-1]}
