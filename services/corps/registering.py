"""Handlers of the corps' own records: members and corps municipalities."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from services.corps import members
from services.corps.access import MEMBER_POLICY
from services.corps.domain.member import MemberProfile, check_profile
from services.corps.domain.member_commands import ChangeMember, Member, RegisterMember
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.lifecycle.actor import Actor, Role
from shared.persistence.handling import require_version
from shared.persistence.work import Transaction
from shared.policy.sights import Tie
from shared.reference.calendar import local

RULE = "domain.md 3.8"


async def register(tx: Transaction, command: RegisterMember) -> Member:
    """Register a member of a corps municipality, or register her anew; the employer's coordinator does, or the national desk.

    A member who moves to another employer is registered by the new one once nothing is held of her.
    """
    _require_keeper(tx.actor, command.organisation)
    profile = MemberProfile.model_validate(command.model_dump())
    check_profile(profile, local(tx.now).date())
    if profile.municipality not in await members.hosts(tx):
        raise Invalid(
            "not_a_corps_municipality",
            "the employer is no corps municipality today",
            field="municipality",
            rule=RULE,
            remedy="The national desk enters corps municipalities.",
        )
    async with tx.as_system() as system:  # she may be another employer's until now
        found = await members.find(system, profile.member_ref, lock=True)
        if found is not None:
            _require_room(found, profile)
        await members.put(system, profile, found.version + 1 if found else 1)
        return await members.require(system, profile.member_ref)


async def change(tx: Transaction, member_ref: UUID, command: ChangeMember, version: int) -> Member:
    """Change a member's record. What is held of her now sets the least capacity and hours."""
    async with of_the_desk(tx) as sighted:
        member = await members.find(sighted, member_ref, lock=True)
    if member is None or not may_see(tx.actor, member):
        raise NotFound("member_not_found", "there is nothing here that you may see")
    _require_keeper(tx.actor, member.organisation)
    require_version(member, version)
    changes = {name: getattr(command, name) for name in command.model_fields_set if getattr(command, name) is not None}
    profile = member.profile.model_copy(update=changes)
    check_profile(profile, local(tx.now).date())
    _require_room(member, profile)
    async with of_the_desk(tx) as sighted:
        await members.put(sighted, profile, member.version + 1)
        return await members.require(sighted, member_ref)


@asynccontextmanager
async def of_the_desk(tx: Transaction) -> AsyncIterator[Transaction]:
    """Yield a transaction that sees every member for the national desk, and for others those of the wall."""
    if Role.NATIONAL_DESK not in tx.actor.roles:
        yield tx
        return
    async with tx.as_system() as system:
        yield system


def may_see(actor: Actor, member: Member) -> bool:
    """Say whether the actor may see a member's record: her coordinator, the national desk, she herself."""
    tied = {
        Tie.OWNS: actor.organisation == member.organisation,
        Tie.ENGAGED: actor.person_ref == member.id,
        Tie.NATIONAL: True,
    }
    return any(tied[tie] for tie in MEMBER_POLICY.ties_of(actor))


async def look(tx: Transaction, member_ref: UUID) -> Member:
    """Return a member's record. Raises `NotFound`, also for who may not see it."""
    async with of_the_desk(tx) as sighted:
        member = await members.find(sighted, member_ref)
    if member is None or not may_see(tx.actor, member):
        raise NotFound("member_not_found", "there is nothing here that you may see")
    return member


async def look_at_all(tx: Transaction) -> list[Member]:
    """Return the records that the actor may see."""
    if Role.NATIONAL_DESK in tx.actor.roles:
        async with tx.as_system() as system:
            return await members.all_members(system)
    found = await members.all_members(tx)  # the wall leaves those of the actor's employer, and herself
    return [member for member in found if may_see(tx.actor, member)]


def _require_room(member: Member, profile: MemberProfile) -> None:
    """Raise `Conflict` (`capacity_in_use`) if the new profile has less than is held of the member."""
    moved = profile.municipality != member.profile.municipality and member.taken > 0
    if moved or profile.capacity_max < member.taken or profile.hours_per_week < member.hours_taken:
        raise Conflict(
            "capacity_in_use",
            "more is held of the member than the new record has room for",
            field="capacity_max",
            rule="domain.md 3.9",
            remedy="Replace or end what she has first.",
        )


def _require_keeper(actor: Actor, employer: str) -> None:
    if Role.NATIONAL_DESK in actor.roles:
        return
    if Role.LOCAL_COORDINATOR not in actor.roles or actor.organisation != employer:
        raise Forbidden(
            "role_may_not",
            "members are kept by LOCAL_COORDINATOR of the employer, or NATIONAL_DESK",
            rule="domain.md 2.1, 3.8",
            remedy="Ask the employer's coordinator.",
        )
