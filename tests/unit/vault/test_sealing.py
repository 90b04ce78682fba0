"""A sealed value opens under its key, in its place, unaltered; else there is one error and nothing else."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from shared.vault import FieldClass, NewText, Plain, Unopenable
from shared.vault.model import Place
from shared.vault.sealing import OVERHEAD, Holder, new_key, seal, unseal, unwrap, wrap

KEY = new_key()
PLACE = Place(UUID(int=1), FieldClass.CASE_TEXT, "description", UUID(int=2))
SECRET = "en hemmelig tekst"  # what the tests look for where it must not be


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_every_text_comes_back(text: str) -> None:
    assert unseal(KEY, seal(KEY, text, PLACE), PLACE).reveal() == text


def test_two_seals_of_one_text_differ() -> None:
    assert seal(KEY, SECRET, PLACE) != seal(KEY, SECRET, PLACE)


def test_a_sealed_value_is_as_much_longer_as_said() -> None:
    assert len(seal(KEY, "æ", PLACE)) == 2 + OVERHEAD


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(PLACE, unit=uuid4()),
        replace(PLACE, field_class=FieldClass.IDENTITY),
        replace(PLACE, field="advice"),
        replace(PLACE, blob=uuid4()),
    ],
    ids=["unit", "class", "field", "blob"],
)
def test_a_value_opens_in_no_other_place(elsewhere: Place) -> None:
    with pytest.raises(Unopenable):
        unseal(KEY, seal(KEY, SECRET, PLACE), elsewhere)


@given(st.data())
def test_any_altered_bit_is_noticed(data: st.DataObject) -> None:
    sealed = bytearray(seal(KEY, SECRET, PLACE))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(Unopenable):
        unseal(KEY, bytes(sealed), PLACE)


@pytest.mark.parametrize("change", [lambda s: b"", lambda s: s[:28], lambda s: s[:-1], lambda s: s + b"\0"])
def test_a_value_of_another_length_is_noticed(change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(Unopenable):
        unseal(KEY, change(seal(KEY, SECRET, PLACE)), PLACE)


def test_another_key_opens_nothing_and_all_failures_look_alike() -> None:
    sealed = seal(KEY, SECRET, PLACE)
    texts = set()
    for key, value, place in ((new_key(), sealed, PLACE), (KEY, sealed[:-1], PLACE), (b"short", sealed, PLACE)):
        with pytest.raises(Unopenable) as error:
            unseal(key, value, place)
        texts.add(str(error.value))
        assert error.value.__cause__ is None

    assert len(texts) == 1
    assert SECRET not in texts.pop()


def test_a_wrapped_key_opens_for_its_unit_and_epoch_only() -> None:
    key, unit = new_key(), uuid4()
    holder = Holder(unit)
    wrapped = wrap(KEY, key, holder, "k1")

    assert unwrap(KEY, wrapped, holder, "k1") == key
    for other in (
        (KEY, Holder(uuid4()), "k1"),
        (KEY, Holder(unit, uuid4()), "k1"),
        (KEY, Holder(None, unit), "k1"),
        (KEY, holder, "k2"),
        (new_key(), holder, "k1"),
    ):
        with pytest.raises(Unopenable):
            unwrap(other[0], wrapped, other[1], other[2])


@pytest.mark.parametrize("field", ["a|b", "", "Description", "x" * 64, "a b", "é"])
def test_a_field_name_cannot_break_the_associated_data(field: str) -> None:
    with pytest.raises(ValueError, match="field name"):
        replace(PLACE, field=field)


class _Answer(BaseModel):
    text: Plain


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        "{}".format,
        lambda plain: f"{plain!r} {plain}",
        lambda plain: repr(_Answer(text=plain)),
        lambda plain: _Answer(text=plain).model_dump_json(),
        lambda plain: repr(NewText(FieldClass.CASE_TEXT, "description", plain.reveal())),
    ],
)
def test_an_opened_text_shows_itself_nowhere(show: Callable[[Plain], str]) -> None:
    shown = show(Plain(SECRET))

    assert SECRET not in shown
    assert "***" in shown


def test_an_opened_text_is_neither_pickled_nor_put_into_json() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(Plain(SECRET))
    with pytest.raises(TypeError):
        json.dumps(Plain(SECRET))
