"""The table of what customers say when they mean a page or a section: a file for people who do not program."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from macros.errors import BuildError
from macros.search import synonyms
from macros.search.normalise import normalise

TABLE = Path(__file__).with_name("asked.txt")
FORM = "{line}行目: 「開いてほしい場所: 言葉、言葉」の形にしてください(例: trouble/receive#disk: ディスクがいっぱい)。"
TWICE = "{line}行目: {place} は、{other}行目にもあります。1行にまとめてください。"
NOTHING = "{line}行目: 「{word}」には、検索できる文字がありません。"
UNKNOWN = "{place}: このページか見出しの id はありません。"

#: A page as docs/ names it, without .md, and the id of a section or "".
Place = tuple[str, str]


def place_of(text: str) -> Place:
    """``trouble/send#wrong-port`` or ``trouble/send``."""
    page, _, anchor = text.partition("#")
    return page, anchor


def read(file: Path = TABLE) -> dict[Place, tuple[str, ...]]:
    """Place -> what is asked for it.

    :raises BuildError: with every fault of the table, each with its line.
    """
    found: dict[Place, tuple[str, ...]] = {}
    lines: dict[Place, int] = {}
    faults = []
    for n, text in synonyms.lines(file):
        name, colon, rest = text.partition(":")
        place, words = place_of(name.strip()), tuple(word.strip() for word in rest.split(synonyms.SEPARATOR))
        if not colon or not place[0] or "" in words:
            faults.append(FORM.format(line=n))
        elif place in found:
            faults.append(TWICE.format(line=n, place=name.strip(), other=lines[place]))
        else:
            faults += [NOTHING.format(line=n, word=word) for word in words if not normalise(word)]
            found[place], lines[place] = words, n
    if faults:
        raise BuildError(synonyms.FAULTS.format(file=file.name, faults="\n".join(faults)))
    return found


def check(wanted: Iterable[Place], places: Iterable[Place], file: Path = TABLE) -> None:
    """That every place that a table names is one.

    :raises BuildError: with every place that no page has.
    """
    if unknown := sorted(set(wanted) - set(places)):
        faults = "\n".join(UNKNOWN.format(place="#".join(filter(None, place))) for place in unknown)
        raise BuildError(synonyms.FAULTS.format(file=file.name, faults=faults))
