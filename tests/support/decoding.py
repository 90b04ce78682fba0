"""Undoing what stores do to text: compression, JSON's escapes, the parts of an e-mail, the batches of a Kafka log."""

from __future__ import annotations

import email
import email.policy
import struct
from collections.abc import Iterator

from aiokafka.codec import gzip_decode, lz4_decode, snappy_decode, zstd_decode

PACKED = {b"\x1f\x8b": gzip_decode, b"\x28\xb5\x2f\xfd": zstd_decode, b"\x04\x22\x4d\x18": lz4_decode}
"""How a packed file begins."""
CODECS = {1: gzip_decode, 2: snappy_decode, 3: lz4_decode, 4: zstd_decode}
"""By the lowest three bits of a batch's attributes (Kafka's record batch, version 2)."""
_BATCH = struct.Struct(">qiibIh")
_RECORDS_AT = 61
WAL_PAGE, FIRST_HEADER, HEADER = 8192, 40, 24
"""Bytes of a page of the write-ahead log, and of its header (`XLogLongPageHeaderData`, `XLogPageHeaderData`)."""


def decoded(content: bytes) -> bytes:
    """Return some bytes, and beside them what they are unpacked and without JSON's escapes."""
    found = content
    for magic, unpack in PACKED.items():
        if content.startswith(magic):
            found += b"\n" + unpack(content)
    if b"\\u" not in found:
        return found
    parts = found.decode("utf-8", "replace").split("\\u")
    plain = parts[0] + "".join(_unescaped(part) for part in parts[1:])
    return found + b"\n" + plain.encode("utf-8", "replace")


def _unescaped(part: str) -> str:
    try:
        return chr(int(part[:4], 16)) + part[4:]
    except ValueError:
        return part


def opened_mail(content: bytes) -> bytes:
    """Return a message as it is stored, and beside it its headers and parts as they are read."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    lines = [f"{name}: {value}" for name, value in message.items()]
    lines += [str(part.get_content()) for part in message.walk() if not part.is_multipart()]
    return content + b"\n" + "\n".join(lines).encode()


def batches(segment: bytes) -> Iterator[bytes]:
    """Yield the records of each batch in a segment of Kafka's log, unpacked; they end where the file was made longer."""
    at = 0
    while at + _RECORDS_AT <= len(segment):
        _, length, _, magic, _, attributes = _BATCH.unpack_from(segment, at)
        if length <= 0 or magic != 2:
            return
        records = segment[at + _RECORDS_AT : at + 12 + length]
        codec = CODECS.get(attributes & 7)
        yield decoded(codec(records) if codec else records)
        at += 12 + length


def records_of_wal(segment: bytes) -> bytes:
    """Return a segment of Postgres' write-ahead log without the headers of its pages, which would cut words in two."""
    pages = (segment[at : at + WAL_PAGE] for at in range(0, len(segment), WAL_PAGE))
    return b"".join(page[FIRST_HEADER if number == 0 else HEADER :] for number, page in enumerate(pages))
