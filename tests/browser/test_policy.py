"""The Content-Security-Policy holds on every page: nothing that the pages do breaks it, and what it forbids is stopped."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from selectolax.lexbor import LexborHTMLParser

pytestmark = pytest.mark.browser
WATCH = "window.violations = []; document.addEventListener('securitypolicyviolation', e => window.violations.push(e.violatedDirective + ' ' + e.blockedURI));"


def violations(page: Page) -> list[str]:
    found: list[str] = page.evaluate("window.violations")
    return found


def test_every_page_has_the_policy_and_no_inline_script_or_handler(built_site: Path) -> None:
    for path in (built_site / "example.jp").rglob("*.html"):
        tree = LexborHTMLParser(path.read_text(encoding="utf-8"))
        policy = tree.css_first('meta[http-equiv="Content-Security-Policy"]')
        assert policy is not None, path
        content = policy.attributes["content"] or ""
        assert "script-src 'self';" in content
        assert "unsafe" not in content
        assert "http" not in content
        for script in tree.css("script"):
            assert script.attributes.get("src") or script.attributes.get("type") == "application/json", (
                path,
                script.html,
            )
        for node in tree.css("*"):
            names = set(node.attributes)
            assert not {n for n in names if n.startswith("on")}, (path, node.html)
            assert "style" not in names, (path, node.html)


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_on_the_pages_breaks_the_policy(width: int, chromium: Browser, site_url: str, built_site: Path) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 900})
    context.add_init_script(WATCH)
    page = context.new_page()
    for path in sorted((built_site / "example.jp").rglob("index.html")):
        page.goto(f"{site_url}{path.relative_to(built_site).parent.as_posix()}/")
        page.wait_for_function("document.body.dataset.mdColorScheme")
        assert violations(page) == [], path
    if width < 960:
        page.locator("button[data-for=__search]").click()
    page.locator("input.md-search__input").press_sequentially("Thunderbird", delay=20)
    page.locator(".md-search-result__link").first.wait_for(timeout=30_000)
    assert violations(page) == []
    context.close()


def test_the_policy_stops_what_it_forbids(chromium: Browser, site_url: str) -> None:
    context = chromium.new_context()
    context.add_init_script(WATCH)
    page = context.new_page()
    page.goto(f"{site_url}example.jp/")
    page.evaluate(
        "const s = document.createElement('script'); s.textContent = 'window.pwned = 1'; document.body.append(s)"
    )
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.pwned = 1\"><style>body{color:red}</style>')"
    )
    page.evaluate("fetch('https://evil.example/').catch(() => 0)")
    page.wait_for_function("window.violations.length >= 3")
    assert page.evaluate("window.pwned") is None
    context.close()


def test_the_chosen_scheme_is_kept(chromium: Browser, site_url: str) -> None:
    context = chromium.new_context(color_scheme="light")
    page = context.new_page()
    page.goto(f"{site_url}example.jp/")
    # 端末に合わせる -> 明るい -> 暗い
    for _ in range(2):
        page.locator("form[data-md-component=palette] button:not([hidden])").click()
    assert page.locator("body").get_attribute("data-md-color-scheme") == "slate"
    page.goto(f"{site_url}example.jp/setup/")
    assert page.locator("body").get_attribute("data-md-color-scheme") == "slate"
    context.close()
