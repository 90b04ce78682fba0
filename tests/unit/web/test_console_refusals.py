"""What a form says when it was not accepted, and what the log says of it."""

from __future__ import annotations

from structlog.testing import capture_logs

from shared.errors import Conflict, NothingUpdated, Transient
from shared.web.console.language import DANISH
from shared.web.console.refusals import refusals


def test_what_is_our_fault_is_in_the_log_by_its_code_alone() -> None:
    with capture_logs() as said:
        refusals(NothingUpdated("nothing_updated", "no row"), DANISH)
        refusals(Transient("database_away", "try again"), DANISH)
        refusals(Conflict("wrong_state", "not here"), DANISH)

    assert [(line["event"], line["code"]) for line in said] == [
        ("form_failed", "nothing_updated"),
        ("form_failed", "database_away"),
    ]
