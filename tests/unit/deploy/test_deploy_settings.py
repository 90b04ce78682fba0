"""What the local stack is built from: folders, ports, passwords, key files."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from deploy import processes
from deploy.config import KEYSTORE, ROLES, SERVERS, SUPERUSERS, StackConfig
from deploy.doctor import check_disk, check_machine
from deploy.errors import StackError
from deploy.ports import PortBook
from deploy.secret_files import prepare_secrets
from shared.persistence import roles


@pytest.fixture
def config(tmp_path: Path) -> StackConfig:
    ports = {f"TOVHOLDER_PORT_{name.upper()}": str(20_000 + place) for place, name in enumerate(NAMES)}
    return StackConfig.load(tmp_path, settings=ports)


NAMES = (
    *(
        "postgres",
        "keystore",
        "kafka",
        "kafka_controller",
        "temporal",
        "temporal_http",
        "temporal_metrics",
        "issuer",
        "mail",
    ),
    *(f"{service}_{kind}" for service in roles.SERVICES for kind in ("api", "worker")),
    "gateway",
)


def test_every_role_that_the_schemas_need_gets_a_password_of_its_own(config: StackConfig) -> None:
    assert set(ROLES) == set(roles.ROLES)
    passwords = config.role_passwords()
    assert set(passwords) == set(ROLES)
    assert len(set(passwords.values())) == len(ROLES)


def test_the_key_store_is_reached_on_a_server_of_its_own_with_a_password_of_its_own(config: StackConfig) -> None:
    main, keys = config.ports.port("postgres"), config.ports.port("keystore")
    assert main != keys
    assert f":{main}/" in config.dsn("intake_api", tcp=True)
    assert f":{keys}/" in config.dsn("keystore_app", KEYSTORE, tcp=True)
    assert f":{keys}/" in config.keystore_admin_dsn
    assert config.passwords()["postgres"] not in config.keystore_admin_dsn
    assert config.passwords()["keystore_postgres"] not in config.pg_admin_dsn


def test_passwords_are_made_once_and_only_their_owner_reads_them(config: StackConfig) -> None:
    assert config.passwords() == config.passwords()
    file = config.secrets_dir / "passwords.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_key_files_are_made_once_and_only_their_owner_reads_them(config: StackConfig) -> None:
    files = (config.keyset_file, config.idempotency_secret_file, config.audit_keyset_file)
    prepare_secrets(*files)
    before = [file.read_text() for file in files]
    prepare_secrets(*files)
    assert [file.read_text() for file in files] == before
    assert len(set(before)) == 3
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert set(json.loads(file.read_text())) == {"current", "keys", "index", "development"}


def test_every_process_of_the_stack_has_a_port_in_the_list(config: StackConfig) -> None:
    specs = [*processes.backends(config), *processes.services(config), processes.gateway_process(config)]
    assert {spec.port_name for spec in specs} <= set(processes.port_names(config))
    assert {spec.name for spec in processes.services(config)} == {
        f"{service}-{kind}" for service in roles.SERVICES for kind in ("api", "worker")
    }


def test_a_service_is_given_no_password_but_the_files_of_its_own_roles(config: StackConfig) -> None:
    env = processes.service_env(config, "corps", "worker", 1234)
    text = json.dumps(env)
    for role, password in config.passwords().items():
        assert password not in text
        assert (f"passfile={config.login_file(role)}" in text) == (role in {"corps_worker", "keystore_app"})


def test_the_file_of_a_role_holds_its_password_alone_and_is_read_by_its_owner_alone(config: StackConfig) -> None:
    file = config.login_file("corps_worker")

    assert file.read_text() == f"*:*:*:corps_worker:{config.passwords()['corps_worker']}\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("server", SERVERS)
def test_the_file_of_a_superuser_names_the_role_that_logs_in(config: StackConfig, server: str) -> None:
    known = SUPERUSERS[server]

    assert config.login_file(known).read_text() == f"*:*:*:postgres:{config.passwords()[known]}\n"


def test_the_clock_is_given_only_to_a_demo_or_to_data_whose_clock_was_moved(tmp_path: Path) -> None:
    config = StackConfig.load(tmp_path, settings={f"TOVHOLDER_PORT_{name.upper()}": "20000" for name in NAMES})
    assert "TOVHOLDER_CLOCK_FILE" not in processes.service_env(config, "corps", "api", 1)
    config.clock_file.write_text('{"offset_seconds": 1}')
    assert "TOVHOLDER_CLOCK_FILE" in processes.service_env(config, "corps", "api", 1)


def test_a_setting_that_is_no_port_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="TOVHOLDER_PORT_GATEWAY is not a port number"):
        PortBook(tmp_path / "ports.json", {"TOVHOLDER_PORT_GATEWAY": "eighty"})


def test_a_socket_folder_is_short_enough_for_a_socket_whatever_the_state_folder(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 120)
    config = StackConfig.load(deep, settings={})
    assert len(str(config.socket_dir)) <= 80
    assert config.socket_dir == StackConfig.load(deep, settings={}).socket_dir
    assert StackConfig.load(Path("/s"), settings={}).socket_dir == Path("/s/run")


@pytest.mark.parametrize(("system", "machine"), [("Windows", "AMD64"), ("Linux", "riscv64"), ("Linux", "i686")])
def test_an_unsupported_machine_is_refused_with_what_to_do(system: str, machine: str) -> None:
    with pytest.raises(StackError) as refused:
        check_machine(system, machine)
    assert refused.value.code == "architecture-unsupported"
    assert machine in refused.value.detail
    assert refused.value.remedy


def test_a_full_disk_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StackError) as refused:
        check_disk(tmp_path / "not" / "yet", needed=10**18)
    assert refused.value.code == "disk-full"
    assert "TOVHOLDER_STATE" in (refused.value.remedy or "")
