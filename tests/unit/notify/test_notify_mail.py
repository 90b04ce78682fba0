"""What a message holds: a reference, a due time, a link. Nothing about whom or what."""

from __future__ import annotations

from uuid import uuid5

import pytest

from services.notify.domain.delivery import Stage
from services.notify.domain.roster import Addressee
from services.notify.mail import Letters
from services.notify.sentences import todo
from shared.contracts.lifecycle import StepAction
from shared.contracts.notify import Level
from shared.lifecycle.actor import Role
from shared.web.console.words.clocks import CLOCKS
from tests.unit.notify.notify_builders import MONDAY, SPACE, in_stage, person

LETTERS = Letters("noreply@tovholder.example", "https://console.tovholder.example/")
TO = Addressee(person("tovholder.kommune-0253", Role.TOVHOLDER_KOMMUNE), Level.OWNER)


def test_a_retry_has_the_same_message_id_and_a_deputys_message_another() -> None:
    delivery = in_stage(Stage.PLANNED)
    deputy = Addressee(person("deputy", Role.TOVHOLDER_KOMMUNE), Level.DEPUTY)

    first, retry, other = (LETTERS.write(delivery, to, MONDAY)["Message-ID"] for to in (TO, TO, deputy))

    assert first == retry != other
    assert str(delivery.id) in first


@pytest.mark.parametrize("action", list(StepAction))
@pytest.mark.parametrize("level", list(Level))
def test_a_message_says_when_and_where_to_look_but_not_whom_or_what(action: StepAction, level: Level) -> None:
    delivery = in_stage(Stage.PLANNED, action=action)
    message = LETTERS.write(delivery, Addressee(TO.person, level), MONDAY)
    text = message.get_content() + message["Subject"]

    assert f"https://console.tovholder.example/work/{delivery.deadline_id}" in text
    assert "tirsdag 24. nov. kl. 10.00" in text
    assert "Påmindelser afgør intet." in text
    for secret in (str(delivery.about_id), delivery.deadline_kind, delivery.organisation, "sag", "case"):
        assert secret not in text
    sentences = [todo(*kind.split(".")) for kind in CLOCKS]
    assert not any(sentence.da in text or sentence.en in text for sentence in sentences)


def test_the_reference_is_spoken_in_two_groups_of_four() -> None:
    subject = LETTERS.write(in_stage(Stage.PLANNED), TO, MONDAY)["Subject"]
    digits = uuid5(SPACE, "deadline").hex[:8].upper()

    assert f"(ref. {digits[:4]}-{digits[4:]})" in subject
