"""Every guard and every error that a person can meet says in plain words what is wrong and what to do."""

from __future__ import annotations

import pytest

from shared.web.console.words.errors import ERRORS, NO_WORDS, reason
from shared.web.console.words.guards import GUARDS, guard
from shared.web.problems import TITLES
from tests.unit.web.console_codes import error_codes, lifecycles

OPERATORS_MEET = {
    # starting, migrating, keys and backups: the command line says these
    "audit_key_differs", "audit_settings_incomplete", "bad_identifier", "bad_password", "codec_key_current",
    "codec_key_in_use", "codec_key_unknown", "epoch_is_current", "epoch_too_many", "epoch_unknown", "erasure_by_nobody",
    "erasure_ledger_unapplied", "erasure_ledger_unreadable", "export_unreadable", "keystore_in_main",
    "missing_password", "powerful_role", "reconcile_failed", "schema_migration_altered", "schema_migration_gap",
    "topic_differs", "topic_not_made", "unknown_role", "unknown_schema", "vault_epoch_in_use", "vault_keyset_unusable",
    "access_log_broken", "consumer_not_found",
    # consumers, workflows and mail: no person waits for the answer
    "address_refused", "fact_unreadable", "kafka_unavailable", "kind_without_topic", "nobody_on_duty", "not_yet",
    "outbox_is_being_pruned", "payload_altered", "payload_key_unknown", "payload_plain", "record_unreadable",
    "requirements_missing", "smtp_deferred", "smtp_refused", "smtp_unavailable", "vault_call_malformed",
    # mistakes in our own tables
    "reference.paragraph_unknown", "reference.working_days",
}  # fmt: skip

NAMED_BY_KIND = {f"{life.kind}_not_found" for life in lifecycles()}
OF_HTTP = {f"http_{status}" for status in set(TITLES) - {409, 412, 422, 428}}
"""Statuses that something else than our own errors answers with."""

GUARD_CODES = {(row.command.code, one.code) for life in lifecycles() for row in life.rows for one in row.guards}


@pytest.mark.parametrize(("command", "code"), sorted(GUARD_CODES))
def test_every_guard_of_every_table_has_its_words(command: str, code: str) -> None:
    words = guard(code, command)
    assert words is not None
    assert words.why.endswith((".", "?"))
    assert words.remedy.endswith((".", "?"))


def test_no_words_are_without_a_guard() -> None:
    known = {f"{command}.{code}" for command, code in GUARD_CODES} | {code for _, code in GUARD_CODES}
    assert set(GUARDS) - known == set()


def test_every_error_that_a_person_can_meet_has_its_words() -> None:
    met = (error_codes() | NAMED_BY_KIND | OF_HTTP) - OPERATORS_MEET
    assert {code for code in met if reason(code) is NO_WORDS} == set()


def test_no_words_are_without_an_error() -> None:
    assert set(ERRORS) - (error_codes() | NAMED_BY_KIND | OF_HTTP) == set()


def test_what_operators_meet_is_really_raised() -> None:
    assert OPERATORS_MEET - error_codes() == set()
    assert set(ERRORS) & OPERATORS_MEET == set()


def test_a_reason_of_a_command_stands_before_the_general_one() -> None:
    assert reason("municipality_unknown", "make-underretning") != reason("municipality_unknown", "route-concern")


def test_a_code_without_words_is_said_plainly() -> None:
    assert reason("never_heard_of") is NO_WORDS


@pytest.mark.parametrize("word", ["du har glemt", "forkert", "ugyldig", "din fejl"])
def test_nobody_is_blamed(word: str) -> None:
    said = {code: f"{words.why} {words.remedy}".lower() for code, words in (*GUARDS.items(), *ERRORS.items())}
    assert [code for code, text in said.items() if word in text] == []
