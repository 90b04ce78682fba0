"""The doors of a service: one an operation of its HTTP, with who may knock and what about.

A door that is not entered here does not open: routes take their actor from `Edge.enter`, which asks the door. The test of every
door by every role and relation, and `docs/access.md`, read the same entries; an operation without one fails the build.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.errors import Forbidden
from shared.lifecycle.actor import Actor, Role
from shared.policy.sights import Policy


@dataclass(frozen=True, slots=True)
class Door:
    """Who may ask for an operation at all, and the policy of the records that it is about, which must be seen as well."""

    operation: str
    """The operation id in the service's OpenAPI document."""
    rule: str
    """The paragraph behind it, and in a word what it gives."""
    roles: frozenset[Role] | None = None
    """Roles that may ask; None: whoever is signed in."""
    about: Policy | None = None
    """The policy of the record that the path names."""
    lists: bool = False
    """Whether it gives many records of `about`: those that are seen, and of the others no sign."""
    public: bool = False
    """Whether it stands open to who is not signed in."""

    def admits(self, role: Role) -> bool:
        """Say whether somebody in this role may ask."""
        return self.roles is None or role in self.roles

    def require(self, actor: Actor) -> None:
        """Raise `Forbidden` (`role_may_not`) unless one of the actor's roles may ask: of what is there it says nothing."""
        if self.roles is not None and not actor.roles & self.roles:
            raise Forbidden(
                "role_may_not",
                f"{self.operation} is for {', '.join(sorted(self.roles))}",
                rule=self.rule,
                remedy="Ask a colleague who has that role, or the deputy.",
            )
