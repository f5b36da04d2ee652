"""What pages are made of, by digests: whether something has changed since, and whether in the text of some pages alone."""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from macros import cache, dates
from macros.errors import BuildError

ROOT = Path(__file__).resolve().parent.parent
CONFIG_FILE = ROOT / "mkdocs.yml"
#: What stands in pages that show whether something is too long ago.
DATED = b"check_days"
CHANGED = (
    "作っている間に、ページなどのファイルが変わりました。もう一度実行してください。公開中のサイトは変わっていません。"
)


def _digest(parts: Iterable[str | bytes]) -> str:
    total = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        total.update(b"%d\n%b\n" % (len(data), data))
    return total.hexdigest()


def _read() -> tuple[str, dict[str, str]]:
    docs, days = ROOT / "docs", dates.of_pages()
    pages = {}
    for path in sorted(docs.rglob("*.md")):
        name, text = path.relative_to(docs).as_posix(), path.read_bytes()
        pages[name] = _digest([text, days.get(name, ""), str(dates.today()) if DATED in text else ""])
    others = [path for path in docs.rglob("*") if path.is_file() and path.suffix != ".md"]
    around = [cache.program(), cache.digest([*others, CONFIG_FILE], ROOT), os.environ.get("SITE_URL", ""), *pages]
    return _digest(around), pages


@functools.cache
def made_of() -> tuple[str, dict[str, str]]:
    """A digest of all that a page is made of besides a domain's values and its own text, and one of each page's own.

    That is: theme, program, settings, pictures; and text and dates, by the page's path below ``docs/``.
    """
    return _read()


@functools.cache
def digest() -> str:
    """One digest of all of it."""
    around, pages = made_of()
    return _digest([around, *pages.values()])


def check() -> None:
    """After pages were rendered: what they were made of is still what was read at the beginning.

    :raises BuildError: when somebody has written in the meantime.
    """
    if _read() != made_of():
        raise BuildError(CHANGED)
