"""Codes said on the telephone lead to their section; support staff get a link, a QR code and a reply that fits."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect
from visitors import Watched

from macros import codes
from macros.domain import MailDomain
from macros.search import index

pytestmark = pytest.mark.browser


def anywhere(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text))


CODE = codes.by_heading()["setup/thunderbird.md", "automatic"]


def test_a_code_leads_to_its_section_in_two_actions(visitor: tuple[Page, Watched]) -> None:
    page, _ = visitor
    page.goto("salon.example/go/")  # the first action
    page.locator("#mh-go-code").fill(CODE)
    page.keyboard.press("Enter")  # the second
    page.wait_for_url("**/salon.example/setup/thunderbird/#automatic")
    heading = page.locator("#automatic")
    expect(heading).to_be_in_viewport()
    assert heading.locator("small").inner_text() == CODE


def test_code_and_domain_lead_to_the_domains_own_copy(visitor: tuple[Page, Watched]) -> None:
    page, _ = visitor
    letter, number = CODE.split("-")
    for typed, domain in (
        (CODE, "salon.example"),
        (f" {letter.lower()}{number} ", "mise@salon.example"),
        (f"{letter}ー{number}".translate({ord("A"): "A"}), "SALON.example"),
    ):
        page.goto("go/")
        page.locator("#mh-go-code").fill(typed)
        page.locator("#mh-go-domain").fill(domain)
        page.locator("[data-go] button").click()
        page.wait_for_url("**/salon.example/setup/thunderbird/#automatic")


@pytest.mark.parametrize("query", [f"?{CODE}", f"?code={CODE.lower()}&domain=salon.example", f"?code={CODE}"])
def test_a_link_with_the_code_opens_at_once(visitor: tuple[Page, Watched], query: str) -> None:
    page, _ = visitor
    page.goto(f"salon.example/go/{query}")
    page.wait_for_url("**/salon.example/setup/thunderbird/#automatic")


def test_wrong_and_hostile_codes_are_told_and_go_nowhere(visitor: tuple[Page, Watched]) -> None:
    page, _ = visitor
    for query in (
        "?Z-99",
        "?A-0",
        "?code=%3Cimg%20src=x%20onerror=alert(1)%3E",
        "?javascript:alert(1)",
        "?%E0%A4%A",
        "?code=A-1&domain=//evil.invalid/",
        "?code=A-1&domain=evil.invalid%3A80",
        "?code=A-1&domain=nowhere.example",
        "?__proto__",
    ):
        page.goto(f"example.jp/go/{query}")
        expect(page.locator("[data-go] [role=status]")).to_contain_text("。")
        assert "/example.jp/go/" in page.url, query
        assert page.locator("[data-go] img").count() == 0


def test_every_code_opens_a_page_that_exists(chromium: Browser, site_url: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site_url}go/")
    links = page.locator(".mh-codes a").evaluate_all("links => links.map(a => a.href)")
    assert len(links) > 300
    for address in sorted({link.partition("#")[0] for link in links}):
        assert context.request.get(address).ok, address
    context.close()


def test_a_section_that_has_moved_is_found_by_its_old_link(visitor: tuple[Page, Watched]) -> None:
    page, _ = visitor

    def with_moved(route: Route) -> None:
        body = route.fetch().text()
        line = '<ul hidden><li><a data-moved="setup/settings/#former" href=../setup/thunderbird/#automatic></a></ul>'
        route.fulfill(body=body.replace("</article>", f"{line}</article>", 1), content_type="text/html")

    page.route("**/salon.example/go/", with_moved)
    page.goto("salon.example/setup/settings/#former")
    page.wait_for_url("**/salon.example/setup/thunderbird/#automatic")
    page.goto("salon.example/setup/settings/#never-was")
    page.wait_for_load_state("networkidle")
    assert page.url.endswith("/salon.example/setup/settings/#never-was")


def test_staff_get_link_picture_and_reply(
    visitor: tuple[Page, Watched], domains: dict[str, MailDomain], tmp_path: Path
) -> None:
    page, _ = visitor
    mail = domains["salon.example"]
    page.goto("support/")
    page.locator("#mh-address").fill("mise@salon.example")
    page.locator(".mh-who__form button").click()
    page.wait_for_url("**/salon.example/support/")
    page.locator("#mh-s-situation").select_option("settings")
    reply = page.locator("#mh-s-reply")
    expect(reply).to_have_value(anywhere(mail.incoming_servers[0].hostname))
    page.locator("#mh-s-filter").fill(CODE.lower())
    expect(page.locator("#mh-s-link")).to_have_value(anywhere("salon.example/setup/thunderbird/#automatic"))
    link = page.locator("#mh-s-link").input_value()
    text = reply.input_value()
    for wanted in (link, CODE, mail.support.phone, mail.support.company, "mise@salon.example", "993"):
        assert wanted in text, wanted
    assert "example.jp" not in text
    picture = page.locator("[data-support] .mh-qr svg")
    expect(picture).to_be_visible()
    picture.scroll_into_view_if_needed()
    picture.screenshot(path=tmp_path / "qr.png")
    assert [code.text for code in zxingcpp.read_barcodes(Image.open(tmp_path / "qr.png"))] == [link]
    page.locator("[data-support] button", has_text="返信をコピー").click()
    expect(page.locator("[data-support] [role=status]")).to_have_text("コピーしました。")
    assert page.evaluate("navigator.clipboard.readText()").replace("\r\n", "\n") == text


def test_sections_are_there_when_the_fields_are(visitor: tuple[Page, Watched]) -> None:
    page, _ = visitor
    page.goto("salon.example/support/", wait_until="commit")
    field, link = page.locator("#mh-s-filter"), page.locator("#mh-s-link")
    field.fill(CODE)  # as soon as there is a field
    expect(link).to_have_value(anywhere("salon.example/setup/thunderbird/#automatic"))
    expect(field).to_have_value(CODE)


def test_staff_are_not_told_that_an_error_of_the_list_is_missing(visitor: tuple[Page, Watched]) -> None:
    page, _ = visitor
    page.goto("salon.example/support/", wait_until="networkidle")
    page.locator("#mh-s-filter").fill(codes.by_heading()["trouble/errors.md", "ios"])
    page.wait_for_load_state("networkidle")
    expect(page.locator("#mh-s-link")).to_have_value(anywhere("salon.example/trouble/errors/#ios"))
    expect(page.locator("[data-support] [role=status]")).to_have_text("")


def test_staff_are_told_of_a_section_that_this_domain_lacks(visitor: tuple[Page, Watched]) -> None:
    page, _ = visitor
    code = codes.by_heading()["setup/thunderbird.md", "manual-pop3"]
    for domain, told in (("imap.example", True), ("pop.example", False)):
        page.goto(f"{domain}/support/", wait_until="networkidle")
        page.locator("#mh-s-filter").fill(code)
        page.wait_for_load_state("networkidle")
        note = page.locator("[data-support] [role=status]")
        if told:
            expect(note).to_contain_text("開いているドメインのヘルプにはありません")
        else:
            expect(note).to_have_text("")


def test_the_staff_page_is_for_those_who_know_it(chromium: Browser, site_url: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    for path in ("support/", "go/"):
        page.goto(site_url + path)
        assert page.locator("meta[name=robots]").get_attribute("content") == "noindex"
    page.goto(site_url)
    assert page.locator('a[href*="support/"]').count() == 0
    own = json.loads(context.request.get(f"{site_url}search/search_index.json").text())
    assert own["docs"] == []
    found = index.read(context.request.get(f"{site_url}assets/search/{own['config']['help']['index']}").body())
    pages = [line.split("\t")[0] for line in found["sections"].splitlines() if not line.startswith("#")]
    assert "contact/" in pages
    assert [page for page in pages if page.startswith(("support", "go/"))] == []
    page.goto(f"{site_url}salon.example/support/")
    page.locator("[data-reply=settings] summary").click()
    assert "salon.example" in page.locator("[data-reply=settings] p").inner_text()
    context.close()
