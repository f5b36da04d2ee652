"""Which version of a program a page was checked against, and when that was too long ago.

"Today" is the day of the last commit, never the clock: the same sources make the same bytes on any day.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from markupsafe import Markup

from macros.components import choose, component, table
from macros.dates import today
from macros.errors import PageError
from macros.view import MailView

DOCS = Path(__file__).resolve().parents[2] / "docs"
#: Front matter: for so many days a page may rely on what was checked.
LIMIT = "check_days"
FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.S)
CALL = re.compile(r"\{\{ checked\(\"([a-z_]+)\"")
NOT_A_NUMBER = "checked: ページの先頭に check_days(確認が有効な日数)を書いてください。「{found}」がありました。"


def entry(program: str) -> dict[str, Any]:
    """A program of ``programs.yaml``; version and day of one that is tried by a run are what the run wrote."""
    programs = table("programs.yaml")
    found: dict[str, Any] = programs[choose("checked", program, programs)]
    return {**found, **table("checked.yaml").get(program, {})}


def is_old(checked: datetime.date, days: int, now: datetime.date | None) -> bool:
    """Whether a check of that day no longer counts ``now``."""
    return now is not None and (now - checked).days > days


@component
def checked(mail: MailView, program: str, days: int) -> str:
    """Which version of a program a page was checked against, when, and how; ``days`` is the page's ``check_days``."""
    if not isinstance(days, int):
        raise PageError(NOT_A_NUMBER.format(found=days))
    wording = table("wording.yaml")["checked"]
    found = entry(program)
    text = wording[found["method"]].format(name=found["name"], version=found["version"], date=found["checked"])
    if not is_old(found["checked"], days, today()):
        return Markup('<p class="mh-checked">{}</p>').format(text)
    return Markup('<p class="mh-checked mh-checked--old">{} <strong>{}</strong></p>').format(text, wording["old"])


@dataclass(frozen=True)
class OldCheck:
    """A page that relies on a check that is too long ago."""

    page: Path
    program: str
    day: datetime.date
    days: int

    def __str__(self) -> str:
        name = self.page.relative_to(DOCS.parent).as_posix()
        wording = str(table("wording.yaml")["checked"]["warning"])
        return wording.format(page=name, name=self.program, date=self.day, days=self.days)


def old_checks(docs: Path = DOCS, now: datetime.date | None = None) -> list[OldCheck]:
    """Every page below ``docs`` whose check of a program is older than the page allows."""
    now = now or today()
    found = []
    for page in sorted(docs.rglob("*.md")):
        text = page.read_text(encoding="utf-8")
        match = FRONT_MATTER.match(text) if LIMIT in text else None
        days = (yaml.safe_load(match[1]) or {}).get(LIMIT) if match else None
        if not isinstance(days, int):
            continue
        for program in CALL.findall(text):
            known = entry(program)
            if is_old(known["checked"], days, now):
                found.append(OldCheck(page, known["name"], known["checked"], days))
    return found
