"""One effect per Idempotency-Key, scoped to actor and endpoint (`engineering.md` 7).

The record is written in the command's own transaction, so that answer and effect stand or fall together. Bodies are compared
by a keyed MAC whose key changes every day: a plain hash of names would outlive the key of the names.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from shared.errors import IdempotencyMismatch
from shared.lifecycle.actor import Actor
from shared.persistence.spine import Spine
from shared.persistence.work import Transaction, UnitOfWork

KEPT = timedelta(hours=24)
"""How long an answer can be asked for again."""


class AlreadyDone(Exception):
    """Raised inside a transaction to roll it back: the same command was done before. Never leaves `shared.persistence`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command answered: HTTP status and a body of references and closed codes."""

    status: int
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request that carries a key."""

    actor: Actor
    endpoint: str
    key: str
    body: bytes


class Macs:
    """Computes the MAC of a body under a key that is derived anew for each day (UTC, wall time)."""

    def __init__(self, secret_file: Path) -> None:
        document = json.loads(secret_file.read_text())
        self._secret = base64.b64decode(document["keys"][document["current"]])

    def of(self, body: bytes, day: str) -> bytes:
        """Return the MAC of `body` under the key of `day`."""
        key = hmac.digest(self._secret, day.encode(), hashlib.sha256)
        return hmac.digest(key, body, hashlib.sha256)

    def derive(self, purpose: str, *parts: str) -> bytes:
        """Return 32 bytes that only who has the secret and every part can work out."""
        return hmac.digest(self._secret, "\x1f".join((purpose, *parts)).encode(), hashlib.sha256)


class Idempotency:
    """Records answers and finds them again."""

    def __init__(self, spine: Spine, macs: Macs) -> None:
        self._table = spine.idempotency
        self._record = insert(self._table).on_conflict_do_nothing().returning(self._table.c.key)
        self._macs = macs

    async def record(self, tx: Transaction, attempt: Attempt, answer: Answer) -> None:
        """Save the answer in the command's transaction, together with a write that it holds.

        Raises `AlreadyDone` if the key has an answer, and what the held write raises.
        """
        day = _today()
        values = {
            "actor_ref": attempt.actor.person_ref,
            "endpoint": attempt.endpoint,
            "key": attempt.key,
            "mac": self._macs.of(attempt.body, day),
            "mac_key": day,
            "status": answer.status,
            "answer": answer.body,
        }
        recorded = await tx.save_with(values)
        if recorded is None:
            recorded = (await tx.session.execute(self._record, values)).scalar_one_or_none() is not None
        if not recorded:
            raise AlreadyDone

    async def find(self, work: UnitOfWork, attempt: Attempt) -> Answer | None:
        """Return the answer that this key has, or None.

        Raises `IdempotencyMismatch` if it was given to another body.
        """
        table = self._table
        query = sa.select(table.c.mac, table.c.mac_key, table.c.status, table.c.answer).where(
            table.c.actor_ref == attempt.actor.person_ref,
            table.c.endpoint == attempt.endpoint,
            table.c.key == attempt.key,
        )
        async with work.begin(attempt.actor) as tx:
            row = (await tx.session.execute(query)).one_or_none()
        if row is None:
            return None
        if not hmac.compare_digest(bytes(row.mac), self._macs.of(attempt.body, row.mac_key)):
            raise IdempotencyMismatch(
                "idempotency_mismatch",
                "this Idempotency-Key was used for another request",
                field="Idempotency-Key",
                remedy="Use a new key for a new request.",
            )
        return Answer(row.status, row.answer)

    def derived(self, attempt: Attempt, purpose: str, about: str) -> bytes:
        """Return 32 bytes that are the same for every repeat of a request, and nobody's once its key is forgotten (`KEPT`).

        So that an answer can hold a secret again that is stored nowhere.
        """
        return self._macs.derive(purpose, attempt.endpoint, attempt.key, about)

    async def prune(self, tx: Transaction) -> None:
        """Forget answers older than `KEPT` (wall time)."""
        await tx.session.execute(sa.delete(self._table).where(self._table.c.created_at < sa.func.now() - KEPT))


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
