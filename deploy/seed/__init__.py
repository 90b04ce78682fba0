"""A fictional Denmark: real municipalities and districts, invented offices, nobody's name.

Deterministic: every reference is a UUIDv5 of a role at an organisation, so that two seeds are the same seed. That is for the demo and
the tests only; real references are random (`domain.md` 3).
"""

from deploy.seed.corps import CORPS_MUNICIPALITIES, CorpsMember, corps_members
from deploy.seed.help import HelpKind, HelpOffer, help_offers
from deploy.seed.people import Person, issuer_users, people, person

__all__ = [
    "CORPS_MUNICIPALITIES",
    "CorpsMember",
    "HelpKind",
    "HelpOffer",
    "Person",
    "corps_members",
    "help_offers",
    "issuer_users",
    "people",
    "person",
]
