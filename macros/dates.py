"""When each page was last changed: asked of git once, for all pages and all renderings.

A move alone is no change. Where git does not know (a new page, no repository, no git), the day of ``SOURCE_DATE_EPOCH``
is taken; never the clock. What a shallow clone cuts off is not known either: rather no date than a wrong one.
"""

from __future__ import annotations

import datetime
import functools
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = "docs"
#: The commits that touched a page, the newest first: a line with the author's time, then NUL-ended states and paths.
ASKED = ["git", "-c", "core.quotePath=false", "log", "--no-show-signature", "--decorate=short"]
SHOWN = ["--format=%x00@%at %D", "--name-status", "--find-renames", "--relative", "-z", "--", DOCS]
#: How git marks a commit whose parents a shallow clone does not have; all its files look new.
CUT_OFF = "grafted"


def _log(root: Path) -> str:
    try:
        return subprocess.run([*ASKED, *SHOWN], cwd=root, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""


def _day(seconds: str) -> str:
    return datetime.datetime.fromtimestamp(int(seconds), datetime.UTC).date().isoformat() if seconds.isdecimal() else ""


def read(root: Path, epoch: str) -> dict[str, str]:
    """The day (``2026-11-23``) of every page's last change by its path below ``docs/``; "" for a day nobody knows."""
    pages = [path.relative_to(root / DOCS).as_posix() for path in sorted((root / DOCS).rglob("*.md"))]
    #: Path at the time of the commit -> the page of today.
    open_ = {f"{DOCS}/{page}": page for page in pages}
    days: dict[str, str] = {}
    day = ""
    words = iter(_log(root).replace("\n", "").split("\0"))
    for word in words:
        if word.startswith("@"):
            seconds, _, names = word[1:].partition(" ")
            day = "" if CUT_OFF in names else _day(seconds)
        elif word.startswith("R"):
            before, after = next(words), next(words)
            if page := open_.pop(after, None):
                open_[before] = page
        elif word and (page := open_.pop(next(words), None)):
            days[page] = day
    return {page: days.get(page, _day(epoch)) for page in pages}


@functools.cache
def of_pages() -> Mapping[str, str]:
    """The days for this project, asked once in each process."""
    return read(ROOT, os.environ.get("SOURCE_DATE_EPOCH", ""))


@functools.cache
def _last_commit() -> str:
    command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""


def today() -> datetime.date | None:
    """The day of ``SOURCE_DATE_EPOCH``, or of the last commit; None where neither is known."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH") or _last_commit()
    return datetime.datetime.fromtimestamp(int(seconds), datetime.UTC).date() if seconds.isdecimal() else None
