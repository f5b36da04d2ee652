"""The list of telephone codes, for visitors and for the scripts of /go/ and /support/."""

from __future__ import annotations

from macros import codes
from macros.components import component, render
from macros.view import MailView

#: Pages for people who were given the address.
UNLISTED = {"go.md", "support.md"}


def _link(place: str) -> str:
    """A place as an address relative to a page one folder deep."""
    page, _, anchor = place.partition("#")
    folder = "../" + page.removesuffix("index.md").replace(".md", "/")
    return f"{folder}#{anchor}" if anchor else folder


@component
def code_list(mail: MailView) -> str:
    """Every code with its page or section as links, retired codes and moved places included; for one folder deep."""
    registry = codes.load()
    by_place = registry.by_place
    pages: dict[str, list[dict[str, str]]] = {}
    for section in codes.sections():
        code = by_place.get(section.place)
        if code and section.page not in UNLISTED:
            entry = {"code": code, "title": section.title, "link": _link(section.place)}
            pages.setdefault(section.page, []).append(entry)
    retired = [
        {"code": code, "link": _link(registry.resolve(code) or "")}
        for code, target in registry.codes.items()
        if target in registry.codes
    ]
    moved = [
        {"place": _link(place).removeprefix("../"), "link": _link(registry.resolve(code) or "")}
        for place, code in registry.moved.items()
    ]
    return render("code_list.html", pages=list(pages.values()), retired=retired, moved=moved)
