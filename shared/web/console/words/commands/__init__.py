"""What commands are called, by code: `COMMANDS["open-case"].button`. Every command of every transition table is here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.web.console.words.commands import assessment, corps, intake, notify
from shared.web.console.words.model import CommandWords

COMMANDS: Final[Mapping[str, CommandWords]] = {
    **assessment.COMMANDS,
    **corps.COMMANDS,
    **intake.COMMANDS,
    **notify.COMMANDS,
}
