"""A file of symmetric keys: `{"current": "k1", "keys": {"k1": "<base64 of 32 bytes>"}}`, readable by its owner alone.

`index`, where it is there, is the key by which the vault finds a person again (`domain.md` 4.4 R14).

The embedded default for the vault's key-encryption keys. The file is refused rather than repaired when its permissions
are wrong: a key that others could read has to be treated as read.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import fcntl
import json
import os
import re
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from shared.vault.errors import KeysetUnusable
from shared.vault.sealing import KEY_BYTES, new_key

KEY_ID = re.compile(r"^[A-Za-z0-9_-]{1,32}$")
MAX_FILE_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Keyset:
    """Keys by id, and the id under which new values are sealed. Its repr shows no key."""

    current: str
    keys: Mapping[str, bytes] = field(repr=False)
    index: bytes | None = field(default=None, repr=False)
    """The key of the digest by which persons are found again. It never changes: every digest would have to."""
    development: bool = False
    """Whether it was made by itself, for one machine: nobody keeps a copy, and no service serves others with it."""

    def with_current(self, epoch: str) -> Keyset:
        """Return the keyset with a fresh key as its current one, and an index key if it had none."""
        if epoch in self.keys or not KEY_ID.match(epoch):
            raise ValueError("an epoch has a name of its own, of letters, digits, '_' and '-'")
        return dataclasses.replace(
            self, current=epoch, keys={**self.keys, epoch: new_key()}, index=self.index or new_key()
        )

    def without(self, epoch: str) -> Keyset:
        """Return the keyset without a key that is not the current one."""
        if epoch == self.current:
            raise ValueError("the current key stays")
        return dataclasses.replace(self, keys={name: key for name, key in self.keys.items() if name != epoch})


def load(path: Path) -> Keyset:
    """Read a keyset; raise `KeysetUnusable` when it is absent, not ours alone, or malformed."""
    return _parsed(_read_private(path))


def create_if_missing(path: Path, *, development: bool = False) -> Keyset:
    """Make a keyset with one fresh key unless the file is there, and return what is there.

    `development` marks it as made for one machine, for good.

    Two processes that start together end with one file: the loser of the race reads the winner's.
    """
    if not path.exists():
        _write_new(path, _rendered(Keyset("k1", {"k1": new_key()}, new_key(), development)))
    return load(path)


@contextmanager
def changing(path: Path) -> Iterator[None]:
    """Hold the keyset for a change; a second one waits, so that no fresh key is lost between reading and writing."""
    handle = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def replace(path: Path, keys: Keyset) -> None:
    """Put a keyset in place of the one at `path`, on disk when this returns; a reader sees the old or the new, whole.

    Refuses, with `KeysetUnusable`, to replace a file that could not be used. Call it inside `changing`.
    """
    load(path)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        _write_draft(draft, _rendered(keys))
        draft.replace(path)
        _settle(path.parent)
    except OSError as error:
        raise _unwritable(error) from None
    finally:
        draft.unlink(missing_ok=True)


def _write_draft(draft: Path, content: bytes) -> None:
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def _settle(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unwritable(error: OSError) -> KeysetUnusable:
    return KeysetUnusable(
        f"The keyset file cannot be written ({type(error).__name__}).", "Give the folder to this user, with space left."
    )


def _write_new(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        _write_draft(draft, content)
        # A link, unlike a rename, never replaces a keyset that another process has just made.
        os.link(draft, path)
    except FileExistsError:
        return
    except OSError as error:
        raise _unwritable(error) from None
    finally:
        draft.unlink(missing_ok=True)


def _rendered(keyset: Keyset) -> bytes:
    encoded = {name: base64.b64encode(key).decode() for name, key in keyset.keys.items()}
    index = {"index": base64.b64encode(keyset.index).decode()} if keyset.index else {}
    mark = {"development": True} if keyset.development else {}
    return json.dumps({"current": keyset.current, "keys": encoded, **index, **mark}, indent=2).encode() + b"\n"


def _read_private(path: Path) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise KeysetUnusable("The keyset file does not exist.", "Restore it from escrow, or create it.") from None
    except OSError as error:
        raise KeysetUnusable(
            f"The keyset file cannot be opened ({type(error).__name__}).", "It must be a regular file of this user."
        ) from None
    try:
        _refuse_shared(os.fstat(handle))
        return os.read(handle, MAX_FILE_BYTES + 1)
    finally:
        os.close(handle)


def _refuse_shared(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise KeysetUnusable("The keyset is not a regular file.", "Point the setting at the keyset file itself.")
    if status.st_mode & 0o077:
        raise KeysetUnusable("The keyset file can be read by others.", "Rotate its keys, then chmod 600.")
    if status.st_uid not in (os.geteuid(), 0):
        raise KeysetUnusable("The keyset file belongs to another user.", "chown it to the user of this process.")


def _parsed(content: bytes) -> Keyset:
    broken = KeysetUnusable(
        "The keyset file is malformed.",
        'It reads {"current": id, "keys": {id: base64 of 32 bytes}}; restore it from escrow.',
    )
    if len(content) > MAX_FILE_BYTES:
        raise broken
    try:
        document = json.loads(content)
        keys = {name: base64.b64decode(text, validate=True) for name, text in document["keys"].items()}
        current = document["current"]
        index = base64.b64decode(document["index"], validate=True) if "index" in document else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, binascii.Error):
        # Without its cause: a JSON error quotes the document, and the document is the key.
        raise broken from None
    if not isinstance(current, str) or current not in keys:
        raise broken
    if not all(KEY_ID.match(name) and len(key) == KEY_BYTES for name, key in keys.items()):
        raise broken
    if index is not None and len(index) != KEY_BYTES:
        raise broken
    return Keyset(current, keys, index, document.get("development") is True)
