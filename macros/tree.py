"""Writes folders of small files, touching only what differs. Knows paths and bytes, nothing of what is in them.

A file that must change is written beside itself and renamed, so that whoever is reading it gets the whole old one or
the whole new one. A file that is the same is left alone: creating a file costs many times more than comparing it.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import os
import shutil
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

#: Size in bytes and time of the last change in ns, by path relative to a folder (with "/").
Stats = Mapping[str, tuple[int, int]]

NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
#: What a file is called while it is being written.
PART = "~"
#: Bytes of a signature.
SIGNATURE = 16
AT_FDCWD = -100
RENAME_EXCHANGE = 2


def scan(folder: str | Path, but: Collection[str] = ()) -> dict[str, tuple[int, int]]:
    """Every file below ``folder`` (empty for a folder that is not there), without its top-level entries ``but``."""
    found: dict[str, tuple[int, int]] = {}
    pending = [(os.fspath(folder), "")]
    while pending:
        path, prefix = pending.pop()
        try:
            entries = os.scandir(path)
        except FileNotFoundError:
            continue
        with entries:
            for entry in entries:
                if not prefix and entry.name in but:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    pending.append((entry.path, f"{prefix}{entry.name}/"))
                else:
                    status = entry.stat(follow_symlinks=False)
                    found[prefix + entry.name] = (status.st_size, status.st_mtime_ns)
    return found


def look(folder: str | Path, paths: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Of these files below ``folder``, those that are there."""
    found = {}
    for path in paths:
        with suppress(FileNotFoundError, NotADirectoryError):
            status = os.lstat(f"{folder}/{path}")
            found[path] = (status.st_size, status.st_mtime_ns)
    return found


@functools.lru_cache(maxsize=4096)
def _weight(path: str) -> int:
    # Odd: no change of a size or time is lost when it is multiplied.
    return int.from_bytes(hashlib.blake2b(path.encode(), digest_size=SIGNATURE).digest()) | 1


def _sum(stats: Stats) -> int:
    return sum(_weight(path) * ((time << 48) + size + 1) for path, (size, time) in stats.items())


def signature(stats: Stats, before: str = "0", without: Stats | None = None) -> str:
    """A short text that changes when a file is added, removed, or written to.

    A sum over the files: that of many (``before``) is brought up to date from what has changed (from ``without`` to
    ``stats``).
    """
    total = int(before, 16) - _sum(without or {}) + _sum(stats)
    return f"{total % (1 << 8 * SIGNATURE):0{2 * SIGNATURE}x}"


def _write(path: str, data: bytes) -> int:
    """Write a whole file; the time of its last change. A short write (a full disk) raises OSError."""
    file = os.open(path, NEW, 0o644)
    try:
        written = os.write(file, data)
        while written < len(data):
            written += os.write(file, memoryview(data)[written:])
        return os.fstat(file).st_mtime_ns
    finally:
        os.close(file)


def _same(path: str, data: bytes) -> bool:
    with open(path, "rb") as file:
        return file.read() == data


def _make_folders(folder: str, path: str, made: set[str]) -> None:
    """Make a folder below ``folder`` and those it is in, the quick way: asking for none that is known to be there."""
    above = path.rpartition("/")[0]
    if path and above not in made:
        _make_folders(folder, above, made)
    place = f"{folder}/{path}" if path else folder
    try:
        os.mkdir(place)
    except FileExistsError:
        if os.path.islink(place):
            _make_room(place, "_", folder)
    except OSError:
        _make_room(place, "_", folder)
    made.add(path)


def _make_room(folder: str, path: str, inside: str) -> None:
    """Make the folders of a path; what stands in the way of one, from ``inside`` on, is not ours and goes."""
    Path(inside).parent.mkdir(parents=True, exist_ok=True)
    for parent in reversed(Path(folder, path).parents):
        if not parent.is_relative_to(inside):
            continue
        if parent.is_symlink() or (parent.exists() and not parent.is_dir()):
            parent.unlink()
        parent.mkdir(exist_ok=True)


def update(folder: str | Path, files: Iterable[tuple[str, bytes]], found: Stats) -> dict[str, tuple[int, int]]:
    """Make ``folder`` hold ``files``, and of ``found`` nothing else; the stats of the files.

    ``found``: what :func:`scan` says is there now, or :func:`look` of those that may go.
    """
    folder = os.fspath(folder)
    stats: dict[str, tuple[int, int]] = {}
    made = {path.rpartition("/")[0] for path in found}
    for path, data in files:
        target = f"{folder}/{path}"
        there = found.get(path)
        parent = path.rpartition("/")[0]
        if parent not in made:
            _make_folders(folder, parent, made)
        if there is None:
            name = target
        elif there[0] == len(data) and not os.path.islink(target) and _same(target, data):
            stats[path] = there
            continue
        else:
            name = target + PART
        try:
            time = _write(name, data)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            _make_room(folder, path, folder)
            if os.path.isdir(target):
                shutil.rmtree(target)
            time = _write(name, data)
        if there is not None:
            os.replace(name, target)
        stats[path] = (len(data), time)
    for path in found.keys() - stats.keys():
        # Where a folder has taken the place of a file, the file is gone already.
        with suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
            os.unlink(f"{folder}/{path}")
            _prune(folder, path)
    return stats


def _prune(folder: str, path: str) -> None:
    """Remove the folders of a removed file that are empty now."""
    while "/" in path:
        path = path.rpartition("/")[0]
        try:
            os.rmdir(f"{folder}/{path}")
        except OSError:
            return


def exchange(one: Path, other: Path) -> None:
    """Swap two folders of one file system in a single step, where the system can; else in two renames.

    Linux: renameat2(2) with RENAME_EXCHANGE.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "renameat2"):
        result = libc.renameat2(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE)
        if result == 0:
            return
    place = aside(other)
    other.rename(place)
    try:
        one.rename(other)
    except OSError:
        place.rename(other)
        raise
    place.rename(one)


def aside(other: Path) -> Path:
    """Where a folder stands for a moment while :func:`exchange` does it in two renames."""
    return other.with_name(other.name + PART)


def settle(one: Path, other: Path) -> None:
    """Bring to an end an :func:`exchange` in two renames that was broken off: back where ``other`` is missing."""
    if not other.exists():
        aside(other).rename(other)
    elif not one.exists():
        aside(other).rename(one)
