"""Kafka's jars: fetched once with jgo, each held against the committed list of names and digests.

Maintainers renew the list after a change of version with `python -m deploy.local.kafka_jars --write-lock`.
"""

from __future__ import annotations

import hashlib
import logging
import re
import shutil
import sys
from pathlib import Path

from deploy.errors import StackError

KAFKA = "4.3.1"
LOG4J = "2.25.4"
SERVER = f"org.apache.kafka:kafka_2.13:{KAFKA}"
# On its own: resolved together with the server, it silently mixes kafka-clients 3.9.1 in and the broker dies.
BINDING = f"org.apache.logging.log4j:log4j-slf4j-impl:{LOG4J}"
BINDING_JAR = f"log4j-slf4j-impl-{LOG4J}.jar"
LOCK_FILE = Path(__file__).with_name("kafka-jars.lock")
# Every artifact of the group org.apache.kafka starts with one of these.
OF_KAFKA = re.compile(r"^(kafka|connect|trogdor)[-_]")


def class_path(jars: Path) -> list[Path]:
    """The verified jars in `jars`; fetches what is missing.

    Raises StackError `registry-missing` when a jar is missing and no registry answers, `kafka-jars` when one is not what
    the list says.
    """
    wanted = read_lock()
    if wrong(jars, wanted):
        _fetch(jars)
        if bad := wrong(jars, wanted):
            raise StackError(
                "kafka-jars",
                f"{bad[0]} is missing or is not the file that {LOCK_FILE.name} names ({len(bad)} of {len(wanted)}).",
                "Run `tovholder reset --jars` and start again; if it stays, the registry serves other files than it did.",
            )
    return [jars / name for name in wanted]


def read_lock(file: Path = LOCK_FILE) -> dict[str, str]:
    """sha256 by name, in the order of the class path."""
    lines = (line for line in file.read_text().splitlines() if line and not line.startswith("#"))
    return dict(line.split(" ", 1) for line in lines)


def wrong(jars: Path, wanted: dict[str, str]) -> list[str]:
    """Names of the jars that are not there or have another digest."""
    return [name for name, digest in wanted.items() if not (jars / name).is_file() or sha256(jars / name) != digest]


def sha256(file: Path) -> str:
    """Hexadecimal digest of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def check_versions(names: list[str]) -> None:
    """Every jar of the group org.apache.kafka has the pinned version, or StackError `kafka-jars` names the odd one."""
    for name in names:
        if OF_KAFKA.match(name) and not name.endswith(f"-{KAFKA}.jar"):
            raise StackError(
                "kafka-jars",
                f"{name} was resolved, but Kafka {KAFKA} needs all its own jars in that version.",
                "Run `tovholder reset --jars` and start again.",
            )


def resolve() -> list[Path]:
    """Let jgo resolve server and logging binding, and check the versions."""
    import jgo

    # Without a JDK on PATH jgo warns that it cannot tell modules from plain jars: harmless, all go on the class path.
    logging.getLogger("jgo").setLevel(logging.ERROR)
    try:
        server = jgo.build(SERVER).all_jars
        binding = [jar for jar in jgo.build(BINDING).all_jars if jar.name == BINDING_JAR]
    except OSError as error:
        raise _no_space(error) if error.errno == 28 else _no_registry() from error
    except (RuntimeError, ValueError) as error:
        raise _no_registry() from error
    jars = sorted(server, key=lambda jar: jar.name) + binding
    check_versions([jar.name for jar in jars])
    return jars


def _fetch(jars: Path) -> None:
    jars.mkdir(parents=True, exist_ok=True)
    try:
        for jar in resolve():
            partial = jars / f"{jar.name}.partial"
            shutil.copyfile(jar, partial)
            partial.replace(jars / jar.name)
    except OSError as error:
        raise _no_space(error) from error


def _no_registry() -> StackError:
    return StackError(
        "registry-missing",
        f"Apache Kafka {KAFKA} could not be fetched: the Maven registry did not answer.",
        "Check the network and its proxy settings, then start again; what was fetched is kept.",
    )


def _no_space(error: OSError) -> StackError:
    return StackError(
        "disk-full",
        f"Kafka's jars could not be written ({error.strerror}).",
        "Free 200 MB or set TOVHOLDER_STATE elsewhere.",
    )


def write_lock() -> None:
    """Resolve and write the list anew."""
    lines = [f"{jar.name} {sha256(jar)}" for jar in resolve()]
    head = f"# Apache Kafka {KAFKA} and its log4j binding: name and sha256 of each jar, in the order of the class path."
    LOCK_FILE.write_text("\n".join([head, *lines]) + "\n")


if __name__ == "__main__" and "--write-lock" in sys.argv:
    write_lock()
