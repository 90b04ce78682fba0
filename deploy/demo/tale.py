"""One story: what it is called, what it touched, how it is told, and how it ended."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from rich.console import Console

from deploy.demo.conductor import Conductor
from deploy.demo.people import Office, Person, StoryFailed
from deploy.seed import person
from shared.lifecycle.actor import Role
from shared.reference.calendar import local
from shared.reference.organisations import kommune

Story = Callable[["Tale"], Awaitable[None]]


@dataclass
class Tale:
    """A story as it is played. `things` are the aggregates that it touched: (service, kind, id)."""

    code: str
    title: str
    story: Story
    office: Office
    conductor: Conductor
    console: Console
    things: list[tuple[str, str, UUID]] = field(default_factory=list)
    failure: str | None = None
    seconds: float = 0.0
    _began: float = 0.0

    async def play(self) -> None:
        """Play it; a failure is kept and told, so that the other stories go on."""
        self._began = time.monotonic()
        try:
            await self.story(self)
            self.say("[green]ended as it must[/]")
        except (StoryFailed, KeyError, AssertionError) as error:
            self.failure = f"{type(error).__name__}: {error}"
            self.say(f"[bold red]went wrong:[/] {self.failure}")
        finally:
            self.seconds = time.monotonic() - self._began

    @property
    def now(self) -> datetime:
        """Return domain time."""
        return self.conductor.clockwork.now()

    def day(self, of: Callable[[datetime], datetime]) -> datetime:
        """Return the moment to which this story and those beside it lead: `of` the moment at which they began."""
        return of(self.conductor.began)

    def say(self, text: str) -> None:
        """Tell a line, with the domain time of the story."""
        self.console.print(f"[dim]{local(self.now):%d.%m.%Y %H:%M}[/] [cyan]{self.code:<9}[/] {text}")

    async def until(self, moment: datetime) -> None:
        """Let domain time pass to `moment`."""
        await self.conductor.until(moment)

    async def settle(self) -> None:
        """Wait until what was done has reached every service."""
        await self.conductor.clockwork.settle()

    def at(self, role: Role, organisation: str, *, deputy: bool = False) -> Person:
        """Return the person who has a role at an organisation."""
        return self.office.person(role, organisation, person(role, organisation, deputy=deputy).person_ref)

    def member(self, municipality: str, ref: UUID) -> Person:
        """Return a member of a municipality's corps."""
        return self.office.person(Role.CORPS_MEMBER, kommune(municipality), ref)

    def citizen(self) -> Person:
        """Return somebody without an account."""
        return self.office.person(Role.PUBLIC, "public:web", None)

    def touch(self, service: str, kind: str, thing: UUID) -> UUID:
        """Note an aggregate as part of this story."""
        if (service, kind, thing) not in self.things:
            self.things.append((service, kind, thing))
        return thing

    async def found(self, who: Person, path: str, what: str, reference: UUID) -> dict[str, Any]:
        """Return the one item of a list that names `reference`, once everything has settled. Raises `StoryFailed`."""
        await self.settle()
        items: list[dict[str, Any]] = (await who.see(path)).body["items"]
        fitting = [item for item in items if str(reference) in json.dumps(item)]
        if not fitting:
            raise StoryFailed(f"{who.role} does not find {what}")
        return fitting[0]

    def expect(self, truth: object, what: str) -> None:
        """Fail the story unless what must hold does."""
        if not truth:
            raise StoryFailed(f"it must hold that {what}")
