"""A Markdown extension that puts each section's telephone code beside its heading.

It runs after the table of contents has been made, so that titles, navigation and search know nothing of the codes. A
page is recognised by the id of its first heading, which every generator hands over.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from macros import codes

AFTER_EVERYTHING = -2
HEADINGS = ("h1", "h2", "h3")


@functools.cache
def _codes() -> Mapping[str, Mapping[str, str]]:
    """Id of a page's first heading -> heading id -> code."""
    table = codes.by_heading()
    first = {s.page: s.id for s in codes.sections() if s.level == 1}
    pages: dict[str, dict[str, str]] = {}
    for (page, id_), code in table.items():
        pages.setdefault(first[page], {})[id_] = code
    return pages


def _add(heading: Element, code: str) -> None:
    """``<small>`` after the heading's text."""
    small = SubElement(heading, "small", {"data-search-exclude": ""})
    small.text = code
    children = list(heading)[:-1]
    if children:
        children[-1].tail = (children[-1].tail or "") + " "
    else:
        heading.text = (heading.text or "") + " "


class _Codes(Treeprocessor):
    def run(self, root: Element) -> None:
        headings = [element for element in root.iter() if element.tag in HEADINGS]
        known = _codes().get(headings[0].get("id", ""), {}) if headings else {}
        for heading in headings:
            if code := known.get(heading.get("id", "")):
                _add(heading, code)


class HeadingCodes(Extension):
    """Registers the step that adds the codes."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Run after every other step of this page."""
        md.treeprocessors.register(_Codes(md), "heading_codes", AFTER_EVERYTHING)


def makeExtension(**options: Any) -> HeadingCodes:
    """What Python-Markdown calls for the name in mkdocs.yml."""
    return HeadingCodes(**options)
