"""The browser folds spellings exactly as the build does, and reads every character of the index."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page
from search import sets

from macros import codes
from macros.search import asked, index, synonyms, worker
from macros.search.normalise import normalise

pytestmark = pytest.mark.browser
PARTS = worker.BROWSER / "1-normalise.js"
#: Browsers and Python know different years of Unicode; what people type is older than both.
CHARACTERS = st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs", "Cn"])
JAPANESE = st.text(
    st.sampled_from("ぁあがゔゖっゃゎァアガヴヵヶッャヮー-‐―−─ｱｶﾞﾊﾟｯｰﾞﾟ\u3099\u309aか゚漢々〇aZＡ９ 　、。㍿㌔①½ﬁ")
)


@pytest.fixture(scope="module")
def folding(chromium: Browser) -> Any:
    page = chromium.new_page()
    page.evaluate(f"() => {{ {PARTS.read_text(encoding='utf-8')}; window.fold = fold; }}")
    yield page
    page.close()


def folded(page: Page, texts: list[str]) -> list[str]:
    found: list[str] = page.evaluate("texts => texts.map(text => fold(text))", texts)
    return found


def differences(page: Page, texts: list[str]) -> list[tuple[str, str, str]]:
    pairs = zip(texts, folded(page, texts), strict=True)
    return [(text, normalise(text), theirs) for text, theirs in pairs if normalise(text) != theirs]


def test_all_queries_headings_and_tables_are_folded_alike(folding: Page) -> None:
    texts = [q.text for q in sets.queries()] + sets.out_of_scope() + [s.title for s in codes.sections()]
    texts += [word for group in synonyms.read() for word in group]
    texts += [word for words in asked.read().values() for word in words]
    assert len(texts) > 1000
    assert differences(folding, texts) == []


@settings(max_examples=300)
@given(st.lists(JAPANESE | st.text(CHARACTERS), min_size=1, max_size=20))
def test_any_text_is_folded_alike(folding: Page, texts: list[str]) -> None:
    assert differences(folding, texts) == []


def test_a_browser_reads_every_character_of_the_index(folding: Page) -> None:
    text = "".join(c for n in range(0x20, 0x10000) if unicodedata.category(c := chr(n)) not in ("Cs", "Co", "Cn"))
    data = index.written({"sections": text})
    read = folding.evaluate(
        "bytes => JSON.parse(new TextDecoder('shift_jis').decode(new Uint8Array(bytes))).sections", list(data)
    )
    assert read == text
