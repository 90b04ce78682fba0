"""A call at the desk as a test makes it: its address, what is said, what became of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from httpx import Response

from tests.integration.intake_pages.pages_world import ADVISER, Site

SAID = "En opdigtet bekymring, skrevet midt i et opkald."

CALL = {"anonymity": "ANONYMOUS", "description": SAID, "minor": "NO"}


def new_call() -> tuple[str, dict[str, str]]:
    return f"/desk/{uuid4()}", {"key": str(uuid4()), **CALL}


async def count(site: Site, sql: str, **values: Any) -> Any:
    async with site.work.begin() as tx:
        return (await tx.session.execute(sa.text(sql), values)).scalar_one()


async def concern(site: Site, path: str) -> dict[str, Any]:
    query = sa.text("select body from intake.concern where id = :id")
    async with site.work.begin() as tx:
        return dict((await tx.session.execute(query, {"id": UUID(path[-36:])})).scalar_one())


async def pressed(site: Site, path: str, form: dict[str, str], button: str, **more: str) -> Response:
    return await site.ask(ADVISER, path, {**form, "do": button, **more})
