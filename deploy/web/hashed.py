"""Names with a digest of the content, stylesheets that refer to such names, and compressed twins."""

from __future__ import annotations

import gzip
import hashlib
import posixpath
import re
import subprocess
from pathlib import Path, PurePosixPath

from deploy.errors import StackError
from deploy.web.sources import Asset

DIGEST_LETTERS = 12
COMPRESSED = (".css", ".js", ".svg", ".txt")
"""Kinds that get smaller; a woff2 is packed already."""
REFERENCE = re.compile(r"""url\(\s*(['"]?)([^'")]+)\1\s*\)""")
BROTLI = (
    "const z=require('zlib'),f=require('fs');for(const n of process.argv.slice(1))"
    "f.writeFileSync(n+'.br',z.brotliCompressSync(f.readFileSync(n)))"
)


def hashed_name(name: str, content: bytes) -> str:
    """`console.css` becomes `console.3f2a04b1c2d9.css`: the same content has the same name on every machine."""
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}.{hashlib.sha256(content).hexdigest()[:DIGEST_LETTERS]}{path.suffix}"))


def write(assets: list[Asset], folder: Path) -> dict[str, str]:
    """Write every asset under its hashed name into `folder`; return the hashed name by name, sorted.

    StackError `part-missing` when a stylesheet refers to a file that is not served.
    """
    manifest: dict[str, str] = {}
    # Stylesheets last: their own digest covers the names that they refer to.
    for asset in sorted(assets, key=lambda one: (one.name.endswith(".css"), one.name)):
        content = _referring(asset, assets, manifest) if asset.name.endswith(".css") else asset.content
        manifest[asset.name] = hashed_name(asset.name, content)
        file = folder / manifest[asset.name]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return dict(sorted(manifest.items()))


def compress(folder: Path, names: list[str], node: Path) -> None:
    """Write `.gz` and `.br` beside each file of a kind that gets smaller; the same bytes each time."""
    files = [folder / name for name in names if name.endswith(COMPRESSED)]
    for file in files:
        file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes(), 9, mtime=0))
    subprocess.run([str(node), "-e", BROTLI, "--", *map(str, files)], check=True, capture_output=True, timeout=120)


def _referring(asset: Asset, assets: list[Asset], manifest: dict[str, str]) -> bytes:
    """The stylesheet with each `url()` led to the hashed name, relative to where the stylesheet is served."""
    by_source = {one.source.resolve(): one.name for one in assets}
    here = posixpath.dirname(asset.name)

    def replace(found: re.Match[str]) -> str:
        reference = found[2]
        if reference.startswith(("data:", "#")):
            return found[0]
        path, _, fragment = reference.partition("#")
        name = posixpath.normpath(posixpath.join(here, path))
        if name not in manifest:
            name = by_source.get((asset.source.parent / path).resolve(), "")
        if name not in manifest:
            raise StackError(
                "part-missing",
                f"{asset.name} refers to {reference}, which is not served.",
                "Add the file, or drop the line.",
            )
        return f"url({posixpath.relpath(manifest[name], here or '.')}{'#' + fragment if fragment else ''})"

    return REFERENCE.sub(replace, asset.content.decode()).encode()
