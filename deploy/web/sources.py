"""What is served, under which name: the design system, htmx, and our own files. Nothing else of a package is.

Of DKFDS (Det Fælles Designsystem): its stylesheet, the icons that it refers to, the icons as one sprite, and IBM Plex Sans.
The stylesheet would let a browser fetch whole fonts of 57 kB each; the same fonts lie there in parts by script, so a Danish page
takes 15 kB a weight instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

DKFDS = Path("node_modules/dkfds/dist")
FONTS = Path("fonts/IBMPlexSans/split/woff2")
FACES = (("Regular", "normal", 400), ("Italic", "italic", 400), ("SemiBold", "normal", 600))
"""Style and weight of the fonts that pages use; a browser takes 600 for what asks for 700."""
SCRIPTS = {
    "Latin1": (
        "U+0000, U+000D, U+0020-007E, U+00A0-00FF, U+0131, U+0152-0153, U+02C6, U+02DA, U+02DC, U+2013-2014, U+2018-201A, "
        "U+201C-201E, U+2020-2022, U+2026, U+2030, U+2039-203A, U+2044, U+2074, U+20AC, U+2122, U+2212, U+FB01-FB02"
    ),
    "Latin2": "U+0100-0130, U+0132-0151, U+0154-024F, U+0259, U+1E00-1EFF, U+20A0-20AB, U+20AD-20CF, U+2C60-2C7F",
    "Pi": "U+2032-2033, U+2070, U+2075-2079, U+2080-2089, U+2116, U+2150-215E, U+2190-2199, U+21A9-21AA, U+2260, "
    "U+2264-2265, U+25CA, U+2713",
}
"""Letters in each part of a font, as IBM publishes them with `@ibm/plex`."""
FACE = re.compile(r"@font-face\s*\{[^}]*\}")
SOURCE_MAP = re.compile(r"/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S*")


@dataclass(frozen=True)
class Asset:
    """One file to serve: the name that templates use, where it lies, and its content where that is not the file's own."""

    name: str
    source: Path
    content: bytes


def collect(web: Path, static: Path) -> list[Asset]:
    """Everything to serve, by name: from `web/node_modules`, and our own from `static` under their own names."""
    dkfds = web / DKFDS
    found = [
        Asset("dkfds.css", dkfds / "css" / "dkfds.min.css", _stylesheet(dkfds)),
        _read("htmx.js", web / "node_modules/htmx.org/dist/htmx.min.js"),
        _read("icons.svg", dkfds / "img" / "all-svg-icons.svg"),
        *(_read(f"icons/{icon.name}", icon) for icon in sorted((dkfds / "img" / "svg-icons").glob("*.svg"))),
        *(_read(f"images/{image.name}", image) for image in sorted((dkfds / "img").glob("*.png"))),
        *(_read(f"fonts/{file.name}", file) for file in _fonts(dkfds)),
        _read("licences/dkfds.txt", dkfds / "LICENSE.md"),
        _read("licences/ibm-plex.txt", dkfds / FONTS / "license.txt"),
        _read("licences/htmx.txt", web / "node_modules/htmx.org/LICENSE"),
        *(_read(str(file.relative_to(static).as_posix()), file) for file in own_files(static)),
    ]
    return sorted(found, key=lambda asset: asset.name)


def own_files(static: Path) -> list[Path]:
    """Our own files, sorted; none when the folder is not there."""
    return sorted(file for file in static.rglob("*") if file.is_file() and not file.name.startswith("."))


def _read(name: str, file: Path) -> Asset:
    return Asset(
        name, file, SOURCE_MAP.sub("", file.read_text()).encode() if file.suffix == ".js" else file.read_bytes()
    )


def _stylesheet(dkfds: Path) -> bytes:
    text = (dkfds / "css" / "dkfds.min.css").read_text()
    return (_faces() + SOURCE_MAP.sub("", FACE.sub("", text))).encode()


def _faces() -> str:
    return "".join(
        f"@font-face{{font-display:swap;font-family:IBM Plex Sans;font-style:{style};font-weight:{weight};"
        f'src:url(../{FONTS}/IBMPlexSans-{face}-{script}.woff2) format("woff2");unicode-range:{letters}}}'
        for face, style, weight in FACES
        for script, letters in SCRIPTS.items()
    )


def _fonts(dkfds: Path) -> list[Path]:
    return [dkfds / FONTS / f"IBMPlexSans-{face}-{script}.woff2" for face, _, _ in FACES for script in SCRIPTS]
