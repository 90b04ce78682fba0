"""Members of the corps: what each can, and what of her is free. The employer's coordinator keeps the record; it has no name.

The national desk sees competence and capacity, a member her own record (`domain.md` 3.8, R12).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, ValidationError
from starlette.responses import Response

from services.corps import registering, roll
from services.corps.api_members import records_of
from services.corps.domain.matching import Gender, Level
from services.corps.domain.member import Leave, SkillHeld, TrainingHeld
from services.corps.domain.member_commands import ChangeMember, Member, RegisterMember
from services.corps.pages import wording
from services.corps.roll import Sought
from shared.contracts.codes import Competence
from shared.errors import TovholderError
from shared.lifecycle.actor import Role
from shared.lifecycle.aggregate import Aggregate
from shared.persistence.idempotency import Attempt
from shared.persistence.work import Transaction
from shared.reference.municipalities import all_municipalities
from shared.reference.organisations import kommune, organisation
from shared.web.commands import accept
from shared.web.console.commands import VERSION, Option, key_again, key_of
from shared.web.console.fields import MORE, MOST_ROWS, asked, body
from shared.web.console.records import known_command
from shared.web.console.refusals import NOT_ADMITTED, Refusals, refusals
from shared.web.console.site import Console, Form, Visit, see_other

CHANGE: Final = "member-change-member"
REGISTER: Final = "register-member"
CODES: Final = {CHANGE: ChangeMember.code, REGISTER: RegisterMember.code}
SOON: Final = timedelta(days=60)
"""So long before a competence runs out the page says so."""

TONGUES: Final = tuple(
    re.findall(
        r"[a-z]{2}",
        "da en sv no de fr es it pt pl ro uk ru tr ar so ur fa ku ps bs sq sr hr ti am sw th vi zh kl fo is nl fi et lv lt",
    )
)
"""Languages that a form offers; a record may have others, and keeps them."""

TICKS: Final = ("lendable", "remote_ok", "children_certificate", "security_cleared")


class Spoken(BaseModel):
    """One language of a member and how well she speaks it."""

    language: str = Field(pattern=r"^[a-z]{2,3}$")
    level: Level


class Sheet(BaseModel):
    """What the form of a record asks, in the order of the page; `_command` makes a command of it."""

    trainings: tuple[TrainingHeld, ...] = Field(min_length=1)
    languages: tuple[Spoken, ...] = Field(min_length=1)
    skills: tuple[SkillHeld, ...] = ()
    capacity_max: int
    hours_per_week: int
    lendable: bool = False
    max_distance_km: int
    remote_ok: bool = False
    children_certificate: bool = False
    security_cleared: bool = False
    leave: tuple[Leave, ...] = ()


class NewSheet(Sheet):
    """What the form of a new member asks besides."""

    member_ref: UUID
    gender: Gender | None = None


class NationalSheet(NewSheet):
    """What the national desk says besides: who employs her."""

    municipality: str


@dataclass(frozen=True)
class MemberPages:
    """The list, a record, and the form that changes it or makes it."""

    console: Console

    def add(self, router: APIRouter) -> None:
        """Add the pages, each behind the door of its JSON operation."""
        doors = self.console.edge.doors
        self.console.get(router, "/members", doors["member-list"], self.many)
        self.console.get(router, "/members/new", doors[REGISTER], self.new)
        self.console.post(router, "/members/new", doors[REGISTER], self.register)
        self.console.get(router, "/members/{id:uuid}", doors["member-show"], self.one)
        self.console.get(router, "/members/{id:uuid}/edit", doors[CHANGE], self.edit)
        self.console.post(router, "/members/{id:uuid}/edit", doors[CHANGE], self.change)

    async def many(self, visit: Visit) -> Response:
        """List the members whom the visitor may see, those with free places first; filters are in the address."""
        said = visit.request.query_params
        wanted = {name: said.get(name, "") for name in ("competence", "language", "free")}
        sought = Sought(wanted["competence"], wanted["language"], bool(wanted["free"]), said.get("after", ""))
        async with visit.console.edge.begin(visit.request, visit.actor) as tx:
            found = await roll.page(tx, sought)
            rows = [_drawn(visit, record) for record in await records_of(tx, list(found.members))]
        more = urlencode({name: value for name, value in wanted.items() if value} | {"after": found.next})
        return self.console.page(
            visit,
            "members/list.html",
            rows=rows,
            fitting=found.fitting,
            total=found.total,
            next=f"?{more}" if found.next else "",
            wanted=wanted,
            competences=tuple(Competence),
            tongues=_tongues(visit),
            keeps=Role.LOCAL_COORDINATOR in visit.actor.roles,
        )

    async def one(self, visit: Visit) -> Response:
        """Show a member's record."""
        async with visit.console.edge.begin(visit.request, visit.actor) as tx:
            member = await registering.look(tx, visit.request.path_params["id"])
            (record,) = await records_of(tx, [member])
        return self.console.page(
            visit,
            "members/show.html",
            row=_drawn(visit, record),
            keeps=_keeps(visit, member),
            herself=visit.actor.person_ref == member.id,
            desk=_of_the_desk(visit),
            done=known_command(visit.request.query_params.get("done", "")),
        )

    async def edit(self, visit: Visit) -> Response:
        """Ask what changes."""
        async with visit.console.edge.begin(visit.request, visit.actor) as tx:
            member = await registering.look(tx, visit.request.path_params["id"])
        return self._form(visit, member, Form(tuple(_pairs(member))), Refusals())

    async def change(self, visit: Visit) -> Response:
        """Change the record with what the form says: a row that was emptied is gone."""
        about: UUID = visit.request.path_params["id"]
        async with visit.console.edge.begin(visit.request, visit.actor) as tx:
            member = await registering.look(tx, about)
        if visit.form.get(MORE):
            return self._form(visit, member, visit.form, Refusals())
        given = visit.console.edge.given[CHANGE]

        async def act(tx: Transaction, command: Any) -> Aggregate:
            return await given.act(tx, about, command, _version(visit.form))

        wrong, status = await self._give(visit, CHANGE, _command(visit, Sheet), act)
        if wrong:
            return self._form(visit, member, visit.form, wrong, status=status)
        return see_other(f"/{visit.console.service}/members/{about}?done=change-member")

    async def new(self, visit: Visit) -> Response:
        """Ask for a new member."""
        first = (("capacity_max", "3"), ("hours_per_week", "37"), ("max_distance_km", "50"))
        return self._form(visit, None, Form(first), Refusals())

    async def register(self, visit: Visit) -> Response:
        """Register a member of the visitor's own municipality."""
        if visit.form.get(MORE):
            return self._form(visit, None, visit.form, Refusals())
        given = visit.console.edge.given[REGISTER]
        sheet = _new_sheet(visit)
        sent = {"municipality": organisation(visit.actor.organisation).municipality, **_command(visit, sheet)}

        async def act(tx: Transaction, command: Any) -> Aggregate:
            return await given.act(tx, None, command, 0)

        wrong, status = await self._give(visit, REGISTER, sent, act)
        if wrong:
            return self._form(visit, None, visit.form, wrong, status=status)
        return see_other(f"/{visit.console.service}/members/{sent['member_ref']}?done=register-member")

    async def _give(self, visit: Visit, operation: str, sent: Mapping[str, Any], act: Any) -> tuple[Refusals, int]:
        """Give the command; return what is wrong with it, or nothing."""
        edge = visit.console.edge
        given = edge.given[operation]
        key = key_of(visit.form)
        attempt = Attempt(visit.actor, visit.request.url.path, key, json.dumps(sent, sort_keys=True).encode())
        try:
            await accept(edge, visit.request, attempt, given.model, CODES[operation], act)
        except ValidationError as error:
            return refusals(error, visit.language), 422
        except TovholderError as error:
            if error.status in NOT_ADMITTED:
                raise
            return refusals(error, visit.language), error.status
        return Refusals(), 200

    def _form(self, visit: Visit, member: Member | None, form: Form, wrong: Refusals, *, status: int = 200) -> Response:
        hidden = {"leave"} if _of_the_desk(visit) and member is not None else set()
        choices = [Option(code, visit.language.tongue(code)) for code in _offered(member)]
        today = wording.today(visit)
        employers = [Option(one.code, one.name) for one in sorted(all_municipalities(today), key=lambda one: one.name)]
        return self.console.page(
            visit,
            "members/form.html",
            status=status,
            member=member,
            ref=wording.member_ref(member.id) if member else "",
            fields=[
                field for field in asked(_new_sheet(visit) if member is None else Sheet) if field.name not in hidden
            ],
            options={f"languages.{row}.language": choices for row in range(MOST_ROWS)} | {"municipality": employers},
            code="register-member" if member is None else "change-member",
            form=form,
            wrong=wrong,
            since=(),
            more=visit.form.get(MORE),
            key=key_again(form, wrong),
        )


