"""The list of telephone codes, for visitors and for the scripts of /go/ and /support/."""

from __future__ import annotations

from macros import codes
from macros.components import component, render, table
from macros.view import MailView

#: Pages for people who were given the address.
UNLISTED = {"go.md", "support.md"}


def link_to(place: str) -> str:
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
            entry = {"code": code, "title": section.title, "link": link_to(section.place)}
            pages.setdefault(section.page, []).append(entry)
    retired = [
        {"code": code, "link": link_to(registry.resolve(code) or "")}
        for code, target in registry.codes.items()
        if target in registry.codes
    ]
    moved = [
        {"place": link_to(place).removeprefix("../"), "link": link_to(registry.resolve(code) or "")}
        for place, code in registry.moved.items()
    ]
    return render("code_list.html", pages=list(pages.values()), retired=retired, moved=moved)


def redirect_pages(registry: codes.Registry | None = None) -> dict[str, str]:
    """For every page that is no more, the file that leads on: path inside a copy of the help -> HTML."""
    registry = registry or codes.load()
    today = {section.page for section in codes.sections()}
    gone: dict[str, str] = {}
    for place, code in sorted(registry.moved.items()):
        page = place.partition("#")[0]
        if page not in today:
            # The page itself sorts before its sections and decides.
            gone.setdefault(page, registry.resolve(code) or "")
    pages = {}
    for page, target in gone.items():
        folder = link_to(page).removeprefix("../")
        up = "../" * folder.count("/")
        pages[f"{folder}index.html"] = render(
            "moved_page.html", link=up + link_to(target).removeprefix("../"), words=table("wording.yaml")["moved"]
        )
    return pages
