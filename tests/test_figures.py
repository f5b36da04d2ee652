"""Pictures of programs: complete, small enough, and the steps name numbers that are on them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image
from selectolax.lexbor import LexborHTMLParser

from macros import components, view
from macros.components import figure
from macros.domain import MailDomain
from macros.errors import PageError

DOCS = Path(__file__).resolve().parent.parent / "docs"
MOST_BYTES = 1_500_000
CALL = re.compile(r'figure\("([a-z-]+)", title="(図\d*)", alt="([^"]+)"(?:, note=True)?\)')
#: (図2の①) and, after it on the same page, (②) of the same picture.
NAMED = re.compile(r"(?:(図\d*)(?:\]\([^)]*\))?の)?([①-⑳])")
#: A number in the text, and the label of the program that it is written behind.
NUMBERED = re.compile(
    r'(?:ui\("thunderbird", (?:"[^"]+", )*"(?P<label>[^"]+)"\) \}\}\()?'
    r"(?:(?P<title>図\d*)(?:\]\([^)]*\))?の)?(?P<number>[①-⑳])"
)
PAGES = [page for page in sorted(DOCS.rglob("*.md")) if CALL.search(page.read_text(encoding="utf-8"))]


def test_every_picture_is_as_its_index_says_and_all_are_small() -> None:
    pictures = figure.index()["pictures"]
    files = {file.stem: file for file in figure.PICTURES.glob("*.webp")}
    assert set(files) == set(pictures)
    for name, file in files.items():
        with Image.open(file) as image:
            assert image.size == (2 * pictures[name]["width"], 2 * pictures[name]["height"]), "taken at twice its size"
    assert sum(file.stat().st_size for file in files.values()) < MOST_BYTES


def test_every_picture_is_shown_somewhere() -> None:
    shown = {name for page in PAGES for name, _, _ in CALL.findall(page.read_text(encoding="utf-8"))}
    assert shown == set(figure.index()["pictures"])


@pytest.mark.parametrize("page", PAGES, ids=[p.relative_to(DOCS).as_posix() for p in PAGES])
def test_a_label_before_a_number_is_what_the_number_marks(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    pictures = figure.index()["pictures"]
    names = {title: name for name, title, _ in CALL.findall(text)}
    title = ""
    checked = 0
    for found in NUMBERED.finditer(text):
        title = found["title"] or title
        if found["label"] is None:
            continue
        mark = pictures[names[title]]["marks"][ord(found["number"]) - ord("①")]
        assert mark.get("label", found["label"]) == found["label"], f"{title}{found['number']}"
        checked += "label" in mark
    assert checked, "no label of a step was compared"


@pytest.mark.parametrize("page", PAGES, ids=[p.relative_to(DOCS).as_posix() for p in PAGES])
def test_what_pictures_are_of_is_said_once_with_the_first(page: Path) -> None:
    calls = [call[0] for call in CALL.finditer(page.read_text(encoding="utf-8"))]
    assert ["note=True" in call for call in calls] == [True] + [False] * (len(calls) - 1)


@pytest.mark.parametrize("page", PAGES, ids=[p.relative_to(DOCS).as_posix() for p in PAGES])
def test_the_steps_name_numbers_that_are_on_the_pictures(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    pictures = figure.index()["pictures"]
    marks = {title: len(pictures[name]["marks"]) for name, title, _ in CALL.findall(text)}
    title = ""
    found = set()
    for named, number in NAMED.findall(text):
        title = named or title
        assert title in marks, f"{title}{number}: no such picture on the page"
        assert ord(number) - ord("①") < marks[title], f"{title}の{number}: the picture has {marks[title]} numbers"
        found.add(title)
    assert found == set(marks), "a picture that no step names"


def test_markup(domains: dict[str, MailDomain]) -> None:
    draw = components.bound(view.view(domains["example.jp"]))["figure"]
    html = LexborHTMLParser(draw("account-name", title="図1", alt="名前を入れる画面"))
    image = html.css_first("figure img")
    assert image is not None
    assert image.attributes["alt"] == "名前を入れる画面"
    assert image.attributes["loading"] == "lazy"
    assert int(image.attributes["width"] or 0) > 300
    assert html.css("figcaption li")[0].text() == "「氏名」"
    with pytest.raises(PageError, match="account-nam"):
        draw("account-nam", title="図1", alt="")
