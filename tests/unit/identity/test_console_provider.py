"""What the console makes of the sign-in service's answers."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from authlib.integrations.httpx_client import AsyncOAuth2Client

from shared.errors import TovholderError, Transient, Unauthenticated
from shared.web.console.provider import Provider


def _refusing(status: int, error: str) -> Provider:
    class Answered(Provider):
        def _client(self, redirect_uri: str | None) -> Any:
            answer = httpx2.Response(status, json={"error": error})
            return AsyncOAuth2Client("console", transport=httpx2.MockTransport(lambda _: answer))

    return Answered("console", None, "https://signin.example/authorize", "https://signin.example/token")


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (400, "invalid_grant", Unauthenticated),
        (400, "invalid_client", Unauthenticated),
        (400, "temporarily_unavailable", Transient),
        (400, "server_error", Transient),
        (502, "bad_gateway", Transient),
    ],
)
async def test_nobody_is_signed_out_by_a_sign_in_service_in_trouble(
    status: int, error: str, kind: type[TovholderError]
) -> None:
    with pytest.raises(kind):
        await _refusing(status, error).refresh("refresh")
