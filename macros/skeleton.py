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
from macros.errors import BuildError
from macros.stamp import Half, Skeleton, compare
from macros.view import Profile

ROOT = Path(__file__).resolve().parent.parent
CONFIG_FILE = ROOT / "mkdocs.yml"
#: The small file of each copy that names the search index of its profile.
OWN_SEARCH = "search/search_index.json"
CHANGED = (
    "作っている間に、ページなどのファイルが変わりました。もう一度実行してください。公開中のサイトは変わっていません。"
)
#: The name under which the root's templates are kept.
ROOT_NAME = "root"
#: A profile and the names of its values.
Wanted = tuple[Profile, tuple[str, ...]]


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


def _half(wanted: Wanted, second: bool, root: bool) -> Half:
    from macros import render  # only here: see there

    return render.templates(*wanted, second=second, root=root)


def _whole(halves: Iterable[Half]) -> tuple[Skeleton, Skeleton]:
    """The skeleton of the copies, and that of the root."""
    first, second = halves
    compare(first.copy, second.copy)
    compare(first.root, second.root)
    return Skeleton(first.copy, first.shared), Skeleton(first.root, first.assets)


def build(profile: Profile, names: Iterable[str]) -> Skeleton:
    """The templates of every copy of a profile, from two renderings with different stand-ins for the named values.

    :raises BuildError: when a page is broken, or does more with a value than print it.
    """
    return build_both(profile, names)[0]


def build_both(profile: Profile, names: Iterable[str]) -> tuple[Skeleton, Skeleton]:
    """As :func:`build`; and the templates of the root of the site, whose assets are what its copies share."""
    wanted = (profile, tuple(names))
    return _whole(_half(wanted, second, True) for second in (False, True))


def prepare(
    wanted: Mapping[str, Wanted], root: str | None, progress: Progress
) -> tuple[dict[str, Skeleton], Callable[[], Skeleton]]:
    """The skeleton of every profile, by the profile's key, and what gives that of the site's root when it is asked.

    ``root``: the key of the profile whose pages the root shows; None where no root is wanted.

    :raises BuildError: as :func:`build`.
    """
    marks = {key: (sources(), key) for key in wanted}
    missing = [key for key in wanted if not cache.holds(f"skeleton-{key}", marks[key])]
    if root and root not in missing and not cache.holds(ROOT_NAME, marks[root]):
        missing.append(root)
    of_root: Skeleton | None = None
    built: dict[str, Skeleton] = {}
    with workers.pool(2 * len(missing)) as pool:
        halves = {
            key: [pool.submit(_half, wanted[key], second, key == root) for second in (False, True)] for key in missing
        }
        for key in progress(wanted, total=len(wanted), unit="構造"):
            if key in halves:
                built[key], other = _whole(half.result() for half in halves[key])
                _unchanged()
                cache.write(f"skeleton-{key}", marks[key], built[key])
                if key == root:
                    of_root = other
                    cache.write(ROOT_NAME, marks[key], other)
            else:
                kept = cache.read(f"skeleton-{key}", marks[key])
                built[key] = kept if kept is not None else build(*wanted[key])

    def root_skeleton() -> Skeleton:
        assert root is not None
        found = of_root or cache.read(ROOT_NAME, marks[root])
        return found if found is not None else build_both(*wanted[root])[1]

    return built, root_skeleton
