"""Errors in one's own work list, absence and operations: what is wrong, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.web.console.language import N_
from shared.web.console.words.model import Reason

ERRORS: Final[Mapping[str, Reason]] = {
    "colleague_unknown": Reason(
        N_("Opgaver gives til en kollega i samme organisation og rolle."), N_("Vælg en af dem på listen.")
    ),
    "view_needs_name": Reason(N_("Visningen mangler et navn."), N_("Gå tilbage, og skriv et kort navn.")),
    "view_is_all": Reason(N_("Det er hele listen. Den behøver ingen visning."), N_("Vælg først et filter.")),
    "views_full": Reason(N_("Du har allerede så mange visninger, som man kan have."), N_("Slet en af dem først.")),
    "reference_invalid": Reason(N_("Referencen er ikke en af vores."), N_("Hent siden igen, og prøv en gang til.")),
    "letter_invalid": Reason(N_("Brevets nummer kan ikke læses."), N_("Hent siden igen, og prøv en gang til.")),
    "not_away": Reason(N_("Du er ikke noteret som væk."), N_("Der er ikke noget at slutte.")),
    "too_many_live": Reason(N_("Du har mange sider åbne, der lytter med."), N_("Luk nogle af dem.")),
    "not_failed": Reason(N_("Beskeden nåede frem, eller den er allerede sendt igen."), N_("Hent siden igen.")),
    "nothing_waits": Reason(N_("Det, beskeden handlede om, er løst."), N_("Der er ikke noget at sende.")),
}
