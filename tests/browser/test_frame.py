"""The frame of every page in a real browser: what frame.js adds, and what is left when scripts are off."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from visitors import Watched

pytestmark = pytest.mark.browser
PAGE = "example.jp/setup/iphone/"


@pytest.fixture
def without_scripts(chromium: Browser, site_url: str) -> Iterator[Page]:
    context = chromium.new_context(java_script_enabled=False, base_url=site_url, viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


def test_headings_are_listed_and_have_links(visitor: tuple[Page, Watched]) -> None:
    page, _ = visitor
    page.goto(PAGE)
    listed = page.eval_on_selector_all("[data-md-component=toc] a", "links => links.map(a => a.getAttribute('href'))")
    headings = page.eval_on_selector_all("article h2[id], article h3[id]", "all => all.map(h => '#' + h.id)")
    assert listed == headings != []
    links = page.eval_on_selector_all("article .headerlink", "links => links.map(a => a.getAttribute('href'))")
    assert set(headings) < set(links)


def test_the_drawer_opens_and_leads_on_with_the_keyboard(visitor: tuple[Page, Watched]) -> None:
    page, _ = visitor
    page.goto(PAGE)
    menu = page.locator("button[data-for=__drawer]")
    if page.viewport_size and page.viewport_size["width"] > 1220:
        expect(page.locator(".mh-nav a[aria-current]")).to_be_visible()
        return
    expect(page.locator(".mh-nav a").first).to_be_hidden()
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".mh-nav a").first).to_be_visible()
    page.locator(".mh-nav a", has_text="お問い合わせ").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/example.jp/contact/")


def test_the_page_is_whole_without_scripts(without_scripts: Page) -> None:
    page = without_scripts
    page.goto(PAGE)
    expect(page.locator(".mh-settings td code").first).to_contain_text("mail.example.jp")
    page.locator("label[for=__drawer].md-header__button").click()
    page.locator(".mh-nav a", has_text="お問い合わせ").click()
    page.wait_for_url("**/example.jp/contact/")
    expect(page.locator("a[href^='tel:']").first).to_be_visible()
