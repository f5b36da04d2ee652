"""What every copy of the help is made from: templates of each profile, and the root of the site; from the cache where
nothing they are made of has changed, else rendered by processes of their own, which take MkDocs' memory with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, Future
from typing import Protocol

from macros import cache, sources, workers
from macros.errors import BuildError
from macros.pages import Changed, Known, Page
from macros.stamp import Half, Skeleton, compare
from macros.view import Profile

#: The small file of each copy that names the search index of its profile.
OWN_SEARCH = "search/search_index.json"
#: The name under which the root's templates are kept.
ROOT_NAME = "root"
#: A profile and the names of its values.
Wanted = tuple[Profile, tuple[str, ...]]


class Progress(Protocol):
    """Wraps what is being worked on while it is (tqdm does)."""

    def __call__(self, items: Iterable[str], /, total: int, unit: str) -> Iterable[str]:
        """Yield the items, showing how far of ``total`` it is."""


def _half(wanted: Wanted, second: bool, root: bool, changed: Changed | None = None) -> Half:
    from macros import render  # only here: see there

    return render.templates(*wanted, second=second, root=root, changed=changed)


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


class _Kept:
    """A profile in the cache."""

    def __init__(self, key: str, *, root: bool) -> None:
        self.key = key
        self.root = root

    def holds(self, now: str) -> bool:
        """Whether all of it is there, as made from these sources."""
        return cache.holds(f"skeleton-{self.key}", (now, self.key)) and (
            not self.root or cache.holds(ROOT_NAME, (now, self.key))
        )

    def read(self, now: str) -> Skeleton | None:
        """The templates of the copies."""
        found: Skeleton | None = cache.read(f"skeleton-{self.key}", (now, self.key))
        return found

    def read_root(self, now: str) -> Skeleton | None:
        """The templates of the root."""
        found: Skeleton | None = cache.read(ROOT_NAME, (now, self.key))
        return found

    def write(self, made: Skeleton, of_root: Skeleton, pages: tuple[Mapping[str, Page], Mapping[str, Page]]) -> None:
        """Keep all of it, once it is known that the sources are still those that were read."""
        sources.check()
        around, digests = sources.made_of()
        cache.write(f"skeleton-{self.key}", (sources.digest(), self.key), made)
        if self.root:
            cache.write(ROOT_NAME, (sources.digest(), self.key), of_root)
        cache.write(f"pages-{self.key}", (around, self.key), Known(sources.digest(), digests, pages))

    def before(self) -> Known | None:
        """What is known from before, where nothing but the text of some pages can have changed since."""
        around, digests = sources.made_of()
        known: Known | None = cache.read(f"pages-{self.key}", (around, self.key))
        if known is None or known.digests.keys() != digests.keys() or not self.holds(known.sources):
            return None
        return known


class _Job:
    """The renderings of one profile: of the pages that have changed where that is enough, else of all."""

    def __init__(self, pool: Executor, kept: _Kept, wanted: Wanted) -> None:
        self.pool = pool
        self.kept = kept
        self.wanted = wanted
        self.known = kept.before()
        digests = sources.made_of()[1]
        self.names = frozenset(n for n, d in self.known.digests.items() if digests[n] != d) if self.known else ()
        if self.known and self.names:
            self.halves = self._start([Changed(frozenset(self.names), pages) for pages in self.known.halves])
        else:
            self.known = None
            self.halves = self._start([None, None])

    def _start(self, changed: Iterable[Changed | None]) -> list[Future[Half]]:
        both = zip((False, True), changed, strict=True)
        return [self.pool.submit(_half, self.wanted, second, self.kept.root, some) for second, some in both]

    def result(self) -> tuple[Skeleton, Skeleton]:
        """The skeletons of the copies and of the root, which are in the cache now, too."""
        made = self._from_some(self.known) if self.known else None
        if made is None:
            first, second = (half.result() for half in (self.halves if not self.known else self._start([None, None])))
            made = *_whole([first, second]), (first.pages, second.pages)
        self.kept.write(*made)
        return made[0], made[1]

    def _from_some(
        self, known: Known
    ) -> tuple[Skeleton, Skeleton, tuple[Mapping[str, Page], Mapping[str, Page]]] | None:
        """None where that was not enough: another page may look different now, or something is wrong."""
        try:
            first, second = (half.result() for half in self.halves)
            pieces = _whole([first, second])
        except BuildError:
            return None
        for half, before in zip((first, second), known.halves, strict=True):
            if any(half.pages[name].seen != before[name].seen for name in self.names):
                return None
        copies = self.kept.read(known.sources)
        of_root = self.kept.read_root(known.sources) if self.kept.root else Skeleton({})
        if copies is None or of_root is None:
            return None
        new = pieces[0]
        return (
            Skeleton({**copies.templates, **new.templates}, _used(copies, new)),
            Skeleton({**of_root.templates, **pieces[1].templates}, {**of_root.shared, **pieces[1].shared}),
            (first.pages, second.pages),
        )


def _used(before: Skeleton, now: Skeleton) -> dict[str, bytes]:
    """Of what copies share: all of ``now``, and of ``before`` what pages name that were not made again."""
    kept = [template for path, template in before.templates.items() if path not in now.templates]
    named = {
        path: data
        for path, data in before.shared.items()
        if any(path.encode() in piece for template in kept for piece in template.pieces)
    }
    return {**named, **now.shared}


def prepare(
    wanted: Mapping[str, Wanted], root: str | None, progress: Progress
) -> tuple[dict[str, Skeleton], Callable[[], Skeleton]]:
    """The skeleton of every profile, by the profile's key, and what gives that of the site's root when it is asked.

    ``root``: the key of the profile whose pages the root shows; None where no root is wanted.

    :raises BuildError: as :func:`build`.
    """
    kept = {key: _Kept(key, root=key == root) for key in wanted}
    missing = [key for key in wanted if not kept[key].holds(sources.digest())]
    of_root: Skeleton | None = None
    built: dict[str, Skeleton] = {}
    with workers.pool(2 * len(missing)) as pool:
        jobs = {key: _Job(pool, kept[key], wanted[key]) for key in missing}
        for key in progress(wanted, total=len(wanted), unit="構造"):
            if key in jobs:
                built[key], other = jobs.pop(key).result()
                of_root = other if key == root else of_root
            else:
                built[key] = kept[key].read(sources.digest()) or build(*wanted[key])

    def root_skeleton() -> Skeleton:
        assert root is not None
        return of_root or kept[root].read_root(sources.digest()) or build_both(*wanted[root])[1]

    return built, root_skeleton
