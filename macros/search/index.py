"""From the sections of a rendered site to two files: an index that all copies share, and a copy's own few values.

The index is JSON of long strings, one line a word or a section: small, quick to read, and compressible.
"""

from __future__ import annotations

import functools
import hashlib
import html
import json
import re
import types
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from macros.search import learned, lexicon
from macros.search.lexicon import Word
from macros.search.normalise import KANJI, normalise

_TAG = re.compile(r"<[^>]+>")
_SPACE = re.compile(r"\s+")
#: A word that stands in more running texts than this is no mark of any of them.
MOST = 13
#: A noun of error messages is worth its bytes, though it names no place, where it stands in no more of them.
MOST_NOUN = 2
#: A word in so many sections of one page is of the page, unless the page is a catalogue.
PAGE_WIDE = 3
CATALOGUE = 60
SEPARATOR = "、"
#: Letters of what is worth its bytes: longer words are seldom typed in kana only.
HEARD = range(3, 7)
COLUMNS = ("sections", "titles", "codes", "abouts", "asked")
#: From a katakana to the printable character that stands for it in the table of readings.
KANA = ord("ァ") - ord("'")
#: Folded spelling, and whether it is the beginning of an inflecting word.
_Key = tuple[str, bool]
_DIGITS = "".join(chr(c) for c in range(33, 127) if chr(c) not in '"\\~')
_BASE = len(_DIGITS) // 2


@dataclass(frozen=True, slots=True)
class Entry:
    """What can be found: a page (no ``#`` in the location) or a section of it. ``title`` and ``text`` may hold HTML."""

    location: str
    title: str
    text: str
    code: str = ""
    #: What customers say when they mean this place.
    asked: tuple[str, ...] = ()
    #: Error messages: Latin words that stand there once are nothing that people look for.
    message: bool = False
    #: A heading under another heading of its page.
    inner: bool = False


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


@dataclass(slots=True)
class _Page:
    number: int
    sections: int = 0
    title: set[_Key] = field(default_factory=set)
    places: dict[_Key, list[int]] = field(default_factory=lambda: defaultdict(list))


class _Vocabulary:
    def __init__(self) -> None:
        self.words: dict[_Key, Word] = {}
        self.places: dict[_Key, list[int]] = defaultdict(list)
        #: Words of titles, descriptions and synonyms.
        self.named: set[_Key] = set()
        #: Latin words and numbers, which people copy from a page or a screen.
        self.literal: set[_Key] = set()

    @staticmethod
    def key(word: Word) -> _Key:
        """Words with the same key are the same word."""
        return (normalise(word.text), word.inflects)

    def incidental(self, key: _Key) -> bool:
        """A word that names no place and is no mark of one. Only Latin words and numbers are looked for in running text,
        and the rare nouns of error messages: Japanese words are in every text, and answer questions about other things.
        """
        if key in self.named:
            return False
        if key[0].isascii():
            return len(self.places[key]) < (1 if key in self.literal else 2)
        return key[1] or len(self.places[key]) > MOST_NOUN

    def add(self, word: Word) -> _Key:
        key = self.key(word)
        known = self.words.get(key)
        if known is None or len(word.text) < len(known.text):
            self.words[key] = word
        return key

    def read(self, page: _Page, number: int, title: str, text: str, *, message: bool) -> None:
        page.sections += 1
        in_title = {self.add(word) for word in lexicon.words(title)}
        self.named |= in_title
        if page.number == number:
            page.title = in_title
        for key in dict.fromkeys(map(self.add, lexicon.words(text) if message else lexicon.literals(text))):
            if not message:
                self.literal.add(key)
            if key not in in_title and key not in page.title:
                page.places[key].append(number)

    def turn(self, page: _Page) -> None:
        """Take over the words of a page that has been read to its end."""
        for key, places in page.places.items():
            self.places[key] += places if len(places) < PAGE_WIDE or page.sections > CATALOGUE else [page.number]

    def packed(self, key: _Key) -> str:
        """Where a word stands in running text, if that says anything."""
        places = self.places[key]
        return packed(sorted(places)) if len(places) <= MOST else ""


def _heard(group: Sequence[str], kept: Container[_Key]) -> list[str]:
    """How those members sound that the browser cannot put together from its words: 来ない is not 来る's クナイ."""
    found = []
    for member in group:
        text, sound = normalise(member), lexicon.sound(member)
        for word in lexicon.words(member):
            if word.reading and _Vocabulary.key(word) in kept:
                text = text.replace(normalise(word.text), word.reading)
        if text != sound and KANJI.search(member) and len(sound) in HEARD:
            found.append(sound)
    return found


