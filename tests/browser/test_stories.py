"""Every story of the demo, played through the console: each person in a browser of their own, on a stack whose time passes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from playwright.async_api import Browser
from rich.console import Console

from deploy.demo.play import Played, perform
from deploy.demo.stories import ALL
from deploy.seed.load import load
from tests.support.browsing import Watch
from tests.support.console_people import ConsoleOffice
from tests.support.desks import Desks
from tests.support.playing import plays
from tests.support.product import Product, running
from tests.support.short_stories import SHORT

STORIES = (*ALL, *SHORT)
CODES = tuple(code for code, _, _ in STORIES)
COMMANDS = (
    "case-answer-acute-task",
    "case-clear-case",
    "case-close-case",
    "case-close-without-action",
    "case-complete-assessment",
    "case-correct-subject",
    "case-decide-measure",
    "case-dispute-fact",
    "case-end-measure",
    "case-hold-follow-up",
    "case-hold-meeting",
    "case-merge-concern",
    "case-name-caseworker",
    "case-open-case",
    "case-postpone-telling",
    "case-record-citizen-told",
    "case-record-consent",
    "case-record-decline",
    "case-record-parties-told",
    "case-refuse-sharing",
    "case-reopen-case",
    "case-request-clearance",
    "case-send-recommendation",
    "case-share-information",
    "case-take-over",
    "case-withdraw-consent",
    "concern-close-acute",
    "concern-complete-record",
    "concern-log-handover",
    "concern-point-out-help",
    "concern-raise-acute",
    "concern-route-concern",
    "draft-loan",
    "insight-decide-insight",
    "insight-hand-over-insight",
    "intervention-accept-match",
    "intervention-choose-member",
    "intervention-end-intervention",
    "intervention-exclude-member",
    "intervention-hold-supervision",
    "intervention-log-session",
    "intervention-record-citizen-answer",
    "intervention-record-progression",
    "intervention-replace-member",
    "intervention-review-plan",
    "intervention-withdraw-choice",
    "loan-cancel-loan",
    "loan-extend-as-borrower",
    "loan-extend-as-lender",
    "loan-offer-loan",
    "loan-recall-loan",
    "loan-sign-as-borrower",
    "loan-sign-as-lender",
    "make-underretning",
    "member-change-member",
    "register-member",
    "request-insight",
    "underretning-assess-underretning",
    "underretning-close-underretning",
    "underretning-decide-investigation",
    "underretning-send-receipt",
)
"""Given in these stories through their forms; one that is not given any more fails."""


@pytest.fixture(scope="module")
async def stack(chromium: Browser) -> AsyncIterator[Product]:
    """A stack of its own: its domain time passes by more than a year."""
    with running() as found:
        yield found
        await found.office.close()


@pytest.fixture(scope="module")
async def desks(stack: Product, chromium: Browser) -> AsyncIterator[Desks]:
    """The persons' browsers."""

    async def concern(reference: str) -> UUID:
        digits = reference.removeprefix("H-").replace("-", "").lower()
        found: UUID = await stack.value("select id from intake.concern where id::text like $1", f"{digits}%")
        return found

    watch = Watch(stack.backends.config.gateway_url)
    watch.expects(r"status of (409|412|422)")  # a story in which something must be refused
    made = Desks(chromium, watch, concern)
    yield made
    await made.close()


@pytest.fixture(scope="module")
async def played(stack: Product, desks: Desks) -> Played:
    """All stories, played at once; every second one in English. The members of the corps are on phones."""
    config, today = stack.backends.config, stack.clock.now().date()
    await load(stack.office, config, today)
    offices = {
        code: ConsoleOffice(config.gateway_url, config.issuer_url, desks, "en" if number % 2 else "da")
        for number, code in enumerate(CODES)
    }
    try:
        return await perform(config, offices.__getitem__, Console(width=160), (STORIES,))
    finally:
        for office in offices.values():
            await office.close()


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("code", CODES)
async def test_a_story_ends_as_it_must(played: Played, code: str) -> None:
    account = next(each for each in played.accounts if each.id == code)
    assert account.failure is None
    assert account.sound, "nothing is lost or out of order"


@plays(*COMMANDS)
@pytest.mark.timeout(1800)
async def test_the_stories_are_told_through_forms(played: Played, desks: Desks) -> None:
    assert played.in_order, "steps of deadlines fire in global order"
    assert set(COMMANDS) - desks.given == set()


@pytest.mark.timeout(1800)
async def test_no_page_of_the_stories_breaks_its_policy_or_leaves_the_origin(played: Played, desks: Desks) -> None:
    assert played.accounts
    assert desks.watch.requests, "somebody was at the console"
    assert desks.watch.unexpected() == []
