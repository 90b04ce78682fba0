"""The development mail sink as a child of the stack."""

from __future__ import annotations

import sys

from deploy.config import StackConfig
from deploy.probes import accepts
from deploy.process import ProcessSpec


def spec(config: StackConfig) -> ProcessSpec:
    """`python -m deploy.local.mail` on loopback."""
    port = config.ports.port("mail")
    return ProcessSpec(
        name="mail",
        argv=[sys.executable, "-m", "deploy.local.mail"],
        env={"TOVHOLDER_SMTP_PORT": str(port), "TOVHOLDER_MAIL_DIR": str(config.mail_dir)},
        ready=lambda: accepts(port),
        cwd=config.project,
        wave=1,
        port_name="mail",
        port=port,
    )
