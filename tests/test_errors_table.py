"""The catalogue of error texts: complete entries, true texts, links that lead somewhere, and its page."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import markdown
import pytest
from selectolax.lexbor import LexborHTMLParser
from thunderbird_strings import strings

from macros import components, view
from macros.components import errors_table
from macros.domain import MailDomain
from macros.errors import PageError

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = components.table("errors.yaml")
ERRORS: list[dict[str, Any]] = CATALOGUE["errors"]
PROGRAMS = sorted({e["program"] for e in ERRORS})
KEYS = {"id", "program", "group", "wording", "title", "texts", "cause", "fix", "page", "tell"}
LONGEST_SENTENCE = 75
ids = pytest.mark.parametrize("entry", ERRORS, ids=[e["id"] for e in ERRORS])


def shown(text: str) -> str:
    return text.replace(errors_table.VARIABLE, "○○")


@pytest.fixture(scope="module")
def pages(domains: dict[str, MailDomain]) -> dict[str, LexborHTMLParser]:
    """Program -> its part of the page, as the page's Markdown turns it into HTML."""
    draw = components.bound(view.view(domains["example.jp"]))["errors_table"]
    extensions = ["attr_list", "md_in_html", "tables", "toc"]
    return {p: LexborHTMLParser(markdown.markdown(draw(p), extensions=extensions)) for p in PROGRAMS}


@ids
def test_entries_are_complete(entry: dict[str, Any]) -> None:
    assert set(entry) == KEYS
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", entry["id"])
    assert entry["program"] in {"server", *components.table("programs.yaml")}
    assert entry["group"] in CATALOGUE["groups"]
    assert entry["wording"] in {"strings", "documents"}
    assert entry["texts"]
    for text in entry["texts"]:
        assert set(text) == {"text", "lang", "source"}
        assert text["lang"] in {"ja", "en", "code"}
        assert text["text"] == " ".join(text["text"].split())
        assert text["source"].strip()


@ids
def test_sentences_are_short_and_whole(entry: dict[str, Any]) -> None:
    for field in ("cause", "fix", "tell"):
        assert entry[field].endswith("。")
        assert max(map(len, entry[field].split("。"))) <= LONGEST_SENTENCE


def test_ids_are_unique() -> None:
    assert [i for i, count in Counter(e["id"] for e in ERRORS).items() if count > 1] == []


def test_a_text_leads_to_one_entry_of_its_program() -> None:
    where = Counter((p, t) for p, t, _ in {(e["program"], t["text"], e["id"]) for e in ERRORS for t in e["texts"]})
    assert [text for text, count in where.items() if count > 1] == []


@ids
def test_the_page_that_helps_has_the_section(entry: dict[str, Any]) -> None:
    page, _, anchor = entry["page"].partition("#")
    assert f"{{#{anchor}}}" in (ROOT / "docs" / page).read_text(encoding="utf-8")


def test_thunderbird_is_covered_for_every_situation() -> None:
    groups = Counter(e["group"] for e in ERRORS if e["program"] == "thunderbird")
    assert set(groups) == set(CATALOGUE["groups"])
    assert groups.total() >= 30


@ids
def test_thunderbirds_texts_are_its_own(entry: dict[str, Any]) -> None:
    if entry["program"] != "thunderbird":
        assert not any("localization/" in t["source"] for t in entry["texts"])
        return
    for text in entry["texts"]:
        file, _, key = text["source"].partition("#")
        assert strings(file)[key] == text["text"], text["source"]


def test_every_japanese_text_of_thunderbird_has_its_english() -> None:
    for entry in ERRORS:
        if entry["program"] == "thunderbird":
            assert Counter(t["lang"] for t in entry["texts"]).keys() == {"ja", "en"}, entry["id"]


@ids
def test_drawn_with_exact_text_and_stable_anchor(entry: dict[str, Any], pages: dict[str, LexborHTMLParser]) -> None:
    page = pages[entry["program"]]
    heading = page.css_first(f"h4#e-{entry['id']}")
    assert heading is not None
    assert heading.text() == entry["title"]
    texts = {li.text() for li in page.css(f"#e-{entry['id']} + ul > li, #e-{entry['id']} + ul + details li")}
    assert {shown(t["text"]) for t in entry["texts"]} == texts


@pytest.mark.parametrize("program", PROGRAMS)
def test_drawn_in_groups_with_links_and_nothing_left_over(program: str, pages: dict[str, LexborHTMLParser]) -> None:
    page = pages[program]
    entries = [e for e in ERRORS if e["program"] == program]
    groups = [g for g in CATALOGUE["groups"] if any(e["group"] == g for e in entries)]
    assert [h.id for h in page.css("h3")] == [errors_table.anchor(program, g) for g in groups]
    hrefs = [a.attributes["href"] or "" for a in page.css("a")]
    assert [h for h in hrefs if h.startswith("#")] == [f"#{errors_table.anchor(program, g)}" for g in groups]
    assert {e["page"].removeprefix("trouble/") for e in entries if e["page"].startswith("trouble/")} <= set(hrefs)
    assert {"../" + e["page"] for e in entries if not e["page"].startswith("trouble/")} <= set(hrefs)
    text = page.body.text() if page.body else ""
    assert not re.search(r"\[\[|\]\]|\{|\*\*", text)
    words = [CATALOGUE["words"][w] for w in ("cause", "fix", "tell")]
    assert [s.text() for s in page.css("li > strong")] == words * len(entries)


def test_texts_from_documents_are_called_so(pages: dict[str, LexborHTMLParser]) -> None:
    for program, page in pages.items():
        reported = any(e["wording"] == "documents" for e in ERRORS if e["program"] == program)
        assert (CATALOGUE["words"]["documents"] in (page.body.text() if page.body else "")) == reported


def test_labels_in_our_sentences_are_marked_up(pages: dict[str, LexborHTMLParser]) -> None:
    labels = {b.text() for b in pages["thunderbird"].css("b[data-ui=thunderbird]")}
    assert {"通常のパスワード認証", "なし"} <= labels


def test_texts_cannot_act_as_markup(domains: dict[str, MailDomain], monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = '<img src=x onerror=alert(1)> *a* _b_ [c](d) {} & "q" `e`'
    entry = ERRORS[0] | {"texts": [{"text": hostile, "lang": "ja", "source": "-"}]}
    monkeypatch.setattr(errors_table, "table", lambda name: CATALOGUE | {"errors": [entry]})
    drawn = components.bound(view.view(domains["example.jp"]))["errors_table"](entry["program"])
    page = LexborHTMLParser(markdown.markdown(drawn, extensions=["attr_list", "md_in_html"]))
    assert [li.text() for li in page.css("h4 + ul > li")] == [shown(hostile)]
    assert page.css("img, em, code, h4 + ul a") == []


def test_an_unknown_program_fails_in_japanese(domains: dict[str, MailDomain]) -> None:
    with pytest.raises(PageError, match="「tunderbird」はありません"):
        components.bound(view.view(domains["example.jp"]))["errors_table"]("tunderbird")


def test_the_page_shows_every_program() -> None:
    page = (ROOT / "docs" / "trouble" / "errors.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r'errors_table\("(\w+)"\)', page)) == PROGRAMS
