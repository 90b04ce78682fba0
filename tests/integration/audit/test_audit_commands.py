"""`tovholder audit` as an operator and as a stranger run it."""

from __future__ import annotations

import asyncio
import json
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from deploy.audit import app
from deploy.errors import StackError
from shared.audit.keys import Signer
from tests.integration.audit.audit_world import World
from tests.integration.audit.test_verify import Log, log, look_of

__all__ = ["log"]


@pytest.fixture
def told(log: Log, monkeypatch: pytest.MonkeyPatch):
    """Run a command on the log's database and folder."""
    monkeypatch.setenv("TOVHOLDER_AUDIT_URL", log.world.cluster.dsn("audit_sealer"))
    monkeypatch.setenv("TOVHOLDER_AUDIT_KEYSET_FILE", str(log.sealer.keyset_file))
    monkeypatch.setenv("TOVHOLDER_CHECKPOINT_FOLDER", str(log.sealer.folder.path))

    async def run(*words: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, app, ["audit", *words])

    return run


@pytest.fixture
async def file(log: Log, told, tmp_path: Path) -> Path:
    """An export of the honest log."""
    made = tmp_path / "log.jsonl"
    done = await told("export", str(made), "--organisation", log.world.organisation)
    assert done.exit_code == 0, done.output
    assert "10 entries, 1 checkpoints, 0 not sealed yet" in done.output
    return made


async def test_an_export_is_verified_without_a_database(
    log: Log, told, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOVHOLDER_AUDIT_URL", "postgresql://nobody@127.0.0.1:1/none")

    done = await told("verify", str(file), "--keys", str(log.sealer.folder.path))

    assert done.exit_code == 0, done.output
    assert "is whole: entries 1 to 10" in done.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_without_keys_of_ones_own_it_says_what_they_are_worth(told, file: Path) -> None:
    assert "compare them with those you were given" in (await told("verify", str(file))).output


async def test_tampering_ends_with_1_and_a_sentence_that_names_the_entry(log: Log, told, tmp_path: Path) -> None:
    await log.tamper(f"update vault.looks set reason = 'DECISION' where id = {look_of(4)}")
    made = tmp_path / "log.jsonl"
    await told("export", str(made), "--organisation", log.world.organisation)

    done = await told("verify", str(made))

    assert done.exit_code == 1
    assert "is NOT as it was chained" in done.output
    assert "ALTERED: entry 4 was altered" in done.output


async def test_a_file_that_is_no_export_ends_with_2(told, tmp_path: Path) -> None:
    strange = tmp_path / "strange"
    strange.write_bytes(b"\xff\xfe")
    half = tmp_path / "half"
    half.write_text("{}\n")

    assert [(await told("verify", str(each))).exit_code for each in (strange, half, tmp_path / "none")] == [2, 2, 2]


async def test_looks_that_are_not_sealed_are_reported(log: Log, told, tmp_path: Path) -> None:
    await log.world.look(2)
    made = tmp_path / "log.jsonl"
    await told("export", str(made), "--organisation", log.world.organisation)

    done = await told("verify", str(made))

    assert done.exit_code == 0
    assert "2 looks were not sealed yet" in done.output


async def test_a_file_that_is_there_is_not_written_over(log: Log, told, file: Path) -> None:
    before = file.read_text()

    done = await told("export", str(file), "--organisation", log.world.organisation)

    assert isinstance(done.exception, StackError)
    assert file.read_text() == before


async def test_a_failed_export_leaves_no_half_file(
    log: Log, told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOVHOLDER_AUDIT_URL", "postgresql://nobody@127.0.0.1:1/none")

    done = await told("export", str(tmp_path / "log.jsonl"), "--organisation", log.world.organisation)

    assert isinstance(done.exception, StackError)
    assert not (tmp_path / "log.jsonl").exists()


async def test_the_list_says_who_opened_a_unit_and_is_no_opening(log: Log, world: World, told) -> None:
    done = await told("list", str(world.unit))

    assert done.exit_code == 0, done.output
    assert (
        done.output.count(f"person {world.person} as HOTLINE_ADVISER of {world.organisation} opened B description")
        == 10
    )
    looks = "select count(*) from vault.looks where organisation = $1"
    assert await log.admin.fetchval(looks, world.organisation) == 10


async def test_a_key_is_added_and_the_next_checkpoint_uses_it(log: Log, told) -> None:
    done = await told("rotate-key")
    await log.world.look()
    await log.seal()

    assert "k2 signs from now on" in done.output
    assert [each.key for each in log.sealer.folder.read(log.world.organisation)] == ["k1", "k2"]


async def test_a_lost_keyset_is_made_anew_under_a_name_that_was_never_used(log: Log, told, tmp_path: Path) -> None:
    log.sealer.keyset_file.unlink()

    await told("rotate-key")
    await log.world.look()
    await log.seal()

    assert set(Signer.from_file(log.sealer.keyset_file).public()) == {"k2"}
    assert (await log.check()).whole
    made = tmp_path / "log.jsonl"
    await told("export", str(made), "--organisation", log.world.organisation)
    keys = [json.loads(line) for line in made.read_text().splitlines() if '"key"' in line[:20]]
    assert [each["id"] for each in keys] == ["k1", "k2"]
