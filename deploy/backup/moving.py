"""Moving a data folder, to another disk too, so that a move that is cut short leaves one whole folder at one of the two places."""

from __future__ import annotations

import errno
import shutil
import subprocess
from pathlib import Path


def move(source: Path, target: Path) -> None:
    """Move a folder; `target` is there whole or not at all, and while it is not, `source` is. Owners and modes stay."""
    for left_over in (_beside(target, "partial"), _beside(source, "gone")):
        shutil.rmtree(left_over, ignore_errors=True)  # of a move that was cut short
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _move_to_another_disk(source, target)


def _move_to_another_disk(source: Path, target: Path) -> None:
    copy, gone = _beside(target, "partial"), _beside(source, "gone")
    subprocess.run(["cp", "-a", str(source), str(copy)], check=True, capture_output=True)
    subprocess.run(["sync", "-f", str(copy)], check=True, capture_output=True)
    copy.rename(target)
    source.rename(gone)  # at once: half a folder under its own name would be taken for a whole one
    shutil.rmtree(gone)


def _beside(folder: Path, what: str) -> Path:
    return folder.with_name(f"{folder.name}.{what}")
