"""What notify does with facts and commands: keep work items, plan and settle deliveries, note that somebody has seen it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.notify import directory, repository, sight
from services.notify.domain.commands import ConfirmSeen, PassOn, PlanDelivery, SettleDelivery
from services.notify.domain.deadlines import is_acute, sending_time
from services.notify.domain.delivery import Delivery, Stage, delivery_id
from services.notify.domain.roster import Ladder
from services.notify.domain.work import DeadlineFact, Source, WorkItem, folded
from shared.contracts.lifecycle import (
    DeadlineCancelled,
    DeadlineEscalated,
    DeadlineMet,
    DeadlineMissed,
    DeadlineOpened,
    DeadlineReminded,
    SightChanged,
    StepAction,
)
from shared.contracts.notify import Audience, Level, PassingReason, SettlingReason
from shared.errors import Conflict, Invalid, NotFound
from shared.lifecycle.actor import Role
from shared.persistence.handling import carry_out, create, give
from shared.persistence.store import Store
from shared.persistence.work import Transaction

ABOVE = {Stage.SENT: Level.DEPUTY, Stage.HANDED_TO_DEPUTY: Level.LEADER}
"""The level that hears next when those who were told are silent."""

STEPS: dict[type[DeadlineFact], StepAction] = {
    DeadlineReminded: StepAction.REMIND,
    DeadlineEscalated: StepAction.ESCALATE,
    DeadlineMissed: StepAction.MISS,
}


@dataclass(frozen=True)
class Desk:
    """Handlers over work items and deliveries."""

    store: Store[Delivery]

    async def take_in(self, tx: Transaction, fact: DeadlineFact, source: Source) -> WorkItem:
        """Fold a deadline's fact into its work item; plan who is told of a step, settle what is done."""
        before = await repository.work_item(tx, fact.deadline_id, lock=True)
        item = folded(before, fact, source)
        await repository.put_work_item(tx, item)
        if isinstance(fact, (DeadlineMet, DeadlineCancelled)):
            met = isinstance(fact, DeadlineMet)
            await self.settle(tx, fact.deadline_id, SettlingReason.MET if met else SettlingReason.CANCELLED)
        elif item.waits and await self._in_sight(tx, item):
            for action, step_at in _steps_to_tell(item, fact):
                await self.plan(tx, item, action, step_at)
        return item

    async def change_sight(self, tx: Transaction, fact: SightChanged, source: Source) -> None:
        """Drop what was to be told to who sees the record no more; where an organisation sees it again, tell what came meanwhile."""
        await sight.note(tx, fact, source)
        for item in await repository.items_of(tx, source.aggregate_id, fact.of_organisation):
            if item.owner_role not in fact.of_roles or fact.of_person is not None or not item.waits:
                continue  # of one person's sight the ladder is asked: a colleague, or the leader, hears
            if not await self._in_sight(tx, item):
                await self.settle(tx, item.deadline_id, SettlingReason.SIGHT_ENDED)
            elif fact.sees:
                for action, step_at in _steps_known(item):
                    await self.plan(tx, item, action, step_at)

    async def _in_sight(self, tx: Transaction, item: WorkItem) -> bool:
        """Say whether the owner's organisation still sees the record."""
        assert item.owner_role is not None
        assert item.owner_organisation is not None
        return not (await sight.gone(tx, item.aggregate_id, item.owner_organisation, item.owner_role)).all

    async def ladder(self, tx: Transaction, delivery: Delivery) -> Ladder:
        """Return who can be told of a delivery, without those who see the record no more."""
        out = await sight.gone(tx, delivery.about_id, delivery.organisation, delivery.role)
        return await directory.ladder(tx, delivery.role, delivery.organisation, delivery.person, out.people)

    async def plan(self, tx: Transaction, item: WorkItem, action: StepAction, step_at: datetime) -> None:
        """Plan one message per audience of a step; the same step a second time plans nothing."""
        leader_too = action is not StepAction.REMIND and item.owner_role != Role.LEADER
        for audience in (Audience.OWNER, Audience.LEADER) if leader_too else (Audience.OWNER,):
            new = delivery_id(item.deadline_id, action, step_at, audience)
            if await repository.delivery_exists(tx, new):
                continue
            await self._supersede(tx, item.deadline_id, audience)
            await create(tx, self.store, None, new, _planned(item, action, step_at, audience, tx.now))

    async def send_again(self, tx: Transaction, delivery: UUID) -> None:
        """Plan a message anew that nobody could be reached with, by the operator whose transaction it is.

        Raises `NotFound`, `Conflict` (`not_failed`, `nothing_waits`).
        """
        async with tx.as_system() as system:
            # An operator sees no delivery; it is an operator who decides, and the fact says so.
            await self._send_again(replace(system, actor=tx.actor), system, delivery)

    async def _send_again(self, operators: Transaction, tx: Transaction, delivery: UUID) -> None:
        failed = await self.store.load(tx, delivery)
        later = await repository.sent_since(tx, failed)
        if failed.stage != Stage.FAILED or later:
            raise Conflict("not_failed", "this message has not failed, or was sent again already")
        item = await repository.work_item(tx, failed.deadline_id, lock=True)
        if item is None or not item.waits:
            raise Conflict("nothing_waits", "what the message was about is done", remedy="There is nothing to send.")
        new = delivery_id(failed.deadline_id, failed.action, tx.now, failed.audience)
        await create(operators, self.store, None, new, _planned(item, failed.action, tx.now, failed.audience, tx.now))

    async def settle(self, tx: Transaction, deadline: UUID, reason: SettlingReason) -> None:
        """Drop every open message of a deadline."""
        for delivery in await repository.open_deliveries(tx, deadline):
            await give(tx, self.store, None, delivery, SettleDelivery(reason=reason))

    async def _supersede(self, tx: Transaction, deadline: UUID, audience: Audience) -> None:
        """Drop messages to this audience that nobody has got yet: on Monday morning one is enough."""
        for found in await repository.open_deliveries(tx, deadline):
            delivery = await self.store.load(tx, found)
            if delivery.audience is audience and delivery.stage == Stage.PLANNED and not delivery.told:
                command = SettleDelivery(reason=SettlingReason.SUPERSEDED)
                await carry_out(tx, self.store, None, delivery, delivery.id, command)

    async def confirm_seen(self, tx: Transaction, deadline: UUID) -> None:
        """Note that the actor has seen an item that is theirs; a repeat changes nothing. Raises `NotFound`."""
        if await repository.my_item(tx, deadline) is None:
            raise NotFound("work_not_found", "nothing waits for you under this reference")
        await repository.mark_seen(tx, deadline)
        for delivery in await repository.open_deliveries(tx, deadline):
            try:
                await give(tx, self.store, None, delivery, ConfirmSeen())
            except (NotFound, Invalid):
                continue  # told to somebody else, who has still to see it

    async def pass_on(self, tx: Transaction, delivery: Delivery, because: PassingReason) -> Delivery:
        """Let the next one hear, if there is one; `tx` is SYSTEM's and `delivery` is locked."""
        level = ABOVE.get(Stage(delivery.stage))
        if level is None:
            return delivery
        ladder = await self.ladder(tx, delivery)
        to = ladder.next(level, delivery.tried, tx.now)
        if to is None:
            return delivery
        send_at = sending_time(tx.now, acute=delivery.acute)
        command = PassOn(because=because, level=to.level, send_at=send_at)
        return await carry_out(tx, self.store, None, delivery, delivery.id, command)

    async def leave(self, tx: Transaction, person: UUID, away_from: datetime, away_to: datetime) -> None:
        """Note an absence; what was told to the person and is unanswered goes to the deputy at once."""
        await directory.set_absence(tx, person, away_from, away_to)
        if not away_from <= tx.now < away_to:
            return
        async with tx.as_system() as system:
            for found in await repository.deliveries_told_to(system, person):
                delivery = await self.store.load(system, found)
                if delivery.told and delivery.told[-1] == person:
                    await self.pass_on(system, delivery, PassingReason.AWAY)


