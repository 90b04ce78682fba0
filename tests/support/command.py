"""`tovholder`, as who runs a stack gives it at a shell."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from deploy.config import PROJECT


def tovholder(state: Path, *arguments: str) -> str:
    """Run a command on the stack of a state folder; return what it said. It must end well."""
    done = subprocess.run(
        [sys.executable, "-m", "deploy.cli", *arguments],
        env={**os.environ, "TOVHOLDER_STATE": str(state)},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout
