"""Why a form was not accepted, field by field, in the visitor's language; never a value that was sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import structlog
from pydantic import ValidationError

from shared.errors import TovholderError
from shared.web.console import moments
from shared.web.console.language import N_, Language
from shared.web.console.site import Form

log = structlog.get_logger()

SAID: Final[Mapping[str, str]] = {
    "missing": N_("Skal udfyldes."),
    "string_too_short": N_("Skal udfyldes."),
    "string_too_long": N_("Teksten er for lang: højst %(max_length)s tegn."),
    "string_pattern_mismatch": N_("Har ikke den rigtige form."),
    "too_short": N_("Vælg mindst %(min_length)s."),
    "too_long": N_("Vælg højst %(max_length)s."),
    "enum": N_("Vælg en af mulighederne."),
    "literal_error": N_("Vælg en af mulighederne."),
    "bool_parsing": N_("Svar ja eller nej."),
    "bool_type": N_("Svar ja eller nej."),
    "int_parsing": N_("Skriv et helt tal."),
    "int_type": N_("Skriv et helt tal."),
    "greater_than_equal": N_("Skal være mindst %(ge)s."),
    "less_than_equal": N_("Må højst være %(le)s."),
    "greater_than": N_("Skal være større end %(gt)s."),
    "less_than": N_("Skal være mindre end %(lt)s."),
    "date_from_datetime_parsing": N_("Skriv en dato."),
    "date_parsing": N_("Skriv en dato."),
    "datetime_from_date_parsing": N_("Skriv dato og klokkeslæt."),
    "datetime_parsing": N_("Skriv dato og klokkeslæt."),
    "timezone_aware": N_("Skriv dato og klokkeslæt."),
    "uuid_parsing": N_("Skal være en reference. Hent den fra sagens side."),
    "consent_named_once": N_("Vælg det samtykke, som er trukket tilbage."),
    "address_malformed": N_("Skriv en mailadresse."),
    "year_malformed": N_("Skriv et årstal med fire cifre."),
    "uuid_type": N_("Skal være en reference. Hent den fra sagens side."),
}
NOT_VALID: Final = N_("Kan ikke bruges her.")
NOTHING: Final = Form()
NOT_ADMITTED: Final = (401, 403)
"""Statuses of what nobody can mend in a form: it has a page of its own."""
UNMENDED: Final = (*NOT_ADMITTED, 404)
"""The same where the form itself does not ask for what may not be there."""


@dataclass(frozen=True, slots=True)
class Refusals:
    """What is wrong with a form as a whole, and with which of its fields."""

    code: str = ""
    """The class of a refusal that needs a page of its own (`StaleVersion`), else its stable code."""
    error: TovholderError | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    """Sentences by the field's path."""

    def __bool__(self) -> bool:
        return bool(self.code)

    def at(self, name: str) -> str:
        """Return what is wrong with a field, or nothing."""
        return self.fields.get(name, "")

    def without(self, names: frozenset[str]) -> Refusals:
        """Return the same without what is wrong with these fields, if something is left."""
        left = {name: sentence for name, sentence in self.fields.items() if name not in names}
        return replace(self, fields=left) if left else self


def refusals(error: ValidationError | TovholderError, language: Language, form: Form = NOTHING) -> Refusals:
    """Return what is wrong, in words; of a moment that the form asks in two lines, at which of them."""
    if isinstance(error, TovholderError):
        if error.status >= 500:
            log.warning("form_failed", code=error.code)
        code = type(error).__name__ if error.status == 412 else error.code
        return Refusals(code, error, {error.field: ""} if error.field else {})
    lines = error.errors(include_url=False, include_input=False)
    found: dict[str, str] = {}
    for line in lines:
        path = _path(line["loc"])
        in_two = moments.wrong(form, path)
        found |= {name: language.gettext(said) for name, said in in_two.items()} or {path: _said(line, language)}
    return Refusals("field_invalid", None, found)


def _path(where: tuple[int | str, ...]) -> str:
    """Return the path of a field; the names of types that pydantic tried are no part of it."""
    return ".".join(
        str(part) for part in where if not str(part).startswith(("function-", "is-instance", "constrained-"))
    )


def _said(line: Any, language: Language) -> str:
    return language.gettext(SAID.get(line["type"], NOT_VALID)) % dict(line.get("ctx") or {})
