"""「あなたの設定」: the address typed once opens the own copy and fills every page of the session, and never leaves it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from visitors import Watched, wait_copied

from macros.checks import ACCOUNT_WORD

pytestmark = pytest.mark.browser
SECRET = "himitsu.no-hito"
HOSTILE = [
    "<img src=x onerror=alert(1)>@example.jp",
    '"><script>alert(1)</script>@example.jp',
    "javascript:alert(1)@example.jp",
    "a@example.jp/../../evil",
    "a@example.jp?x=<svg onload=alert(1)>",
    "a@//evil.invalid/",
    "a@\\evil.invalid",
    "a@evil.invalid:8080",
    "a@example.jp#<script>alert(1)</script>",
    "a@..",
    "a@../example.jp",
    "a@[::1]",
    "a@127.0.0.1",
    "a@%65xample.jp",
    "a b<c>@example.jp",
    "{{7*7}}<b>@example.jp",
    "\u202emoc.live@example.jp<",
    "a" * 100_000 + "@example.jp",
    "@",
    "@@@",
    "a@" + "b." * 200 + "jp",
    "constructor",
    "a@__proto__",
]


def enter(page: Page, address: str) -> None:
    summary = page.locator(".mh-who summary")
    if summary.count() and not page.locator("#mh-address").is_visible():
        summary.click()
    page.locator("#mh-address").fill(address)
    page.locator(".mh-who__form button").click()


def status(page: Page) -> str:
    expect(page.locator(".mh-who__status")).not_to_have_text("")
    expect(page.locator(".mh-who__status")).not_to_have_text("探しています…")
    return page.locator(".mh-who__status").inner_text()


def accounts(page: Page) -> list[str]:
    return page.locator("[data-account]").all_inner_texts()


def test_the_domain_opens_the_own_copy_of_the_same_page_and_section(visitor: tuple[Page, Watched]) -> None:
    page, _ = visitor
    page.goto("setup/thunderbird/#manual-imap")
    enter(page, f"{SECRET}@salon.example")
    page.wait_for_url("**/salon.example/setup/thunderbird/#manual-imap")
    found = accounts(page)
    assert found
    assert all(SECRET in text for text in found)
    assert ACCOUNT_WORD not in "".join(found)
    page.goto("salon.example/setup/settings/")
    assert all(SECRET in text for text in accounts(page))
    assert page.locator('.mh-glance [data-account="address"]').inner_text() == f"{SECRET}@salon.example"
    expect(page.locator(".mh-who__status b")).to_have_text(f"{SECRET}@salon.example")


def test_nothing_that_is_sent_holds_the_part_before_the_at(visitor: tuple[Page, Watched]) -> None:
    page, watched = visitor
    page.goto("example.jp/setup/settings/#smtp")
    enter(page, f"{SECRET}@nowhere.example")
    assert "見つかりませんでした" in status(page)
    enter(page, f"{SECRET}@salon.example")
    page.wait_for_url("**/salon.example/setup/settings/#smtp")
    page.goto("salon.example/contact/")
    page.locator("a.mh-back").first.click()
    page.wait_for_url("**/salon.example/")
    assert all(SECRET in text for text in accounts(page))
    everything = watched.sent()
    assert len(watched.requests) > 20
    # The check sees what is sent: the domain is part of an address, and pages name each other as referrers.
    assert "/nowhere.example/" in everything
    assert "'referer'" in everything
    assert "himitsu" not in everything.lower()
    assert page.evaluate("document.cookie + JSON.stringify(localStorage) + location.href").find("himitsu") == -1


def test_copied_user_names_are_complete(visitor: tuple[Page, Watched]) -> None:
    page, _ = visitor
    page.goto("example.jp/setup/settings/")
    name = page.locator(".mh-settings [data-field=username]").first
    assert name.locator("+ .mh-copy").count() == 0
    enter(page, "info@example.jp")
    expect(page.locator(".mh-who__status b")).to_have_text("info@example.jp")
    name.locator("+ .mh-copy").click()
    wait_copied(page, "info@example.jp")


@pytest.mark.parametrize(("domain", "wanted"), [("starttls.example", "mise"), ("lan.example", "mise+lan.example")])
def test_every_form_of_user_name_is_filled(visitor: tuple[Page, Watched], domain: str, wanted: str) -> None:
    page, _ = visitor
    page.goto(f"{domain}/setup/settings/")
    enter(page, f"mise@{domain}")
    assert wanted in page.locator(".mh-settings [data-field=username]").all_inner_texts()


def test_an_address_is_understood_however_it_is_typed(visitor: tuple[Page, Watched]) -> None:
    page, _ = visitor
    for typed in (
        "mise@お花屋.example",
        " MISE@お花屋.EXAMPLE ",
        "mise@お花屋。example",
        "mailto:mise@xn--t8jw83ktcy.example",
    ):
        page.goto("setup/sheet/")
        enter(page, typed)
        page.wait_for_url("**/xn--*.example/setup/sheet/")
        assert "mise" in "".join(accounts(page)).lower()
        assert "お花屋.example" in page.locator(".mh-who__status b").inner_text()
        page.locator(".mh-who button", has_text="忘れる").click()


def test_one_press_forgets(visitor: tuple[Page, Watched]) -> None:
    page, _ = visitor
    page.goto("example.jp/setup/settings/")
    before = accounts(page)
    enter(page, "mise@example.jp")
    assert accounts(page) != before
    page.goto("example.jp/setup/thunderbird/")
    page.locator(".mh-who button", has_text="忘れる").click()
    assert "mise" not in "".join(accounts(page))
    assert page.evaluate("JSON.stringify(sessionStorage)").find("mise") == -1
    page.go_back()
    expect(page.locator(".mh-who summary")).to_be_visible()
    assert accounts(page) == before


def test_another_domains_copy_is_not_filled_and_leads_home(visitor: tuple[Page, Watched]) -> None:
    page, _ = visitor
    page.goto("example.jp/setup/settings/")
    enter(page, "mise@example.jp")
    page.goto("salon.example/setup/settings/#smtp")
    assert "mise" not in "".join(accounts(page))
    page.locator(".mh-who a").click()
    page.wait_for_url("**/example.jp/setup/settings/#smtp")


def test_a_domain_without_a_copy_is_told(visitor: tuple[Page, Watched]) -> None:
    page, _ = visitor
    page.goto("setup/settings/")
    for name in ("nowhere.example", "index.html", "sitemap.xml", "setup.jp"):
        enter(page, f"mise@{name}")
        expect(page.locator(".mh-who__status")).to_contain_text(f"{name} のヘルプは見つかりませんでした")
        assert page.url.endswith("/setup/settings/")
        assert page.evaluate("sessionStorage.length") == 0


def test_hostile_input_does_nothing(visitor: tuple[Page, Watched]) -> None:
    page, watched = visitor
    page.goto("example.jp/setup/settings/", wait_until="networkidle")
    before, scripts, requests = accounts(page), page.locator("script").count(), len(watched.requests)
    for typed in HOSTILE:
        page.locator(".mh-who__status").evaluate("element => { element.textContent = '' }")
        enter(page, typed)
        assert "確かめてください" in status(page), typed[:80]
        assert (accounts(page), page.locator("script").count()) == (before, scripts), typed[:80]
        assert page.url.endswith("/example.jp/setup/settings/"), typed[:80]
    assert watched.told(since=requests) == []


def test_a_spoiled_memory_is_ignored(visitor: tuple[Page, Watched]) -> None:
    page, _ = visitor
    page.goto("example.jp/setup/settings/")
    before = accounts(page)
    for stored in ("<b>x</b>@example.jp", "a@example.jp/../x", "\x00", '{"account":"x"}'):
        page.evaluate("value => sessionStorage.setItem('mailhelp.account', value)", stored)
        page.reload()
        assert accounts(page) == before, stored


def test_the_form_is_used_by_keyboard_alone(visitor: tuple[Page, Watched]) -> None:
    page, _ = visitor
    page.goto("example.jp/setup/settings/")
    page.locator(".mh-who summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("mise@example.jp")
    page.keyboard.press("Enter")
    expect(page.locator(".mh-who__status")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert "mise" not in "".join(accounts(page))


def test_a_saved_copy_fills_in_and_says_what_it_cannot(chromium: Browser, built_site: Path, tmp_path: Path) -> None:
    shutil.copytree(built_site / "example.jp", tmp_path / "help")
    context = chromium.new_context()
    page = context.new_page()
    # Outside its folder of scripts the copy has the site's own beside it.
    if not (tmp_path / "help/assets").exists():
        shutil.copytree(built_site / "assets", tmp_path / "assets")
    page.goto((tmp_path / "help/setup/settings/index.html").as_uri())
    enter(page, "mise@salon.example")
    assert "保存したヘルプ" in status(page)
    enter(page, "mise@example.jp")
    assert "mise@example.jp" in accounts(page)
    context.close()


def test_without_scripts_nothing_is_missing(chromium: Browser, site_url: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site_url}example.jp/setup/settings/")
    assert f"{ACCOUNT_WORD}@example.jp" in accounts(page)
    assert page.locator(".mh-who").count() == 0
    assert page.locator("h2 small").first.is_visible()
    context.close()
