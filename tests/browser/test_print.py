"""Pages on paper: pages of Chromium's own PDF, and what its print view shows, from light and dark screens."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page

from macros.domain import MailDomain

pytestmark = pytest.mark.browser
# A page in a PDF, not the list of pages.
SHEET = re.compile(rb"/Type\s*/Page\b")
KINDS = ["", "setup/thunderbird/", "setup/settings/", "overview/quota/", "trouble/errors/", "contact/"]
FRAME = ".md-header, .md-sidebar, .md-footer, .mh-top, .mh-copy, .mh-who, .mh-panel, .headerlink"


@contextmanager
def opened(chromium: Browser, site_url: str, scheme: Literal["light", "dark"]) -> Iterator[Page]:
    width = 700  # what A4 leaves between the margins, in CSS pixels
    context = chromium.new_context(
        color_scheme=scheme, base_url=site_url, locale="ja-JP", viewport={"width": width, "height": 1000}
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def paper(chromium: Browser, site_url: str) -> Iterator[Page]:
    with opened(chromium, site_url, "light") as page:
        yield page


@pytest.fixture(params=["light", "dark"])
def any_paper(request: pytest.FixtureRequest, chromium: Browser, site_url: str) -> Iterator[Page]:
    with opened(chromium, site_url, request.param) as page:
        yield page


def picture(page: Page) -> Image.Image:
    return Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("L")


def test_the_sheet_is_one_page_with_every_domains_values(any_paper: Page, domains: dict[str, MailDomain]) -> None:
    # From a dark screen only colours can go wrong: two domains will do.
    dark = any_paper.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    for name, mail in list(domains.items())[: 2 if dark else None]:
        any_paper.emulate_media(media="screen")
        any_paper.goto(f"{name}/setup/sheet/", wait_until="networkidle")
        any_paper.locator("figure[data-qr] svg").wait_for(state="attached")
        any_paper.emulate_media(media="print")
        assert len(SHEET.findall(any_paper.pdf(prefer_css_page_size=True, print_background=True))) == 1, name
        text = any_paper.locator("article").inner_text()
        for server in (mail.incoming_servers[0], mail.outgoing_servers[0]):
            assert server.hostname in text
            assert str(server.port) in text
        assert [code.text for code in zxingcpp.read_barcodes(picture(any_paper))] == [any_paper.url]
        assert "パスワードは、この紙に書きません" in text
        assert any_paper.locator("input[type=password]").count() == 0


def test_the_sheet_is_blank_until_the_address_is_known(paper: Page) -> None:
    paper.goto("salon.example/setup/sheet/")
    blank = paper.locator(".mh-fill[data-account]")
    assert blank.inner_text() == ""
    paper.evaluate("sessionStorage.setItem('mailhelp.account', 'ginza@salon.example')")
    paper.reload()
    assert blank.inner_text() == "ginza"


@pytest.mark.parametrize("path", KINDS)
def test_pages_print_without_frame_and_white(any_paper: Page, path: str) -> None:
    any_paper.goto(f"salon.example/{path}", wait_until="networkidle")
    any_paper.emulate_media(media="print")
    assert [e.evaluate("e => e.className") for e in any_paper.locator(FRAME).all() if e.is_visible()] == []
    seen = picture(any_paper).crop((0, 0, 700, 900))
    assert sum(seen.histogram()[230:]) > 0.7 * seen.width * seen.height


@pytest.mark.parametrize("path", KINDS)
def test_nothing_is_cut_off_at_the_side(paper: Page, path: str) -> None:
    paper.goto(f"salon.example/{path}", wait_until="networkidle")
    paper.emulate_media(media="print")
    cut = """() => [...document.querySelectorAll("article *")]
        .filter(e => e.getClientRects().length && (
            e.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5
            || (getComputedStyle(e).overflowX !== "visible" && e.scrollWidth > e.clientWidth + 1)
        ))
        .map(e => `${e.tagName} ${e.className} ${e.textContent.slice(0, 40)}`)"""
    assert paper.evaluate(cut) == []
