"""Keys that make a form that is sent twice one thing."""

from __future__ import annotations

import pytest

from shared.web.console.commands import key_again, key_of
from shared.web.console.refusals import Refusals
from shared.web.console.site import Form

KEY = "0b6f3f5e-0000-4000-8000-000000000001"
SENT = Form((("key", KEY),))


def test_a_form_that_was_refused_keeps_its_key() -> None:
    assert key_of(SENT) == KEY
    assert key_again(SENT, Refusals("field_invalid")) == KEY


def test_a_form_whose_key_did_something_else_before_gets_a_new_one() -> None:
    assert key_again(SENT, Refusals("idempotency_mismatch")) != KEY


@pytest.mark.parametrize("sent", ["", "short", "x" * 101, "with space in it", "null\0null", f"{KEY}\n"])
def test_what_no_page_gave_is_no_key(sent: str) -> None:
    assert key_of(Form((("key", sent),))) != sent
