"""Writes `docs/access.md`: who sees what, and who may ask for what, as a lawyer can read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from shared.lifecycle.actor import Role
from shared.policy.doors import Door
from shared.policy.matrix import STAFF, Relation, sees
from shared.policy.sights import Policy

CLASSES = {"A": "codes", "B": "case text", "C": "identity", "D": "reporter", "E": "security"}

_HEAD = """\
# Who may see, do and open what

Generated from the policies (`services/*/access.py`), the doors of the services and the transition tables by `python -m deploy.docs`. A test
asks every operation of every service as every role in every relation to the record, over HTTP on a real Postgres, and compares with this.

How it is decided: an operation is asked for by a role (otherwise 403, the same for every record there is or is not); the record it is about
must be seen by that role in that relation (otherwise 404, the same as for what does not exist); a command must be in the transition table
for the state and the role. A text opens only with a leave that the vault keeps, by role and field class, and each look is on record first.

Field classes (`domain.md` R6): A codes, B case text, C identity, D reporter, E security. A role is given leave for what it may open
while its organisation takes part, never before and never after.

Pages stand behind the same doors as JSON, and are asked for by a session instead of a token. Whoever is signed in reaches their own
session, list, absence and sign-out. What somebody has typed and not sent (a draft) and their saved views are theirs alone: no role sees
those of another, and SYSTEM forgets drafts without opening them. Operations pages are the OPERATOR's: codes and counts, no text.

## Relations

| | |
| --- | --- |
| owner | the record is the organisation's own, and it takes part in it |
| participant | the organisation takes part |
| decider | the organisation takes part as the authority that decides; a colleague is named there |
| named | the organisation takes part as the authority that decides, and the person is named there (R5) |
| once named | the organisation takes part as the authority that decides; the person was named there, and somebody else is now |
| herself | the person is engaged in it, and her organisation takes part |
| former | the organisation took part, and its access has ended |
| other municipality | another one of the same police district |
| other district | a municipality elsewhere |
| national | the centre |
| none | an organisation that has nothing to do with it |
"""


def page(doors: Mapping[str, Iterable[Door]]) -> str:
    """Return the page; `doors` gives those of each service."""
    parts = [_HEAD]
    for service, found in doors.items():
        entries = sorted(found, key=lambda door: door.operation)
        parts.append(f"## {service}\n")
        parts += [_sights(policy) for policy in _policies(entries)]
        parts.append(_operations(entries))
    return "\n".join(parts)


def _policies(doors: Iterable[Door]) -> Iterator[Policy]:
    found = {_of(door.about): door.about for door in doors if door.about is not None}
    return iter(found.values())


def _sights(policy: Policy) -> str:
    lines = [
        f"### Who sees {_of(policy) if policy.part else f'a record of the kind {_of(policy)}'}\n",
        "| Role | " + " | ".join(_words(relation) for relation in Relation) + " | may open | Rule |",
        "| --- |" + " --- |" * (len(Relation) + 2),
    ]
    for role in STAFF:
        if role not in policy.roles:
            continue
        marks = " | ".join("sees" if sees(policy, role, relation) else "–" for relation in Relation)
        opens = ", ".join(f"{each.value} {CLASSES[each.value]}" for _, each in policy.leave(role)) or "nothing"
        rules = "; ".join(sight.rule for sight in policy.sights if sight.role is role)
        lines.append(f"| {role} | {marks} | {opens} | {rules} |")
    rest = ", ".join(role for role in STAFF if role not in policy.roles)
    return "\n".join([*lines, f"\nEvery other role sees none, in any relation: {rest or 'there is none'}.\n"])


def _operations(doors: Iterable[Door]) -> str:
    lines = ["### Who may ask for what\n", "| Operation | Who may ask | About | Rule |", "| --- | --- | --- | --- |"]
    for door in doors:
        about = "" if door.about is None else f"{'those seen of' if door.lists else 'a seen'} {_of(door.about)}"
        lines.append(f"| `{door.operation}` | {_askers(door)} | {about} | {door.rule} |")
    return "\n".join([*lines, ""])


def _of(policy: Policy) -> str:
    return f"{policy.part} of a `{policy.kind}`" if policy.part else f"`{policy.kind}`"


def _askers(door: Door) -> str:
    if door.public:
        return "anybody, without signing in"
    if door.roles is None:
        return "whoever is signed in"
    return ", ".join(role for role in Role if role in door.roles)


def _words(relation: Relation) -> str:
    return relation.value.lower().replace("_", " ")
