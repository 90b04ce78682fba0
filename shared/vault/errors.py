"""What can go wrong in the vault, as branches of the tree in `shared/errors.py`.

    VaultError
    ├── Unopenable            500  wrong or missing key, altered ciphertext, swapped field or unit: one answer for all
    ├── NotUnitOwner          409  another service owns the erasable unit
    ├── UnitErased            409  the unit or its person was erased: it never gets a key, a text or a leave again
    ├── EpochInUse            409  keys still depend on an epoch that was to be destroyed
    ├── EpochClosed           503  a key was wrapped under an epoch that takes none any more; transient
    ├── KeysetUnusable        500  the file of key-encryption keys is absent, malformed or readable by others
    ├── LookRefused           403  no grant, an expired grant, an unknown text, a role without the vault: one answer
    ├── TicketRefused         403  used, expired or unknown ticket
    │   └── TicketNotCommitted     redeemed in the transaction that asked for it (a look could be rolled back)
    └── KeyStoreUnavailable   503  the key store did not answer; transient

`CprInText`, `TextTooLong` and `TextMalformed` are `Invalid`: the input is at fault, not the vault.
No text here ever holds a plaintext, a key, or a value that was sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from shared.errors import Conflict, Forbidden, Invalid, TovholderError, Transient


class VaultError(TovholderError):
    """Base of the vault's errors."""


class Unopenable(VaultError):
    """A sealed value or a wrapped key does not open. Which of the possible causes it was is not told."""

    def __init__(self) -> None:
        super().__init__(
            "vault_unopenable",
            "The sealed text does not open in this place.",
            rule="domain.md 4.4 R15",
            remedy="If the unit was erased, this is as it must be; otherwise follow the runbook 'vault does not open'.",
        )


class NotUnitOwner(VaultError, Conflict):
    """A service put, granted or revoked on an erasable unit of another service."""

    status: ClassVar[int] = 409

    def __init__(self) -> None:
        super().__init__(
            "vault_not_unit_owner",
            "This erasable unit belongs to another service.",
            rule="architecture.md, Persons, text and keys",
            remedy="Give a command to the service that owns the unit.",
        )


class UnitErased(VaultError, Conflict):
    """The unit, or the person whose key wraps it, was erased. What is said about it later is neither sealed nor kept."""

    status: ClassVar[int] = 409

    def __init__(self) -> None:
        super().__init__(
            "vault_unit_erased",
            "This was erased; nothing can be added to it.",
            rule="domain.md 4.5 R20",
            remedy="Begin a new record if there is a new concern.",
        )


class EpochInUse(VaultError, Conflict):
    """An epoch is still needed; `count` keys depend on it."""

    status: ClassVar[int] = 409

    def __init__(
        self,
        epoch: str,
        count: int,
        remedy: str = "Run `tovholder keys rewrap`, then retire it again. It names keys that do not open: see the runbook.",
    ) -> None:
        super().__init__("vault_epoch_in_use", f"{count} keys depend on epoch {epoch}.", remedy=remedy)
        self.count = count


class EpochClosed(VaultError, Transient):
    """This process wrapped a key under an epoch that is being retired: its keyset is not the newest."""

    status: ClassVar[int] = 503
    retry: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__(
            "vault_epoch_closed",
            "The key-encryption key of this process takes no new keys any more.",
            remedy="Give this process the newest keyset file; it is read without a restart.",
        )


class KeysetUnusable(VaultError):
    """The keyset file cannot be used; `detail` says which check failed, never what the file holds."""

    def __init__(self, detail: str, remedy: str) -> None:
        super().__init__("vault_keyset_unusable", detail, remedy=remedy)


class LookRefused(VaultError, Forbidden):
    """Nobody may open this text in this role now, or there is no such text: both look the same."""

    status: ClassVar[int] = 403

    def __init__(self) -> None:
        super().__init__(
            "vault_look_refused",
            "This text may not be opened.",
            rule="domain.md 4.3 R6",
            remedy="Ask the owner of the case for participation.",
        )


class TicketRefused(VaultError, Forbidden):
    """The ticket is used, expired, unknown, or was given to another service."""

    status: ClassVar[int] = 403

    def __init__(
        self, code: str = "vault_ticket_refused", detail: str = "This ticket opens nothing.", remedy: str = "Ask again."
    ) -> None:
        super().__init__(code, detail, rule="domain.md 4.3 R8", remedy=remedy)


class TicketNotCommitted(TicketRefused):
    """`redeem` ran in the transaction of its `ask`: the look would vanish with a rollback."""

    def __init__(self) -> None:
        super().__init__(
            "vault_ticket_not_committed",
            "A ticket is redeemed in a transaction of its own, after the look is committed.",
            "Commit the transaction that asked, then redeem.",
        )


class KeyStoreUnavailable(VaultError, Transient):
    """The key store did not answer."""

    status: ClassVar[int] = 503
    retry: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__("vault_key_store_unavailable", "The key store did not answer.", remedy="Try again.")


class CprInText(Invalid):
    """Free text holds what looks like a CPR number; `spans` are its places (R14, `domain.md` 3.2)."""

    def __init__(self, field: str, spans: Sequence[tuple[int, int]]) -> None:
        places = ", ".join(f"{start + 1}-{end}" for start, end in spans)
        super().__init__(
            "cpr_in_text",
            f"The text holds what looks like a CPR number at character {places}.",
            field=field,
            rule="domain.md 3.2, 4.4 R14",
            remedy="Remove the number; a CPR number belongs in the subject's own field.",
        )
        self.spans = tuple(spans)


class TextTooLong(Invalid):
    """Free text is longer than its bound."""

    def __init__(self, field: str, length: int, limit: int) -> None:
        super().__init__(
            "text_too_long",
            f"The text has {length} characters; at most {limit} are allowed.",
            field=field,
            rule="domain.md 3.2",
            remedy="Shorten the text, or add the rest as a further note.",
        )


class TextMalformed(Invalid):
    """Text with a NUL, another control character or half a surrogate pair at `position` (0-based)."""

    def __init__(self, field: str, position: int) -> None:
        super().__init__(
            "text_malformed",
            f"The text holds a character that cannot be kept, at character {position + 1}.",
            field=field,
            remedy="Remove the character.",
        )
        self.position = position
