"""Prints the scrape configuration for the stack of this machine: `python -m deploy.prometheus > FILE`.

Put the file beside `alerts.yml`, or name that file in it; ports are those that `tovholder status` shows.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from deploy.config import StackConfig

CONFIGURATION = Path(__file__).with_name("prometheus.yml")


def local(config: StackConfig) -> str:
    """Return the committed configuration with the ports of `config` in place of host names, without an alert manager."""
    text = re.sub(r"alerting:\n(?:  .*\n)+\n", "", CONFIGURATION.read_text())
    text = re.sub(
        r'"([a-z]+)-(api|worker):8080"', lambda name: f'"127.0.0.1:{config.ports.port(f"{name[1]}_{name[2]}")}"', text
    )
    text = text.replace('"temporal:9090"', f'"127.0.0.1:{config.ports.port("temporal_metrics")}"')
    return text.replace("  - alerts.yml", f"  - {CONFIGURATION.with_name('alerts.yml')}")


if __name__ == "__main__":
    sys.stdout.write(local(StackConfig.load()))
