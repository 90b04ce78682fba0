"""The main menu: which rooms of the console a person has, by role. What is listed here still stands behind its own door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared.lifecycle.actor import Actor, Role
from shared.web.console.language import N_

TOVHOLDERE: Final = frozenset({Role.TOVHOLDER_KOMMUNE, Role.TOVHOLDER_POLITI})


@dataclass(frozen=True, slots=True)
class Room:
    """One entry of the menu: what it says (Danish), where it leads, and whose it is (None: everybody's)."""

    label: str
    path: str
    roles: frozenset[Role] | None = None


ROOMS: Final = (
    Room(N_("Nyt opkald"), "/intake/desk", frozenset({Role.HOTLINE_ADVISER})),
    Room(N_("Opkald og kladder"), "/intake/calls", frozenset({Role.HOTLINE_ADVISER})),
    Room(N_("Mit arbejde"), "/notify/work"),
    Room(N_("Ny henvendelse"), "/intake/report", frozenset({Role.PRO_REPORTER})),
    Room(N_("Tag imod"), "/intake/desk", TOVHOLDERE | {Role.CHILD_UNIT}),
    Room(
        N_("Henvendelser"),
        "/intake/concerns",
        TOVHOLDERE | {Role.HOTLINE_ADVISER, Role.PRO_REPORTER, Role.SECRETARIAT, Role.CHILD_UNIT},
    ),
    Room(N_("Sager"), "/assessment/cases", TOVHOLDERE | {Role.SECRETARIAT, Role.CASEWORKER}),
    Room(N_("Overblik"), "/assessment/overview", TOVHOLDERE | {Role.SECRETARIAT}),
    Room(N_("Udpeg sagsbehandler"), "/assessment/namings", frozenset({Role.LEADER})),
    Room(N_("Underretninger"), "/assessment/underretninger", frozenset({Role.CHILD_UNIT, Role.TOVHOLDER_KOMMUNE})),
    Room(N_("Indsigt"), "/assessment/insights", TOVHOLDERE | {Role.DPO}),
    Room(N_("Mine forløb"), "/corps/mine", frozenset({Role.CORPS_MEMBER})),
    Room(N_("Forløb"), "/corps/interventions", frozenset({Role.LOCAL_COORDINATOR, Role.CASEWORKER})),
    Room(N_("Korps"), "/corps/members", frozenset({Role.LOCAL_COORDINATOR, Role.NATIONAL_DESK})),
    Room(N_("Formidling"), "/corps/brokering", frozenset({Role.NATIONAL_DESK})),
    Room(N_("Lån"), "/corps/loans", frozenset({Role.LOCAL_COORDINATOR, Role.LEADER})),
    Room(N_("Til vurdering"), "/assessment/officer", frozenset({Role.DPO})),
    Room(N_("Akutte åbninger"), "/assessment/glass", frozenset({Role.DPO})),
    Room(N_("Adgangslog"), "/assessment/access-log", frozenset({Role.DPO, Role.AUDITOR})),
    Room(
        N_("Tal"), "/notify/counters", frozenset({Role.STEERING, Role.CENTRE_ADVISER, Role.NATIONAL_DESK, Role.AUDITOR})
    ),
    Room(N_("Drift"), "/notify/operations", frozenset({Role.OPERATOR})),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A room as it is shown to somebody."""

    label: str
    path: str
    current: bool


def entries(actor: Actor, here: str) -> tuple[Entry, ...]:
    """Return the menu of this person, with the room marked in which they are."""
    path = here.partition("?")[0]
    return tuple(
        Entry(room.label, room.path, path == room.path or path.startswith(f"{room.path}/"))
        for room in ROOMS
        if room.roles is None or actor.roles & room.roles
    )
