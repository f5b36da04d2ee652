"""Results kept between runs, by the content of what they were made from. A lost or broken cache costs only time."""

from __future__ import annotations

import functools
import hashlib
import os
import pickle
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

ROOT = Path(__file__).resolve().parent.parent
#: Where the cache is kept; another place for tests, or none at all when empty.
VARIABLE = "MAILHELP_CACHE"
NOT_SOURCE = "__pycache__"
#: How many bytes at the beginning of a kept file tell whether the value in it is whole.
SUM = 32


def folder() -> Path | None:
    """The folder of the cache; None where there shall be none."""
    place = os.environ.get(VARIABLE)
    return Path(place) if place else None if place == "" else ROOT / ".cache" / "mailhelp"


def digest(paths: Iterable[Path], base: Path) -> str:
    """A digest of files: their names relative to ``base`` and their bytes."""
    total = hashlib.blake2b(digest_size=16)
    for path in sorted(paths):
        data = path.read_bytes()
        total.update(f"{path.relative_to(base).as_posix()}\n{len(data)}\n".encode())
        total.update(data)
    return total.hexdigest()


@functools.cache
def program() -> str:
    """A digest of this program: what it makes out of the same data may change whenever this does."""
    package = Path(__file__).parent
    files = [p for p in package.rglob("*") if p.is_file() and NOT_SOURCE not in p.parts]
    return digest([*files, ROOT / "requirements.lock"], ROOT)


def _open(name: str, mark: object, *, value: bool) -> Any:
    place = folder()
    if place is None:
        return None
    try:
        with (place / name).open("rb") as file:
            total = file.read(SUM)
            if pickle.load(file) != mark:
                return None
            if not value:
                return True
            # A file that is not what was written may still be readable, and lead to other pages.
            start = file.tell()
            sum_now = _sum()
            while piece := file.read(1 << 20):
                sum_now.update(piece)
            if sum_now.digest() != total:
                return None
            file.seek(start)
            return pickle.load(file)
    except Exception:
        # Whatever an old or half-written file does when it is read: it is as good as none.
        return None


def _sum() -> hashlib._Hash:
    return hashlib.sha256()


class _Summed:
    """Writes to a file and sums up what it writes."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.sum = _sum()

    def write(self, data: bytes) -> int:
        self.sum.update(data)
        return self.file.write(data)


def holds(name: str, mark: object) -> bool:
    """Whether something made from ``mark`` is kept under a name (it may yet turn out to be unreadable)."""
    return _open(name, mark, value=False) is not None


def read(name: str, mark: object) -> Any:
    """What was kept under a name and made from ``mark``; None for nothing, something else, or something unreadable."""
    return _open(name, mark, value=True)


def write(name: str, mark: object, value: object) -> None:
    """Keep a value and what it was made from; a cache that cannot be written is no reason to fail."""
    place = folder()
    if place is None:
        return
    part = place / f".{name}.{os.getpid()}"
    with suppress(OSError):
        place.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(bytes(SUM))
            pickle.dump(mark, file, protocol=5)
            summed = _Summed(file)
            pickle.dump(value, summed, protocol=5)
            file.seek(0)
            file.write(summed.sum.digest())
        part.replace(place / name)
