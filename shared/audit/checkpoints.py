"""Signed checkpoints, outside the database: whoever rewrites the chain later must also rewrite these.

The folder holds one file of JSON lines per organisation and month and one file per public key. Files are only ever made and
appended to, so that production can point the setting at storage that allows nothing else.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from shared.audit.keys import Signer
from shared.errors import TovholderError

FORMAT: Final = "tovholder-checkpoint-1"


class CheckpointRefused(TovholderError):
    """A checkpoint may not be signed or written; `code` says why, `detail` what was found."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """At the moment `at` the chain of the organisation had `number` entries, the last with the hash `entry_hash` (hex)."""

    organisation: str
    number: int
    entry_hash: str
    at: str
    key: str
    signature: str = ""

    @property
    def content(self) -> bytes:
        """Return the bytes that are signed."""
        fields = {name: value for name, value in asdict(self).items() if name != "signature"}
        return (f"{FORMAT}\n" + "".join(f"{name}={value}\n" for name, value in fields.items())).encode()

    def signed(self, signer: Signer) -> Checkpoint:
        """Return it under the signer's current key."""
        unsigned = Checkpoint(self.organisation, self.number, self.entry_hash, self.at, signer.current)
        return Checkpoint(
            self.organisation, self.number, self.entry_hash, self.at, signer.current, signer.sign(unsigned.content)
        )

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Checkpoint:
        """Return what a line holds; raise ValueError or KeyError if it is none."""
        number = record["number"]
        texts = [record[name] for name in ("organisation", "entry_hash", "at", "key", "signature")]
        if not isinstance(number, int) or not all(isinstance(text, str) for text in texts):
            raise ValueError("not a checkpoint")
        organisation, entry_hash, at, key, signature = texts
        return cls(organisation, number, entry_hash, at, key, signature)


@dataclass(frozen=True, slots=True)
class CheckpointFolder:
    """The folder; `OSError` of the disk passes as it is."""

    path: Path

    def append(self, checkpoint: Checkpoint) -> None:
        """Add a line to the file of the organisation and month; it is on disk when this returns."""
        file = self.path / f"{_stem(checkpoint.organisation)}-{checkpoint.at[:7]}.jsonl"
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        known = file.exists()
        handle = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            size = os.fstat(handle).st_size
            # A line that a killed process left torn is ended first; a reader skips it.
            torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
            os.write(handle, b"\n" * torn + json.dumps(asdict(checkpoint)).encode() + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)
        if not known:
            self._sync()

    def read(self, organisation: str) -> Iterator[Checkpoint]:
        """Yield the organisation's checkpoints in the order in which they were written; torn lines are left out."""
        for file in self._files(organisation):
            yield from _lines(file)

    def everything(self) -> Iterator[Checkpoint]:
        """Yield the checkpoints of every organisation."""
        for file in sorted(self.path.glob("*.jsonl")):
            yield from _lines(file)

    def last(self, organisation: str) -> Checkpoint | None:
        """Return the newest checkpoint of the organisation."""
        for file in reversed(self._files(organisation)):
            if found := list(_lines(file)):
                return found[-1]
        return None

    def publish(self, keys: Mapping[str, str]) -> None:
        """Put public keys beside the checkpoints. Raises `CheckpointRefused` if an id stands there with another key."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, key in keys.items():
            file = self.path / f"{name}.pub"
            try:
                handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
            except FileExistsError:
                if file.read_text().strip() != key:
                    raise CheckpointRefused(
                        "audit_key_differs",
                        f"The key {name} is not the one whose public half was published under this name.",
                        remedy="Restore the audit keyset of this installation from escrow.",
                    ) from None
                continue
            with os.fdopen(handle, "w") as out:
                out.write(f"{key}\n")
                out.flush()
                os.fsync(out.fileno())
            self._sync()

    def published(self) -> dict[str, str]:
        """Return the public keys by id."""
        return {file.stem: file.read_text().strip() for file in sorted(self.path.glob("*.pub"))}

    def _files(self, organisation: str) -> list[Path]:
        return sorted(self.path.glob(f"{_stem(organisation)}-[0-9][0-9][0-9][0-9]-[0-9][0-9].jsonl"))

    def _sync(self) -> None:
        handle = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _stem(organisation: str) -> str:
    """`kommune:0253` as part of a file name; two organisations never share one, since codes have no underscore."""
    return organisation.replace(":", "_")


def _lines(file: Path) -> Iterator[Checkpoint]:
    with file.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                yield Checkpoint.of(json.loads(line))
            except (ValueError, KeyError, TypeError):
                continue
