"""The demo: fictional concerns played over HTTP as their users would, while domain time passes.

`run` is called with the stack up. It seeds the fictional Denmark, plays every story, checks what each left behind, and says so.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from rich.console import Console

from deploy.config import StackConfig


def run(config: StackConfig, *, once: bool, json_file: Path | None, console: Console) -> int:
    """Play the demo; return 0 only if every story ended as it must. `once` is for the caller, who stays up otherwise."""
    from deploy.demo.play import play

    return asyncio.run(play(config, json_file=json_file, console=console))
