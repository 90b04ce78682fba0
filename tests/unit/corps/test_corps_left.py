"""Who is out of an intervention is put out once."""

from __future__ import annotations

import pytest

from services.corps.coupling import left
from tests.unit.corps import builders


@pytest.mark.parametrize("history", [builders.ended, builders.stopped])
def test_what_follows_after_the_end_puts_nobody_out_again(history) -> None:
    """The case may go on, and tell who is named on it: the loan and the hours were settled at the end."""
    over = history().state
    assert over.member is not None, "the control: a member was engaged"

    assert left(over, over.with_(caseworker_ref=None)) is None


def test_the_end_itself_puts_the_member_out() -> None:
    before, over = builders.active().state, builders.ended().state

    assert left(before, over) == before.member
