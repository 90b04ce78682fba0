"""The answer to a citizen: complete in words, and without reporter and other persons, whatever the case holds (R21, R28)."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest

from services.assessment.domain import case_commands as c
from services.assessment.domain.case_table import CASE
from services.assessment.domain.insight import InsightRequest
from services.assessment.domain.insight_commands import DecideInsight
from services.assessment.insight_export import (
    OF_CONCERN,
    PERSONS,
    REPORTER,
    TEXTS,
    concern_texts_in,
    export_of,
    locked_export,
    texts_in,
)
from services.assessment.insight_words import FACTS, HELD_BACK, MEANINGS, ROLES
from shared.contracts.disclosure_codes import Exemption
from shared.lifecycle.actor import Role
from shared.messaging.schemas import schema_of
from tests.unit.assessment.assessment_builders import (
    FOLLOW_UP,
    GATHERING,
    NOW,
    Play,
    W,
    arrival,
    consent_to,
    played,
    ref,
    refusal,
    share,
)
from tests.unit.assessment.insight_builders import KNOWN, asked, partial


def told(play: Play) -> list[dict[str, Any]]:
    """Return the facts of a case as its timeline gives them."""
    return [
        {
            "sequence": number,
            "type": fact.type,
            "occurred_at": NOW.isoformat(),
            "actor_role": fact.by_role,
            "organisation": fact.organisation,
            "body": fact.model_dump(mode="json", exclude_none=True),
        }
        for number, fact in enumerate(play.facts, start=1)
    ]


def whole() -> Play:
    """Return a case that a relative reported and that went all the way to follow-up, with shares and consents."""
    first = arrival(reporter=ref("reporter"), subject=ref("subject"), grounds=ref("grounds of the concern"))
    play = played(((first, Role.SYSTEM), *FOLLOW_UP[1:]))
    play.give(consent_to("SHARE"), W)
    play.give(share(recipient_person=ref("the officer")), W)
    play.give(refusal(), W)
    return play


def opened(play: Play) -> dict[UUID, str]:
    return {text: f"text {text}" for text in texts_in(told(play))}


def test_every_fact_code_and_role_of_a_case_has_words() -> None:
    codes = {
        value
        for fact in CASE.facts.values()
        for part in schema_of(fact).get("$defs", {}).values()
        for value in (part.get("enum") or ([part["const"]] if "const" in part else []))
    }
    hidden = {"EKSTREM_ISLAMISME", "HOEJRE", "VENSTRE", "UNCLEAR", "OTHER_MIXED", "FEMALE", "MALE", "MINORS"}
    hidden |= {"ONLINE_RISK", "GANG_CROSS_OVER", "RETURNEE", "PARENTS_GROUP"}

    assert set(FACTS) == set(CASE.facts)
    assert codes - hidden - set(MEANINGS) == {"HEALTH"} - set(MEANINGS)
    assert {role for row in CASE.rows for role in row.roles} == set(ROLES)
    assert set(Exemption) <= set(HELD_BACK)


def test_a_citizen_whose_concern_never_became_a_case_is_not_told_of_one() -> None:
    play = played(((arrival(), Role.SYSTEM),))
    for by in (Role.TOVHOLDER_KOMMUNE, Role.TOVHOLDER_POLITI):
        play.give(c.CloseWithoutAction(reason="A1"), by)

    last = export_of(play.state, asked().state, told(play), {})["items"]
    said = next(item for item in last if item["what"] == "Bekymringen blev afsluttet. Der blev ikke åbnet en sag.")

    assert said["content"]["reason"]["code"] == "A1"
    assert "never_opened" not in said["content"]
    assert FACTS["case.closed.v1"] not in {item["what"] for item in last}


def test_every_text_of_a_fact_is_known_to_the_export() -> None:
    """A text that is sealed on its way in must be shown in words or held back, never as a bare reference."""
    from shared.lifecycle.text import Text

    sealed = {
        name
        for row in CASE.rows
        for name, info in row.command.model_fields.items()
        if name in row.fact.model_fields and "Text" in str(info.annotation) and Text
    }

    assert sealed
    assert sealed <= TEXTS | REPORTER | PERSONS


def test_the_facts_are_there_in_order_with_their_codes_explained() -> None:
    play = whole()

    answer = export_of(play.state, asked().state, told(play), opened(play))

    assert [item["number"] for item in answer["items"]] == list(range(1, len(play.facts) + 1))
    assessed = next(item for item in answer["items"] if item["what"] == FACTS["case.assessment_completed.v1"])
    assert assessed["content"]["reasoning"].startswith("text ")
    assert assessed["content"]["focus"] == [{"code": "RELATIONSHIPS", "meaning": "relationer"}]
    shared = next(item for item in answer["items"] if item["what"] == FACTS["case.information_shared.v1"])
    assert shared["content"]["basis"]["meaning"].startswith("retsplejeloven § 115")
    assert answer["draft"] is True
    json.dumps(answer)


def test_reporter_and_other_persons_are_held_back_and_marked() -> None:
    play = whole()
    answer = export_of(play.state, asked().state, told(play), opened(play) | {ref("description"): "DET HAR JEG SET"})

    first = answer["items"][0]["content"]
    assert {name: first[name]["held_back"] for name in REPORTER & first.keys()} == dict.fromkeys(
        REPORTER & first.keys(), "REPORTER"
    )
    assert {"reporter", "reporter_kind", "anonymity", "description"} <= first.keys()
    shared = next(item for item in answer["items"] if item["what"] == FACTS["case.information_shared.v1"])
    assert shared["content"]["recipient_person"]["held_back"] == "PERSONS"
    whole_text = json.dumps(answer)
    shown = json.dumps({**answer, "texts": []})  # a draft also lists references for who decides
    for hidden in ("reporter", "subject", "description", "grounds of the concern", "the officer", W, Role.SECRETARIAT):
        assert str(ref(hidden)) not in shown, hidden
    assert "DET HAR JEG SET" not in whole_text
    assert "PARENT" not in whole_text.replace("PARENT_COACH", "")


def test_a_relatives_consent_is_the_relatives_and_held_back() -> None:
    play = played(GATHERING)
    play.give(consent_to("FOLLOW_UP", client="RELATIVE", given_by="RELATIVE"), W)

    answer = export_of(play.state, asked().state, told(play), {})

    given = next(item for item in answer["items"] if item["what"] == FACTS["case.consent_given.v1"])
    assert given["content"] == {"consent": {"held_back": "PERSONS", "why": HELD_BACK["PERSONS"]}}


@pytest.mark.parametrize("given_away", [True, False], ids=["opened by mistake", "not opened"])
def test_what_was_decided_to_be_held_back_is_marked_with_its_exemption(given_away: bool) -> None:
    play, request = whole(), asked()
    held = ref("reasoning")
    request.give(
        partial(held_back=[{"text": held, "basis": "DBL22_CRIME"}]),
        Role.DPO,
        **{**KNOWN, "texts": texts_in(told(play))},
    )
    texts = {text: plain for text, plain in opened(play).items() if given_away or text != held}

    answer = export_of(play.state, request.state, told(play), texts)

    assessed = next(item for item in answer["items"] if item["what"] == FACTS["case.assessment_completed.v1"])
    assert assessed["content"]["reasoning"] == {"held_back": "DBL22_CRIME", "why": HELD_BACK["DBL22_CRIME"]}
    assert (answer["decision"], answer["draft"]) == ("PARTIAL", False)


def decided(play: Play, command: DecideInsight) -> InsightRequest:
    """Return a request that was decided so about this case."""
    request, facts = asked(), told(play)
    concerns = concern_texts_in(facts)
    known = {**KNOWN, "texts": texts_in(facts) | concerns.keys(), "concern_texts": concerns}
    request.give(command, Role.DPO, **known)
    state: InsightRequest = request.state
    return state


def test_what_a_decision_releases_of_a_concern_is_shown_and_the_rest_of_it_is_not() -> None:
    play, released = whole(), ref("description")
    request = decided(play, DecideInsight(decision="FULL", released=[released], reveals_no_reporter=True))

    answer = export_of(play.state, request, told(play), opened(play) | {released: "DET HAR JEG SET"})

    first = answer["items"][0]["content"]
    assert first["description"] == "DET HAR JEG SET"
    for name in ("reporter", "reporter_kind", "anonymity", "subject", "grounds"):
        assert first[name]["held_back"] == "REPORTER", name
    assert str(ref("reporter")) not in json.dumps(answer)
    assert "hvad vedkommende har fortalt" not in json.dumps(answer["held_back_always"])


def test_each_text_is_marked_with_its_own_basis_one_of_a_concern_too() -> None:
    play, reasoning, description = whole(), ref("reasoning"), ref("description")
    bases = [{"text": reasoning, "basis": "DBL22_CRIME"}, {"text": description, "basis": "DBL22_PRIVATE"}]
    request = decided(play, partial(exemption_basis=[], held_back=bases))

    answer = export_of(play.state, request, told(play), opened(play) | {description: "DET HAR JEG SET"})

    assert answer["items"][0]["content"]["description"]["held_back"] == "DBL22_PRIVATE"
    assert answer["items"][0]["content"]["subject"]["held_back"] == "REPORTER"
    assessed = next(item for item in answer["items"] if item["what"] == FACTS["case.assessment_completed.v1"])
    assert assessed["content"]["reasoning"]["held_back"] == "DBL22_CRIME"


def test_a_draft_tells_which_texts_there_are_and_an_answer_does_not() -> None:
    play = whole()

    draft = export_of(play.state, asked().state, told(play), opened(play))
    answer = export_of(play.state, decided(play, DecideInsight(decision="FULL")), told(play), opened(play))

    of = {each["text"]: each["of"] for each in draft["texts"]}
    assert of[str(ref("description"))] == "CONCERN"
    assert of[str(ref("reasoning"))] == "CASE"
    assert str(ref("reporter")) not in of
    assert "texts" not in answer


def test_of_a_case_that_police_have_alone_nothing_is_shown() -> None:
    answer = locked_export(whole().state, asked().state)

    assert answer["items"] == []
    assert [each["what"] for each in answer["held_back_always"]] == ["LED"]


def test_no_text_of_a_concern_is_opened_for_an_answer_unasked() -> None:
    play = whole()
    first = told(play)[0]

    assert first["type"] in OF_CONCERN
    assert not texts_in(told(play)) & {UUID(str(value)) for name, value in first["body"].items() if name in TEXTS}
    assert ref("description") not in texts_in(told(play))
