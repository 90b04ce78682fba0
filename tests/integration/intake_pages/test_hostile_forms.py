"""Forms that no page of ours sent: what another site put into them is neither shown as the visitor's words nor sent again."""

from __future__ import annotations

import pytest

from tests.integration.intake_pages.pages_world import ADVISER, Site

PATH = "/concerns/00000000-0000-4000-8000-000000000001/do/point-out-help"
THEIRS = {"description": "Ring til 70 00 00 00 og oplys dit kodeord. " * 3, "everywhere": "planted"}


@pytest.mark.parametrize("site_said", ["cross-site", "same-site", "none", ""])
async def test_what_another_site_wrote_is_not_offered_to_who_is_signed_out(site: Site, site_said: str) -> None:
    headers = {"Sec-Fetch-Site": site_said} if site_said else {}
    answer = await site.ask(None, PATH, THEIRS, **headers)

    assert answer.status_code == 401
    assert "kodeord" not in answer.text
    assert "planted" not in answer.text
    assert "<textarea" not in answer.text
    assert f'action="/intake{PATH}"' not in answer.text


@pytest.mark.parametrize("site_said", ["cross-site", "same-site", ""])
async def test_what_another_site_wrote_gets_no_token_of_who_is_signed_in(site: Site, site_said: str) -> None:
    headers = {"Sec-Fetch-Site": site_said} if site_said else {}
    forged = [*THEIRS.items(), ("csrf", "0" * 80)]
    answer = await site.ask(ADVISER, PATH, forged, **headers)

    assert answer.status_code == 403
    assert "kodeord" not in answer.text
    assert "planted" not in answer.text


async def test_what_our_own_page_sent_comes_back_to_be_sent_again(site: Site) -> None:
    own = {"Sec-Fetch-Site": "same-origin"}
    gone = await site.ask(None, PATH, THEIRS, **own)
    other = await site.ask(ADVISER, PATH, [*THEIRS.items(), ("csrf", "0" * 80)], **own)

    assert (gone.status_code, other.status_code) == (401, 403)
    for answer in (gone, other):
        assert "kodeord" in answer.text
        assert 'value="planted"' in answer.text


@pytest.mark.parametrize("path", ["/nowhere", "/v1/concerns", "/concerns", "/readyz"])
async def test_no_answer_is_kept_by_a_cache(site: Site, path: str) -> None:
    answer = await site.ask(None, path)

    assert answer.headers.get_list("cache-control") == ["no-store"]
