"""Every label and message of Thunderbird and its add-on that a page quotes is what the program shows today."""

from __future__ import annotations

from pathlib import Path

import program_labels
import pytest
import yaml
from parts import whole
from selectolax.lexbor import LexborHTMLParser

from macros import components

PROGRAMS = ("thunderbird", "ietng")
ERRORS = {entry["id"]: entry["program"] for entry in components.table("errors.yaml")["errors"]}


@pytest.fixture(scope="module")
def quoted(built_site: Path) -> dict[tuple[str, str], set[str]]:
    """(program, text) -> the pages that quote it, over every domain's copy."""
    found: dict[tuple[str, str], set[str]] = {}
    for page in built_site.rglob("*.html"):
        tree = LexborHTMLParser(whole(page))
        texts = [
            (node.attributes.get("data-ui") or node.attributes.get("data-message") or "", node.text())
            for node in tree.css("[data-ui], [data-message]")
        ]
        # The list of error texts says once, by its entry's id, whose they are.
        for heading in tree.css("h4[id^='e-']"):
            shown = tree.css(f"#{heading.id} + ul > li, #{heading.id} + ul + details li")
            assert shown, heading.id
            texts += [(ERRORS[(heading.id or "").removeprefix("e-")], node.text()) for node in shown]
        for program, text in texts:
            if program in PROGRAMS:
                found.setdefault((program, text.strip()), set()).add(page.relative_to(built_site).as_posix())
    return found


def test_quoted_texts_are_the_programs_own(quoted: dict[tuple[str, str], set[str]]) -> None:
    problems = {
        f"{sorted(pages)[0]}: {problem}"
        for (program, text), pages in quoted.items()
        if (problem := program_labels.problem(program, text))
    }
    assert sorted(problems) == []


def test_both_programs_are_quoted(quoted: dict[tuple[str, str], set[str]]) -> None:
    assert {program for program, _ in quoted} == set(PROGRAMS)


@pytest.mark.parametrize(
    ("program", "text", "near"),
    [
        ("thunderbird", "続けるる", "続ける"),
        ("thunderbird", "サーバ設定", "サーバー設定"),
        ("thunderbird", "アドオンマネージャ", "アドオンマネージャー"),
        ("ietng", "EMLメッセージのインポート", "EML メッセージのインポート"),
    ],
)
def test_a_misspelt_label_fails_and_the_right_one_is_suggested(program: str, text: str, near: str) -> None:
    found = program_labels.problem(program, text)
    assert found is not None
    assert near in found.rpartition("近いもの: ")[2]


def test_a_label_left_over_from_a_removed_screen_fails() -> None:
    found = program_labels.problem("thunderbird", "今すぐ再起動")
    assert found is not None
    assert "もう使われていません" in found


@pytest.mark.parametrize(
    "text", ["続ける", "設定とデータのインポート...", "アドオンとテーマ(A)", "IMAP", "ダウンロードしてから"]
)
def test_labels_are_found_without_access_keys_and_dots(text: str) -> None:
    assert program_labels.problem("thunderbird", text) is None


def test_recorded_lists_say_where_they_come_from() -> None:
    files = sorted(program_labels.RECORDED.glob("*.yaml"))
    assert files
    for file in files:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
        assert data["program"] in PROGRAMS
        assert data["version"]
        assert data["source"]
        assert data["strings"]
