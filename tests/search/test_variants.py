"""Lines made by rule say what they are made from, and nothing else."""

from __future__ import annotations

from macros.search.said import Said
from search import variants

SEND = ("trouble/send", "")


def typed(*texts: str) -> list[Said]:
    return [Said(n, "natural", text, (SEND,)) for n, text in enumerate(texts, 1)]


def made(lines: list[Said], *group: str) -> list[str]:
    return [line.words for line in variants.synonymous(lines, [group])]


def test_a_rare_word_takes_the_place_of_a_frequent_one() -> None:
    lines = typed(*(f"メール{n}を送信" for n in range(40)))
    found = list(variants.synonymous(lines, [["発信", "送信"]]))
    assert len(found) == variants.FEW
    assert all("発信" in line.words and "送信" not in line.words and line.places == (SEND,) for line in found)


def test_a_word_that_is_typed_often_needs_no_lines() -> None:
    lines = typed(*(f"送信{n}" for n in range(40)), *(f"発信{n}" for n in range(variants.FEW)))
    assert made(lines, "発信", "送信") == []


def test_latin_words_are_replaced_whole() -> None:
    assert made(typed("html を送る", "ml を送る"), "ml", "リスト") == ["リスト ヲ送ル"]


def test_words_that_nobody_types_are_left_alone() -> None:
    assert made(typed("メール"), "発信", "送信") == []


def test_headings_are_heard() -> None:
    headings = [("送信できないとき", SEND), ("メール", SEND)]
    assert [(line.words, line.places) for line in variants.heard(headings)] == [("ソウシンできないとき", (SEND,))]
