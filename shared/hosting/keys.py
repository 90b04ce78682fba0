"""Keys that were made for one machine serve nobody else."""

from __future__ import annotations

from shared.settings import Settings, is_loopback
from shared.vault import keyset
from shared.vault.errors import KeysetUnusable


def refuse_development_keys(settings: Settings) -> None:
    """Raise `KeysetUnusable` if a process that others reach would use keys that the local stack has made for itself.

    Nobody holds a copy of such keys, and nobody chose who may: what they seal is lost with the machine.
    """
    if is_loopback(settings.http_host):
        return
    for name in ("keyset_file", "codec_keyset_file"):
        if keyset.load(getattr(settings, name)).development:
            raise KeysetUnusable(
                f"TOVHOLDER_{name.upper()} names keys that were made for one machine.",
                "Make keys with `tovholder keys create FILE` and put a copy into escrow before the first use.",
            )
