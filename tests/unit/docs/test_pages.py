from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
RECORDS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
HEADINGS = ["Context", "Decision", "Consequences", "Alternatives considered"]


def anchors(page: Path) -> set[str]:
    """Return the anchors of the headings, as hosts of Markdown make them."""
    titles = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{page.name}: {target}"
        if anchor:
            assert anchor in anchors(file), f"{page.name}: {target}"


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem)
def test_a_decision_record_is_short_and_has_its_parts(record: Path) -> None:
    lines = record.read_text().splitlines()
    number, title = int(record.name[:4]), lines[0]
    headings = [line.removeprefix("## ") for line in lines if line.startswith("## ")]

    assert len(lines) <= 60
    assert title.startswith(f"# {number}. ")
    assert headings[:3] == HEADINGS[:3]
    assert headings[3].startswith("Alternatives")


def test_decision_records_are_numbered_without_gaps_and_listed() -> None:
    listed = (ROOT / "docs" / "adr" / "README.md").read_text()

    assert [int(record.name[:4]) for record in RECORDS] == list(range(1, len(RECORDS) + 1))
    for record in RECORDS:
        assert f"({record.name})" in listed


def test_every_command_that_a_page_tells_of_exists() -> None:
    commands = {
        "up",
        "down",
        "status",
        "logs",
        "reset",
        "doctor",
        "migrate",
        "demo",
        "reference",
        "sessions",
        "dead-letters",
        "reconcile",
        "audit",
        "keys",
        "erasure",
        "backup",
        "publish-again",
        "codec",
    }
    inside = {
        "dead-letters": {"list", "show", "replay", "discard", "revive"},
        "reference": {"import"},
        "keys": {"status", "create", "rotate", "rewrap", "retire", ""},
        "erasure": {"request", "list", "apply", "prove", ""},
        "backup": {"create", "list", "verify", "restore", "prune", ""},
        "codec": {"list", "rotate", "retire", ""},
    }
    for page in PAGES:
        for command, rest in re.findall(r"`tovholder ([a-z-]+)(?: ([a-z]+))?", page.read_text()):
            assert command in commands, f"{page.name}: {command}"
            assert rest in inside.get(command, {rest}), f"{page.name}: {command} {rest}"


def test_every_make_target_that_a_page_tells_of_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in PAGES:
        for target in re.findall(r"`make ([a-z]+)", page.read_text()):
            assert target in targets, f"{page.name}: {target}"


def test_the_licence_is_the_whole_eupl() -> None:
    text = (ROOT / "LICENSE").read_text()

    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")
    assert re.findall(r"^(\d+)\.[A-Z]", text, re.MULTILINE) == [str(number) for number in range(1, 16)]
    assert "Québec Free and Open-Source Licence" in text


def test_the_help_of_the_command_shows_what_the_pages_tell() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "deploy.cli", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )

    for command in ("up", "down", "status", "logs", "reset", "doctor", "migrate", "demo", "dead-letters", "reconcile"):
        assert re.search(rf"\b{command}\b", done.stdout), command
