"""The search of the canary run: a word is found whatever storing and sending made of it, and no other word is."""

from __future__ import annotations

import base64
import gzip
import html
import json
import quopri
from collections.abc import Callable
from urllib.parse import quote

import pytest
from aiokafka.codec import lz4_encode, zstd_encode
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from tests.support.canary import Stores, cpr, danish, word
from tests.support.decoding import batches, decoded, records_of_wal

FORMS: dict[str, Callable[[str], bytes]] = {
    "utf-8": str.encode,
    "latin-1": lambda text: text.encode("latin-1"),
    "utf-8 taken for latin-1": lambda text: text.encode().decode("latin-1").encode(),
    "utf-16-le": lambda text: text.encode("utf-16-le"),
    "utf-16-be": lambda text: text.encode("utf-16-be"),
    "upper case": lambda text: text.upper().encode(),
    "cut": lambda text: text[: text.index("æ")].encode(),
    "escaped": lambda text: json.dumps(text).encode(),
    "escaped throughout": lambda text: "".join(f"\\u{ord(letter):04x}" for letter in text).encode(),
    "URL": lambda text: quote(text).encode(),
    "URL in latin-1": lambda text: quote(text, encoding="latin-1").encode(),
    "HTML": lambda text: html.escape(text).encode("ascii", "xmlcharrefreplace"),
    "quoted-printable": lambda text: quopri.encodestring(text.encode()),
    "base64": lambda text: base64.b64encode(text.encode()),
    "base64, moved by one": lambda text: base64.b64encode(b"a" + text.encode()),
    "base64, moved by two": lambda text: base64.b64encode(b"ab" + text.encode()),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode("latin-1")),
    "base64 of utf-16": lambda text: base64.b64encode(text.encode("utf-16-le")),
    "hex": lambda text: text.encode().hex().encode(),
    "hex in upper case": lambda text: text.encode().hex().upper().encode(),
    "hex of utf-16": lambda text: text.encode("utf-16-le").hex().encode(),
    "gzip": lambda text: gzip.compress(text.encode()),
    "zstd": lambda text: zstd_encode(text.encode()),
    "lz4": lambda text: lz4_encode(text.encode()),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_word_is_found_in_every_form(form: str) -> None:
    sought, other, stores = danish(), danish(), Stores()

    stores.add("kind", "place", decoded(b"\x00 ..." + FORMS[form](sought) if "z" not in form else FORMS[form](sought)))

    assert [(kind, place) for kind, place, _ in stores.where(sought)] == [("kind", "place")]
    assert stores.where(other) == []


def test_a_word_that_postgres_compressed_is_found_in_its_page() -> None:
    sought, stores = word(), Stores()

    stores.add("kind", "place", b"\x01".join(sought[at : at + 8].encode() for at in range(0, 24, 8)), pages=True)

    assert stores.where(sought) == [("kind", "place", "broken up")]


@pytest.mark.parametrize("form", ["{0}", "{0:.6}-{1}"])
def test_a_cpr_number_is_found_with_and_without_its_hyphen(form: str) -> None:
    number = cpr()
    stores = Stores([number])

    stores.add("kind", "place", form.format(number, number[6:]))

    assert [(kind, place) for kind, place, _ in stores.where(number)] == [("kind", "place")]
    assert stores.where("0101900000") == []


def test_a_number_that_is_typed_is_nobodys() -> None:
    weights = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)

    assert all(sum(int(a) * b for a, b in zip(cpr(), weights, strict=True)) % 11 for _ in range(100))


def test_a_word_on_the_border_of_two_pages_of_a_log_is_found() -> None:
    sought, stores = word(), Stores()
    first, second = b"x" * 8_180 + sought[:12].encode(), b"\x00" * 24 + sought[12:].encode()

    stores.add("kind", "place", records_of_wal(first + second))

    assert len(stores.where(sought)) == 1


@pytest.mark.parametrize("codec", range(5))
def test_a_word_is_found_in_a_batch_of_kafkas_log_under_every_codec(codec: int) -> None:
    sought, stores = danish(), Stores()
    builder = DefaultRecordBatchBuilder(2, codec, False, -1, -1, -1, 1_000_000)
    for offset in range(20):
        builder.append(offset, timestamp=0, key=b"k", value=sought.encode() * 3, headers=[])
    segment = bytes(builder.build()) * 2 + b"\x00" * 100

    found = list(batches(segment))
    for each in found:
        stores.add("kind", "place", each)

    assert len(found) == 2
    assert len(stores.where(sought)) == 1
