"""The receipt: an address that is sealed, opened once by the worker for one neutral message, and opened by nobody else."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from prometheus_client import CollectorRegistry

from services.intake import repository
from services.intake.consumers import receipts
from services.intake.receipts import ReceiptMetrics, Receipts
from services.intake.tables import SPINE
from shared.contracts.envelope import Envelope
from shared.contracts.intake import CONCERN_TOPIC
from shared.errors import Transient
from shared.mail import AddressRefused
from shared.messaging.consumer import Receiver, Tries
from shared.messaging.metrics import MessagingMetrics
from shared.messaging.records import Record
from shared.vault import FieldClass, Looker, LookReason, LookRefused, NewText
from tests.integration.spine.spine_world import ADVISER, Cluster, Intake

ADDRESS = "kanariefugl@example.org"
SAID = "En opdigtet bekymring."


@dataclass
class Postbox:
    """Keeps what it is given; `away` and `refuses` say how a mail server can fail."""

    away: bool = False
    refuses: bool = False
    taken: list[EmailMessage] = field(default_factory=list)

    async def ready(self) -> None:
        if self.away:
            raise Transient("smtp_unavailable", "no mail server")

    async def send(self, message: EmailMessage) -> None:
        if self.refuses:
            raise AddressRefused("address_refused", "the mail server refuses the address")
        self.taken.append(message)


@dataclass
class Desk:
    """The consumer of receipts over a postbox, told of the facts of one concern at a time."""

    intake: Intake
    cluster: Cluster
    postbox: Postbox = field(default_factory=Postbox)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def __post_init__(self) -> None:
        sending = Receipts(
            self.intake.work, self.intake.vault, self.postbox, "noreply@example.org", ReceiptMetrics(self.registry)
        )
        found = receipts(repository.concern_store(None), sending)
        self.receiver = Receiver(found, self.intake.work, SPINE, MessagingMetrics(self.registry), tries=Tries(1, 0.01))

    async def hear(self, concern: str, *, kind: str = "concern.routed.v1", again: bool = False) -> str:
        """Tell of the concern's last fact of this kind; `again` as if the inbox had forgotten it."""
        [row, *_] = await self.rows(
            "select * from intake.facts where aggregate_id = $1 and type = $2 order by sequence desc", concern, kind
        )
        envelope = Envelope(
            id=uuid4() if again else row["event_id"],
            source="/services/intake",
            type=kind,
            subject=f"concern/{concern}",
            time=row["occurred_at"],
            sequence=row["sequence"] + (1_000 if again else 0),
            correlationid=row["correlation_id"],
            data=json.loads(row["body"]),
        )
        value = json.dumps(envelope.data).encode()
        return await self.receiver.receive(Record(CONCERN_TOPIC, 0, 0, concern, tuple(envelope.headers()), value))

    async def rows(self, query: str, *values: Any) -> list[Any]:
        connection = await asyncpg.connect(self.cluster.dsn("postgres"))
        try:
            return list(await connection.fetch(query, *values))
        finally:
            await connection.close()

    async def looks(self, concern: str) -> list[tuple[str, ...]]:
        """Return what is on record of looks at the concern: person, role, organisation, class, reason."""
        found = await self.rows("select * from vault.looks where unit = $1 order by id", concern)
        return [(str(row["person"]), row["role"], row["organisation"], row["class"], row["reason"]) for row in found]

    def settled(self, outcome: str) -> float:
        """Return how many receipts came to this end."""
        return self.registry.get_sample_value("receipts_settled_total", {"outcome": outcome}) or 0.0


@pytest.fixture
def desk(intake: Intake, spine_cluster: Cluster) -> Desk:
    """The consumer, with a postbox that takes everything."""
    return Desk(intake, spine_cluster)


async def address_of(desk: Desk, concern: str) -> UUID:
    """Return the reference of the address."""
    [row] = await desk.rows("select body ->> 'receipt_address' as ref from intake.concern where id = $1", concern)
    return UUID(row["ref"])


LOOK = ("00000000-0000-0000-0000-000000000000", "SYSTEM", "system:tovholder", "D", "RECEIPT")


async def test_a_reporter_who_left_an_address_is_sent_one_neutral_receipt(desk: Desk) -> None:
    concern = await desk.intake.concern(receipt_address=ADDRESS)
    assert await desk.hear(concern) == "handled"

    [message] = desk.postbox.taken
    assert message["To"] == ADDRESS
    assert "We have received what you told us." in message.get_content()
    whole = message.as_string()
    for word in (SAID, concern, "0253", "Infohus", "http", "tovholder"):
        assert word not in whole.lower().replace("noreply@example.org", ""), word
    assert await desk.looks(concern) == [LOOK]
    assert desk.settled("sent") == 1


async def test_the_address_is_opened_once_per_concern_and_then_gone(desk: Desk) -> None:
    concern = await desk.intake.concern(receipt_address=ADDRESS)
    await desk.hear(concern)
    assert await desk.hear(concern) == "duplicate"
    assert await desk.hear(concern, again=True) == "handled"

    assert len(desk.postbox.taken) == 1
    assert await desk.looks(concern) == [LOOK]
    left = await desk.rows("select field from vault.sealed where unit = $1", concern)
    assert "receipt_address" not in {row["field"] for row in left}
    assert "reporter" in {row["field"] for row in left}, "the control: what else was sealed is still there"


async def test_advice_alone_is_followed_by_a_receipt_too(desk: Desk) -> None:
    more = {"subject_known": "NONE", "subject_municipality": None, "receipt_address": ADDRESS}
    concern = await desk.intake.concern(route=False, **more)
    seen = await desk.intake.call(ADVISER, "GET", f"/v1/concerns/{concern}")
    given = await desk.intake.call(
        ADVISER, "POST", f"/v1/concerns/{concern}/give-advice", json={}, headers={"If-Match": seen.headers["etag"]}
    )
    assert given.status_code == 200, given.text
    await desk.hear(concern, kind="concern.advice_given.v1")

    assert [message["To"] for message in desk.postbox.taken] == [ADDRESS]


