"""Postgres and Kafka in containers, where a Docker daemon and the images are on this machine already.

Temporal, issuer and mail sink stay processes: they are one file each. A container keeps its host port and its data over
`kill` and `start`, as the processes do, so that the tests cannot tell.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from typing import Any

import docker
from docker.errors import DockerException
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

from deploy.config import SERVERS, SUPERUSERS, StackConfig
from deploy.local import kafka, postgres
from deploy.local.kafka_jars import KAFKA
from deploy.process import Child
from deploy.stack import Stack

POSTGRES_IMAGE = "postgres:18"
KAFKA_IMAGE = f"apache/kafka:{KAFKA}"
IMAGES = (POSTGRES_IMAGE, KAFKA_IMAGE)


def missing() -> str | None:
    """Why containers cannot be used here, or None. Nothing is pulled."""
    try:
        client = docker.from_env()
        client.ping()
    except DockerException:
        return "no Docker daemon answers"
    for image in IMAGES:
        try:
            client.images.get(image)
        except DockerException:
            return f"the image {image} is not on this machine"
    try:
        client.images.get(testcontainers_config.ryuk_image)
    except DockerException:
        testcontainers_config.ryuk_disabled = True  # it would be pulled; our own stop removes the containers
    return None


class ContainerChild(Child):
    """A container with the face of a child process."""

    def __init__(self, name: str, container: Any) -> None:
        self.name = name
        self.started = time.monotonic()
        self.container = container
        container.start()
        container.reload()
        self.pid = int(container.attrs["State"]["Pid"])

    def exit_code(self) -> int | None:
        """None while it runs."""
        self.container.reload()
        state = self.container.attrs["State"]
        return None if state["Running"] else int(state["ExitCode"])

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the first process of the container."""
        if self.alive():
            self.container.kill(signal=int(number))

    def kill(self) -> None:
        """SIGKILL, and wait."""
        self.signal(signal.SIGKILL)
        self.wait(10.0)

    def wait(self, seconds: float) -> bool:
        """Whether it ended within that time."""
        end = time.monotonic() + seconds
        while self.alive():
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True


class ContainerStack(Stack):
    """A stack some of whose processes are containers."""

    containers: dict[str, DockerContainer]

    def use(self, containers: dict[str, DockerContainer]) -> None:
        """Run these names as containers."""
        self.containers = containers

    def launch(self, name: str) -> None:
        """Create the container the first time, start it again later."""
        if name not in self.containers:
            super().launch(name)
            return
        described = self.containers[name]
        if described.get_wrapped_container() is None:
            described.start()
        child = ContainerChild(name, described.get_wrapped_container())
        child.spec = self.specs[name]
        with self.lock:
            self._children[name] = child

    def stop_all(self, tell: Callable[[str], None] = lambda name: None) -> None:
        """Stop everything and remove the containers with their data."""
        super().stop_all(tell)
        for described in self.containers.values():
            if described.get_wrapped_container() is not None:
                described.stop()


def container_stack(config: StackConfig, specs: list[Any]) -> Stack:
    """The same processes by name, Postgres and Kafka in containers."""
    stack = ContainerStack(specs, config.logs)
    stack.use({**{name: _postgres(config, name) for name in SERVERS}, "kafka": _kafka(config)})
    return stack


def _postgres(config: StackConfig, server: str) -> DockerContainer:
    port = config.ports.port(server)
    switches = [
        part for key, text in postgres.SETTINGS.items() if key != "listen_addresses" for part in ("-c", f"{key}={text}")
    ]
    return (
        DockerContainer(POSTGRES_IMAGE)
        .with_env("POSTGRES_PASSWORD", config.passwords()[SUPERUSERS[server]])
        .with_env("POSTGRES_INITDB_ARGS", "--auth-local=scram-sha-256 --auth-host=scram-sha-256")
        .with_command(["postgres", *switches])
        .with_bind_ports(5432, port)
    )


def _kafka(config: StackConfig) -> DockerContainer:
    """The image takes every property as a variable; inside, the broker listens on the port that it is reached on."""
    properties = kafka.properties(config, 1, "kafka")
    port, controller = config.ports.port("kafka"), config.ports.port("kafka_controller")
    properties |= {
        "listeners": f"PLAINTEXT://0.0.0.0:{port},CONTROLLER://127.0.0.1:{controller}",
        "log.dirs": "/var/lib/kafka/data",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    }
    container = DockerContainer(KAFKA_IMAGE).with_env("CLUSTER_ID", kafka.cluster_id(config))
    for key, text in properties.items():
        container = container.with_env("KAFKA_" + key.upper().replace(".", "_"), text)
    return container.with_bind_ports(port, port)
