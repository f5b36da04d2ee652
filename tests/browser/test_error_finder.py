"""「エラー文から探す」: every text that a program shows finds its own entry, other texts get no confident answer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from visitors import Watched

from macros import components

pytestmark = pytest.mark.browser
ERRORS: list[dict[str, Any]] = components.table("errors.yaml")["errors"]
TEXTS = [(f"e-{entry['id']}", text["text"]) for entry in ERRORS for text in entry["texts"]]
PAGE = "salon.example/trouble/errors/"
FILLINGS = ["mail.salon.example", "info@salon.example", "192.0.2.7", "info"]
# Asks the page for many texts in one go, each through the box itself.
ASK = """texts => texts.map(text => {
  const box = document.querySelector('#mh-error-text')
  box.value = text
  box.dispatchEvent(new Event('input', {bubbles: true}))
  return [box.form.dataset.answer, [...document.querySelectorAll('.mh-found')].map(found => found.dataset.entry)]
})"""
UNRELATED = """今日はとてもよい天気です
請求書を来週までに送ってください
ご予約ありがとうございます。スタッフ一同お待ちしております。
カットとカラーで12000円です
本日のおすすめは季節の花束です
プリンターの紙が詰まりました
テレビのリモコンが動きません
Wordの文書が印刷できない
ExcelのVLOOKUPの使い方
画面が真っ暗で何も映らない
お電話が遠いようです
駐車場は何台ありますか
営業時間を教えてください
会員カードを紛失しました
ポイントの有効期限はいつまでですか
スタンプカードがいっぱいになりました
エアコンの調子が悪い
The quick brown fox jumps over the lazy dog
Lorem ipsum dolor sit amet, consectetur adipiscing elit
Your package has been shipped and will arrive tomorrow
How do I bake sourdough bread at home?
Segmentation fault (core dumped)
TypeError: undefined is not a function
404 Not Found
Printer out of paper
Windows Updateに失敗しました 0x80070643
ディスクの空き容量が足りないため写真を保存できません
キーボードの文字が打てません
音が出ないのですがどうすればいいですか
パスポートの更新手続き
郵便番号がわからない
宅配便の再配達をお願いします
新しい制服の注文について
忘年会のお知らせ
ありがとうございました
設定
メール
error
12345
<script>alert(1)</script>""".splitlines()
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "{{7*7}}",
    "\x00\u202e" * 50,
    "あ" * 100_000,
    "(((((((((((a+)+",
]


def key(text: str) -> str:
    return re.sub(r"\W|_|ー", "", unicodedata.normalize("NFKC", text).lower())


def fill(text: str) -> str:
    for filling in FILLINGS * 3:
        text = text.replace("{}", filling, 1)
    return text


def full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def half(text: str, second: bool) -> str:
    middle = len(text) // 2
    return text[middle:] if second else text[:middle]


def ask(page: Page, texts: list[str]) -> list[tuple[str, list[str]]]:
    page.goto(PAGE)
    return [(answer, found) for answer, found in page.evaluate(ASK, texts)]


VARIANTS: dict[str, Callable[[str], str]] = {
    "exact": lambda text: text.replace("{}", "○○"),
    "filled": fill,
    "full-width": lambda text: full_width(text.replace("{}", "○○")),
    "in a mail": lambda text: f"お世話になっております。次の文が出ました。\n『{fill(text)}』\nよろしくお願いします。",
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_text_finds_its_own_entry_first(visitor: tuple[Page, Watched], variant: str) -> None:
    page, _ = visitor
    same = {entry: {key(t) for e, t in TEXTS if e == entry} for entry, _ in TEXTS}
    answers = ask(page, [VARIANTS[variant](text) for _, text in TEXTS])
    assert len(TEXTS) > 300
    wrong = [
        (entry, text, answer, found[:2])
        for (entry, text), (answer, found) in zip(TEXTS, answers, strict=True)
        # The same words of two programs are two right answers.
        if answer != "sure" or not found or (found[0] != entry and key(text) not in same[found[0]])
    ]
    assert wrong == []


@pytest.mark.parametrize("second", [False, True], ids=["first half", "second half"])
def test_half_of_a_text_nearly_always_finds_its_entry_first(visitor: tuple[Page, Watched], second: bool) -> None:
    page, _ = visitor
    halves = [(entry, text, half(text.replace("{}", "○"), second)) for entry, text in TEXTS]
    answers = ask(page, [fill(part.replace("○", "{}")) for _, _, part in halves])
    wrong, counted = [], 0
    for (entry, _, part), (answer, found) in zip(halves, answers, strict=True):
        # A few letters or a name alone, and words that other entries have as well, are not this entry's.
        own = key(part.replace("○", ""))
        shared = {e for e, t in TEXTS if own in key(t.replace("{}", ""))} - {entry}
        if len(own) < (6 if own.isascii() is False else 12) or shared:
            continue
        counted += 1
        if answer != "sure" or found[:1] != [entry]:
            wrong.append((entry, part, answer, found[:2]))
    assert counted > 180
    # What is left are halves that say the same as another entry in slightly other words.
    assert len(wrong) <= counted * 0.05, wrong


def test_other_texts_get_no_confident_answer(visitor: tuple[Page, Watched]) -> None:
    page, _ = visitor
    assert len(UNRELATED) == 40
    answers = ask(page, UNRELATED)
    assert [text for text, (answer, _) in zip(UNRELATED, answers, strict=True) if answer != "unsure"] == []
    page.locator("#mh-error-text").fill(UNRELATED[0])
    expect(page.locator('.mh-finder a[href^="tel:"]')).to_be_visible()


def test_the_answer_says_cause_fix_and_what_to_tell(visitor: tuple[Page, Watched]) -> None:
    page, watched = visitor
    page.goto(PAGE, wait_until="networkidle")
    page.get_by_label("出たエラー文").fill("サーバー secret.salon.example との接続に失敗しました。")
    page.locator(".mh-finder button", has_text="探す").click()
    first = page.locator(".mh-found").first
    for head in ("原因", "直し方", "サポートに伝えること"):
        expect(first).to_contain_text(head)
    expect(page.locator(".mh-finder [role=status]")).to_contain_text("近いもの")
    first.locator("p a").first.click()
    assert page.url.endswith(f"#{first.get_attribute('data-entry')}")
    page.locator(".mh-finder button", has_text="消す").click()
    expect(page.locator(".mh-found")).to_have_count(0)
    assert "secret" not in watched.sent()
    assert "secret" not in page.url


def test_hostile_text_is_only_text(visitor: tuple[Page, Watched]) -> None:
    page, watched = visitor
    page.goto(PAGE, wait_until="networkidle")
    before = page.evaluate("[document.scripts.length, document.images.length]")
    for text in HOSTILE:
        page.evaluate(ASK, [text])
        assert page.evaluate("[document.scripts.length, document.images.length]") == before
    assert watched.errors == []


def test_the_list_is_there_without_scripts(chromium: Browser, site_url: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site_url}salon.example/trouble/errors/")
    assert page.locator("h4[id^='e-']").count() == page.locator(".mh-finder").count() == 0
    page.get_by_role("link", name="すべてのお客様に共通の一覧").click()
    assert page.url == f"{site_url}trouble/errors/"
    assert page.locator("h4[id^='e-']").count() == len(ERRORS)
    assert page.locator(".mh-finder").count() == 0
    context.close()
