"""A customer opens the own copy, searches, opens the hit and finds the own values; on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from visitors import wait_copied

from macros.domain import MailDomain

pytestmark = pytest.mark.browser
SIZES = {"phone": (390, 844), "small-phone": (320, 568), "desktop": (1280, 900)}


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, chromium: Browser, site_url: str) -> Iterator[Page]:
    width, height = SIZES[request.param]
    context = chromium.new_context(viewport={"width": width, "height": height}, locale="ja-JP", base_url=site_url)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    outside: list[str] = []
    errors: list[str] = []
    page.on("request", lambda r: None if r.url.startswith((site_url, "data:", "blob:")) else outside.append(r.url))
    page.on("pageerror", lambda e: errors.append(str(e)))
    page.on("response", lambda r: errors.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    yield page
    context.close()
    assert outside == [], "a request left for another host"
    assert errors == []


def test_search_opens_a_page_with_the_domains_own_value(page: Page, domains: dict[str, MailDomain]) -> None:
    mail = domains["salon.example"]
    page.goto("salon.example/")
    if page.viewport_size and page.viewport_size["width"] < 960:
        page.locator("button[data-for=__search]").click()
    box = page.locator("input.md-search__input")
    box.click()
    # Real key events: the search listens to them.
    box.press_sequentially("Thunderbird", delay=30)
    hit = page.locator('.md-search-result__link[href*="setup/thunderbird"]').first
    expect(hit).to_be_visible(timeout=30_000)
    hit.click()
    page.wait_for_url("**/salon.example/setup/thunderbird/**")
    assert (
        page.locator(".mh-settings[data-protocol=imap] [data-field=hostname]").first.inner_text()
        == mail.incoming_servers[0].hostname
    )


@pytest.mark.parametrize(
    "path", ["", "setup/thunderbird/", "setup/settings/", "trouble/errors/", "overview/ports/", "contact/"]
)
def test_pages_do_not_scroll_sideways(page: Page, path: str) -> None:
    page.goto(f"salon.example/{path}")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_value_is_copied_with_one_press(page: Page, domains: dict[str, MailDomain]) -> None:
    page.goto("example.jp/setup/settings/")
    page.locator(".mh-settings [data-field=hostname] + .mh-copy").first.click()
    wait_copied(page, domains["example.jp"].incoming_servers[0].hostname)


def test_the_help_can_be_read_without_scripts(chromium: Browser, site_url: str, domains: dict[str, MailDomain]) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{site_url}example.jp/setup/settings/")
    assert (
        page.locator(".mh-settings [data-field=hostname]").first.inner_text()
        == domains["example.jp"].incoming_servers[0].hostname
    )
    context.close()


def test_light_and_dark_can_be_chosen(chromium: Browser, site_url: str) -> None:
    for scheme, wanted in (("light", "default"), ("dark", "slate")):
        context = chromium.new_context(color_scheme=scheme)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(site_url)
        page.wait_for_function("document.body.dataset.mdColorScheme")
        assert page.locator("body").get_attribute("data-md-color-scheme") == wanted
        context.close()
