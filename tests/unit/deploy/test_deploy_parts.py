"""Parts of the local stack that need no running server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from deploy import backends, runfile
from deploy.config import StackConfig
from deploy.errors import StackError
from deploy.local import gateway, kafka, kafka_jars
from deploy.local.issuer import is_loopback, refuse_elsewhere

PORTS = {
    f"TOVHOLDER_PORT_{name}": str(20_000 + place)
    for place, name in enumerate(
        (
            "GATEWAY",
            "ISSUER",
            "INTAKE_API",
            "INTAKE_API_2",
            "ASSESSMENT_API",
            "ASSESSMENT_API_2",
            "CORPS_API",
            "CORPS_API_2",
            "NOTIFY_API",
            "NOTIFY_API_2",
            "KAFKA_1",
            "KAFKA_2",
            "KAFKA_3",
            "KAFKA_1_CONTROLLER",
            "KAFKA_2_CONTROLLER",
            "KAFKA_3_CONTROLLER",
        )
    )
}


def test_every_kafka_jar_is_listed_with_its_digest_and_no_host() -> None:
    text = kafka_jars.LOCK_FILE.read_text()
    wanted = kafka_jars.read_lock()
    assert len(wanted) == 46
    assert all(len(digest) == 64 for digest in wanted.values())
    assert "://" not in text
    kafka_jars.check_versions(list(wanted))


def test_a_kafka_jar_of_another_version_is_named() -> None:
    with pytest.raises(StackError, match=r"kafka-clients-3\.9\.1\.jar was resolved") as refused:
        kafka_jars.check_versions([f"kafka_2.13-{kafka_jars.KAFKA}.jar", "kafka-clients-3.9.1.jar"])
    assert refused.value.code == "kafka-jars"


def test_a_jar_that_was_changed_on_disk_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.jar").write_bytes(b"other")
    assert kafka_jars.wrong(tmp_path, {"a.jar": "0" * 64, "b.jar": "0" * 64}) == ["a.jar", "b.jar"]
    assert kafka_jars.wrong(tmp_path, {"a.jar": kafka_jars.sha256(tmp_path / "a.jar")}) == []


def test_three_brokers_keep_each_record_three_times_and_need_two(tmp_path: Path) -> None:
    config = StackConfig.load(tmp_path, kafka_brokers=3, settings=PORTS)
    properties = kafka.properties(config, 2, "kafka_2")
    assert properties["default.replication.factor"] == "3"
    assert properties["min.insync.replicas"] == "2"
    assert properties["controller.quorum.voters"].count("@127.0.0.1:") == 3
    assert properties["node.id"] == "2"


@pytest.mark.parametrize(
    ("environment", "host"),
    [("prod", "127.0.0.1"), ("", "127.0.0.1"), ("dev", "0.0.0.0"), ("dev", "10.0.0.1"), ("dev", "::")],
)
def test_the_development_issuer_refuses_every_place_but_this_machine_in_dev(environment: str, host: str) -> None:
    with pytest.raises(StackError):
        refuse_elsewhere(environment, host)


def test_loopback_is_an_address_and_not_a_prefix_of_a_name() -> None:
    assert is_loopback("127.0.0.1")
    assert is_loopback("::1")
    assert not is_loopback("127.0.0.1.example.org")


def test_the_gateway_keeps_no_caller_address_and_spreads_over_all_apis(tmp_path: Path) -> None:
    config = StackConfig.load(tmp_path, settings={**PORTS, "TOVHOLDER_API_REPLICAS": "2"})
    made = gateway.configuration(config)
    server = made["apps"]["http"]["servers"]["tovholder"]
    assert "logs" not in server
    fields = made["logging"]["logs"]["default"]["encoder"]["fields"]
    assert {"request>remote_ip", "request>client_ip", "request>headers", "request>uri"} <= set(fields)
    text = json.dumps(made)
    assert "127.0.0.1:20002" in text
    assert "127.0.0.1:20003" in text
    assert "X-Forwarded-For" in text


def test_a_pid_that_was_used_again_is_no_leftover() -> None:
    mine = {"pid": os.getpid(), "born": psutil.Process().create_time()}
    assert runfile.leftovers({"children": {"kafka": mine}}) == [runfile.Leftover("kafka", os.getpid())]
    assert runfile.leftovers({"children": {"kafka": {**mine, "born": mine["born"] - 60}}}) == []


def test_a_second_holder_of_a_state_folder_is_refused_and_takes_nothing_away(tmp_path: Path) -> None:
    first = runfile.RunFile(tmp_path / "run.json")
    assert first.acquire() == []
    second = runfile.RunFile(tmp_path / "run.json")
    with pytest.raises(StackError) as refused:
        second.acquire()
    second.release()
    assert refused.value.code == "already-running"
    assert runfile.holder(tmp_path / "run.json") == os.getpid()
    first.release()
    assert runfile.holder(tmp_path / "run.json") is None


def test_the_children_of_a_killed_run_are_ended(tmp_path: Path) -> None:
    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    dead = {"pid": 2**22 + 1, "born": 1.0, "children": {}}
    dead["children"] = {"corps-api": {"pid": left.pid, "born": psutil.Process(left.pid).create_time()}}
    (tmp_path / "run.json").write_text(json.dumps(dead))
    run = runfile.RunFile(tmp_path / "run.json")
    found = run.acquire()
    runfile.sweep(found)
    run.release()
    assert run.stale
    assert [one.name for one in found] == ["corps-api"]
    assert left.wait(5) != 0


def test_where_the_tests_run_is_said_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_BACKEND", "processes")
    assert backends.choose() == ("processes", "TEST_BACKEND=processes")
    monkeypatch.setenv("TEST_BACKEND", "auto")
    monkeypatch.setattr(backends, "_containers_missing", lambda: "no Docker daemon answers")
    assert backends.choose() == ("processes", "TEST_BACKEND=auto: no Docker daemon answers")
    monkeypatch.setattr(backends, "_containers_missing", lambda: None)
    assert backends.choose()[0] == "containers"
    assert backends.choose(kafka_brokers=3)[0] == "processes"


def test_containers_that_were_asked_for_and_are_not_there_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_BACKEND", "containers")
    monkeypatch.setattr(backends, "_containers_missing", lambda: "no Docker daemon answers")
    with pytest.raises(StackError) as refused:
        backends.choose()
    assert refused.value.code == "containers-missing"
    monkeypatch.setenv("TEST_BACKEND", "cloud")
    with pytest.raises(StackError, match="TEST_BACKEND"):
        backends.choose()
