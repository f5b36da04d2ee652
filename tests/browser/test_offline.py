"""A saved copy of the help is read and searched with the network cut; without the press nothing is kept."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SAVE = "[data-save] button"


class _Unkept(http.server.SimpleHTTPRequestHandler):
    """Nothing stays in the browser's own cache: what is read offline was saved."""

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Network:
    """The site's web server; ``cut`` takes it away."""

    def __init__(self, site: Path) -> None:
        handler = functools.partial(_Unkept, directory=str(site))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        self.running = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def cut(self) -> None:
        """Nobody answers any more."""
        if self.running:
            self.running = False
            self.server.shutdown()
            self.server.server_close()


@pytest.fixture
def network(built_site: Path) -> Iterator[Network]:
    network = Network(built_site)
    yield network
    network.cut()


@pytest.fixture(params=["phone", "desktop"])
def context(request: pytest.FixtureRequest, chromium: Browser, network: Network) -> Iterator[BrowserContext]:
    size = {"phone": (390, 844), "desktop": (1280, 900)}[request.param]
    context = chromium.new_context(base_url=network.url, locale="ja-JP", viewport={"width": size[0], "height": size[1]})
    yield context
    context.close()


def save(page: Page, home: str) -> None:
    page.goto(home)
    page.locator(SAVE, has_text="このヘルプを保存する").click()
    expect(page.locator("[data-save] [role=status]")).to_contain_text("に保存しました", timeout=120_000)


def search(page: Page, words: str) -> None:
    opener = page.locator("button[data-for=__search]")
    if opener.is_visible():
        opener.click()
    page.locator(".md-search__input").fill(words)
    page.locator(".md-search-result__link").first.wait_for(timeout=30_000)


def test_the_whole_help_of_a_domain_is_read_without_a_network(
    context: BrowserContext, network: Network, built_site: Path
) -> None:
    page = context.new_page()
    save(page, "example.jp/")
    network.cut()
    context.set_offline(True)
    # The press has come to every page.
    folders = [p.parent.relative_to(built_site).as_posix() for p in (built_site / "example.jp").rglob("index.html")]
    for folder in sorted(folders):
        if folder == "example.jp/support":
            continue  # for the staff, who have a network
        page.goto(f"{folder}/")
        assert page.locator("article h1").inner_text(), folder
    page.goto("example.jp/setup/thunderbird/#manual-imap")
    expect(page.locator("[data-field=hostname]").first).to_have_text("mail.example.jp")
    assert page.evaluate("getComputedStyle(document.querySelector('.mh-copy')).cursor") == "pointer"
    page.locator(".mh-figure img").first.scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelector('.mh-figure img').naturalWidth > 0")


def test_the_search_and_the_error_finder_work_without_a_network(context: BrowserContext, network: Network) -> None:
    page = context.new_page()
    save(page, "example.jp/")
    network.cut()
    context.set_offline(True)
    page.goto("example.jp/setup/")
    search(page, "メールが送れない")
    page.locator(".md-search-result__link", has_text="送れない").first.click()
    page.wait_for_url("**/example.jp/trouble/send/**")
    page.goto("example.jp/trouble/errors/")
    page.locator(".mh-finder textarea").fill("535 authentication failed")
    page.locator(".mh-finder .mh-button").first.click()
    expect(page.locator(".mh-finder__list > li").first).to_be_visible()


def test_what_was_not_saved_is_told_and_one_press_removes_it(context: BrowserContext) -> None:
    page = context.new_page()
    save(page, "example.jp/")
    assert page.evaluate("caches.keys()") == ["mailhelp /example.jp/"]
    context.set_offline(True)
    page.goto("salon.example/")
    expect(page.locator("h1")).to_have_text("ネットワークにつながりません")
    context.set_offline(False)
    page.goto("example.jp/")
    page.locator(SAVE, has_text="保存したものを消す").click()
    expect(page.locator("[data-save] [role=status]")).to_contain_text("消しました")
    assert page.evaluate("caches.keys()") == []
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0


def test_a_saved_page_is_renewed_when_it_is_read_with_a_network(context: BrowserContext) -> None:
    page = context.new_page()
    save(page, "example.jp/")
    page.evaluate(
        "async () => (await caches.open('mailhelp /example.jp/')).put(new URL('news/', location), new Response('old'))"
    )
    page.goto("example.jp/news/")
    expect(page.locator("article h1")).to_be_visible()
    page.wait_for_function(
        "async () => { const saved = await (await caches.open('mailhelp /example.jp/')).match(location.href);"
        " return (await saved.text()).includes('<article'); }"
    )


def test_nothing_is_kept_without_the_press_or_after_a_failure(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("example.jp/")
    page.goto("example.jp/setup/")
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0
    assert page.evaluate("caches.keys()") == []
    page.goto("example.jp/")
    page.route("**/contact/", lambda route: route.abort())
    page.locator(SAVE, has_text="このヘルプを保存する").click()
    expect(page.locator("[data-save] [role=status]")).to_contain_text("保存できませんでした", timeout=60_000)
    assert page.evaluate("caches.keys()") == []
