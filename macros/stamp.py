"""Cut a rendered site into static pieces and slots, and fill the slots with the values of any domain of its profile.

Knows bytes, names of values and encodings; nothing of Markdown, MkDocs or YAML. A site is rendered with *stand-ins*
(:func:`stand_ins`) in place of a domain's values. :func:`cut` finds every stand-in, in whichever encoding it was
written, and keeps what lies between. Four nets catch what cannot be filled in afterwards:

1. no trace of a stand-in may remain in a static piece (:func:`cut`);
2. a second rendering with other stand-ins must give the same pieces and slots (:func:`compare`);
3. stand-ins reach pages as :class:`~macros.view.Value`, which can only be printed;
4. heading ids must be unique within a page (:func:`cut`).
"""

from __future__ import annotations

import functools
import hashlib
import html
import json
import operator
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from macros import view
from macros.errors import BuildError
from macros.pages import Page

TRACE = "{file}: 値 {names} が、そのままでない形で使われています。ページや部品の中で、値を加工していないか確かめてください。前後: {around}"
DIFFERENT = "{file}: 値によってページの形が変わります。値で分かれ道を作っていないか確かめてください。{detail}"
REPEATED = "{file}: 見出しの id「{id}」が 2 回以上使われています。"

#: How a value can stand in a file, by name. The text index of the theme holds HTML text inside JSON.
ENCODINGS: Mapping[str, Callable[[str], bytes]] = {
    "html": lambda text: view.escape(text).encode(),
    "json": lambda text: json.dumps(html.escape(text, quote=False))[1:-1].encode(),
    "json-utf8": lambda text: json.dumps(html.escape(text, quote=False), ensure_ascii=False)[1:-1].encode(),
}
ID = re.compile(rb'<h[1-6][^>]* id="?([^" >]*)')
#: Most of a provider's domains share most of their values (support, ports, sizes): these are encoded once.
REMEMBERED = 1024
#: The beginning of a core is enough: a value may have been cut short.
CORE = re.compile(rb"(?i)(?:zq|qx)[a-z]{4}")


@functools.lru_cache(maxsize=REMEMBERED)
def encoded(encoding: str, text: str) -> bytes:
    """A value as it stands in a file."""
    return ENCODINGS[encoding](text)


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a value goes: its name and the name of its encoding."""

    value: str
    encoding: str


@dataclass(frozen=True, slots=True)
class Template:
    """One file: static pieces with a slot after each but the last (``len(pieces) == len(slots) + 1``)."""

    pieces: tuple[bytes, ...]
    slots: tuple[Slot, ...]

    @property
    def digest(self) -> str:
        """A digest of all of it."""
        return hashlib.blake2b(repr((self.pieces, self.slots)).encode(), digest_size=8).hexdigest()


def _letters(number: int) -> str:
    return "".join(chr(ord("a") + number // 26**place % 26) for place in (3, 2, 1, 0))


def stand_ins(names: Iterable[str], *, second: bool = False) -> dict[str, str]:
    """A stand-in text for every name of a value.

    Each holds a core that stands nowhere else, and characters that every encoder treats in its own way. The second set
    differs in length, first letter and order of sorting.
    """
    ordered = sorted(names, reverse=second)
    if second:
        return {name: f"漢 QX{_letters(i)}XQ & <'_*\"|> 𠮷 end" for i, name in enumerate(ordered)}
    return {name: f"ZQ{_letters(i)}QZ <&\"'_*|> é漢" for i, name in enumerate(ordered)}


class Cutter:
    """Cuts files that were rendered with one set of stand-ins."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.slots: dict[bytes, Slot] = {}
        for encoding, encode in ENCODINGS.items():
            for name, text in texts.items():
                self.slots.setdefault(encode(text), Slot(name, encoding))
        self.pattern = re.compile(b"(" + b"|".join(map(re.escape, sorted(self.slots, key=len, reverse=True))) + b")")
        self.cores = {match[0].lower(): name for name, text in texts.items() if (match := CORE.search(text.encode()))}

    def cut(self, file: str, data: bytes) -> Template:
        """The template of one rendered file.

        :raises BuildError: for a stand-in that was changed on its way (net 1) or a repeated heading id (net 4).
        """
        parts = self.pattern.split(data)
        for piece in parts[::2]:
            if found := CORE.search(piece):
                name = self.cores.get(found[0].lower(), "?")
                around = piece[max(0, found.start() - 40) : found.end() + 40].decode("utf-8", "replace")
                raise BuildError(TRACE.format(file=file, names=f"mail.{name}", around=around))
        if file.endswith(".html"):
            for heading_id, count in Counter(ID.findall(data)).items():
                if count > 1:
                    raise BuildError(REPEATED.format(file=file, id=heading_id.decode()))
        return Template(tuple(parts[::2]), tuple(self.slots[part] for part in parts[1::2]))


