"""What every copy of the help is made from: templates of each profile, and the root of the site; from the cache where
nothing they are made of has changed, else rendered by processes of their own, which take MkDocs' memory with them.
"""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Protocol

from macros import cache, dates, workers
from macros.domain import MailDomain
from macros.errors import BuildError
from macros.stamp import Skeleton, Template, compare
from macros.view import Profile

ROOT = Path(__file__).resolve().parent.parent
CONFIG_FILE = ROOT / "mkdocs.yml"
#: The small file of each copy that names the search index of its profile.
OWN_SEARCH = "search/search_index.json"
CHANGED = (
    "作っている間に、ページなどのファイルが変わりました。もう一度実行してください。公開中のサイトは変わっていません。"
)
#: A profile and the names of its values.
Wanted = tuple[Profile, tuple[str, ...]]
Half = tuple[dict[str, Template], dict[str, bytes]]


@functools.cache
def sources() -> str:
    """A digest of all that a page is made of besides a domain's values: texts, theme, program, settings, dates."""
    return _sources()


def _sources() -> str:
    files = [p for p in (ROOT / "docs").rglob("*") if p.is_file()]
    known = [f"{page} {day}" for page, day in dates.of_pages().items()]
    parts = [cache.program(), cache.digest([*files, CONFIG_FILE], ROOT), os.environ.get("SITE_URL", ""), *known]
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()


def _unchanged() -> None:
    """After pages were rendered: what they were made of is still what was read at the beginning."""
    if _sources() != sources():
        raise BuildError(CHANGED)


class Progress(Protocol):
    """Wraps what is being worked on while it is (tqdm does)."""

    def __call__(self, items: Iterable[str], /, total: int, unit: str) -> Iterable[str]:
        """Yield the items, showing how far of ``total`` it is."""


def _half(wanted: Wanted, second: bool) -> Half:
    from macros import render  # only here: see there

    return render.templates(*wanted, second=second)


def _root(mail: MailDomain) -> dict[str, bytes]:
    from macros import render  # only here: see there

    return render.root_files(mail)


def _whole(halves: Iterable[Half]) -> Skeleton:
    (first, shared), (second, _) = halves
    compare(first, second)
    return Skeleton(first, shared)


def build(profile: Profile, names: Iterable[str]) -> Skeleton:
    """The templates of every copy of a profile, from two renderings with different stand-ins for the named values.

    :raises BuildError: when a page is broken, or does more with a value than print it.
    """
    wanted = (profile, tuple(names))
    return _whole(_half(wanted, second) for second in (False, True))


def prepare(
    wanted: Mapping[str, Wanted], root: tuple[MailDomain, str] | None, progress: Progress
) -> tuple[dict[str, Skeleton], Callable[[], dict[str, bytes]]]:
    """The skeleton of every profile, by the profile's key, and what gives the files of the site's root when it is asked.

    ``root``: the domain whose pages the root shows, and a key for all its data; None where no root is wanted.

    :raises BuildError: as :func:`build`.
    """
    marks = {key: (sources(), key) for key in wanted}
    missing = [key for key in wanted if not cache.holds(f"skeleton-{key}", marks[key])]
    root_mark = (sources(), root[1]) if root else ()
    root_missing = root is not None and not cache.holds("root", root_mark)
    files: dict[str, bytes] | None = None
    built: dict[str, Skeleton] = {}
    tasks = 2 * len(missing) + root_missing
    with workers.pool(tasks) as pool:
        halves = {key: [pool.submit(_half, wanted[key], second) for second in (False, True)] for key in missing}
        asked = pool.submit(_root, root[0]) if root and root_missing else None
        for key in progress(wanted, total=len(wanted), unit="構造"):
            if key in halves:
                built[key] = _whole(half.result() for half in halves[key])
                _unchanged()
                cache.write(f"skeleton-{key}", marks[key], built[key])
            else:
                kept = cache.read(f"skeleton-{key}", marks[key])
                built[key] = kept if kept is not None else build(*wanted[key])
        if asked:
            files = asked.result()
            _unchanged()
            cache.write("root", root_mark, files)

    def root_files() -> dict[str, bytes]:
        found = files if files is not None else cache.read("root", root_mark)
        return found if found is not None or root is None else _root(root[0])

    return built, root_files
