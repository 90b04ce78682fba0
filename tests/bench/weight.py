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
ENCODINGS: Final = ("gzip, deflate, br, zstd", "gzip")
"""What browsers of today take, and the least of them."""


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
        ("/intake/public/report", ""),
    ):
        for encoding in ENCODINGS:
            figures = dict(_weights(world.config.gateway_url, path, held, encoding))
            total = {"total_kb": sum(figures.values()), **figures}
            report.add(
                SECTION,
                f"{path.replace(str(case), '…')}, {encoding.replace(', ', '/')}",
                total,
                Goal("total_kb", LIMIT_KB),
            )


def _weights(base: str, path: str, cookie: str, encoding: str) -> Iterator[tuple[str, float]]:
    """Yield the kilobytes (1,000 bytes) of bodies: of the page, of what it links, of the Latin fonts that its styles name."""
    with httpx.Client(base_url=base, headers={"cookie": f"{COOKIE}={cookie}"}, trust_env=False) as client:
        yield "page_kb", _size(client, path, encoding) / 1000
        linked = list(dict.fromkeys(LINKED.findall(_text(client, path))))
        yield "linked_kb", sum(_size(client, name, encoding) for name in linked) / 1000
        styles = [name for name in linked if name.endswith(".css")]
        fonts = {urljoin(name, found) for name in styles for found in FONT.findall(_text(client, name))}
        yield "fonts_kb", sum(_size(client, name, encoding) for name in fonts) / 1000


def _size(client: httpx.Client, path: str, encoding: str) -> int:
    with client.stream("GET", path, headers={"accept-encoding": encoding}) as answer:
        _require(answer)
        return sum(len(part) for part in answer.iter_raw())


def _text(client: httpx.Client, path: str) -> str:
    answer = client.get(path, headers={"accept-encoding": "identity"})
    _require(answer)
    return answer.text


def _require(answer: httpx.Response) -> None:
    if answer.status_code != 200:
        raise WrongResult(f"a first page was answered {answer.status_code}")
