"""Make `deploy/web/dist`, which the gateway serves under /assets/: `python -m deploy.web.build`, run by `make sync`.

npm fetches what the lock names; what pages use of it, and our own `shared/web/console/static`, is written under names that hold a
digest of the content (so that a browser may keep it for ever), with compressed twins and the licences. `manifest.json` says
which name became which. Nothing is done when nothing has changed. New files are put in first, the manifest last and at once, and
what is no longer named goes after that: whoever reads the manifest finds every file that it names.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from deploy.config import PROJECT
from deploy.errors import StackError
from deploy.web.hashed import compress, write
from deploy.web.npm import INPUTS, digest_of, find_node, install
from deploy.web.sources import collect, own_files

WEB = PROJECT / "deploy" / "web"
STATIC = PROJECT / "shared" / "web" / "console" / "static"
MANIFEST = "manifest.json"
STAMP = ".inputs"


def build(web: Path = WEB, static: Path = STATIC) -> bool:
    """Bring `web/dist` up to date; True when something had to be made.

    Raises StackError `registry-missing`, `part-missing` or `program-missing`; what was served before stays then.
    """
    dist = web / "dist"
    stamp = _inputs(web, static)
    manifest = dist / MANIFEST
    install(web)
    if manifest.is_file() and (dist / STAMP).is_file() and (dist / STAMP).read_text() == stamp:
        manifest.touch()  # for make, which goes by time
        return False
    dist.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=web, prefix=".dist-") as made:
        _replace(dist, Path(made), _make(web, static, Path(made)))
    (dist / STAMP).write_text(stamp)
    return True


def _inputs(web: Path, static: Path) -> str:
    """Digest of everything that the outcome hangs on: the lock, our own files by place and content, this program."""
    own = own_files(static)
    places = "\n".join(str(file.relative_to(static)) for file in own)
    program = sorted(Path(__file__).parent.glob("*.py"))
    return digest_of([*(web / name for name in INPUTS), *program, *own], places.encode())


def _make(web: Path, static: Path, folder: Path) -> dict[str, str]:
    manifest = write(collect(web, static), folder)
    compress(folder, list(manifest.values()), find_node().node)
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n")
    return manifest


def _replace(dist: Path, made: Path, manifest: dict[str, str]) -> None:
    """Move what was made into `dist`, the manifest last, then remove what is named no longer."""
    fresh = {str(file.relative_to(made)) for file in made.rglob("*") if file.is_file()}
    for name in [*sorted(fresh - {MANIFEST}), MANIFEST]:
        target = dist / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (made / name).replace(target)
    for old in [file for file in dist.rglob("*") if file.is_file()]:
        if str(old.relative_to(dist)) not in fresh:
            old.unlink()


def main() -> int:
    """Build; 2 with a sentence when it cannot be done."""
    try:
        made = build()
    except StackError as error:
        print(error.sentence(), file=sys.stderr)
        return error.exit_code
    if made:
        print("deploy/web/dist is up to date")
    return 0


if __name__ == "__main__":
    sys.exit(main())
