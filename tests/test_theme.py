"""docs/assets/js/frame.js writes by script what the theme's templates would put into every page: it must stay the same."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FRAME = (ROOT / "docs/assets/js/frame.js").read_text(encoding="utf-8")
_material = importlib.util.find_spec("material")
assert _material is not None and _material.origin is not None
TEMPLATES = Path(_material.origin).parent / "templates"
#: Of the theme's own parts, what this site does not use.
UNUSED = {"search-suggest", "md-search__suggest"}


def marks(template: str) -> set[str]:
    """What the theme's bundle and style sheet find a template's elements by: component names, ids and classes."""
    components = set(re.findall(r'data-md-component="([a-z-]+)"', template))
    classes = {name for names in re.findall(r'class="([^"{]+)"', template) for name in names.split()}
    targets = set(re.findall(r'(?:for|id|name)="(__[a-z]+|search|query)', template))
    return components | classes | targets


@pytest.mark.parametrize("name", ["partials/search.html", "partials/palette.html", "partials/top.html"])
def test_everything_of_the_themes_template_is_there(name: str) -> None:
    wanted = marks((TEMPLATES / name).read_text(encoding="utf-8")) - UNUSED
    assert wanted
    missing = {mark for mark in wanted if mark not in FRAME}
    assert missing == set()


def test_every_text_that_the_bundle_asks_for_is_there() -> None:
    base = (TEMPLATES / "base.html").read_text(encoding="utf-8")
    asked = set(re.findall(r'"([a-z.]+)": lang\.t', base)) - {"select.version"}
    assert {f'"{key}"' for key in asked} - set(re.findall(r'"[a-z.]+"', FRAME)) == set()


def test_the_texts_are_the_themes_own() -> None:
    language = (TEMPLATES / "partials/languages/ja.html").read_text(encoding="utf-8")
    theirs = dict(re.findall(r'"([a-z.]+)": "([^"]*)"', language))
    ours = dict(re.findall(r'"((?:search|clipboard)[a-z.]+)": "([^"]*)"', FRAME))
    assert ours
    assert {key: theirs[key] for key in ours if key in theirs} == {key: ours[key] for key in ours if key in theirs}
