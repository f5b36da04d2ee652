"""Builds every domain's copy of the help into one folder, all or nothing: MkDocs once per profile, then stamping."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Protocol

from macros import environment, formats, skeleton, view
from macros.domain import MailDomain
from macros.errors import BuildError
from macros.site import default_domain
from macros.stamp import Skeleton
from macros.view import Profile

NOT_OURS = "{folder} には、このプログラムが作っていないものがあります。別の出力先(--out)を選んでください。"
MARK = ".mailhelp"
#: Below this many domains a second process costs more than it saves.
WORTH_A_PROCESS = 64


class Progress(Protocol):
    """Wraps what is being worked on while it is (tqdm does)."""

    def __call__(self, items: Iterable[str], /, total: int, unit: str) -> Iterable[str]:
        """Yield the items, showing how far of ``total`` it is."""


def _write(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    made = set()
    for path, data in files:
        target = folder / path
        if target.parent not in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.add(target.parent)
        target.write_bytes(data)


def skeletons(domains: Mapping[str, MailDomain], progress: Progress) -> dict[Profile, Skeleton]:
    """One skeleton for every profile that occurs among the domains."""
    samples: dict[Profile, str] = {}
    for name, mail in domains.items():
        samples.setdefault(view.profile(mail), name)
    by_name = {name: profile for profile, name in samples.items()}
    built = {}
    for name in progress(by_name, total=len(by_name), unit="構造"):
        built[by_name[name]] = skeleton.build(by_name[name], view.values(domains[name]))
    return built


class _Stamper:
    """Writes one domain's copy. Made before the workers are forked, so that they share its memory."""

    def __init__(self, domains: Mapping[str, MailDomain], built: Mapping[Profile, Skeleton], out: Path) -> None:
        self.domains = domains
        self.built = built
        self.out = out
        self.context = environment.context()

    def __call__(self, name: str) -> str:
        mail = self.domains[name]
        _write(self.out / name, self.built[view.profile(mail)].filled(view.values(mail)))
        _write(self.out / name, formats.files(mail, self.context).items())
        return name


_stamper: Callable[[str], str]


def _stamp(name: str) -> str:
    return _stamper(name)


def _stamped(stamper: Callable[[str], str], names: list[str]) -> Iterator[str]:
    """Stamp every name, on all processors where there is enough to do; yields each name when it is done."""
    global _stamper  # noqa: PLW0603  the forked workers inherit it; sending it to them would copy every skeleton
    _stamper = stamper
    workers = min(os.cpu_count() or 1, len(names) // WORTH_A_PROCESS)
    if workers < 2:
        yield from map(stamper, names)
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("fork")) as pool:
        yield from pool.map(_stamp, names, chunksize=max(1, min(64, len(names) // (workers * 8))))


def publish(domains: Mapping[str, MailDomain], out: Path, progress: Progress) -> None:
    """Write ``out/`` (the default domain) and ``out/<domain>/`` for every published domain.

    ``out`` is replaced only after everything has been built.

    :raises BuildError: when a page is broken, or ``out`` holds something that is not a site of ours.
    """
    if out.exists() and any(out.iterdir()) and not (out / MARK).exists():
        raise BuildError(NOT_OURS.format(folder=out))
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as work:
        fresh = Path(work) / "new"
        root = domains[default_domain(domains)]
        skeleton.render_site(view.view(root), fresh, private_copy=False)
        _write(fresh, formats.root_files(root, environment.context()).items())
        built = skeletons(domains, progress)
        for one in built.values():
            _write(fresh, one.shared.items())
        own = dict(built[view.profile(root)].filled(view.values(root)))[skeleton.OWN_SEARCH]
        _write(fresh, [(skeleton.OWN_SEARCH, own)])
        stamper = _Stamper(domains, built, fresh)
        for _ in progress(_stamped(stamper, list(domains)), total=len(domains), unit="ドメイン"):
            pass
        (fresh / MARK).touch()
        if out.exists():
            out.rename(Path(work) / "old")
        shutil.move(fresh, out)
