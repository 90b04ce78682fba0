"""A data folder is moved whole, to another disk as well, whenever the move is cut short."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from typing import Any

import pytest

from deploy.backup.moving import move


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "main" / "keystore"
    (folder / "base").mkdir(parents=True)
    (folder / "base" / "1").write_text("pages")
    folder.chmod(0o700)
    (tmp_path / "keys").mkdir()
    return folder


@pytest.fixture
def two_disks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a rename from one folder to another be what it is between two disks."""
    rename = Path.rename

    def renamed(source: Path, target: Path) -> Path:
        if source.parent != target.parent:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", renamed)


@pytest.mark.parametrize("disks", ["one", "two"])
def test_a_folder_is_moved_with_its_mode(data: Path, tmp_path: Path, disks: str, request: Any) -> None:
    if disks == "two":
        request.getfixturevalue("two_disks")

    move(data, tmp_path / "keys" / "aside")

    assert (tmp_path / "keys" / "aside" / "base" / "1").read_text() == "pages"
    assert (tmp_path / "keys" / "aside").stat().st_mode & 0o777 == 0o700
    assert [*(tmp_path / "main").iterdir()] == []


def test_a_move_that_is_cut_short_leaves_one_whole_folder_and_can_be_given_again(
    data: Path, tmp_path: Path, two_disks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, remove = tmp_path / "keys" / "aside", shutil.rmtree

    def killed(path: Path, **more: Any) -> None:
        if path.name.endswith(".gone") and path.exists():
            raise KeyboardInterrupt
        remove(path, **more)

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            move(data, target)
    assert (target / "base" / "1").exists()
    assert not data.exists(), "what is there under its own name is whole"

    move(target, data)

    assert (data / "base" / "1").read_text() == "pages"
    assert not target.exists()
