"""The build side of the search: spelling, words, the table of synonyms, the index."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from search import learn

from macros import codes, components
from macros.errors import BuildError
from macros.search import asked, hook, index, learned, packing, said, synonyms, worker
from macros.search.normalise import normalise


def refused(read: Callable[[Path], object], file: Path, text: str, told: str) -> None:
    """Reading a table that holds ``text`` says so."""
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BuildError, match=re.escape(told)):
        read(file)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("サーバー", "サーバ"),
        ("ﾊﾟｽﾜｰﾄﾞ", "パスワード"),
        ("ぱすわーど", "パスワード"),
        ("ＩＭＡＰ", "imap"),
        ("フォルダー", "フオルダ"),
        ("Wi-Fi", "Wi Fi"),
        ("１００ MB", "100mb".replace("100", "100 ")),
    ],
)
def test_spellings_that_are_the_same(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert not set("<>&\"'") & set(once)


def test_the_table_of_synonyms_can_be_read() -> None:
    groups = synonyms.read()
    assert ["FAX", "ファックス", "ファクス"] in groups


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("送信\n", "1行目: 言葉が1つしかありません"),
        ("送信,発信\n", "1行目: 区切りは「、」です"),
        ("# 覚え書き\n送信、、発信\n", "2行目: 「、」の間に言葉がありません"),
        ("送信、!\n", "1行目: 「!」には、検索できる文字がありません"),
        ("送信、発信\n受信、ハッシン、発信\n", "2行目: 「発信」は、1行目にもあります"),
    ],
)
def test_a_fault_of_the_table_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    refused(synonyms.read, tmp_path / "synonyms.txt", text, told)


def test_the_table_of_questions_can_be_read() -> None:
    table = asked.read()
    assert "クォータ" in table["trouble/mailbox-full", "check"]
    places = {(s.page.removesuffix(".md"), "" if s.level == 1 else s.id) for s in codes.sections()}
    asked.check(table, places)
    with pytest.raises(BuildError, match=r"trouble/mailbox-full#check: このページか見出しの id はありません"):
        asked.check(table, places - {("trouble/mailbox-full", "check")})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("別名アドレス\n", "1行目: 「開いてほしい場所: 言葉、言葉」の形"),
        ("# 覚え書き\ncontact: \n", "2行目: 「開いてほしい場所: 言葉、言葉」の形"),
        ("contact: 電話\ncontact: FAX\n", "2行目: contact は、1行目にもあります"),
        ("contact: 電話、!\n", "1行目: 「!」には、検索できる文字がありません"),
    ],
)
def test_a_fault_of_the_table_of_questions_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    refused(asked.read, tmp_path / "asked.txt", text, told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("natural\tどうする\n", "1行目: 「種類、言葉、開いてほしい場所」を、タブで区切って"),
        ("natural\tどうする\tcontact|\n", "1行目: 「種類、言葉、開いてほしい場所」を、タブで区切って"),
        ("natural\t、。\tcontact\n", "1行目: 「、。」には、検索できる文字がありません"),
        ("# 説明\n\nkana\tあ\tcontact\nkana\tあ\tindex\n", "4行目: 「あ」は、3行目にもあります"),
    ],
)
def test_a_broken_table_of_what_was_said_is_told_by_its_line(tmp_path: Path, text: str, told: str) -> None:
    refused(said.read, tmp_path / "said.tsv", text, told)


def every_place() -> set[asked.Place]:
    """All that a table may name: pages, headings, messages."""
    messages = {("trouble/errors", f"e-{entry['id']}") for entry in components.table("errors.yaml")["errors"]}
    return messages | {(s.page.removesuffix(".md"), "" if s.level == 1 else s.id) for s in codes.sections()}


def test_what_was_said_has_places_that_exist() -> None:
    lines = said.read()
    assert len(lines) > 4000
    asked.check((place for line in lines for place in line.places), every_place(), said.TABLE)
    with pytest.raises(BuildError, match=r"(?s)said\.tsv.*trouble/send#nowhere: このページか見出しの id はありません"):
        asked.check([("trouble/send", "nowhere")], [("trouble/send", "")], said.TABLE)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("送信\n", "1行目: 読めません"),
        ("# 説明\n送信\tcontact=9\n", "2行目: 読めません"),
        ("送信\tcontact=1\n送信\tcontact=2\n", "2行目: 読めません"),
        ("送信す\tcontact=1\n", "1行目: 読めません。make learn で作り直してください"),
    ],
)
def test_a_broken_table_of_what_is_learned_is_told_by_its_line(tmp_path: Path, text: str, told: str) -> None:
    refused(learned.read, tmp_path / "learned.tsv", text, told)


def test_what_is_learned_comes_back_from_its_table(tmp_path: Path) -> None:
    weights = {
        "送信": {"*": 1, "trouble/send": 3, "trouble/send#": -1},
        "アド": {"trouble/send#wrong-port": 8},
        "量 ": {"*": 1},
    }
    learned.write(weights, "abc", tmp_path / "learned.tsv")
    assert learned.read(tmp_path / "learned.tsv") == weights
    assert learned.made_from(tmp_path / "learned.tsv") == "abc"


def test_what_is_learned_is_of_the_tables_that_are_here() -> None:
    """After a change of said.tsv, synonyms.txt or the unanswered questions: make learn."""
    assert learned.made_from() == learned.digest(*learn.TAUGHT_BY)
    nodes = {node for nodes in learned.read().values() for node in nodes} - {learned.SCOPE}
    asked.check(map(asked.place_of, nodes), every_place(), learned.TABLE)


@given(st.text("アイウ送信 、", max_size=8))
def test_the_ends_of_a_text_and_of_its_words_are_in_pairs(text: str) -> None:
    folded = normalise(text)
    found = list(learned.every_pair(text))
    assert len(found) == (len(folded) + 1 if folded else 0)
    assert "".join(pair[0] for pair in found).strip() == folded
    assert all(len(pair) == 2 for pair in found)


@given(st.lists(st.text("アイウ送信 ", max_size=8), max_size=4))
def test_every_pair_of_the_names_is_known_once(texts: list[str]) -> None:
    known = packing.known([packing.Names(True, (text,), text) for text in texts])
    assert len(known) == len(set(known))
    assert set(known) == {pair for text in texts for pair in learned.pairs(text)}


def test_places_that_a_copy_does_not_have_are_left_out() -> None:
    weights = {"送信": {"contact": 1, "nowhere#": 2, "*": 3}, "アド": {"nowhere": 1}}
    assert learned.numbered(weights, {("contact", ""): 4}) == {"送信": {(4, True): 1, None: 3}}


def test_an_index_says_what_its_entries_are_called() -> None:
    entries = [
        index.Entry("contact/", "お問い合わせ", "", "", ("人と話す", "相談")),
        index.Entry("contact/#before", "電話の前に", "", ""),
    ]
    built = index.build(entries, {"contact/": "電話の番号"}, {})
    assert built["asked"] == "人と話す、相談\n"
    assert index.named(built) == [
        packing.Names(True, ("お問い合わせ", "人と話す", "相談"), "電話の番号"),
        packing.Names(False, ("電話の前に",), ""),
    ]


def unpacked(text: str) -> list[int]:
    numbers, previous, gap = [], -1, 0
    for c in text:
        digit = index._DIGITS.index(c)
        gap = gap * index._BASE + digit % index._BASE
        if digit >= index._BASE:
            continue
        previous += gap + 1
        numbers.append(previous)
        gap = 0
    return numbers


@given(st.sets(st.integers(0, 100_000)))
def test_packed_numbers_come_back(numbers: set[int]) -> None:
    assert unpacked(index.packed(sorted(numbers))) == sorted(numbers)


ENTRIES = [
    index.Entry("setup/", "設定", "<p>サーバーは <code>a.example</code> です。パソコンを選びます。</p>", "A-1"),
    index.Entry("setup/#send", "送信", "<p>ポートは 465 です。パソコンを選びます。</p>", "A-2"),
    index.Entry("contact/", "お問い合わせ", "<p>a.example へ</p>", "H-7"),
]


def test_a_value_is_no_part_of_the_shared_index() -> None:
    built = index.build(ENTRIES, {}, {"host": "a.example"})
    data = index.written(built)
    assert b"example" not in data
    assert unpacked(built["values"]["host"]) == [0, 2]
    other = [index.Entry(e.location, e.title, e.text.replace("a.example", "mail.b.example"), e.code) for e in ENTRIES]
    again = index.build(other, {}, {"host": "mail.b.example"})
    assert index.written(again) == data
    files = {"index": "index.x.json", "learned": "learned.x.bin"}
    own = json.loads(index.own({"lang": ["ja"]}, files, built, {"host": "a.example"}))
    assert own["config"]["help"] == {**files, "values": {"host": "a.example"}}
    assert own["docs"] == []


@given(st.text())
def test_an_index_comes_back_from_its_bytes(text: str) -> None:
    assert index.read(index.written({"sections": text})) == {"sections": text}


def test_codes_are_kept() -> None:
    built = index.build(ENTRIES, {}, {})
    assert built["codes"].split("\n") == ["A-1", "", "H-7"]
    codes = ["A-1", "", "", "A-2", "A-3"]
    built = index.build([index.Entry(f"p{c}/", "題", "", c) for c in codes], {}, {})
    assert built["codes"].split("\n") == ["A-1", "-", "", "A-2", ""]


@pytest.mark.parametrize(
    "html",
    [
        "<html></html>",
        '<script id="__config" type="application/json">{"search": "assets/javascripts/workers/search.js"}</script>',
        '<script id="__config" type="application/json">{"search": "assets/search/w.js"}</script>' * 2,
    ],
)
def test_a_theme_without_the_place_for_our_worker_stops_the_build(html: str) -> None:
    with pytest.raises(BuildError, match="検索の部品を置く場所"):
        hook.checked(html, "index.md", "assets/search/w.js")


def test_the_worker_needs_nothing_that_old_safari_lacks() -> None:
    source = worker.source().decode()
    assert "(?<=" not in source
    assert "(?<!" not in source


@pytest.mark.slow
def test_the_search_stays_small(built_site: Path) -> None:
    own = json.loads((built_site / "example.jp/search/search_index.json").read_text(encoding="utf-8"))
    help_ = own["config"]["help"]
    shared = [help_["index"], help_["learned"], worker.file_name(worker.source())]
    files = [
        built_site / "example.jp/search/search_index.json",
        *(built_site / "assets/search" / name for name in shared),
    ]
    assert sum(len(gzip.compress(file.read_bytes(), 9)) for file in files) <= 30_000
    assert len(list((built_site / "search").iterdir())) == 1
