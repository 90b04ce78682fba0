"""The reference code, and how much the public door takes at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.intake.codes import ALPHABET, BITS, LENGTH, code_from, digest_of
from services.intake.domain.commands import ReceiveConcern
from services.intake.gate import Gate
from shared.contracts.codes import Anonymity, Channel, Travel
from shared.errors import TooMany

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def concern(**more: object) -> ReceiveConcern:
    return ReceiveConcern.model_validate({"anonymity": Anonymity.ANONYMOUS, "channel": Channel.WEB_FORM, **more})


def test_a_code_has_eighty_bits_in_fours_that_nobody_mishears() -> None:
    code = code_from(bytes(range(200, 232)))

    assert BITS == 80
    assert [len(part) for part in code.split("-")] == [4, 4, 4, 4]
    assert set(code) - {"-"} <= set(ALPHABET)
    assert not {"I", "L", "O", "U"} & set(ALPHABET)
    assert len({code_from(uuid4().bytes) for _ in range(500)}) == 500


def test_every_bit_of_a_code_counts() -> None:
    plain = bytes(32)
    flipped = [bytes([*plain[:at], 1 << bit, *plain[at + 1 :]]) for at in range(BITS // 8) for bit in range(8)]

    assert len({code_from(each) for each in flipped}) == BITS == LENGTH * 5


def test_a_code_is_the_same_however_it_is_written_down() -> None:
    code = code_from(b"\x08\x40" + bytes(range(30)))
    assert "1" in code
    assert "0" in code

    assert digest_of(code) == digest_of(code.lower().replace("-", " ").replace("1", "l").replace("0", "o"))
    assert digest_of(code) != digest_of(code[:-1] + ("2" if code[-1] != "2" else "3"))


class Hand:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def let_in(gate: Gate, number: int, **more: object) -> int:
    """Return how many of so many concerns are let in."""
    passed = 0
    for _ in range(number):
        try:
            gate.admit(concern(**more), NOW)
        except TooMany:
            continue
        passed += 1
    return passed


def test_a_flood_is_told_to_wait_and_where_to_call() -> None:
    hand = Hand()
    gate = Gate(hand)
    assert let_in(gate, 150) == 100

    with pytest.raises(TooMany) as refused:
        gate.admit(concern(), NOW)

    assert refused.value.retry_after == 1
    assert all(number in str(refused.value.remedy) for number in ("112", "114", "41 74 90 90"))
    hand.at = 1.0
    assert let_in(gate, 10) == 5


def test_a_flood_about_one_municipality_leaves_room_for_the_others() -> None:
    gate = Gate(Hand())

    assert let_in(gate, 100, subject_municipality="0253") == 30
    assert let_in(gate, 30, subject_municipality="0751") == 30


@pytest.mark.parametrize(
    "urgent", [{"travel": Travel.PLAN, "departs_at": NOW + timedelta(hours=71)}, {"travel": Travel.DEPARTED}]
)
def test_an_acute_concern_is_never_held_up(urgent: dict[str, object]) -> None:
    gate = Gate(Hand())
    let_in(gate, 200)

    assert let_in(gate, 200, **urgent) == 200
    assert let_in(gate, 1, travel=Travel.PLAN, departs_at=NOW + timedelta(hours=73)) == 0


def test_a_municipality_that_nobody_knows_takes_no_room_of_its_own() -> None:
    gate = Gate(Hand())
    places = len(gate._places)

    assert let_in(gate, 50, subject_municipality="0999") == 50
    assert len(gate._places) == places == 98
