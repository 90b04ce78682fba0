"""The codec seals, rotates, and refuses what it does not know."""

from __future__ import annotations

import pytest
from temporalio.api.common.v1 import Payload

from shared.durable.converter import KEY_ID, Codec
from shared.errors import Poison
from shared.vault.keyset import Keyset

OLD, NEW = bytes(32), bytes(range(32))
PLAIN = Payload(metadata={"encoding": b"json/plain"}, data=b'"canary"')


def codec(current: str = "new", **keys: bytes) -> Codec:
    return Codec(Keyset(current, keys or {"new": NEW}))


async def test_a_sealed_payload_opens_to_what_it_was() -> None:
    sealed = await codec().encode([PLAIN])

    assert await codec().decode(sealed) == [PLAIN]
    assert b"canary" not in sealed[0].SerializeToString()


async def test_the_same_payload_never_looks_the_same_twice() -> None:
    first, second = await codec().encode([PLAIN, PLAIN])

    assert first.data != second.data


async def test_a_payload_of_a_retired_key_opens_while_the_key_is_in_the_keyset() -> None:
    sealed = await codec("old", old=OLD).encode([PLAIN])

    assert await codec("new", new=NEW, old=OLD).decode(sealed) == [PLAIN]


async def test_an_unknown_key_is_refused() -> None:
    sealed = await codec("old", old=OLD).encode([PLAIN])

    with pytest.raises(Poison) as refused:
        await codec().decode(sealed)
    assert refused.value.code == "payload_key_unknown"


async def test_a_payload_that_names_another_key_is_refused() -> None:
    (sealed,) = await codec("old", old=OLD, new=OLD).encode([PLAIN])
    sealed.metadata[KEY_ID] = b"new"  # the same bytes of key under another id: the id is authenticated

    with pytest.raises(Poison) as refused:
        await codec("old", old=OLD, new=OLD).decode([sealed])
    assert refused.value.code == "payload_altered"


@pytest.mark.parametrize("data", [b"", b"short", bytes(64)])
async def test_an_altered_payload_is_refused(data: bytes) -> None:
    (sealed,) = await codec().encode([PLAIN])
    sealed.data = data

    with pytest.raises(Poison) as refused:
        await codec().decode([sealed])
    assert refused.value.code == "payload_altered"


async def test_a_plain_payload_is_refused_unless_the_setting_allows_it() -> None:
    with pytest.raises(Poison) as refused:
        await codec().decode([PLAIN])
    assert refused.value.code == "payload_plain"

    assert await Codec(Keyset("new", {"new": NEW}), accept_plain=True).decode([PLAIN]) == [PLAIN]


async def test_a_refusal_shows_neither_payload_nor_key() -> None:
    with pytest.raises(Poison) as refused:
        await codec().decode([PLAIN])

    assert "canary" not in str(refused.value)
