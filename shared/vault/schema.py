"""Installs the vault and the key store (`shared.persistence.sql_files`), and says which role may call which function."""

from __future__ import annotations

from pathlib import Path

from asyncpg import Connection

from shared.persistence.roles import KEYSTORE, SERVICES, VAULT, quoted
from shared.persistence.sql_files import upgrade

MIGRATIONS = Path(__file__).parent / "migrations"

PUTTING = (
    "vault.put(uuid, uuid[], text[], text[], bytea[])",
    "vault.grant(uuid, text[], text[], text[], timestamptz[], uuid[])",
    "vault.revoke(uuid, text, text, text, uuid)",
)
"""What the API and the worker of a service may call."""

OPENING = (
    "vault.ask(uuid[], uuid, text, text, text, timestamptz)",
    "vault.redeem(uuid[])",
    "vault.explain(uuid[], uuid)",
)
"""What the API alone may call: a worker opens nothing of it but what `RECEIPTS` says."""

RECEIPTS = ("vault.ask_receipt(uuid, timestamptz)", "vault.redeem_receipt(uuid)")
"""What the worker of intake may call besides: the address that a reporter left for a receipt, once, and no other text."""

QUESTIONS = ("vault.ask_questions(uuid[], uuid, text, text, timestamptz)",)
"""What the API of intake may call besides: a reporter reads what they are asked."""
GLASS = ("vault.ask_glass(uuid, uuid, text, timestamptz)",)
"""What the API of assessment may call besides: the officer reads why a glass was broken that waits for the review."""

RESOLVING = (
    "vault.identify(bytea, uuid, uuid, text, text)",
    "vault.resolve(bytea)",
    "vault.hold_subject(uuid)",
    "vault.open_case(uuid, uuid, text)",
    "vault.belong(uuid, uuid[], uuid)",
    "vault.correct_subject(uuid, uuid[], uuid, boolean, text)",
)
"""What the API of assessment may call besides: a person becomes known there, when a case is opened."""

SETTLING = ("vault.unsettled(int)", "vault.settled(uuid[])", "vault.unsettled_since()")
"""What the worker of assessment may call besides: it tells the key store whose a unit is."""

CLOSING = ("vault.close_case(uuid)",)
"""What assessment may call besides, API and worker: a case may also end by a fact of another service."""

ASKING_OF_ERASURES = ("vault.any_erased(uuid[])", "vault.erased_refs()", "vault.unapplied(uuid[])")
"""What every service may ask: whether something was erased, at its start and of each fact that comes late."""

KEEPING = (
    "vault.request_erasure(uuid, text, uuid, timestamptz, text, uuid[])",
    "vault.erasure_applied(uuid[], text[])",
    "vault.erasures_final(text[])",
    "vault.erasure_ledger(uuid[])",
    "vault.left_of(uuid)",
    "vault.leaves_of(uuid)",
    "vault.unapplied(uuid[])",
    "vault.person_of(uuid, uuid)",
    "vault.units_of(uuid)",
    "vault.belonging_elsewhere(uuid[], uuid)",
    "vault.erased_with(uuid)",
    "vault.let_go(uuid, uuid, timestamptz, text)",
    "vault.known_of(uuid)",
)
"""What the vault's keeper may call."""

_DESTROYING = "keystore.destroy_unit(uuid), keystore.destroy_person(uuid)"
_REBINDING = "keystore.rebind(uuid, uuid, text, bytea, bytea)"

KEYSTORE_PRIVILEGES = (
    # Deleting is by function alone: a key that goes leaves its mark, so that none is made in its place.
    "revoke delete on keystore.unit_keys from keystore_app",
    "grant select, insert on keystore.unit_keys, keystore.person_keys to keystore_app, keystore_binder",
    # By the keeper alone, who writes it into the ledger of erasures: no login of a service destroys a key.
    f"revoke execute on function {_DESTROYING} from keystore_app",
    # By one process of one service: who puts a value there that nothing unwraps has destroyed a key.
    f"revoke execute on function {_REBINDING} from keystore_app",
    f"grant execute on function {_REBINDING} to keystore_binder, keystore_keeper",
    "grant execute on function keystore.holding(uuid[]) to keystore_app, keystore_binder, keystore_keeper",
    "grant execute on function keystore.units_of(uuid) to keystore_keeper",
    "grant select on keystore.unit_keys, keystore.person_keys, keystore.destroyed, keystore.epochs to keystore_keeper",
    # The key of a person to whom a unit goes before another person is erased.
    "grant insert on keystore.person_keys to keystore_keeper",
    "grant update (epoch, wrapped) on keystore.unit_keys, keystore.person_keys to keystore_keeper",
    "grant insert (epoch), update (destroyed_at) on keystore.epochs to keystore_keeper",
    f"grant execute on function {_DESTROYING}, keystore.close_epoch(text) to keystore_keeper",
)
"""What may be done in the key store: services add and read; the binder puts units under persons; the keeper re-wraps, retires
and destroys.
"""


async def install(admin: Connection) -> None:
    """Bring the schema `vault` of this database up to date and give EXECUTE to the services. May be run again."""
    await upgrade(admin, VAULT, "vault_owner", MIGRATIONS / VAULT)
    async with admin.transaction():
        await admin.execute("set local role vault_owner")
        for service in SERVICES:
            api, worker = quoted(f"{service}_api"), quoted(f"{service}_worker")
            await admin.execute(f"grant execute on function {', '.join(PUTTING)} to {api}, {worker}")
            await admin.execute(f"grant execute on function {', '.join(ASKING_OF_ERASURES)} to {api}, {worker}")
            await admin.execute(f"grant execute on function {', '.join(OPENING)} to {api}")
            await admin.execute(f"revoke execute on function {', '.join(OPENING)} from {worker}")
        await admin.execute(f"grant execute on function {', '.join(RECEIPTS)} to intake_worker")
        await admin.execute(f"grant execute on function {', '.join(QUESTIONS)} to intake_api")
        await admin.execute(f"grant execute on function {', '.join(GLASS)} to assessment_api")
        await admin.execute(f"grant execute on function {', '.join(RESOLVING)} to assessment_api")
        await admin.execute(f"grant execute on function {', '.join(SETTLING)} to assessment_worker")
        await admin.execute(f"grant execute on function {', '.join(KEEPING)} to vault_keeper")
        await admin.execute(f"grant execute on function {', '.join(CLOSING)} to assessment_api, assessment_worker")


async def install_keystore(admin: Connection) -> None:
    """Bring the schema `keystore` of this database up to date. May be run again."""
    await upgrade(admin, KEYSTORE, "keystore_owner", MIGRATIONS / KEYSTORE)
    async with admin.transaction():
        await admin.execute("set local role keystore_owner")
        for statement in KEYSTORE_PRIVILEGES:
            await admin.execute(statement)
