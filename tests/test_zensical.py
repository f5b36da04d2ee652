"""The other generator makes the same help from the same sources: pages, section ids, values, links, text."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from parts import whole
from selectolax.lexbor import LexborHTMLParser

ROOT = Path(__file__).resolve().parent.parent
DOMAIN = "example.jp"
pytestmark = pytest.mark.slow
#: What is different, by selector, and why. Everything else in the main text must be the same.
DIFFERENT = {
    ".mh-top": "the row above the title: Zensical gives templates no page.parent, so it leads to the entrance, not the list",
    ".mh-updated": "the date of the last change: Zensical does not tell templates the file",
    ".headerlink": "the theme's own permanent links",
    ".md-tags, .md-feedback, .md-comments": "parts of the theme around the text",
}


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of the site and one domain's copy, built in a copy of the sources as ``make build`` does it."""
    sources = tmp_path_factory.mktemp("zensical") / "sources"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (sources / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, sources / name)
    answer = subprocess.run(
        [sys.executable, "-m", "macros.zensical", "site", DOMAIN],
        cwd=sources, env={**os.environ, "PYTHONPATH": str(sources)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    assert not list(sources.glob(".zensical-*"))
    return sources / "site"


def pages(site: Path) -> set[str]:
    """Every page of one copy; not those of the domains below it."""
    return {
        path.relative_to(site).as_posix() for path in site.rglob("*.html")
        if "." not in path.relative_to(site).parts[0] or path.parent == site
    }  # fmt: skip


def facts(page: Path, folder: Path) -> Mapping[str, Any]:
    """What a page says in its main text, without what is known to be different."""
    tree = LexborHTMLParser(whole(page))
    main = tree.css_first("article")
    assert main is not None, page
    for selector in DIFFERENT:
        for node in main.css(selector):
            node.decompose()

    def target(href: str) -> str:
        if ":" in href:
            return href
        path, mark, anchor = href.partition("#")
        # Zensical's copies have assets of their own; ours use the root's.
        path = (
            path.replace("../assets/", "assets/", 1)
            if folder.name == DOMAIN and "/sources/" not in str(folder)
            else path
        )
        return os.path.normpath(os.path.relpath(page.parent / path, folder)) + mark + anchor

    return {
        "ids": [node.attributes["id"] for node in main.css("[id]") if (node.tag or "").startswith("h")],
        "links": [target(node.attributes["href"] or "") for node in main.css("a[href]")],
        "pictures": [target(node.attributes["src"] or "") for node in main.css("img[src]")],
        "values": [node.text().strip() for node in main.css("code, [data-field], [data-account]")],
        "text": "".join(main.text().split()),
    }


@pytest.mark.parametrize("copy", ["", DOMAIN])
def test_both_generators_make_the_same_help(copy: str, other: Path, built_site: Path) -> None:
    ours, theirs = built_site / copy, other / copy
    # Sections that have moved are told to visitors by pages of their own.
    assert pages(theirs) == pages(ours)
    compared = 0
    for name in sorted(pages(ours) - {"404.html"}):
        if LexborHTMLParser((ours / name).read_text(encoding="utf-8")).css_first("article") is None:
            continue
        one, two = facts(ours / name, ours), facts(theirs / name, theirs)
        for kind in one:
            assert one[kind] == two[kind], f"{name}: {kind}"
        compared += 1
    assert compared > 35


def test_the_settings_files_are_the_same_bytes(other: Path, built_site: Path) -> None:
    found = [p.relative_to(built_site) for folder in (built_site, built_site / DOMAIN)
             for kind in ("*.xml", "*.mobileconfig", "*.json") for p in folder.rglob(kind)
             if not p.name.startswith(("sitemap", "search", "manifest")) and "search" not in p.parts
             and (folder == built_site / DOMAIN or "." not in p.relative_to(built_site).parts[0] or ".well-known" in p.relative_to(built_site).parts[0])]  # fmt: skip
    assert len(found) > 6
    for path in found:
        assert (other / path).read_bytes() == (built_site / path).read_bytes(), path


def test_no_link_of_the_other_build_leads_nowhere(other: Path) -> None:
    for page in other.rglob("*.html"):
        if page.name == "404.html":
            continue
        for node in LexborHTMLParser(page.read_text(encoding="utf-8")).css("article [href], article [src]"):
            link = (node.attributes.get("href") or node.attributes.get("src") or "").partition("#")[0].partition("?")[0]
            if link and ":" not in link:
                target = Path(os.path.normpath(page.parent / link))
                assert target.is_relative_to(other) and target.exists(), (page, link)


def test_the_day_of_the_switch_is_one_word() -> None:
    """``make build GENERATOR=zensical``, which is also what the line in the Makefile decides, runs what is tested here."""
    shown = subprocess.run(
        ["make", "-n", "build", "GENERATOR=zensical"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert "-m macros.zensical" in shown and "mailhelp build" not in shown