@dataclass(frozen=True)
class Half:
    """One rendering of a profile, cut: the files of a copy, and what all copies share.

    ``root``, ``assets``: the files of the root of the site, where those were asked for; no value is in the assets.
    ``pages``: what is known of each page.
    """

    copy: Mapping[str, Template]
    shared: Mapping[str, bytes]
    root: Mapping[str, Template] = field(default_factory=dict)
    assets: Mapping[str, bytes] = field(default_factory=dict)
    pages: Mapping[str, Page] = field(default_factory=dict)


def compare(first: Mapping[str, Template], second: Mapping[str, Template]) -> None:
    """Net 2: two renderings with different stand-ins must be the same templates.

    :raises BuildError: naming the first file that differs, and where.
    """
    for file in sorted(first.keys() | second.keys()):
        one, two = first.get(file), second.get(file)
        if one == two:
            continue
        detail = ""
        if one is not None and two is not None:
            for a, b in zip(one.pieces, two.pieces, strict=False):
                if a != b:
                    at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
                    detail = " ≠ ".join(p[max(0, at - 40) : at + 40].decode("utf-8", "replace") for p in (a, b))
                    break
        raise BuildError(DIFFERENT.format(file=file, detail=detail))


def _picker(places: list[int]) -> Callable[[list[bytes]], Iterable[bytes]]:
    """What takes the texts at these places out of a list: in C, for there are a thousand places in a copy."""
    if len(places) > 1:
        return operator.itemgetter(*places)
    return lambda texts: [texts[place] for place in places]


@dataclass(frozen=True)
class Skeleton:
    """The templates of one profile by path, and the slots that occur in any of them.

    ``shared``: files that all its copies use, by their path from the root of the site.
    """

    templates: Mapping[str, Template]
    shared: Mapping[str, bytes] = field(default_factory=dict)

    @functools.cached_property
    def slots(self) -> tuple[Slot, ...]:
        """Every slot of every file, once."""
        return tuple(dict.fromkeys(slot for template in self.templates.values() for slot in template.slots))

    @functools.cached_property
    def _fillers(self) -> dict[str, tuple[list[bytes], Callable[[list[bytes]], Iterable[bytes]]]]:
        """Of every template: its pieces with room for what goes between them, and what picks that from the slots' texts."""
        places = {slot: place for place, slot in enumerate(self.slots)}
        found = {}
        for path, template in self.templates.items():
            parts: list[bytes] = [b""] * (2 * len(template.slots) + 1)
            parts[::2] = template.pieces
            found[path] = parts, _picker([places[slot] for slot in template.slots])
        return found

    @functools.cached_property
    def digests(self) -> dict[str, str]:
        """A digest of every template by path: equal ones write equal files for equal values."""
        return {path: template.digest for path, template in self.templates.items()}

    def filled(self, texts: Mapping[str, str], paths: Iterable[str] | None = None) -> Iterable[tuple[str, bytes]]:
        """Every file of a domain with these values (or those at ``paths``): (path, bytes), in the order of the paths."""
        values = [encoded(slot.encoding, texts[slot.value]) for slot in self.slots]
        fillers = self._fillers
        for path in self.templates if paths is None else paths:
            # The list is used again for the next domain: a page holds as many slots for every one of a profile.
            parts, pick = fillers[path]
            parts[1::2] = pick(values)
            yield path, b"".join(parts)
