"""The vault: identities, contact data and free text, sealed under a key per erasable unit, opened by ask and redeem."""

from shared.vault.errors import CprInText, LookRefused, TicketNotCommitted, TicketRefused, Unopenable, VaultError
from shared.vault.keystore import KeyStore, MemoryKeyStore, PostgresKeyStore
from shared.vault.model import FieldClass, Grant, Looker, LookReason, NewText, Plain, Ticket
from shared.vault.provider import DevKeyProvider, KeyProvider, KeysetProvider
from shared.vault.vault import Vault

__all__ = [
    "CprInText",
    "DevKeyProvider",
    "FieldClass",
    "Grant",
    "KeyProvider",
    "KeyStore",
    "KeysetProvider",
    "LookReason",
    "LookRefused",
    "Looker",
    "MemoryKeyStore",
    "NewText",
    "Plain",
    "PostgresKeyStore",
    "Ticket",
    "TicketNotCommitted",
    "TicketRefused",
    "Unopenable",
    "Vault",
    "VaultError",
]