def _drawn(visit: Visit, record: dict[str, Any]) -> dict[str, Any]:
    today = wording.today(visit)
    skills = [
        {**skill, "until": _day(skill["valid_until"]), "state": _state(skill["valid_until"], today)}
        for skill in record["skills"]
    ]
    trainings = [
        {**one, "until": _day(one["valid_until"]), "state": _state(one["valid_until"], today)}
        for one in record["trainings"]
    ]
    spoken = [
        (visit.language.tongue(code), level, code)
        for code, level in sorted(record["languages"].items(), key=lambda pair: (-ord(pair[1][0]), pair[0]))
    ]
    return {
        **record,
        "ref": wording.member_ref(UUID(record["id"])),
        "place": wording.place(record["municipality"]),
        "employer": kommune(record["municipality"]),
        "skills": skills,
        "trainings": trainings,
        "spoken": spoken,
        "supervised": _day(record["last_supervision_at"]),
        "absences": [(_day(one["from_day"]), _day(one["to_day"])) for one in record["leave"]],
        "absent": any(one["from_day"] <= today.isoformat() <= one["to_day"] for one in record["leave"]),
    }


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def _state(valid_until: str | None, today: date) -> str:
    until = _day(valid_until)
    if until is None or until - today > SOON:
        return ""
    return "late" if until < today else "soon"


