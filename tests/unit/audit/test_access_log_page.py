"""What docs/access-log.md tells a stranger is what is hashed and signed."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

from shared.audit.canonical import BEGINNING, FIELDS, canonical, digest_of, link
from shared.audit.checkpoints import Checkpoint
from shared.audit.verify import Wrong

PAGE = (Path(__file__).parents[3] / "docs" / "access-log.md").read_text()
BLOCKS = re.findall(r"```\n(.*?)```", PAGE, re.DOTALL)
LOOK, CHECKPOINT = (
    next(block for block in BLOCKS if block.startswith(f"tovholder-{kind}-1\n")) for kind in ("look", "checkpoint")
)


def test_the_lines_of_the_page_are_the_bytes_that_are_hashed() -> None:
    values = dict(line.split("=", 1) for line in LOOK.splitlines()[1:])

    assert tuple(values) == FIELDS
    assert canonical(values) == LOOK.encode()
    assert canonical({**values, "reason_text": None}) == LOOK.encode()
    assert digest_of(values) == sha256(LOOK.encode()).digest()
    assert link(BEGINNING, digest_of(values)) == sha256(bytes(32) + sha256(LOOK.encode()).digest()).digest()


def test_the_lines_of_the_page_are_the_bytes_that_are_signed() -> None:
    values = dict(line.split("=", 1) for line in CHECKPOINT.splitlines()[1:])
    checkpoint = Checkpoint(**{**values, "number": int(values["number"])})

    assert checkpoint.content == CHECKPOINT.encode()


def test_every_finding_has_its_line_on_the_page() -> None:
    assert set(re.findall(r"^\| ([A-Z_]+) \|", PAGE, re.MULTILINE)) == set(Wrong)
