"""Files that hold keys and passwords: written whole, readable by their owner alone."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def write_secret(file: Path, text: str) -> None:
    """Write `file` with mode 0600 in a folder with mode 0700; a reader sees the old text or the new one, never half."""
    _own_folder(file)
    partial = file.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(file)


def prepare_secrets(*keysets: Path) -> None:
    """Make the keyset files that are missing; an existing one is never touched, for data hangs on it."""
    missing = [file for file in keysets if not file.exists()]
    if not missing:
        return  # a warm start need not pay for the import
    from shared.vault.keyset import create_if_missing

    for file in missing:
        _own_folder(file)
        create_if_missing(file, development=True)


def prepare_codec_keys(files: Mapping[str, Path], former: Path) -> None:
    """Make the keys of each service's payloads that are missing; `files` by service.

    `former`, the one file that all services had in earlier versions, stays: its keys open what they sealed, in each.
    """
    missing = {service: file for service, file in files.items() if not file.exists()}
    if not missing:
        return
    from shared.durable.codec_keys import create
    from shared.vault.keyset import load

    keys = load(former) if former.exists() else None
    for service, file in missing.items():
        _own_folder(file)
        create(file, service, keys, development=True)


def _own_folder(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.parent.chmod(0o700)