def _keeps(visit: Visit, member: Member) -> bool:
    return Role.LOCAL_COORDINATOR in visit.actor.roles and visit.actor.organisation == member.organisation


def _of_the_desk(visit: Visit) -> bool:
    return Role.NATIONAL_DESK in visit.actor.roles


def _new_sheet(visit: Visit) -> type[NewSheet]:
    return NationalSheet if _of_the_desk(visit) else NewSheet


def _tongues(visit: Visit) -> list[Option]:
    return sorted((Option(code, visit.language.tongue(code)) for code in TONGUES), key=lambda one: one.label)


def _offered(member: Member | None) -> list[str]:
    own = list(member.profile.languages) if member else []
    return [*own, *(code for code in TONGUES if code not in own)]


def _pairs(member: Member) -> list[tuple[str, str]]:
    """Return a record as the form has it."""
    profile = member.profile.model_dump(mode="json")
    rows: dict[str, list[dict[str, Any]]] = {
        "trainings": profile["trainings"],
        "languages": [{"language": code, "level": level} for code, level in profile["languages"].items()],
        "skills": profile["skills"],
        "leave": profile["leave"],
    }
    pairs = [
        (f"{name}.{number}.{part}", str(value))
        for name, every in rows.items()
        for number, row in enumerate(every)
        for part, value in row.items()
        if value is not None
    ]
    plain = [(name, str(profile[name])) for name in ("capacity_max", "hours_per_week", "max_distance_km")]
    return [*pairs, *plain, *((name, "yes") for name in TICKS if profile[name])]


def _command(visit: Visit, sheet: type[BaseModel]) -> dict[str, Any]:
    """Return what the form says as the command's JSON: everything it asks is said, so that what was emptied is gone."""
    found = body(asked(sheet), visit.form)
    spoken = {row["language"]: row.get("level") for row in found.pop("languages", []) if row.get("language")}
    rows: dict[str, Any] = {name: found.get(name, []) for name in ("trainings", "skills", "leave")}
    if sheet is Sheet and _of_the_desk(visit):
        del rows["leave"]  # the desk is not shown when she is away
    return {**found, **rows, "languages": spoken, **{name: found.get(name, False) for name in TICKS}}


def _version(form: Form) -> int:
    seen = form.get(VERSION)
    return int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else 0
