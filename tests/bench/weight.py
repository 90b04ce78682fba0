"""What a first page weighs: itself and everything it is dressed in, as the gateway sends it to a browser that keeps nothing yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urljoin
from uuid import UUID

import httpx
import uvloop

from deploy import processes
from shared.web.console.session import COOKIE
from tests.bench import console
from tests.bench.console_rows import TOVHOLDER
from tests.bench.counting import WrongResult
from tests.bench.report import Goal, Report
from tests.bench.world import World

SECTION: Final = "first page"
LIMIT_KB: Final = 200
LINKED: Final = re.compile(r'<(?:link|script|img|use)\b[^>]*?\b(?:href|src)="(/assets/[^"#]+)')
FONT: Final = re.compile(r'url\("?([^")]+Latin1[^")]*\.woff2)"?\)')
ENCODINGS: Final = ("br", "gzip")


def measure(report: Report, world: World, case: UUID) -> None:
    """Fetch first pages through the gateway."""
    spec = processes.gateway_process(world.config)
    world.stack.add(spec)
    world.stack.start(spec.name)
    cookie = uvloop.run(console.signed_in(world, TOVHOLDER))
    for path, held in (
        ("/notify/work", cookie),
        ("/assessment/cases", cookie),
        (f"/assessment/cases/{case}", cookie),
        ("/assessment/overview", cookie),
        ("/intake/public", ""),
    ):
        for encoding in ENCODINGS:
            figures = dict(_weights(world.config.gateway_url, path, held, encoding))
            total = {"total_kb": sum(figures.values()), **figures}
            report.add(SECTION, f"{path.replace(str(case), '…')}, {encoding}", total, Goal("total_kb", LIMIT_KB))


def _weights(base: str, path: str, cookie: str, encoding: str) -> Iterator[tuple[str, float]]:
    """Yield the kilobytes (1,000 bytes) of bodies: of the page, of what it links, of the Latin fonts that its styles name."""
    headers = {"accept-encoding": encoding, "cookie": f"{COOKIE}={cookie}"}
    with httpx.Client(base_url=base, headers=headers, trust_env=False) as client:
        page, size = _fetched(client, path)
        yield "page_kb", size / 1000
        linked = list(dict.fromkeys(LINKED.findall(page)))
        fetched = {name: _fetched(client, name) for name in linked}
        yield "linked_kb", sum(size for _, size in fetched.values()) / 1000
        fonts = {
            urljoin(name, found)
            for name, (text, _) in fetched.items()
            if ".css" in name
            for found in FONT.findall(text)
        }
        yield "fonts_kb", sum(_fetched(client, name)[1] for name in fonts) / 1000


def _fetched(client: httpx.Client, path: str) -> tuple[str, int]:
    answer = client.get(path)
    if answer.status_code != 200:
        raise WrongResult(f"a first page was answered {answer.status_code}")
    text = answer.text if not path.endswith(".woff2") else ""
    return text, answer.num_bytes_downloaded
