"""What the gateway says to a browser with every answer: take nothing from elsewhere, show it in no frame, tell nobody.

A deployment's own ingress says the same.
"""

from __future__ import annotations

from typing import Any

from deploy.config import SERVICES

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""Content-Security-Policy of pages: our own files only, nothing inline, no plug-in, no frame."""
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
"""Content-Security-Policy of what is no page."""
ALWAYS = {
    "X-Content-Type-Options": ["nosniff"],
    "Referrer-Policy": ["no-referrer"],
    "Permissions-Policy": ["camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"],
    "Cross-Origin-Opener-Policy": ["same-origin"],
    "Cross-Origin-Resource-Policy": ["same-origin"],
}
FOR_EVER = "public, max-age=31536000, immutable"
"""Cache-Control of files whose name holds a digest of their content."""
DATA = [path for service in SERVICES for path in (f"/{service}/v1", f"/{service}/v1/*")]
"""Where JSON is spoken. A browser's cookies go no further than the gateway here, and none is set."""


def routes() -> list[dict[str, Any]]:
    """Set the headers on whatever is answered further down, over what a service said itself."""
    return [
        {"match": [{"path": DATA}], "handle": [_set(DATA_POLICY)]},
        {"match": [{"not": [{"path": DATA}]}], "handle": [_set(PAGE_POLICY)]},
    ]


def kept_for_ever() -> dict[str, Any]:
    """Let a browser keep what was found; what was not may be there tomorrow."""
    response = {"set": {"Cache-Control": [FOR_EVER]}, "deferred": True, "require": {"status_code": [2, 304]}}
    return {"handler": "headers", "response": response}


def _set(policy: str) -> dict[str, Any]:
    headers = {**ALWAYS, "Content-Security-Policy": [policy]}
    return {"handler": "headers", "response": {"set": headers, "delete": ["Server"], "deferred": True}}
