"""Who sits at a desk: takes in what somebody says to them, by phone or at the counter, and ends it (ADR 20)."""

from __future__ import annotations

from typing import Final

from services.intake.domain.concern import Concern
from shared.lifecycle.actor import Role
from shared.lifecycle.table import Context, Guard

DESKS: Final = (Role.HOTLINE_ADVISER, Role.TOVHOLDER_KOMMUNE, Role.TOVHOLDER_POLITI, Role.CHILD_UNIT)
"""The hotline, both tovholdere of an Infohus, the child unit (row 1). A professional's form has no desk: it is sent on."""


def at_desk(*everywhere: Role) -> Guard:
    """Return the guard of a row for who took the concern in; these roles, and who has no desk, may without that."""
    free = {Role.HOTLINE_ADVISER, Role.PRO_REPORTER, *everywhere}

    def holds(concern: Concern, _: object, context: Context) -> bool:
        own = context.actor.organisation == concern.desk and concern.desk_role in context.actor.roles
        return own or bool(free & context.actor.roles)

    return Guard(
        "not_your_desk",
        holds,
        "who took a concern in ends it",
        rule="domain.md 2.3 row 1",
        remedy="Ask the colleague who has the concern.",
        early=True,
    )


AT_OWN_DESK = at_desk()
AT_DESK_OR_INFOHUS = at_desk(Role.TOVHOLDER_KOMMUNE, Role.TOVHOLDER_POLITI)
AT_DESK_OR_POLICE = at_desk(Role.TOVHOLDER_POLITI)
"""In the order of how far a row reaches: the desk alone; the Infohus that was told of an alarm; its police."""
