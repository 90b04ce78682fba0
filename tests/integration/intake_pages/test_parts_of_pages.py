"""What a script gets that asks for a part of a page and is refused: words for the place that the layout has for them, never a page."""

from __future__ import annotations

from uuid import uuid4

import pytest
from httpx import Response

from shared.lifecycle.actor import Actor
from tests.integration.intake_pages.pages_world import ADVISER, TEACHER, Site

HTMX = {"HX-Request": "true", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
WRITTEN = "En opdigtet tekst, som står på siden og ikke skal vises en gang til ved siden af sig selv."


async def _part(site: Site, who: Actor | None, path: str, form: dict[str, str] | None = None, **more: str) -> Response:
    return await site.ask(who, path, form, **{**HTMX, **more})


def _is_a_part(answer: Response) -> bool:
    headers = answer.headers
    aimed = (headers["hx-retarget"], headers["hx-reswap"], headers["hx-reselect"]) == (
        "#trouble",
        "innerHTML",
        ".trouble",
    )
    return aimed and 'class="idle trouble"' in answer.text and "<html" not in answer.text and "<h1" not in answer.text


@pytest.mark.parametrize(
    ("who", "path", "form", "status"),
    [
        (None, f"/desk/{uuid4()}/save", {"description": WRITTEN}, 401),
        (None, "/calls", None, 401),
        (TEACHER, f"/desk/{uuid4()}/save", {"description": WRITTEN}, 403),
        (ADVISER, f"/concerns/{uuid4()}", None, 404),
        (ADVISER, f"/concerns/{uuid4()}/open", {"text": "none", "reason": "none", "description": WRITTEN}, 404),
    ],
)
async def test_a_part_that_is_refused_is_words_and_no_page(
    site: Site, who: Actor | None, path: str, form: dict[str, str] | None, status: int
) -> None:
    answer = await _part(site, who, path, form)

    assert answer.status_code == status, answer.text
    assert _is_a_part(answer)
    assert WRITTEN not in answer.text, "it stands in the page, which stays"


async def test_a_form_of_another_session_is_refused_as_a_part_too(site: Site) -> None:
    answer = await site.ask(ADVISER, f"/desk/{uuid4()}/save", [("csrf", "another"), ("description", WRITTEN)], **HTMX)

    assert answer.status_code == 403
    assert _is_a_part(answer)


async def test_a_script_without_a_session_is_not_led_through_a_sign_in(site: Site) -> None:
    stream = await site.ask(None, "/calls", **{"Accept": "text/event-stream", "Sec-Fetch-Mode": "cors"})
    somebody = await site.ask(None, "/calls", **{"Sec-Fetch-Mode": "navigate"})
    old_browser = await site.ask(None, "/calls")

    assert stream.status_code == 401
    assert [each.status_code for each in (somebody, old_browser)] == [303, 303]


async def test_a_page_that_is_refused_is_a_page(site: Site) -> None:
    answer = await site.ask(TEACHER, "/calls")

    assert answer.status_code == 403
    assert "<html" in answer.text
    assert "hx-retarget" not in answer.headers
