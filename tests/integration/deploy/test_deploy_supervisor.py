"""Starting, crashing, killing and stopping the whole stack, as a person and a process manager do it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

PROJECT = Path(__file__).resolve().parents[3]
STUB = Path(__file__).with_name("stub_stack.py")
STARTED = 90.0


class Tovholder:
    """The command on one state folder."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.env = {**os.environ, "TOVHOLDER_STATE": str(state), "PYTHONPATH": str(PROJECT), "COLUMNS": "200"}

    def start(self, *arguments: str, **settings: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(STUB), *arguments],
            env=self.env | settings,
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str, **settings: str) -> tuple[int, str]:
        process = self.start(*arguments, **settings)
        said, _ = process.communicate(timeout=STARTED)
        return process.returncode, said

    def up(self, **settings: str) -> subprocess.Popen[str]:
        process = self.start("up", **settings)
        until(lambda: self.ready(process.pid) or process.poll() is not None, STARTED)
        assert process.poll() is None, process.communicate()[0]
        return process

    def ready(self, pid: int) -> bool:
        facts = self.facts()
        return (facts.get("pid"), facts.get("phase")) == (pid, "ready")

    def facts(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads((self.state / "run.json").read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return found

    def pids(self) -> dict[str, int]:
        return {name: child["pid"] for name, child in self.facts()["children"].items() if name != "migrate"}

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(self.facts()["url"] + path, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()


def until(holds: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "did not come true in time"
        time.sleep(0.05)


def families(pids: dict[str, int]) -> list[psutil.Process]:
    """The processes and everything that they started."""
    found = [psutil.Process(pid) for pid in pids.values()]
    return found + [child for process in found for child in process.children(recursive=True)]


def all_gone(processes: list[psutil.Process]) -> bool:
    return not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    state = Path(tempfile.mkdtemp(prefix="tov-up-"))
    yield state
    shutil.rmtree(state, ignore_errors=True)


@pytest.fixture
def tovholder(folder: Path) -> Iterator[Tovholder]:
    command = Tovholder(folder)
    yield command
    command.run("down")


def test_one_url_leads_to_every_service_and_to_sign_in(tovholder: Tovholder) -> None:
    running = tovholder.up()
    assert json.loads(tovholder.get("/.well-known/tovholder")[1])["name"] == "tovholder"
    for service in ("intake", "assessment", "corps", "notify"):
        assert tovholder.get(f"/{service}/v1/x?y=1") == (200, f"{service} /v1/x?y=1 []")
    assert json.loads(tovholder.get("/auth/jwks.json")[1])["keys"]
    assert tovholder.get("/intake/metrics")[0] == 404
    assert tovholder.get("/elsewhere")[0] == 404
    assert tovholder.run("status")[0] == 0
    running.terminate()
    said = running.communicate(timeout=20)[0]
    assert "intake-worker" in said
    assert "ready in" in said


def test_sigterm_and_ctrl_c_stop_every_child_within_15_seconds_and_leave_none(tovholder: Tovholder) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        running = tovholder.up()
        everyone = families(tovholder.pids())
        began = time.monotonic()
        running.send_signal(number)
        running.communicate(timeout=20)
        assert time.monotonic() - began < 15
        assert all_gone(everyone)
        assert not (tovholder.state / "run.json").exists()


def test_kill_9_of_the_supervisor_leaves_no_orphan_and_the_next_start_says_so(tovholder: Tovholder) -> None:
    running = tovholder.up()
    everyone = families(tovholder.pids())
    assert len(everyone) > 14
    running.kill()
    running.wait()
    until(lambda: all_gone(everyone), 10)
    assert "killed" in tovholder.run("status")[1]
    again = tovholder.up()
    again.terminate()
    assert "the last run was killed and left its lock" in again.communicate(timeout=20)[0]


def test_a_crashed_child_is_shown_and_started_again_with_a_growing_wait(tovholder: Tovholder) -> None:
    running = tovholder.up()
    first = tovholder.pids()["corps-worker"]
    os.kill(first, signal.SIGKILL)
    until(lambda: tovholder.pids()["corps-worker"] != first)
    second = tovholder.pids()["corps-worker"]
    os.kill(second, signal.SIGKILL)
    until(lambda: tovholder.pids()["corps-worker"] != second)
    running.terminate()
    said = running.communicate(timeout=20)[0]
    assert "corps-worker ended by itself (SIGKILL); starting it again in 0.5 s" in said
    assert "corps-worker ended by itself (SIGKILL); starting it again in 1.0 s" in said
    assert "corps-worker started again (restart 2)" in said


def test_a_second_start_on_a_running_stack_is_refused_and_changes_nothing(tovholder: Tovholder) -> None:
    running = tovholder.up()
    before = tovholder.facts()
    for refused in ("up", "reset"):
        code, said = tovholder.run(refused, *(["--yes"] if refused == "reset" else []))
        assert code == 2
        assert said.startswith("already-running: ")
        assert "tovholder down" in said
        assert "Traceback" not in said
    assert tovholder.facts() == before
    running.terminate()
    running.communicate(timeout=20)


def test_a_taken_port_is_named_with_its_holder_and_the_setting(tovholder: Tovholder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, said = tovholder.run("up", TOVHOLDER_PORT_GATEWAY=str(port))
    assert code == 2
    assert f"port-taken: Port {port} for gateway is taken by " in said
    assert f"(pid {os.getpid()})" in said
    assert "TOVHOLDER_PORT_GATEWAY" in said
    assert "Traceback" not in said


def test_the_stack_runs_in_the_background_until_it_is_told_down(tovholder: Tovholder) -> None:
    code, said = tovholder.run("up", "--detach")
    assert code == 0, said
    assert "running in the background" in said
    everyone = families(tovholder.pids())
    assert tovholder.run("logs", "postgres")[1].count("ready to accept connections")
    assert tovholder.run("logs", "nobody")[0] == 2
    assert tovholder.run("down")[0] == 0
    assert all_gone(everyone)
    assert tovholder.run("status")[0] == 3


def test_reset_deletes_the_data_and_keeps_the_jars(tovholder: Tovholder) -> None:
    jar = tovholder.state / "jars" / "kept.jar"
    jar.parent.mkdir(exist_ok=True)
    jar.write_bytes(b"jar")
    code, said = tovholder.run("reset", "--yes", TOVHOLDER_JARS=str(jar.parent))
    assert code == 0, said
    assert [path.name for path in tovholder.state.iterdir()] == ["jars"]
    assert jar.exists()


def test_a_registry_that_does_not_answer_is_one_sentence(tovholder: Tovholder, tmp_path: Path) -> None:
    nowhere = dict.fromkeys(("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"), "http://127.0.0.1:9")
    settings = {
        **nowhere,
        "HOME": str(tmp_path),
        "TOVHOLDER_JARS": str(tmp_path / "jars"),
        "M2_REPO": str(tmp_path / "m2"),
    }
    code, said = tovholder.run("up", **settings)
    assert code == 2
    assert "registry-missing: " in said
    assert "Traceback" not in said
    code, said = tovholder.run("doctor", **settings)
    assert code == 2
    assert "the Maven registry does not answer" in said
