"""Where the files are that pages are dressed in: names with a digest of the content, served by the gateway under /assets/.

`python -m deploy.web.build` (`make sync`) makes the files and the manifest that says which name became which.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from shared.errors import TovholderError

PREFIX = "/assets/"
REMEDY = "Run `make sync`, and start the service again."


class AssetMissing(TovholderError):
    """A page refers to a file that was not built: `assets-missing` without a manifest, `asset-unknown` for a name."""


class Assets:
    """Names of files, such as `console.css`, to the paths under which a browser gets them."""

    def __init__(self, hashed: Mapping[str, str]) -> None:
        self._urls = {name: PREFIX + served for name, served in hashed.items()}

    @classmethod
    def from_manifest(cls, file: Path) -> Assets:
        """Read the manifest once, at start; AssetMissing `assets-missing` when it is not there or is none."""
        try:
            hashed = json.loads(file.read_bytes())
        except FileNotFoundError as error:
            raise AssetMissing(
                "assets-missing", f"The files of the pages are missing: no {file}.", remedy=REMEDY
            ) from error
        except ValueError as error:
            raise AssetMissing("assets-missing", f"{file} is no list of files.", remedy=REMEDY) from error
        return cls(hashed)

    def url(self, name: str) -> str:
        """`console.css` to `/assets/console.3f2a04b1c2d9.css`; AssetMissing `asset-unknown` for what was not built."""
        found = self._urls.get(name)
        if found is None:
            raise AssetMissing("asset-unknown", f"There is no {name} among the files of the pages.", remedy=REMEDY)
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._urls
