"""What a form for concerns says before anything is typed (`domain.md` R27, R28). Danish and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ORDINARY_ACTIVITY: Final[Mapping[str, str]] = {
    "da": (
        "Almindelig politisk eller religiøs aktivitet er ikke en bekymring. Det er lovligt at have stærke holdninger, "
        "at demonstrere, at tro og at klæde sig efter sin tro. Skriv kun, hvis du er bekymret for, at nogen er på vej "
        "mod vold eller anden alvorlig kriminalitet, eller selv har brug for hjælp."
    ),
    "en": (
        "Ordinary political or religious activity is not a concern. It is lawful to hold strong opinions, to protest, "
        "to believe and to dress as one believes. Write only if you worry that somebody is moving towards violence or "
        "other serious crime, or needs help."
    ),
}
"""R27: stands above every form for a concern."""

WITHOUT_SOURCE: Final[Mapping[str, str]] = {
    "da": "Skriv, hvad der er set eller sagt, og ikke, hvem der har fortalt det.",
    "en": "Write what was seen or said, and not who told it.",
}
"""R28: stands beside every free text of a concern."""
