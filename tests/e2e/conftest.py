"""The whole product, started once; tests that break servers start their own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.product import Product, running


@pytest.fixture(scope="package")  # gone before the tests in the browser start theirs
async def product() -> AsyncIterator[Product]:
    """All four services on real servers, with a gateway, traces and a clock that can be moved."""
    with running(traces=True) as found:
        yield found
        await found.office.close()