def _table(
    weights: Mapping[str, Mapping[tuple[int, bool] | None, int]], known: Sequence[str], pages: Sequence[bool]
) -> tuple[str, str]:
    """The pairs that the index's own texts do not have; and a line a node: which pairs speak for it, by level.

    The nodes: the scope, then for each entry itself, and before that for its whole page where it is a page.
    """
    new = sorted(weights.keys() - set(known))
    numbers = {pair: n for n, pair in enumerate([*known, *new])}
    found: dict[tuple[int, bool] | None, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for pair, nodes in weights.items():
        for node, level in nodes.items():
            found[node][level].append(numbers[pair])
    order: list[tuple[int, bool] | None] = [None]
    for number, page in enumerate(pages):
        order += [(number, True), (number, False)] if page else [(number, False)]
    lines = (" ".join(packed(sorted(found[node][level])) for level in learned.LEVELS).rstrip() for node in order)
    return learned.grouped(new), "\n".join(lines)


def build(
    entries: Sequence[Entry],
    descriptions: Mapping[str, str],
    values: Mapping[str, str],
    synonyms: Sequence[Sequence[str]],
    skipped: Sequence[str],
    *,
    weights: Mapping[str, Mapping[tuple[int, bool] | None, int]] = types.MappingProxyType({}),
) -> dict[str, Any]:
    """The shared index: sections, words with readings and places, where each value stands, and the tables of words.

    ``weights``: pair of characters -> (entry's number, whether its whole page is meant) or None (scope) -> level.
    """
    taken = _Values(values)
    vocabulary = _Vocabulary()
    columns: list[tuple[str, str, str, str, str]] = []
    previous = ""
    current = _Page(0)
    for number, entry in enumerate(entries):
        page, _, anchor = entry.location.partition("#")
        if not anchor:
            vocabulary.turn(current)
            current = _Page(number)
        title, text = (plain(taken.taken(number, markup)) for markup in (entry.title, entry.text))
        description = "" if anchor else descriptions.get(page, "")
        place = f"{'##' if entry.inner else '#'}{anchor}" if anchor else page
        columns.append((place, title, _code(entry.code, previous), description, SEPARATOR.join(entry.asked)))
        previous = entry.code
        vocabulary.read(current, number, "\n".join([title, description, *entry.asked]), text, message=entry.message)
    vocabulary.turn(current)
    for group in synonyms:
        for member in group:
            vocabulary.named |= {vocabulary.key(word) for word in lexicon.words(member)}
    ordered = sorted((key, word) for key, word in vocabulary.words.items() if not vocabulary.incidental(key))
    places = [vocabulary.packed(key) for key, _ in ordered]
    kept = {key for key, _ in ordered}
    of_sections = dict(zip(COLUMNS, map("\n".join, zip(*columns, strict=True)), strict=True))
    tables = "\n".join("\t".join([*group, *_heard(group, kept)]) for group in synonyms)
    texts = [of_sections["titles"], of_sections["abouts"], of_sections["asked"], tables]
    new, lines = _table(weights, learned.known(texts), [not place.startswith("#") for place, *_ in columns])
    return {
        # Like stands with like, and words near the texts that they are of: it is compressed better.
        # Katakana in one byte each.
        "readings": "\n".join("".join(chr(ord(c) - KANA) for c in w.reading) for _, w in ordered),
        "places": "\n".join(places),
        "weights": lines,
        "codes": of_sections["codes"],
        "values": {name: packed(found) for name, found in sorted(taken.places.items())},
        "sections": of_sections["sections"],
        "skipped": "\t".join(skipped),
        "words": "\n".join(w.text + ("*" if w.inflects else "") for _, w in ordered),
        "pairs": new,
        "synonyms": tables,
        "asked": of_sections["asked"],
        "titles": of_sections["titles"],
        "abouts": of_sections["abouts"],
    }


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


def file_name(data: bytes) -> str:
    """A name that changes with the content, so that browsers may keep the file for ever."""
    return f"index.{hashlib.sha256(data).hexdigest()[:8]}.json"


def own(config: Mapping[str, Any], name: str, index: Mapping[str, Any], values: Mapping[str, str]) -> bytes:
    """A copy's own ``search_index.json``: what the theme asks for, the name of the index, the copy's values."""
    shown = {value: html.escape(values[value], quote=False) for value in index["values"]}
    data = {"config": {**config, "help": {"index": name, "values": shown}}, "docs": []}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
