"""The quota planner against values worked out by hand, for mailboxes of different sizes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect
from visitors import Watched

pytestmark = pytest.mark.browser
SMALL, LARGE, IMAP_ONLY = "example.jp", "salon.example", "imap.example"  # 1 GB, 5 GB, 1 GB


def plan(page: Page, mails: str, size: str, unit: str, days: str) -> str:
    page.locator("#mh-q-mails").fill(mails)
    page.locator("#mh-q-size").fill(size)
    page.locator("#mh-q-unit").select_option(unit)
    page.locator("#mh-q-days").fill(days)
    page.locator(".mh-quota button").click()
    return page.locator("#mh-q-answer").inner_text()


# 50 × 300 kB = 15 MB a day; 1 GB / 15 MB = 66.7 days; 80 % of 66 days = 52.8.
# 100 × 2 MB = 200 MB a day: 1 GB in 5 days (80 %: 4), 5 GB in 25 (80 %: 20).
BY_HAND = [
    (SMALL, ("50", "300", "KB", "14"), ["210 MB", "1 GBの約21%", "いっぱいになりません"]),
    (SMALL, ("50", "300", "KB", "60"), ["900 MB", "約90%", "余裕がありません"]),
    (SMALL, ("50", "300", "KB", "67"), ["約66日で、1 GBがいっぱい", "52日以下"]),
    (SMALL, ("50", "300", "KB", ""), ["約66日で", "52日以下"]),
    (SMALL, ("100", "2", "MB", "14"), ["約5日で", "4日以下"]),
    (LARGE, ("100", "2", "MB", "14"), ["2.8 GB", "5 GBの約56%", "いっぱいになりません"]),
    (LARGE, ("100", "2", "MB", "30"), ["約25日で、5 GBがいっぱい", "20日以下"]),
    (LARGE, ("１００", "2.0", "MB", "２５"), ["5 GB", "約100%", "余裕がありません"]),
    (SMALL, ("1", "10", "KB", "1"), ["10 KB", "1%未満"]),
    (SMALL, ("1000", "2", "MB", "14"), ["1日もたたずに", "添付ファイルを減らして"]),
    (IMAP_ONLY, ("20", "50", "KB", ""), ["約1,000日で"]),
]


@pytest.mark.parametrize(("domain", "typed", "said"), BY_HAND)
def test_as_worked_out_by_hand(
    visitor: tuple[Page, Watched], domain: str, typed: tuple[str, str, str, str], said: list[str]
) -> None:
    page, _ = visitor
    page.goto(f"{domain}/overview/quota/")
    answer = plan(page, *typed)
    for words in said:
        assert words in answer


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (("", "300", "KB", "14"), "mails"),
        (("0", "300", "KB", "14"), "mails"),
        (("-5", "300", "KB", "14"), "mails"),
        (("50", "<b>1</b>", "KB", "14"), "size"),
        (("50", "1e9", "KB", "14"), "size"),
        (("50", "300", "KB", "1.5"), "days"),
        (("50", "300", "KB", "99999"), "days"),
    ],
)
def test_what_is_no_number_is_refused_at_its_field(
    visitor: tuple[Page, Watched], typed: tuple[str, str, str, str], field: str
) -> None:
    page, _ = visitor
    page.goto(f"{SMALL}/overview/quota/")
    assert "数を入れてください" in plan(page, *typed)
    wrong = page.locator(f"#mh-q-{field}")
    assert wrong.get_attribute("aria-invalid") == "true"
    expect(wrong).to_be_focused()
    assert page.locator(".mh-quota [aria-invalid]").count() == 1


def test_starts_with_the_domains_own_days_and_works_with_the_keyboard(visitor: tuple[Page, Watched]) -> None:
    page, watched = visitor
    page.goto(f"{SMALL}/overview/quota/", wait_until="networkidle")
    before = len(watched.requests)
    page.get_by_label("1日に届く通数").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("サーバーに残す日数")).to_have_value("14")
    expect(page.locator("#mh-q-answer")).to_contain_text("約21%")
    assert watched.told(since=before) == []
    page.goto(f"{IMAP_ONLY}/overview/quota/")
    expect(page.get_by_label("サーバーに残す日数")).to_have_value("")


def test_formula_and_table_are_there_without_scripts(chromium: Browser, site_url: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site_url}{LARGE}/overview/quota/")
    assert page.locator(".mh-quota").count() == 0
    text = page.locator("article").inner_text()
    assert "1日の通数 × 1通の大きさ × 残す日数" in text
    assert "お使いの容量 5 GB と比べます" in text
    for row in page.locator("#planner ~ .md-typeset__table tbody tr, #planner ~ table tbody tr").all()[:5]:
        mails, size, days, used = (
            float(cell.split("(")[0].rstrip("通日 KMB").replace(",", ""))
            for cell in row.locator("td").all_inner_texts()
        )
        assert mails * size * days / 1000 == used
    context.close()
