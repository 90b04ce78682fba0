"""A call at the hotline as one thing: what was said, what was done, how it ends. Saved together, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import AwareDatetime, BaseModel, ConfigDict

from services.intake import repository
from services.intake.domain.commands import (
    Called,
    CompleteRecord,
    GiveAdvice,
    LogHandover,
    PointOutHelp,
    RaiseAcute,
    ReceiveConcern,
    RouteConcern,
    SetAnonymity,
)
from services.intake.domain.concern import Concern, Stage
from services.intake.handlers import Concerns
from services.intake.tables import CALL, DRAFTS
from shared.contracts.codes import Anonymity, Answer, ReporterKind, Travel
from shared.errors import Conflict, Invalid, NotFound
from shared.lifecycle.table import Command
from shared.lifecycle.text import CaseText, SecurityText, Text
from shared.persistence.handling import carry_out
from shared.persistence.work import Transaction


class Ending(StrEnum):
    """What a button of the desk does with the call."""

    GOES_ON = "GOES_ON"
    """The call goes on: an alarm was raised, or its hand-over was noted."""
    ROUTE = "ROUTE"
    ADVICE = "ADVICE"
    HELP = "HELP"
    LATER = "LATER"
    """It is taken in, and somebody decides later that day."""


class Call(BaseModel):
    """What the desk's form says."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    concern: ReceiveConcern
    ending: Ending
    acute: bool = False
    called: Called | None = None
    handed_over_at: AwareDatetime | None = None
    details: SecurityText | None = None
    grounds: CaseText | None = None
    advice: CaseText | None = None
    not_about_extremism: bool = False
    offers: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Calls:
    """Takes calls in and ends them."""

    concerns: Concerns

    async def there(self, tx: Transaction, concern_id: UUID) -> Concern | None:
        """Return the concern that the call has become already; None before that.

        Raises `Conflict` (`concern_closed`) for one that is sent on: the desk sees it no more.
        """
        try:
            return await self.concerns.store.load(tx, concern_id)
        except NotFound:
            if await self._sent_on(tx, concern_id):
                raise Conflict(
                    "concern_closed",
                    "the call has ended, and its concern was sent on",
                    rule="domain.md 2.4",
                    remedy="Begin a new call.",
                ) from None
            return None

    async def _sent_on(self, tx: Transaction, concern_id: UUID) -> bool:
        table = self.concerns.store.table
        async with tx.as_system() as system:
            query = sa.select(sa.exists().where(table.c.id == concern_id))
            return bool((await system.session.execute(query)).scalar_one())

    async def take(self, tx: Transaction, concern_id: UUID, call: Call, code: bytes | None) -> Concern:
        """Take the call in or complete it, raise the alarm, note the hand-over, end it; the draft goes with its end."""
        found = await self.there(tx, concern_id)
        if found is None:
            concern = await self.concerns.receive_coded(tx, concern_id, call.concern, code)
        else:
            concern = found
            for command in completing(found, call.concern):
                concern = await self._give(tx, concern, command)
        if call.acute and concern.stage == Stage.RECEIVED:
            concern = await self._give(tx, concern, _alarm(call.concern))
        at = call.handed_over_at or tx.now
        in_time = not call.acute or at <= tx.now  # the alarm does not wait for a time that is still to come
        if call.called is not None and concern.stage == Stage.ACUTE and not concern.handed_over and in_time:
            details = LogHandover(called=call.called, handed_over_at=at, details=call.details)
            concern = await self._give(tx, concern, details)
        if call.ending is Ending.GOES_ON:
            return concern
        concern = await self._end(tx, concern, call)
        await DRAFTS.drop(tx, concern_id, CALL)
        return concern

    async def _end(self, tx: Transaction, concern: Concern, call: Call) -> Concern:
        match call.ending:
            case Ending.ROUTE:
                return await self._route(tx, concern, call)
            case Ending.ADVICE:
                advice = GiveAdvice(not_about_extremism=call.not_about_extremism, advice=call.advice)
                return await self._give(tx, concern, advice)
            case Ending.HELP:
                if not call.offers:
                    raise Invalid("help_offer_unknown", "no help was chosen", field="offers", rule="domain.md 3.14")
                await repository.require_offers(tx, call.offers)
                told = PointOutHelp(offers=call.offers, municipality=concern.subject_municipality)
                return await self._give(tx, concern, told)
        return concern

    async def _route(self, tx: Transaction, concern: Concern, call: Call) -> Concern:
        place = concern.subject_municipality
        if place is None:
            raise Invalid(
                "residence_missing",
                "a concern is sent to the Infohus of a municipality",
                field="subject_municipality",
                rule="domain.md 2.3 row 4",
                remedy="Give the municipality where the person lives, not that of the school.",
            )
        if call.grounds is not None:
            return await self._give(tx, concern, RouteConcern(municipality=place, grounds=call.grounds))
        if concern.description is None:
            raise Invalid(
                "nothing_to_complete", "nothing says why it is sent on", field="grounds", rule="domain.md 3.2"
            )
        # What was written down of the call is the reason.
        route = RouteConcern(municipality=place, grounds=Text(None, concern.description))
        return await carry_out(tx, self.concerns.store, None, concern, concern.id, route)

    async def _give(self, tx: Transaction, concern: Concern, command: Command) -> Concern:
        return await carry_out(tx, self.concerns.store, self.concerns.sealer, concern, concern.id, command)


def _alarm(said: ReceiveConcern) -> RaiseAcute:
    return RaiseAcute(subject_municipality=said.subject_municipality, minor=said.minor, travel=said.travel)


def completing(concern: Concern, said: ReceiveConcern) -> Iterator[Command]:
    """Yield what brings a concern that was taken in during the call up to what the form says at its end."""
    named = said.anonymity is not Anonymity.ANONYMOUS
    if named and (said.anonymity is not concern.anonymity or said.reporter is not None):
        yield SetAnonymity(anonymity=said.anonymity, reporter=said.reporter)
    names = ("description", "subject", "subject_known", "subject_municipality")
    more = {name: getattr(said, name) for name in names if getattr(said, name) is not None}
    more |= {name: value for name, value in _learnt(said).items() if value != getattr(concern, name)}
    if more:
        yield CompleteRecord(**more)


def _learnt(said: ReceiveConcern) -> dict[str, Any]:
    """Return what the form knows of caller and person. That something is not known takes back nothing that somebody knew."""
    known: dict[str, Any] = {
        "reporter_kind": None if said.reporter_kind is ReporterKind.UNKNOWN else said.reporter_kind,
        "minor": None if said.minor is Answer.UNKNOWN else said.minor,
        "travel": None if said.travel is Travel.NONE else said.travel,
        "cross_over": said.cross_over or None,
    }
    return {name: value for name, value in known.items() if value is not None}
