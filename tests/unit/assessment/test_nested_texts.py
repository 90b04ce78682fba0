"""Texts are sealed wherever they stand in a command, each under its own class and place."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

from services.intake.domain.commands import ReceiveConcern
from shared.lifecycle.text import FieldClass, Text
from shared.persistence.sealing import seal_texts
from shared.vault.model import Place, Sealed
from tests.unit.assessment.assessment_builders import assessment, nine


class Recorder:
    """Seals nothing and remembers what it was given."""

    def __init__(self) -> None:
        self.texts: list[tuple[FieldClass, str, str]] = []

    async def new_unit(self, unit: UUID) -> None:
        """Make no key."""

    async def seal_many(self, unit: UUID, texts: Sequence[tuple[FieldClass, str, str]]) -> Sealed:
        self.texts += texts
        places = tuple(Place(unit, field_class, field, uuid4()) for field_class, field, _ in texts)
        return Sealed(unit, places, tuple(b"" for _ in texts))


async def test_a_text_of_one_dimension_is_sealed_under_the_path_to_it() -> None:
    sealer, unit = Recorder(), uuid4()
    ratings = nine(CRIME={"need": True, "need_text": Text("behov"), "dissent_text": Text("uenig")})
    command = assessment(ratings=ratings, reasoning=Text("grund"))

    sealed, stored = await seal_texts(sealer, unit, command)

    assert [(name, plain) for _, name, plain in sealer.texts] == [
        ("ratings.2.need_text", "behov"),
        ("ratings.2.dissent_text", "uenig"),
        ("reasoning", "grund"),
    ]
    assert stored is not None
    assert [place.field for place in stored.places] == [name for _, name, _ in sealer.texts]
    rated = sealed.ratings[2]
    assert rated.need_text is not None
    assert len({rated.need_text.ref, sealed.reasoning.ref}) == 2


async def test_an_optional_text_keeps_its_class() -> None:
    sealer = Recorder()
    command = ReceiveConcern.model_validate(
        {"anonymity": "OPEN", "channel": "HOTLINE", "description": "a", "subject": "b", "reporter": "c"}
    )

    await seal_texts(sealer, uuid4(), command)

    assert {name: field_class for field_class, name, _ in sealer.texts} == {
        "description": FieldClass.CASE_TEXT,
        "subject": FieldClass.IDENTITY,
        "reporter": FieldClass.REPORTER,
    }
