"""A page of 100 out of the 3,500 concerns that an organisation sees, among those that it does not see."""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import quote

import uvloop

from tests.bench.counting import WrongResult
from tests.bench.intakes import make
from tests.bench.load import Answer, Connection, Request, percentiles
from tests.bench.machine import watched
from tests.bench.report import Goal, Report
from tests.bench.world import TOVHOLDER, VISIT, World

VISIBLE, PAGE, ASKED = 3_500, 100, 100
ORGANISATION = "kommune:0101"
SECTION = "list"


def measure(report: Report, world: World, urls: Sequence[str]) -> None:
    """Let one municipality receive 3,500 concerns, then ask for pages with one client."""
    tokens = world.tokens(TOVHOLDER, ORGANISATION)
    made = make(urls, tokens, VISIT, VISIBLE)
    token = world.tokens(TOVHOLDER, ORGANISATION, 1)[0]
    with watched(world.pids) as surroundings:
        first = uvloop.run(_ask(urls[0], [_page(token)] * ASKED))
        report.add(SECTION, f"first {PAGE} of {VISIBLE}", _figures(first), Goal("mean_ms", 1000))
        filtered = uvloop.run(_ask(urls[0], [_page(token, "&stage=C0&channel=PHONE_LOCAL")] * ASKED))
        report.add(SECTION, f"first {PAGE}, filtered by stage and channel", _figures(filtered), Goal("mean_ms", 1000))
        walked = uvloop.run(_walk(urls[0], token))
        report.add(SECTION, f"all pages of {PAGE}, one after the other", _figures(walked))
    seen = [item["id"] for answer in walked for item in json.loads(answer.body)["items"]]
    if sorted(seen) != sorted(str(one) for one in made):
        raise WrongResult(f"the pages hold {len(seen)} concerns, {len(set(seen))} different, of {len(made)}")
    report.describe(SECTION, surroundings, answer_bytes=len(first[0].body))


def _page(token: str, more: str = "") -> Request:
    return Request.of("GET", f"/v1/concerns?limit={PAGE}{more}", {"authorization": f"Bearer {token}"})


async def _ask(url: str, requests: Sequence[Request]) -> list[Answer]:
    connection = await Connection.to(url)
    try:
        return [_good(await connection.send(request)) for request in requests]
    finally:
        connection.close()


async def _walk(url: str, token: str) -> list[Answer]:
    answers: list[Answer] = []
    connection = await Connection.to(url)
    cursor = ""
    try:
        while not answers or cursor:
            answers.append(_good(await connection.send(_page(token, f"&cursor={quote(cursor)}" if cursor else ""))))
            cursor = json.loads(answers[-1].body)["next"]
    finally:
        connection.close()
    return answers


def _good(answer: Answer) -> Answer:
    if answer.status != 200:
        raise WrongResult(f"a page was answered {answer.status}")
    return answer


def _figures(answers: Sequence[Answer]) -> dict[str, float]:
    taken = [answer.seconds for answer in answers]
    return {"mean_ms": 1000 * sum(taken) / len(taken), **percentiles(taken)}
