"""Every internal link and anchor on every page of every domain leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from parts import whole
from selectolax.lexbor import LexborHTMLParser

from macros.domain import MailDomain

pytestmark = pytest.mark.slow

ATTRIBUTES = {
    "a": "href",
    "link": "href",
    "script": "src",
    "img": "src",
    "source": "srcset",
    "use": "href",
    "form": "action",
}
CODE_LISTS = ("go", "support")
OUTSIDE = ("http", "https", "mailto", "tel", "data")


class Site:
    """The files of a built site; pages are parsed once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._anchors: dict[Path, set[str]] = {}

    def anchors(self, page: Path) -> set[str]:
        if page not in self._anchors:
            tree = LexborHTMLParser(whole(page))
            self._anchors[page] = {n.attributes["id"] or "" for n in tree.css("[id]")}
        return self._anchors[page]

    def broken(self, page: Path) -> list[str]:
        """The links of a page that lead nowhere."""
        found = []
        tree = LexborHTMLParser(whole(page))
        for tag, attribute in ATTRIBUTES.items():
            for node in tree.css(f"{tag}[{attribute}]"):
                link = node.attributes[attribute] or ""
                parts = urlsplit(link)
                if parts.scheme in OUTSIDE or link == "javascript:void(0)":
                    continue
                # The list of codes is one for all domains: where a domain has no such section, the page opens at its top.
                fragment = "" if page.parent.name in CODE_LISTS else unquote(parts.fragment)
                if not self.leads_somewhere(page, unquote(parts.path), fragment):
                    found.append(link)
        return found

    def leads_somewhere(self, page: Path, path: str, fragment: str) -> bool:
        target = page if not path else (self.root / path[1:] if path.startswith("/") else page.parent / path).resolve()
        if target.is_dir():
            target /= "index.html"
        if not target.is_file() or not target.is_relative_to(self.root):
            return False
        return not fragment or target.suffix != ".html" or fragment in self.anchors(target)


@pytest.fixture(scope="module")
def site(built_site: Path) -> Site:
    return Site(built_site.resolve())


def test_every_internal_link_and_anchor_leads_somewhere(site: Site, domains: dict[str, MailDomain]) -> None:
    pages = sorted(site.root.rglob("*.html"))
    assert len(pages) > 30 * len(domains)
    broken = {str(page.relative_to(site.root)): links for page in pages if (links := site.broken(page))}
    assert broken == {}


def test_a_domains_copy_never_leads_out_of_itself_except_to_shared_files(
    site: Site, domains: dict[str, MailDomain]
) -> None:
    for name in domains:
        for page in (site.root / name).rglob("*.html"):
            for node in LexborHTMLParser(whole(page)).css("a[href]"):
                parts = urlsplit(node.attributes["href"] or "")
                if parts.scheme or not parts.path:
                    continue
                target = (page.parent / unquote(parts.path)).resolve()
                shared = target.is_relative_to(site.root / "assets")
                assert shared or target.is_relative_to(site.root / name), (page, node.attributes["href"])


def test_broken_links_are_noticed(site: Site, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "index.html").write_text(
        "<h1 id=x>x</h1><a href='#x'>ok</a><a href='#y'>no</a><a href='../b/'>no</a><a href='/a/#x'>ok</a><a href='../../etc/passwd'>no</a><img src='p.png'>"
    )
    assert Site(tmp_path.resolve()).broken((tmp_path / "a" / "index.html").resolve()) == [
        "#y",
        "../b/",
        "../../etc/passwd",
        "p.png",
    ]


def test_every_page_has_a_way_back_and_neighbours(site: Site) -> None:
    for page in (site.root / "setup").rglob("*.html"):
        tree = LexborHTMLParser(whole(page))
        if page != site.root / "setup" / "index.html":
            back = tree.css_first("a.mh-back")
            assert back is not None, page
            assert site.leads_somewhere(page, back.attributes["href"] or "", "")
        assert tree.css_first("a[rel=prev], .md-footer__link--prev") is not None, page
        assert tree.css_first("a[rel=next], .md-footer__link--next") is not None, page


def test_every_page_says_when_it_was_last_changed(site: Site) -> None:
    for page in (site.root / "setup").rglob("*.html"):
        assert "最終更新" in LexborHTMLParser(whole(page)).body.text(), page  # type: ignore[union-attr]


def test_no_page_asks_another_host_for_anything(site: Site) -> None:
    for page in site.root.rglob("*.html"):
        tree = LexborHTMLParser(whole(page))
        for tag, attribute in ATTRIBUTES.items():
            if tag != "a":
                for node in tree.css(f"{tag}[{attribute}]"):
                    parts = urlsplit(node.attributes[attribute] or "")
                    assert not parts.netloc or node.attributes.get("rel") == "canonical", (page, node.html)


LEFT_OVER = re.compile(r'\{\{|\{%|\{##?[a-z]|\bmarkdown="|!!! |\?\?\? |^#{1,6} |\]\(|\*\*', re.M)


def left_over(html: str) -> list[str]:
    """What of a page's source shows in the finished page, outside of code."""
    tree = LexborHTMLParser(html)
    marked = [f"{n.tag} markdown=" for n in tree.css("[markdown]")]
    tree.strip_tags(["script", "style", "code", "pre"])
    return marked + LEFT_OVER.findall(tree.body.text() if tree.body else "")


def test_nothing_of_a_pages_source_is_left_over(site: Site) -> None:
    assert {
        str(p): found for p in site.root.rglob("*.html") if (found := left_over(p.read_text(encoding="utf-8")))
    } == {}
    for spoiled in (
        "<p>{{ mail.x }}",
        "<div markdown='1'>x</div>",
        "<p>[a](b.md)",
        "<p>**x**",
        "<p>!!! note",
        "<h2>x {#y}",
    ):
        assert left_over(f"<body>{spoiled}") != [], spoiled
