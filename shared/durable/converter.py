"""How payloads are written into histories: pydantic JSON, sealed with AES-256-GCM under a rotating key of the service.

Each service has keys of its own (`shared.durable.codec_keys`), read anew whenever their file was replaced, so that a
rotation needs no restart. The key id stands in the payload's metadata and is authenticated with it. Messages and stack
traces of failures are sealed as well. Never sealed are workflow ids, task queues, names, search attributes and the class
of a failure: only references and closed codes go there. The key is the service's, never a subject's: a workflow must
outlive the key that it destroys.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes, PayloadCodec

from shared.durable.codec_keys import KEY_ID, Keys, following
from shared.errors import Poison
from shared.vault.keyset import Keyset

ENCODING = b"binary/encrypted"
NONCE_BYTES = 12


class Codec(PayloadCodec):
    """Seals and opens payloads. This runs on the event loop: asking for the keys costs a look at their file, no reading."""

    def __init__(self, keys: Keyset | Keys, *, accept_plain: bool = False) -> None:
        self._keys: Keys = (lambda: keys) if isinstance(keys, Keyset) else keys
        self._keyset: Keyset | None = None
        self._ciphers: dict[str, AESGCM] = {}
        self._accept_plain = accept_plain

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Seal each payload, its metadata included, under the current key."""
        current = self._fresh().current
        return [self._seal(payload, current) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Open each payload. Raises `Poison` (`payload_plain`, `payload_key_unknown`, `payload_altered`)."""
        self._fresh()
        return [self._open(payload) for payload in payloads]

    def _fresh(self) -> Keyset:
        """Return the keys as they are now, with their ciphers made. Raises `KeysetUnusable`."""
        keys = self._keys()
        if keys is not self._keyset:
            self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.keys.items()}
            self._keyset = keys
        return keys

    def _seal(self, payload: Payload, current: str) -> Payload:
        nonce, key_id = os.urandom(NONCE_BYTES), current.encode()
        sealed = self._ciphers[current].encrypt(nonce, payload.SerializeToString(), key_id)
        return Payload(metadata={"encoding": ENCODING, KEY_ID: key_id}, data=nonce + sealed)

    def _open(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCODING:
            if self._accept_plain:
                return payload
            raise Poison("payload_plain", "a payload in a history is not sealed", rule="engineering.md 6.7")
        key_id = payload.metadata.get(KEY_ID, b"")
        cipher = self._ciphers.get(key_id.decode("ascii", "replace"))
        if cipher is None:
            raise Poison(
                "payload_key_unknown",
                "a payload is sealed under a key that is not in the codec's keyset",
                remedy="Put the retired key back into the keyset until no history holds it.",
            )
        try:
            opened = cipher.decrypt(payload.data[:NONCE_BYTES], payload.data[NONCE_BYTES:], key_id)
        except (InvalidTag, ValueError):  # ValueError: too short to hold a nonce
            raise Poison("payload_altered", "a sealed payload does not open under the key that it names") from None
        return Payload.FromString(opened)


def data_converter(keys: Keyset | Keys, *, accept_plain: bool = False) -> DataConverter:
    """Return the converter of clients, workers and replayers; all of them must have the same."""
    return dataclasses.replace(
        pydantic_data_converter,
        payload_codec=Codec(keys, accept_plain=accept_plain),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


def converter_from(keyset_file: Path) -> DataConverter:
    """Return the converter that follows the keys of `TOVHOLDER_CODEC_KEYSET_FILE`. Raises `KeysetUnusable`."""
    return data_converter(following(keyset_file))