def _steps_to_tell(item: WorkItem, fact: DeadlineFact) -> Sequence[tuple[StepAction, datetime]]:
    """Return the steps to be told now: the fact's own, or with an opening that came late those that came before it."""
    if isinstance(fact, (DeadlineReminded, DeadlineEscalated, DeadlineMissed)):
        return [(STEPS[type(fact)], fact.step_at)]
    if not isinstance(fact, DeadlineOpened):
        return []
    return _steps_known(item)


def _steps_known(item: WorkItem) -> Sequence[tuple[StepAction, datetime]]:
    known = (item.reminded_at, item.escalated_at, item.missed_at)
    return [(action, at) for action, at in zip(STEPS.values(), known, strict=True) if at is not None]


def _planned(item: WorkItem, action: StepAction, step_at: datetime, audience: Audience, now: datetime) -> PlanDelivery:
    assert item.owner_role is not None
    assert item.owner_organisation is not None
    assert item.due_at is not None
    acute = is_acute(item.aggregate_kind, item.kind)
    return PlanDelivery(
        deadline_id=item.deadline_id,
        deadline_kind=item.kind,
        service=item.service,
        about_kind=item.aggregate_kind,
        about_id=item.aggregate_id,
        action=action,
        step_at=step_at,
        audience=audience,
        for_role=item.owner_role if audience is Audience.OWNER else Role.LEADER,
        for_organisation=item.owner_organisation,
        for_person=item.owner_person if audience is Audience.OWNER else None,
        due_at=item.due_at,
        acute=acute,
        send_at=sending_time(now, acute=acute),
    )
