"""Stories with standing orders: what named persons signed is carried out when its time comes.

An order is the name of an activity (`services.corps.domain.orders`). Given too early, or when something else was decided in the
meantime, it changes nothing: the clocks go on, and somebody hears when they are missed.
"""

from __future__ import annotations

from collections.abc import Callable

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from shared.durable.snapshot import ClockView
    from shared.durable.story import Named, Story


class StandingStory(Story):
    """A story that carries out an order when a clock has come to its time, and keeps its clocks before and after."""

    async def keep_then(self, order: str, due: Callable[[], bool], *deadlines: Named | str) -> None:
        """Keep the clocks until `due`, give the order, and keep what is open until the stage is left or it is due anew."""
        stage = self.stage

        def here() -> bool:
            return self.stage == stage and not self.ended

        self._name(*deadlines)
        await self._clocks.keep_while(lambda: here() and not due())
        if not here():
            return
        await self.carry_out(order)
        await self._clocks.keep_while(lambda: here() and due())

    def warned(self, deadline: Named) -> bool:
        """Say whether the last warning of a clock has been given: only being missed is left, or that too is past."""
        found = self._open(deadline)
        return bool(found) and all(each.next_step_at is None or each.next_step_at >= each.due_at for each in found)

    def missed(self, *deadlines: Named) -> bool:
        """Say whether every one of these clocks that is open has been missed."""
        found = self._open(*deadlines)
        return bool(found) and all(each.next_step_at is None for each in found)

    def _open(self, *deadlines: Named) -> list[ClockView]:
        kinds = [each.kind for each in deadlines]
        return [clock for clock in self.snapshot.clocks if clock.kind in kinds]

    def _name(self, *deadlines: Named | str) -> None:
        """Report the clocks that the story does not name here."""
        named = [each if isinstance(each, str) else each.kind for each in (*deadlines, *self.lasting)]
        self._report([clock.kind for clock in self.snapshot.clocks if clock.kind not in named])
