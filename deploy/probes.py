"""Questions to a server: do you serve? Each answers within two seconds and never raises."""

from __future__ import annotations

import asyncio
import logging
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import aiokafka.client
import asyncpg

SECONDS = 2.0
logging.getLogger("aiokafka").addHandler(logging.NullHandler())


def accepts(port: int, host: str = "127.0.0.1") -> bool:
    """Whether somebody listens."""
    try:
        with socket.create_connection((host, port), timeout=SECONDS):
            return True
    except OSError:
        return False


def http_ok(url: str) -> Callable[[], bool]:
    """A probe: GET answers 2xx."""

    def probe() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=SECONDS) as answer:  # noqa: S310  # our own http address
                return 200 <= int(answer.status) < 300
        except (OSError, ValueError):
            return False

    return probe


def postgres_ok(dsn: str) -> Callable[[], bool]:
    """A probe: log in with the password and run a statement."""

    async def ask() -> bool:
        connection = await asyncpg.connect(dsn, timeout=SECONDS)
        try:
            return bool(await connection.fetchval("select 1") == 1)
        finally:
            await connection.close()

    return lambda: answered(ask())


def kafka_ok(port: int, broker_id: int) -> Callable[[], bool]:
    """A probe: the broker on `port` answers metadata in which it stands itself."""

    async def ask() -> bool:
        client = aiokafka.client.AIOKafkaClient(
            bootstrap_servers=f"127.0.0.1:{port}", request_timeout_ms=int(SECONDS * 1000)
        )
        try:
            await client.bootstrap()
            return any(broker.nodeId == broker_id for broker in client.cluster.brokers())
        finally:
            await client.close()

    # A plain look first: aiokafka logs an error for every refused connection.
    return lambda: accepts(port) and answered(ask())


def temporal_ok(program: Path, target: str) -> Callable[[], bool]:
    """A probe: the frontend describes the namespace `default`."""
    host, port = target.split(":")
    argv = [str(program), "operator", "namespace", "describe", "-n", "default", "--address", target]

    def probe() -> bool:
        if not accepts(int(port), host):
            return False
        try:
            answer = subprocess.run(argv, capture_output=True, timeout=SECONDS * 2, check=False)
        except subprocess.TimeoutExpired:
            return False
        return answer.returncode == 0

    return probe


def answered(question: Coroutine[Any, Any, bool]) -> bool:
    """Run a question in a loop of its own thread: the caller may stand in a running loop (a test) or in none."""

    async def bounded() -> bool:
        return await asyncio.wait_for(question, SECONDS * 2)

    with ThreadPoolExecutor(1) as pool:
        try:
            return pool.submit(asyncio.run, bounded()).result()
        except Exception:  # noqa: BLE001  # whatever a half-started server makes a client raise, it means: not yet
            return False
