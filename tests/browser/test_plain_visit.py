"""With scripts off the settings are all there; with a telephone and a code, two actions reach the section."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect
from visitors import Watched

from macros import codes
from macros.domain import MailDomain

pytestmark = pytest.mark.browser
DEFAULT = "loytem.com"
CODE = codes.by_heading()["setup/thunderbird.md", "automatic"]


def folder(name: str) -> str:
    """Where a domain's copy opens from the root, which is the default domain's own."""
    return "" if name == DEFAULT else f"{name}/"


def enter(page: Page, address: str) -> None:
    if page.locator(".mh-who summary").count() and not page.locator("#mh-address").is_visible():
        page.locator(".mh-who summary").click()
    page.locator("#mh-address").fill(address)
    page.locator("#mh-address").press("Enter")


@pytest.mark.parametrize("size", [(390, 844), (1280, 900)], ids=["phone", "desktop"])
def test_a_setup_page_is_whole_without_scripts(
    chromium: Browser, site_url: str, domains: dict[str, MailDomain], size: tuple[int, int]
) -> None:
    context = chromium.new_context(
        java_script_enabled=False, base_url=site_url, viewport={"width": size[0], "height": size[1]}
    )
    page = context.new_page()
    mail = domains["salon.example"]
    page.goto("salon.example/setup/thunderbird/")
    expect(page.locator("#manual-imap")).to_be_visible()
    for server in mail.servers:
        table = page.locator(".mh-settings", has_text=server.hostname).first
        for value in (server.hostname, str(server.port)):
            expect(table.locator("code", has_text=value).first).to_be_visible()
    # Nothing stands there that only a script could press, and nothing is hidden until a script shows it.
    assert page.locator("article button").count() == 0
    hidden = page.eval_on_selector_all("article :is(p, li, td, h2, h3)", "all => all.filter(e => !e.checkVisibility({visibilityProperty: true, opacityProperty: true}) && !e.closest('details, figure[data-qr]')).map(e => e.outerHTML.slice(0, 100))")  # fmt: skip
    assert hidden == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    page.locator(".mh-back").click()
    page.wait_for_url("**/salon.example/setup/")
    context.close()


def test_two_actions_from_the_root_reach_every_domains_section(
    visitor: tuple[Page, Watched], domains: dict[str, MailDomain], site_url: str
) -> None:
    page, _ = visitor
    for name, mail in domains.items():
        page.goto("go/")  # the first action: the address that support says
        page.locator("#mh-go-domain").fill(f"info@{mail.domain}")
        page.locator("#mh-go-code").fill(CODE)
        page.locator("#mh-go-code").press("Enter")  # the second
        page.wait_for_url(f"{site_url}{folder(name)}setup/thunderbird/#automatic")
        expect(page.locator("#automatic")).to_be_in_viewport()


def test_support_has_every_domains_link_in_two_actions(
    visitor: tuple[Page, Watched], domains: dict[str, MailDomain], site_url: str
) -> None:
    page, _ = visitor
    for name, mail in domains.items():
        page.goto("support/")
        page.evaluate("sessionStorage.clear()")  # another customer
        page.reload()
        enter(page, f"info@{mail.domain}")  # the first action
        page.wait_for_url(f"{site_url}{folder(name)}support/")
        page.locator("#mh-s-filter").fill(CODE)  # the second
        expect(page.locator("#mh-s-link")).to_have_value(f"{site_url}{folder(name)}setup/thunderbird/#automatic")
