"""Ports on loopback: free ones picked once and remembered, or the ones that the settings name."""

from __future__ import annotations

import json
import os
import random
import socket
from collections.abc import Mapping
from pathlib import Path

import psutil

from deploy.errors import StackError

# Below the range from which Linux takes ports for outgoing connections (32768 and up): a remembered port
# from that range could be taken by any client between two starts.
LOWEST, HIGHEST = 18_000, 30_000
SETTING_PREFIX = "TOVHOLDER_PORT_"


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now (a connection in TIME_WAIT does not count)."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def holder_of(port: int) -> str | None:
    """Name and pid of the process that listens on a port, where the system lets us see it."""
    try:
        for connection in psutil.net_connections(kind="tcp"):
            listens = connection.status == psutil.CONN_LISTEN and getattr(connection.laddr, "port", None) == port
            if listens and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except (psutil.Error, OSError):
        return None
    return None


class PortBook:
    """The ports of one state folder, by name (`postgres`, `kafka`, `intake_api`, ...), kept in `ports.json`."""

    def __init__(self, file: Path, settings: Mapping[str, str] | None = None) -> None:
        self._file = file
        self._configured = _configured(os.environ if settings is None else settings)
        self._remembered: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}

    def port(self, name: str) -> int:
        """The port of `name`; picks and remembers a free one the first time."""
        if name in self._configured:
            return self._configured[name]
        if name not in self._remembered:
            self._remember(name, self._pick())
        return self._remembered[name]

    def secure(self, name: str) -> int:
        """The port of `name`, known to be free now.

        A remembered port that somebody else took meanwhile is replaced; a configured one is an error `port-taken`.
        """
        port = self.port(name)
        if is_free(port):
            return port
        if name in self._configured:
            raise taken(name, port)
        self._remember(name, self._pick())
        return self._remembered[name]

    def known(self) -> dict[str, int]:
        """Every port picked or configured so far."""
        return {**self._remembered, **self._configured}

    def _remember(self, name: str, port: int) -> None:
        self._remembered[name] = port
        self._file.parent.mkdir(parents=True, exist_ok=True)
        partial = self._file.with_suffix(".partial")
        partial.write_text(json.dumps(self._remembered, indent=2, sort_keys=True))
        partial.replace(self._file)

    def _pick(self) -> int:
        used = set(self.known().values())
        for _ in range(500):
            candidate = random.randrange(LOWEST, HIGHEST)  # noqa: S311  # a port is no secret
            if candidate not in used and is_free(candidate):
                return candidate
        raise StackError(
            "port-taken",
            f"No free port was found between {LOWEST} and {HIGHEST} on 127.0.0.1.",
            f"Stop what holds them, or name free ports with {SETTING_PREFIX}GATEWAY and its like.",
        )


def taken(name: str, port: int) -> StackError:
    """The error for a configured port that somebody else holds."""
    holder = holder_of(port)
    by = f" by {holder}" if holder else " by another process"
    setting = f"{SETTING_PREFIX}{name.upper()}"
    return StackError(
        "port-taken",
        f"Port {port} for {name} is taken{by}.",
        f"Stop that process, set {setting} to a free port, or unset {setting} to have one picked.",
    )


def _configured(settings: Mapping[str, str]) -> dict[str, int]:
    chosen: dict[str, int] = {}
    for key, text in settings.items():
        if not key.startswith(SETTING_PREFIX):
            continue
        if not text.isdecimal() or not 1 <= int(text) <= 65_535:
            raise StackError("setting", f"{key} is not a port number.", "Give a number from 1 to 65535.")
        chosen[key.removeprefix(SETTING_PREFIX).lower()] = int(text)
    return chosen
