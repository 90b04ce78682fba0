"""The development issuer as a child of the stack."""

from __future__ import annotations

import sys

from deploy.config import StackConfig
from deploy.probes import http_ok
from deploy.process import ProcessSpec


def spec(config: StackConfig) -> ProcessSpec:
    """`python -m deploy.local.issuer` on loopback."""
    port = config.ports.port("issuer")
    return ProcessSpec(
        name="issuer",
        argv=[sys.executable, "-m", "deploy.local.issuer"],
        env={
            "TOVHOLDER_ENV": "dev",
            "TOVHOLDER_ISSUER_HOST": "127.0.0.1",
            "TOVHOLDER_ISSUER_PORT": str(port),
            "TOVHOLDER_ISSUER_URL": config.issuer_url,
            "TOVHOLDER_ISSUER_BROWSER_URL": f"{config.gateway_url}/auth",
            "TOVHOLDER_ISSUER_USERS": str(config.issuer_users),
            "TOVHOLDER_ASSETS_MANIFEST": str(config.assets / "manifest.json"),
        },
        ready=http_ok(f"http://127.0.0.1:{port}/jwks.json"),
        cwd=config.project,
        wave=1,
        port_name="issuer",
        port=port,
    )
