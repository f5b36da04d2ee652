"""Builds every domain's copy of the help into one folder, all or nothing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from macros import environment, formats, skeleton, view
from macros.domain import MailDomain
from macros.errors import BuildError
from macros.site import default_domain

NOT_OURS = "{folder} には、このプログラムが作っていないものがあります。別の出力先(--out)を選んでください。"
MARK = ".mailhelp"


class Progress(Protocol):
    """Wraps the domains while they are built (tqdm does)."""

    def __call__(self, items: Iterable[str], /) -> Iterable[str]:
        """Yield the items, showing how far it is."""


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


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
        context = environment.context()
        _write(fresh, formats.root_files(root, context))
        for name in progress(domains):
            skeleton.render_site(view.view(domains[name]), fresh / name, private_copy=True)
            _write(fresh / name, formats.files(domains[name], context))
        (fresh / MARK).touch()
        if out.exists():
            out.rename(Path(work) / "old")
        shutil.move(fresh, out)
