"""The search in a real browser: typed into the theme's own box on a domain's copy, on a desk and on a phone."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from visitors import Watched

from macros import codes
from macros.domain import MailDomain

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]


def asked(page: Page, query: str) -> None:
    """Open the search and have ``query`` in its box, as an input method would leave it."""
    if page.viewport_size and page.viewport_size["width"] < 960:
        page.locator("button[data-for=__search]").click()
    box = page.locator("input.md-search__input")
    box.click()
    box.fill(query)
    # The theme listens to keys; an input method ends with one.
    box.press("Shift")


def first(page: Page) -> str:
    """Where the first result leads, from the root of the copy."""
    link = page.locator(".md-search-result__item").first.locator("a").first
    expect(link).to_be_visible(timeout=30_000)
    href = link.get_attribute("href") or ""
    return href.split("/salon.example/")[1].split("?")[0]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("送れない", "trouble/send/"),
        ("とどかない", "trouble/receive/"),
        ("サンダバード 設定", "setup/thunderbird/"),
        ("ﾊﾟｽﾜｰﾄﾞ", "trouble/password/"),
        ("iphone", "setup/iphone/"),
        ("ipohne", "setup/iphone/"),
    ],
)
def test_what_customers_type_finds_the_page(visitor: tuple[Page, Watched], query: str, wanted: str) -> None:
    page, _ = visitor
    page.goto("salon.example/")
    asked(page, query)
    assert first(page) == wanted


def test_a_code_in_any_spelling_comes_first(visitor: tuple[Page, Watched]) -> None:
    page, _ = visitor
    code = codes.by_heading()["setup/thunderbird.md", "automatic"]
    for typed in (code, code.lower().replace("-", ""), code.translate({ord(c): ord(c) + 0xFEE0 for c in code})):
        page.goto("salon.example/")
        asked(page, typed)
        best = page.locator(".md-search-result__item").first.locator('a[href*="#automatic"]').first
        expect(best).to_be_visible(timeout=30_000)
        assert "/setup/thunderbird/" in (best.get_attribute("href") or "")


def test_the_domains_own_host_name_finds_its_settings(
    visitor: tuple[Page, Watched], domains: dict[str, MailDomain]
) -> None:
    page, _ = visitor
    page.goto("salon.example/")
    hostname = domains["salon.example"].incoming_servers[0].hostname
    asked(page, hostname)
    assert first(page) == "setup/settings/"
    page.keyboard.press("Enter")
    page.wait_for_url("**/salon.example/setup/settings/**")
    assert hostname in page.locator("article").inner_text()


def test_the_found_words_are_marked_on_the_page(visitor: tuple[Page, Watched]) -> None:
    page, _ = visitor
    page.goto("salon.example/")
    asked(page, "証明書")
    first(page)
    page.locator(".md-search-result__item a").first.click()
    page.wait_for_url("**/trouble/certificate/**")
    expect(page.locator("article mark[data-md-highlight]").first).to_be_attached(timeout=30_000)


@pytest.mark.parametrize("query", ["駐車場", "料金", "りょうきん", "asdfgh"])
def test_what_the_site_does_not_cover_is_said(visitor: tuple[Page, Watched], query: str) -> None:
    page, _ = visitor
    page.goto("salon.example/")
    asked(page, query)
    expect(page.locator(".md-search-result__item").first.locator(".mh-weak")).to_be_visible(timeout=30_000)
    # What is near is marked, every page of it; then comes who is asked.
    unmarked = page.locator(".md-search-result__item", has_not=page.locator(".mh-weak"))
    expect(unmarked).to_have_count(1)
    expect(unmarked.locator('a[href*="trouble/errors/"]')).to_be_visible()
    expect(page.get_by_text("ぴったりのページがありません")).to_be_visible()


def test_an_arrow_and_enter_open_a_result(visitor: tuple[Page, Watched]) -> None:
    page, _ = visitor
    page.goto("salon.example/")
    asked(page, "届かない")
    first(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/trouble/receive/**")


def test_markup_in_a_query_stays_text(visitor: tuple[Page, Watched]) -> None:
    page, _ = visitor
    page.on("dialog", lambda dialog: pytest.fail("a script of the query ran"))
    for query in ("<img src=x onerror=alert(1)> パスワード", '"><svg onload=alert(1)>設定', "<mark>送信</mark>"):
        page.goto("salon.example/")
        asked(page, query)
        expect(page.locator(".md-search-result__item").first).to_be_visible(timeout=30_000)
        assert page.locator(".md-search-result__list :is(img, script, svg[onload])").count() == 0


def test_only_the_newest_of_waiting_queries_is_answered() -> None:
    script = """
const fs = require("fs"), folder = process.argv[1] + "/macros/search/browser/";
const source = fs.readdirSync(folder).sort().map((f) => fs.readFileSync(folder + f, "utf8")).join("\\n");
let hear, sent = [];
const run = new Function("addEventListener", "postMessage", source + "; index = {}; answer = (text) => ({ items: [text] });");
run((_, listener) => (hear = listener), (message) => sent.push(message));
for (const text of ["せ", "せっ", "せって", "せってい"]) hear({ data: { type: 2, data: text } });
setTimeout(() => console.log(JSON.stringify(sent)), 50);
"""
    done = subprocess.run(["node", "-e", script, str(ROOT)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == '[{"type":3,"data":{"items":["せってい"]}}]'
