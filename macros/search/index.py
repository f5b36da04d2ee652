"""From the sections of a rendered site to the files of the search: an index and what was learned, which all copies share,
and a copy's own few values.

The index is JSON of long strings, one line a section: small, quick to read, and compressible.
"""

from __future__ import annotations

import functools
import hashlib
import html
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from macros.search import packing

_TAG = re.compile(r"<[^>]+>")
_SPACE = re.compile(r"\s+")
SEPARATOR = "、"
#: In the order in which they stand in the file: like stands with like, which is compressed better.
COLUMNS = ("codes", "sections", "asked", "titles", "abouts")
_DIGITS = "".join(chr(c) for c in range(33, 127) if chr(c) not in '"\\~')
_BASE = len(_DIGITS) // 2


@dataclass(frozen=True, slots=True)
class Entry:
    """What can be found: a page (no ``#`` in the location) or a section of it. ``title`` and ``text`` may hold HTML."""

    location: str
    title: str
    #: Only a domain's values are looked for in running text: Japanese words are in every text, and say nothing.
    text: str
    code: str = ""
    #: What customers say when they mean this place.
    asked: tuple[str, ...] = ()


def plain(markup: str) -> str:
    """The text of a piece of HTML."""
    return _SPACE.sub(" ", html.unescape(_TAG.sub(" ", markup))).strip()


class _Values:
    """Takes a domain's values out of texts and remembers where each stood."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.names: dict[str, str] = {}
        for name, text in values.items():
            if len(text) > 1 or text.isalpha():
                self.names.setdefault(html.escape(text, quote=False), name)
        pieces = sorted(self.names, key=len, reverse=True)
        self.pattern = re.compile("|".join(map(re.escape, pieces)) or r"(?!)")
        self.places: dict[str, list[int]] = defaultdict(list)

    def taken(self, number: int, text: str) -> str:
        def take(match: re.Match[str]) -> str:
            places = self.places[self.names[match[0]]]
            if number not in places:
                places.append(number)
            return " "

        return self.pattern.sub(take, text)


def packed(numbers: Iterable[int]) -> str:
    """Ascending numbers as the gaps between them, in printable digits; the last digit of a gap is of the lower half."""
    out, previous = [], -1
    for number in numbers:
        gap, previous = number - previous - 1, number
        digits = [_DIGITS[gap % _BASE]]
        while gap := gap // _BASE:
            digits.append(_DIGITS[_BASE + gap % _BASE])
        out.append("".join(reversed(digits)))
    return "".join(out)


def _code(code: str, previous: str) -> str:
    """A code as the index holds it: nothing where it is the next of its letter, or where there is again none."""
    letter, _, number = code.partition("-")
    before, _, last = previous.partition("-")
    if code == previous == "" or (code and before == letter and int(number) == int(last) + 1):
        return ""
    return code or "-"


def build(entries: Sequence[Entry], descriptions: Mapping[str, str], values: Mapping[str, str]) -> dict[str, Any]:
    """The shared index: sections with their names, and where each value stands. ``descriptions``: by a page's location."""
    taken = _Values(values)
    columns: list[tuple[str, str, str, str, str]] = []
    previous = ""
    for number, entry in enumerate(entries):
        page, _, anchor = entry.location.partition("#")
        title = plain(taken.taken(number, entry.title))
        taken.taken(number, entry.text)
        description = "" if anchor else descriptions.get(page, "")
        place = f"#{anchor}" if anchor else page
        columns.append((_code(entry.code, previous), place, SEPARATOR.join(entry.asked), title, description))
        previous = entry.code
    of_values = {name: packed(at) for name, at in sorted(taken.places.items())}
    return {"values": of_values, **dict(zip(COLUMNS, map("\n".join, zip(*columns, strict=True)), strict=True))}


def named(index: Mapping[str, Any]) -> list[packing.Names]:
    """What each entry of an index is called, in its order."""
    lines = (index[name].split("\n") for name in ("sections", "titles", "abouts", "asked"))
    return [
        packing.Names(not place.startswith("#"), (title, *filter(None, asked.split(SEPARATOR))), about)
        for place, title, about, asked in zip(*lines, strict=True)
    ]


def written(index: Mapping[str, Any]) -> bytes:
    """The bytes of an index: Shift_JIS as browsers know it takes a third less than UTF-8, JSON escapes hold the rest."""
    # A copy's own file names its values in the same order.
    data = {name: list(part.values()) if name == "values" else part for name, part in index.items()}
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return b"".join(_bytes(c) for c in text)


@functools.cache
def _bytes(character: str) -> bytes:
    data = character.encode("cp932", "ignore")
    # ¢ comes back as ￠, and browsers know nothing of four bytes that Python gives a meaning.
    if data.decode("cp932") != character or data in (b"\x80", b"\xa0", b"\xfd", b"\xfe", b"\xff"):
        return json.dumps(character)[1:-1].encode()
    return data


def read(data: bytes) -> dict[str, Any]:
    """An index from its bytes."""
    found: dict[str, Any] = json.loads(data.decode("cp932"))
    return found


def file_name(stem: str, data: bytes, kind: str) -> str:
    """A name that changes with the content, so that browsers may keep the file for ever."""
    return f"{stem}.{hashlib.sha256(data).hexdigest()[:8]}.{kind}"


def own(
    config: Mapping[str, Any], files: Mapping[str, str], index: Mapping[str, Any], values: Mapping[str, str]
) -> bytes:
    """A copy's own ``search_index.json``: what the theme asks for, the names of the shared files, the copy's values."""
    shown = {value: html.escape(values[value], quote=False) for value in index["values"]}
    data = {"config": {**config, "help": {**files, "values": shown}}, "docs": []}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