async def test_nothing_is_opened_while_the_mail_server_is_away(desk: Desk) -> None:
    concern = await desk.intake.concern(receipt_address=ADDRESS)
    desk.postbox.away = True
    with pytest.raises(Transient):
        await desk.hear(concern)
    assert await desk.looks(concern) == []

    desk.postbox.away = False
    assert await desk.hear(concern) == "handled"
    assert len(desk.postbox.taken) == 1


async def test_an_address_that_is_refused_is_not_opened_again(desk: Desk) -> None:
    concern = await desk.intake.concern(receipt_address=ADDRESS)
    desk.postbox.refuses = True
    assert await desk.hear(concern) == "handled"

    assert await desk.looks(concern) == [LOOK]
    assert desk.settled("address_refused") == 1


async def test_a_concern_without_an_address_is_opened_by_nobody(desk: Desk) -> None:
    concern = await desk.intake.concern()
    assert await desk.hear(concern) == "handled"
    assert (desk.postbox.taken, await desk.looks(concern)) == ([], [])


async def test_who_is_anonymous_leaves_no_address(desk: Desk) -> None:
    asked = {"anonymity": "ANONYMOUS", "channel": "HOTLINE", "description": SAID, "receipt_address": ADDRESS}
    refused = await desk.intake.call(ADVISER, "POST", "/v1/concerns", json=asked)

    assert (refused.status_code, refused.json()["code"]) == (422, "address_of_nobody")
    assert "leaves no address" in refused.text
    assert ADDRESS not in refused.text


@pytest.mark.parametrize("address", ["nobody", "a@b\r\nBcc: x@example.org", "a@b, c@d", "<a@b>", "a b@example.org"])
async def test_what_is_no_address_is_refused_and_not_repeated(desk: Desk, address: str) -> None:
    body = {"anonymity": "CONFIDENTIAL", "channel": "HOTLINE", "reporter": "Opdigtet.", "receipt_address": address}
    refused = await desk.intake.call(ADVISER, "POST", "/v1/concerns", json=body)

    assert (refused.status_code, refused.json()["code"]) == (422, "field_invalid")
    assert "receipt_address" in refused.text
    assert address not in refused.text


async def test_no_person_opens_the_address_for_any_reason(desk: Desk) -> None:
    """Class D is the tovholder's, but this was given for one purpose."""
    concern = await desk.intake.concern(receipt_address=ADDRESS)
    ref = await address_of(desk, concern)
    async with desk.intake.work.begin() as tx:
        await desk.intake.vault.grant(
            tx.session,
            unit=UUID(concern),
            organisation=ADVISER.organisation,
            role="HOTLINE_ADVISER",
            field_class=FieldClass.REPORTER,
        )
    looker = Looker(ADVISER.person_ref, ADVISER.organisation, "HOTLINE_ADVISER")
    for reason in LookReason:
        with pytest.raises(Exception, match=r"vault_(look_refused|call_malformed)"):
            await desk.intake.vault.look(desk.intake.api.engine, looker=looker, blobs=[ref], reason=reason)

    assert await desk.looks(concern) == []


async def test_a_worker_opens_no_other_field_and_asks_for_no_other_purpose(desk: Desk) -> None:
    concern = await desk.intake.concern(receipt_address=ADDRESS)
    engine, vault = desk.intake.work.engine, desk.intake.vault
    async with desk.intake.work.begin() as tx:
        wrong_class = await vault.put_many(
            tx.session, unit=UUID(concern), texts=[NewText(FieldClass.CASE_TEXT, "receipt_address", "a@example.org")]
        )
    ref = await address_of(desk, concern)
    for row in await desk.rows("select blob, field from vault.sealed where unit = $1", concern):
        if row["blob"] != ref:
            with pytest.raises(LookRefused):
                await vault.receipt_address(engine, row["blob"])
    with pytest.raises(LookRefused):
        await vault.receipt_address(engine, uuid4())
    system = Looker(UUID(int=0), "system:tovholder", "SYSTEM")
    for reason in LookReason:
        with pytest.raises(LookRefused):
            await vault.look(engine, looker=system, blobs=[ref], reason=reason)

    assert wrong_class
    assert await desk.looks(concern) == []


@pytest.mark.parametrize("role", ["intake_api", "assessment_worker", "notify_worker"])
async def test_no_other_login_asks_for_a_receipt(desk: Desk, role: str) -> None:
    concern = await desk.intake.concern(receipt_address=ADDRESS)
    ref = await address_of(desk, concern)
    connection = await asyncpg.connect(desk.cluster.dsn(role))
    try:
        for call in ("vault.ask_receipt($1)", "vault.redeem_receipt($1)"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch(f"select {call}", ref)
    finally:
        await connection.close()


AT_ONCE = "do $$ begin perform vault.redeem_receipt(vault.ask_receipt('{}')); end $$"
"""Both in one transaction."""


async def test_the_address_is_given_after_the_commit_of_its_look_alone(desk: Desk) -> None:
    concern = await desk.intake.concern(receipt_address=ADDRESS)
    ref = await address_of(desk, concern)
    connection = await asyncpg.connect(desk.cluster.dsn("intake_worker"))
    try:
        with pytest.raises(asyncpg.PostgresError) as refused:
            await connection.execute(AT_ONCE.format(ref))
    finally:
        await connection.close()

    assert refused.value.sqlstate == "TV003"
    assert await desk.looks(concern) == []
