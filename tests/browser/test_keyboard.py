"""The keyboard alone reaches and works everything: Tab, Enter, Space, Escape and arrows, never a pointer."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from visitors import Watched, wait_copied

pytestmark = pytest.mark.browser
FAR = 150
FOCUSED = "document.activeElement.outerHTML.slice(0, 120)"
# WCAG 2.4.7: whoever cannot point must see where they are.
SHOWN = """() => { const s = getComputedStyle(document.activeElement);
  return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 1 || s.boxShadow !== "none"; }"""


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is on such an element, as somebody without a mouse does."""
    seen = []
    for _ in range(FAR):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUSED))
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            assert page.evaluate(SHOWN), f"no sign of the focus on {seen[-1]}"
            return
    raise AssertionError(f"Tab never came to {selector}: {seen}")


def test_the_menu(visitor: tuple[Page, Watched]) -> None:
    page, _ = visitor
    page.goto("example.jp/setup/iphone/")
    if page.viewport_size and page.viewport_size["width"] < 1220:
        tab_to(page, "button[data-for=__drawer]")
        page.keyboard.press("Space")
        expect(page.locator("button[data-for=__drawer]")).to_have_attribute("aria-expanded", "true")
        page.keyboard.press("Escape")
        expect(page.locator("button[data-for=__drawer]")).to_be_focused()
        expect(page.locator(".mh-nav a").first).to_be_hidden()
        page.keyboard.press("Enter")
        expect(page.locator(".mh-nav a").first).to_be_visible()
    tab_to(page, ".mh-nav a[href$='contact/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/example.jp/contact/")


def test_the_search(visitor: tuple[Page, Watched]) -> None:
    page, _ = visitor
    page.goto("example.jp/setup/iphone/")
    if page.viewport_size and page.viewport_size["width"] < 960:
        tab_to(page, "button[data-for=__search]")
        page.keyboard.press("Enter")
        expect(page.locator(".md-search__input")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator("button[data-for=__search]")).to_be_focused()
        page.keyboard.press("Enter")
    else:
        tab_to(page, ".md-search__input")
    expect(page.locator(".md-search__input")).to_be_focused()
    page.keyboard.type("メールが送れない", delay=10)
    page.locator(".md-search-result__link").first.wait_for(timeout=30_000)
    page.keyboard.press("ArrowDown")
    expect(page.locator(".md-search-result__link").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/trouble/send/**")


def test_the_colours(visitor: tuple[Page, Watched]) -> None:
    page, _ = visitor
    page.goto("example.jp/setup/iphone/")
    tab_to(page, "button[data-for^=__palette_]")
    before = page.evaluate("document.activeElement.dataset.for")
    page.keyboard.press("Enter")
    # The focus stays on the switch, so that it can be pressed again.
    page.wait_for_function("before => (document.activeElement.dataset.for ?? before) !== before", arg=before)
    expect(page.locator("[data-md-component=palette] button:not([hidden])")).to_be_focused()


def test_the_address_and_the_copy_buttons(visitor: tuple[Page, Watched]) -> None:
    page, _ = visitor
    page.goto("example.jp/setup/settings/")
    tab_to(page, ".mh-who summary")
    page.keyboard.press("Enter")
    tab_to(page, "#mh-address")
    page.keyboard.type("info@example.jp")
    tab_to(page, ".mh-who__form button")
    page.keyboard.press("Enter")
    expect(page.locator(".mh-who__status b")).to_have_text("info@example.jp")
    tab_to(page, "[aria-label^='info@example.jp']")
    page.keyboard.press("Enter")
    wait_copied(page, "info@example.jp")


def test_the_error_finder(visitor: tuple[Page, Watched]) -> None:
    page, _ = visitor
    page.goto("example.jp/trouble/errors/")
    tab_to(page, ".mh-finder textarea")
    page.keyboard.type("535 authentication failed")
    tab_to(page, ".mh-finder .mh-button")
    page.keyboard.press("Enter")
    expect(page.locator(".mh-finder__list > li").first).to_be_visible()
    tab_to(page, ".mh-finder__list a")


def test_the_code_page_and_skipping(visitor: tuple[Page, Watched]) -> None:
    page, _ = visitor
    page.goto("example.jp/go/")
    tab_to(page, "#mh-go-code")
    page.keyboard.type("A-3")
    page.keyboard.press("Enter")
    page.wait_for_url("**/example.jp/**#**")
    page.goto("example.jp/setup/iphone/")
    page.keyboard.press("Tab")
    expect(page.locator(".md-skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**#*")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('article') !== null")
