"""Postgres, Kafka, Temporal, issuer and mail sink without the services, for tests and benches.

`with backends(state) as b:` starts them and stops them; `b.stack.kill("kafka")` and `b.stack.start("kafka")` are what the
fault tests do. TEST_BACKEND=processes|containers|auto chooses where Postgres and Kafka run; `Backends.why` says which.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from deploy import processes
from deploy.backup.restoring import refuse_unfinished
from deploy.config import DATABASE, KEYSTORE, StackConfig
from deploy.doctor import check_machine
from deploy.errors import StackError
from deploy.runfile import RunFile, sweep
from deploy.stack import Stack

KINDS = ("processes", "containers", "auto")


@dataclass(frozen=True)
class Backends:
    """Where the servers are and how to get in. `kind` is `processes` or `containers`; a test cannot tell otherwise."""

    kind: str
    why: str
    config: StackConfig = field(repr=False)
    stack: Stack = field(repr=False)
    pg_admin_dsn: str = field(repr=False)
    keystore_admin_dsn: str = field(repr=False)
    passwords: dict[str, str] = field(repr=False)
    socket_dir: Path | None
    pg_host: str
    pg_port: int
    bootstrap: str
    temporal_target: str
    issuer_url: str
    jwks_url: str
    issuer_users: Path
    smtp_host: str
    smtp_port: int
    mail_dir: Path
    started_in: dict[str, float] = field(default_factory=dict)

    def dsn(self, role: str, database: str = DATABASE, *, driver: str = "postgresql") -> str:
        """Connection string of a role, with its password; over the Unix socket where there is one."""
        if self.socket_dir is not None:
            return self.config.dsn(role, database, driver=driver)
        return self.config.dsn(role, database, driver=driver, tcp=True)

    def login(self, role: str, database: str = DATABASE, *, driver: str = "postgresql") -> str:
        """Connection string of a role that names the file of its password; what a process is given."""
        return self.config.login(role, database, driver=driver, tcp=self.socket_dir is None)

    def service_env(self, service: str, kind: str, port: int) -> dict[str, str]:
        """Environment of a service process on these servers; to set, or to give to a child."""
        driver = "postgresql+asyncpg"
        given = processes.service_env(self.config, service, kind, port)
        given["TOVHOLDER_DATABASE_URL"] = self.login(f"{service}_{kind}", driver=driver)
        given["TOVHOLDER_KEYSTORE_URL"] = self.login(processes.keystore_role(service, kind), KEYSTORE, driver=driver)
        if "TOVHOLDER_AUDIT_URL" in given:
            given["TOVHOLDER_AUDIT_URL"] = self.login("audit_sealer", driver=driver)
        return given

    def start_service(self, service: str, kind: str, number: int = 1, extra: dict[str, str] | None = None) -> str:
        """Start `python -m services.<service>.<app|worker>` and wait until it is ready; its name for `stack.kill`.

        `extra` are more variables of its environment.
        """
        self.config.ports.secure(processes.port_name(service, kind, number))
        spec = processes.service_process(self.config, service, kind, number)
        env = self.service_env(service, kind, spec.port or 0) | (extra or {})
        self.stack.add(replace(spec, env=env))
        self.stack.start(spec.name)
        return spec.name

    def url(self, name: str) -> str:
        """Base URL of a process that `start_service` started."""
        return f"http://127.0.0.1:{self.stack.specs[name].port}"

    def stop(self) -> None:
        """Stop everything, in reverse order."""
        self.stack.stop_all()


@contextmanager
def backends(state_dir: Path, *, kafka_brokers: int = 1, extras: bool = True) -> Iterator[Backends]:
    """Servers for the time of a `with` block; holds the folder's lock, and cleans up after a killed predecessor."""
    run = RunFile(state_dir / "run.json")
    sweep(run.acquire())
    found: Backends | None = None
    try:
        found = start_backends(state_dir, kafka_brokers, extras=extras, run=run)
        yield found
    finally:
        if found is not None:
            found.stop()
        run.release()


def start_backends(
    state_dir: Path, kafka_brokers: int = 1, *, extras: bool = True, run: RunFile | None = None
) -> Backends:
    """Start the servers on `state_dir` and wait until each serves. Call `stop()` when done.

    `extras` are issuer and mail sink. Ports, passwords and keys are made once per folder, so starting again on the same
    folder keeps all data (processes; containers are removed at the end).
    """
    check_machine()
    kind, why = choose(kafka_brokers)
    config = StackConfig.load(state_dir, kafka_brokers=kafka_brokers)
    refuse_unfinished(config)
    config.make_folders()
    config.make_keys()
    for name in processes.port_names(config, only_backends=True):
        config.ports.secure(name)
    stack = _stack(config, kind, extras=extras, run=run)
    try:
        seconds = _start(stack)
    except BaseException:
        stack.stop_all()
        raise
    return _describe(config, stack, seconds, kind, why)


def choose(kafka_brokers: int = 1) -> tuple[str, str]:
    """(`processes` or `containers`, the reason in words), from TEST_BACKEND.

    `auto`, which holds when it is unset, takes containers only where a daemon answers and the images are local.
    """
    wanted = os.environ.get("TEST_BACKEND", "auto")
    if wanted not in KINDS:
        raise StackError("setting", "TEST_BACKEND is none of processes, containers, auto.", "Set one of them.")
    if wanted == "processes":
        return "processes", "TEST_BACKEND=processes"
    lack = "three brokers run as processes" if kafka_brokers > 1 else _containers_missing()
    if lack is None:
        return "containers", f"TEST_BACKEND={wanted}: a Docker daemon and the images are here"
    if wanted == "containers" and kafka_brokers == 1:
        raise StackError(
            "containers-missing",
            f"TEST_BACKEND=containers, but {lack}.",
            "Start the daemon, load the images, or unset it.",
        )
    return "processes", f"TEST_BACKEND={wanted}: {lack}"


def _containers_missing() -> str | None:
    try:
        from deploy.containers import missing
    except ImportError:
        return "testcontainers is not installed"
    return missing()


def _stack(config: StackConfig, kind: str, *, extras: bool, run: RunFile | None) -> Stack:
    specs = processes.backends(config, extras=extras)
    if kind == "containers":
        from deploy.containers import container_stack

        return container_stack(config, specs)
    return Stack(specs, config.logs, run)


def _start(stack: Stack) -> dict[str, float]:
    for name in stack.names():
        stack.launch(name)
    seconds: dict[str, float] = {}
    stack.await_ready(*stack.names(), tell=seconds.__setitem__)
    return seconds


def _describe(config: StackConfig, stack: Stack, seconds: dict[str, float], kind: str, why: str) -> Backends:
    return Backends(
        kind=kind,
        why=why,
        config=config,
        stack=stack,
        pg_admin_dsn=config.pg_admin_dsn,
        keystore_admin_dsn=config.keystore_admin_dsn,
        passwords=config.role_passwords(),
        socket_dir=config.socket_dir if kind == "processes" else None,
        pg_host="127.0.0.1",
        pg_port=config.ports.port("postgres"),
        bootstrap=config.bootstrap,
        temporal_target=config.temporal_target,
        issuer_url=config.issuer_url,
        jwks_url=f"{config.issuer_url}/jwks.json",
        issuer_users=config.issuer_users,
        smtp_host="127.0.0.1",
        smtp_port=config.ports.port("mail"),
        mail_dir=config.mail_dir,
        started_in=seconds,
    )
