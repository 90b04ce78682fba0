"""Commands on messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.web.console.language import N_
from shared.web.console.words.model import CommandWords

COMMANDS: Final[Mapping[str, CommandWords]] = {
    "plan-delivery": CommandWords(N_("Forbered en besked"), N_("Systemet forbereder en besked om en frist.")),
    "record-sent": CommandWords(N_("Notér, at beskeden er sendt"), N_("Mailserveren har taget imod beskeden.")),
    "pass-on": CommandWords(N_("Send beskeden videre"), N_("Beskeden går videre til stedfortræderen eller lederen.")),
    "skip-address": CommandWords(N_("Spring adressen over"), N_("Adressen tager ikke imod, så en anden spørges.")),
    "confirm-seen": CommandWords(N_("Jeg har set den"), N_("Du siger, at du har set beskeden. Fristen løber videre.")),
    "settle-delivery": CommandWords(N_("Lad beskeden falde bort"), N_("Beskeden har ikke længere betydning.")),
    "give-up": CommandWords(N_("Notér, at ingen kunne nås"), N_("Ingen adresse tog imod beskeden.")),
}
