"""`tovholder erasure`: erase what a person decided to erase, carry the ledger out again after a restore, prove it.

Acts on the local stack. In production each step runs where the keepers' connections and the ledger file are.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from deploy.config import KEYSTORE, SERVICES, StackConfig
from shared.erasure import remains
from shared.erasure.ledger import Ledger
from shared.erasure.model import Entry, Kind, Reason, Request
from shared.erasure.proof import Proof, of_keystore, of_vault, unit_keys
from shared.errors import Conflict
from shared.vault import KeysetProvider, PostgresKeyStore

app = typer.Typer(no_args_is_help=True, add_completion=False)
erasure = typer.Typer(no_args_is_help=True, help="Erasures: request, list, apply after a restore, prove.")
app.add_typer(erasure, name="erasure")
console = Console(soft_wrap=True, width=None if sys.stdout.isatty() else 200)

Ref = Annotated[UUID, typer.Argument(help="A unit (concern or case), or with --person a person.", metavar="REF")]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON instead of a table.")]
KINDS = ("concern", "case", "underretning", "intervention", "loan", "delivery")


@erasure.command("request")
def request(
    ref: Ref,
    by: Annotated[UUID, typer.Option(help="The person who decided; never SYSTEM.")],
    reason: Annotated[Reason, typer.Option(help="Why.")],
    person: Annotated[bool, typer.Option("--person", help="REF is a person: every unit under their key goes.")] = False,
) -> None:
    """Erase a unit or a person at once; there is no way back."""
    decision = Request(ref, Kind.PERSON if person else Kind.UNIT, by, datetime.now(UTC), reason)
    entry = asyncio.run(_erase(StackConfig.load(), decision))
    console.print(f"{entry.request.ref} is {entry.state}; final when {', '.join(entry.epochs or ())} are retired")


async def _erase(config: StackConfig, decision: Request) -> Entry:
    refs = [decision.ref]
    if decision.kind is Kind.PERSON:
        refs += await ledger(config).units_of(decision.ref)
    await refuse_while_asked(config.dsn("assessment_worker", driver="postgresql+asyncpg", tcp=True), refs)
    return await ledger(config).request(decision)


async def refuse_while_asked(assessment_url: str, refs: Sequence[UUID]) -> None:
    """Raise `Conflict` (`insight_waits`) while a request for insight into one of these cases waits for its answer (R19)."""
    from services.assessment.repository import insight_is_open
    from shared.clock import WallClock
    from shared.persistence.work import UnitOfWork, build_engine

    engine = build_engine(assessment_url, name="tovholder-erasure", pool_size=1)
    try:
        async with UnitOfWork(engine, WallClock()).begin() as tx:
            waits = [ref for ref in refs if await insight_is_open(tx, ref)]
    finally:
        await engine.dispose()
    if waits:
        raise Conflict(
            "insight_waits",
            "A request for insight into the case waits for its answer; nothing of the case is erased before.",
            rule="domain.md 4.5 R19",
            remedy="Let it be decided, and handed out, first.",
        )


@erasure.command("list")
def list_entries(as_json: AsJson = False) -> None:
    """Show the ledger: who decided, when, why, and what has become of it."""

    async def read() -> list[Entry]:
        found = ledger(StackConfig.load())
        await found.finalise()
        return await found.entries()

    entries = asyncio.run(read())
    if as_json:
        typer.echo(json.dumps([_told(entry) for entry in entries], default=str, indent=2))
        return
    table = Table("ref", "kind", "state", "requested", "by", "reason", "waits for", box=None)
    for entry in entries:
        asked = entry.request
        waits = "" if entry.final_at else ", ".join(entry.epochs or ())
        moment = asked.requested_at.isoformat(timespec="seconds")
        table.add_row(str(asked.ref), asked.kind, entry.state, moment, str(asked.requested_by), asked.reason, waits)
    console.print(table if entries else "nothing was erased")


@erasure.command("apply")
def apply() -> None:
    """Carry out the whole ledger again: after every restore, before any service starts."""
    console.print(f"{asyncio.run(ledger(StackConfig.load()).apply())} erasures are carried out")


@erasure.command("prove")
def prove(ref: Ref, as_json: AsJson = False) -> None:
    """Read every store and show that nothing of an erased unit or person opens. Exit code 1 otherwise."""
    proof = asyncio.run(examine(StackConfig.load(), ref))
    if as_json:
        entry = _told(proof.entry) if proof.entry else None
        found = [asdict(each) for each in proof.remains]
        typer.echo(
            json.dumps({"ref": ref, "holds": proof.holds, "entry": entry, "stores": found}, default=str, indent=2)
        )
    else:
        _show(proof)
    raise typer.Exit(0 if proof.holds else 1)


def ledger(config: StackConfig) -> Ledger:
    """Return the ledger of the local stack."""
    return Ledger(
        config.dsn("vault_keeper", tcp=True),
        config.dsn("keystore_keeper", KEYSTORE, tcp=True),
        KeysetProvider.from_file(config.keyset_file),
        config.erasure_ledger_file,
    )


async def examine(config: StackConfig, ref: UUID) -> Proof:
    """Read every store of the local stack."""
    found = ledger(config)
    entries = await found.entries()
    entry = next((each for each in entries if each.request.ref == ref), None)
    refs = [ref, *(each.request.ref for each in entries if each.person == ref)]
    store = PostgresKeyStore(config.dsn("keystore_app", KEYSTORE, tcp=True))
    keys = unit_keys(store, KeysetProvider.from_file(config.keyset_file))
    try:
        inside = [
            await of_vault(config.dsn("vault_keeper", tcp=True), keys, refs),
            await of_keystore(store, keys, refs),
        ]
    finally:
        await store.close()
    facts = [await remains.of_facts(config.dsn(f"{service}_worker", tcp=True), service, refs) for service in SERVICES]
    outside = [await remains.of_records(config.bootstrap, refs), await _histories(config, refs)]
    return Proof(ref, entry, [*inside, *facts, *outside])


async def _histories(config: StackConfig, refs: list[UUID]) -> remains.Remains:
    from temporalio.client import Client

    from shared.durable.codec_keys import together
    from shared.durable.converter import data_converter

    keys = together([config.codec_keyset_file(service) for service in SERVICES])
    client = await Client.connect(config.temporal_target, data_converter=data_converter(keys))
    return await remains.of_histories(client, KINDS, refs)


def _told(entry: Entry) -> dict[str, Any]:
    return {**asdict(entry.request), "state": entry.state, "epochs": entry.epochs, "final_at": entry.final_at}


def _show(proof: Proof) -> None:
    state = proof.entry.state if proof.entry else "not in the ledger: nobody decided to erase it"
    console.print(f"{proof.ref}: {state}")
    table = Table("store", "looked at", "left", "opens", box=None)
    for each in proof.remains:
        table.add_row(each.store, str(each.looked_at), str(each.left), str(each.opens))
    console.print(table)
    console.print("nothing opens" if proof.holds else "the proof does not hold")
