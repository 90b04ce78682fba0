"""What the desk's form says, as the JSON of a call; and what of it is kept while it is typed."""

from __future__ import annotations

from typing import Any, Final

from services.intake.calls import Call, Ending
from services.intake.pages.asking import said
from shared.contracts.codes import Anonymity, Channel
from shared.lifecycle.actor import Role
from shared.web.console import moments
from shared.web.console.drafts import Pairs
from shared.web.console.fields import asked, body
from shared.web.console.session import CSRF_FIELD
from shared.web.console.site import Form, Visit

DO: Final = "do"
HANDED_OVER: Final = "handed_over_at"
LOCAL: Final = (
    Channel.PHONE_LOCAL,
    Channel.WALK_IN,
    Channel.EMAIL,
    Channel.INTERNAL,
    Channel.POLICE,
    Channel.KRIMINALFORSORG,
    Channel.PSYCHIATRY,
    Channel.ASYLUM,
)
"""How a concern reaches a desk that is not the hotline's (`domain.md` 3.2); the first where nothing is said."""

UNSAVED: Final = frozenset({CSRF_FIELD, DO})
OUT: Final = frozenset({"anonymity", "channel", "receipt_address"})


def at_hotline(visit: Visit) -> bool:
    """Say whether this is the hotline's desk; else it is one of a municipality or of police."""
    return Role.HOTLINE_ADVISER in visit.actor.roles


def channel_of(visit: Visit, form: Form) -> Channel:
    """Return how the concern came: by the hotline there, elsewhere by what was chosen."""
    if at_hotline(visit):
        return Channel.HOTLINE
    chosen = form.get("channel")
    return Channel(chosen) if chosen in LOCAL else LOCAL[0]


def kept_pairs(form: Form) -> Pairs:
    """Return what is kept of a form: all that was typed, and the key that makes sending it twice one thing."""
    return tuple((name, value) for name, value in form.pairs if name not in UNSAVED and value)


def told_call(form: Form, ending: Ending, *, acute: bool, channel: Channel) -> dict[str, Any]:
    """Return what the form says, as the JSON of `Call`.

    An alarm waits for nothing, not even for a time that is none: without a mode the caller counts as anonymous, or confidential
    where a name was said.
    """
    mode = form.get("anonymity")
    named = bool(form.get("reporter").strip())
    if ending is Ending.GOES_ON and (mode not in set(Anonymity) or (mode == Anonymity.ANONYMOUS) is named):
        mode = Anonymity.CONFIDENTIAL.value if named else Anonymity.ANONYMOUS.value
    fields = [field for field in asked(Call) if field.name not in ("concern", "ending", "acute", "offers")]
    call: dict[str, Any] = body(fields, form)
    if not acute and form.get(DO) != "handover" and "called" not in call:
        call.pop(HANDED_OVER, None)
    if acute and moments.wrong(form, HANDED_OVER):
        for name in (HANDED_OVER, "called", "details"):
            call.pop(name, None)  # stays in the draft, to be mended when the hand-over is noted
    offers = [offer for offer in dict.fromkeys(form.all("offers")) if offer]
    concern = said(form, OUT) | {"channel": channel.value} | ({"anonymity": mode} if mode else {})
    return call | {"concern": concern, "ending": ending.value, "acute": acute, "offers": offers}
