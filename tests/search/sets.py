"""What is asked: what the search has learned from, the query file that it has not seen, the words the site says nothing
about, and every published support code.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import parts

from macros import codes
from macros.search import asked, said

HERE = Path(__file__).resolve().parent
DOCS = HERE.parent.parent / "docs"
QUERIES = HERE / "queries.tsv"
OUT_OF_SCOPE = HERE / "out-of-scope.txt"
OUT_OF_SCOPE_TUNE = HERE / "out-of-scope-tune.txt"
COLUMNS = ["id", "category", "query", "expected"]
PARTS = ("tune", "report")
EXCLUDED = "search: {exclude: true}"


@dataclass(frozen=True)
class Place:
    """A page as docs/ names it, without .md (``trouble/send``), and one of its sections, or "" for the page."""

    page: str
    section: str

    @property
    def path(self) -> str:
        """The page's address in a built site, without slashes at its ends."""
        return "" if self.page == "index" else self.page.removesuffix("/index")

    def exists(self, copy: Path) -> bool:
        """Whether a built copy of the help has it: not every domain has everything."""
        html = copy / self.path / "index.html"
        return html.is_file() and (not self.section or bool(re.search(f'id="?{self.section}[" >]', parts.whole(html))))


@dataclass(frozen=True)
class Query:
    """A line of the query file, or one made by rule."""

    id: str
    category: str
    part: str
    text: str
    expected: tuple[Place, ...]


def reported(file: Path = QUERIES) -> list[Query]:
    """All lines of the query file, in its order: the part that is only reported on."""
    head, *lines = [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()]
    if head != COLUMNS or any(len(line) != len(COLUMNS) for line in lines):
        raise ValueError(f"{file.name}: {' '.join(COLUMNS)}, separated by one tab each")
    return [
        Query(i, c, "report", text, tuple(Place(*asked.place_of(e)) for e in expected.split("|")))
        for i, c, text, expected in lines
    ]


def tuned() -> list[Query]:
    """What the search has learned from: the part to tune on."""
    return [
        Query(f"said-{line.line}", line.category, "tune", line.words, tuple(Place(*place) for place in line.places))
        for line in said.read()
    ]


def queries() -> list[Query]:
    """Both parts."""
    return [*tuned(), *reported()]


def out_of_scope(file: Path = OUT_OF_SCOPE) -> list[str]:
    """Words that the site says nothing about, one a line."""
    return file.read_text(encoding="utf-8").split("\n")[:-1]


def pages() -> list[str]:
    """Every page as docs/ names it, without .md."""
    return sorted(str(page.relative_to(DOCS)).removesuffix(".md") for page in DOCS.rglob("*.md"))


def _unfindable() -> set[str]:
    """Pages that are left out of the search on purpose (support staff's own)."""
    return {str(p.relative_to(DOCS)) for p in DOCS.rglob("*.md") if EXCLUDED in p.read_text(encoding="utf-8")}


def support_codes(seed: int = 6) -> list[Query]:
    """Every published code, each in one of the ways in which people type it."""
    rng = random.Random(seed)
    forms: list[Callable[[str], str]] = [
        str,
        str.lower,
        lambda c: c.replace("-", ""),
        lambda c: c.replace("-", "").lower(),
        _wide,
    ]
    hidden = _unfindable()
    made = []
    for code, where in codes.load().codes.items():
        page, _, section = where.partition("#")
        if page not in hidden and page.endswith(".md"):
            wanted = (Place(page.removesuffix(".md"), section),)
            made.append(Query(f"code-{code}", "support code", "codes", rng.choice(forms)(code), wanted))
    return made


def _wide(text: str) -> str:
    """Full-width forms, as the Japanese keyboard makes them."""
    return "".join(chr(ord(c) + 0xFEE0) for c in text)
