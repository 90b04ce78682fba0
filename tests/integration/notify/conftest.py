"""One Postgres for the session, one mail server and one emptied schema a test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.integration.notify import notify_people
from tests.integration.notify.notify_world import Database, HandClock, Mailbox, NotifyWorld, database, world
from tests.unit.notify.notify_builders import MONDAY


@pytest.fixture(scope="session")
def notify_database() -> Iterator[Database]:
    """Postgres with the tables of notify."""
    with database() as found:
        yield found


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server that takes everything."""
    box = Mailbox()
    box.start()
    yield box
    box.stop()


@pytest.fixture
def hand_clock() -> HandClock:
    """A Monday in November, ten o'clock in Denmark."""
    return HandClock(MONDAY)


@pytest.fixture
async def notify(
    notify_database: Database, hand_clock: HandClock, mailbox: Mailbox, tmp_path: Path
) -> AsyncIterator[NotifyWorld]:
    """Notify at a Monday in November."""
    async with world(notify_database, hand_clock, mailbox, tmp_path) as found:
        yield found


@pytest.fixture
async def registered(notify: NotifyWorld) -> None:
    """Everybody who looks at pages is in the directory."""
    await notify_people.registered(notify)
