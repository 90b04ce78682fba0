"""What happened, as a line of a timeline, by the wire type of the fact: `FACTS["case.police_cleared.v1"]`.

Written for those who work with the case. What the citizen reads in an answer on insight has its own words
(services/assessment/insight_words.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.web.console.words.facts import case, corps, other

FACTS: Final[Mapping[str, str]] = {**case.FACTS, **corps.FACTS, **other.FACTS}
