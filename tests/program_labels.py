"""The words that programs really show: Thunderbird's from Debian's packages, others from recorded lists in ``labels/``.

A label that stands in the language pack may be left over from a screen that is gone. :func:`in_use` therefore asks
whether the program's own code still mentions the key.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import thunderbird_strings
import yaml
from thunderbird_strings import JAPANESE, PROGRAM

RECORDED = Path(__file__).parent / "labels"
LIBRARY = "libxul.so"  # keys of .properties files are looked up from C++ as well

MESSAGE = re.compile(r"(-?[A-Za-z][\w-]*) *= *(.*)")
ATTRIBUTE = re.compile(r"\s+\.([A-Za-z][\w-]*) *= *(.*)")
VARIANT = re.compile(r"\s+\*?\[[^\]]+\] *(.*)")
ENTITY = re.compile(r"<!ENTITY\s+([\w.-]+)\s+(?:\"([^\"]*)\"|'([^']*)')\s*>")
ACCESS_KEY = re.compile(r"\s*[((]&?[A-Za-z0-9][))]")
END = re.compile(r"(?:\.{3}|…|[::])+$")
QUOTED = re.compile(r"""(?<=["'`&])[\w.-]{2,80}(?=["'`;])""")
CODE = (".xhtml", ".html", ".js", ".mjs", ".inc")
SUFFIXES = ("label", "title", "accesskey", "placeholder", "aria-label", "tooltiptext", "message", "buttonlabel")


def as_quoted(text: str) -> str:
    """A label the way people quote it: no markup, no access key, no dots or colon at its end."""
    return END.sub("", ACCESS_KEY.sub("", thunderbird_strings.plain(text))).strip()


def _fluent(text: str) -> Iterator[tuple[str, str]]:
    """Key and text of every message, attribute and variant; wrapped values joined."""
    message, key, parts = "", "", list[str]()
    for line in [*text.splitlines(), "end ="]:
        if line.startswith("#"):
            continue
        start, attribute, variant = MESSAGE.match(line), ATTRIBUTE.match(line), VARIANT.match(line)
        if not (start or attribute or variant):
            parts.append(line.strip().strip("}"))
            continue
        value = " ".join(part for part in parts if part)
        if key and value:
            yield key, value
        if start:
            message = key = start[1]
            parts = [start[2]]
        elif attribute:
            key, parts = f"{message}.{attribute[1]}", [attribute[2]]
        elif variant:
            parts = [variant[1]]


def _entities(text: str) -> Iterator[tuple[str, str]]:
    for found in ENTITY.finditer(text):
        yield found[1], found[2] if found[2] is not None else found[3]


@functools.cache
def thunderbird() -> Mapping[str, frozenset[str]]:
    """Every Japanese text of the installed Thunderbird, with the keys that it stands under."""
    archive = thunderbird_strings._archive(JAPANESE)
    parsers = {"ftl": _fluent, "dtd": _entities, "properties": thunderbird_strings._properties}
    found: dict[str, set[str]] = {}
    for name in archive.namelist():
        parse = parsers.get(name.rpartition(".")[2])
        if parse is None or "devtools" in name:
            continue
        for key, text in parse(archive.read(name).decode("utf-8")):
            found.setdefault(as_quoted(text), set()).add(key)
    return {text: frozenset(keys) for text, keys in found.items()}


@functools.cache
def _code() -> str:
    archive = thunderbird_strings._archive(PROGRAM)
    names = [n for n in archive.namelist() if n.endswith(CODE) and "/locale/" not in n and "devtools" not in n]
    return "\n".join(archive.read(name).decode("utf-8", "replace") for name in names)


@functools.cache
def _library() -> bytes:
    home = next(home for home in thunderbird_strings.HOMES if (home / LIBRARY).exists())
    return (home / LIBRARY).read_bytes()


@functools.cache
def _mentioned() -> frozenset[str]:
    """Every name that the program's code quotes, in any of its ways."""
    return frozenset(QUOTED.findall(_code()))


@functools.cache
def in_use(key: str) -> bool:
    """Whether the program's code mentions the key (of an attribute: the message's)."""
    whole, _, suffix = key.rpartition(".")
    names = {key, whole} - {""} if suffix in SUFFIXES else {key}
    if names & _mentioned():
        return True
    library = _library()
    return any(b"\0" + n.encode() + b"\0" in library or n.encode("utf-16-le") in library for n in names)


@functools.cache
def recorded(program: str) -> Mapping[str, frozenset[str]]:
    """The texts of the recorded lists for a program, with their keys."""
    found: dict[str, set[str]] = {}
    for file in sorted(RECORDED.glob("*.yaml")):
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
        if data["program"] == program:
            for key, text in data["strings"].items():
                found.setdefault(as_quoted(text), set()).add(key)
    return {text: frozenset(keys) for text, keys in found.items()}


def problem(program: str, text: str) -> str | None:
    """What is wrong with a quoted text of ``thunderbird`` or ``ietng``; None when the program shows it."""
    wanted = as_quoted(text)
    known = recorded(program)
    if wanted in known:
        return None
    if program == "thunderbird":
        own = thunderbird()
        keys = own.get(wanted) or frozenset(
            k for whole, ks in _patterns().items() if whole.fullmatch(wanted) for k in ks
        )
        if any(in_use(key) for key in keys):
            return None
        if keys:
            return f"「{text}」は言語資料に残っているだけで、画面ではもう使われていません({'、'.join(sorted(keys))})"
        known = {**known, **own}
    near = [t for t in difflib.get_close_matches(wanted, known, n=9, cutoff=0.5) if _current(program, known[t])][:3]
    return f"「{text}」という文字は {program} にありません。近いもの: {'、'.join(near) or 'なし'}"


def _current(program: str, keys: frozenset[str]) -> bool:
    return program != "thunderbird" or any(map(in_use, keys))


@functools.cache
def _patterns() -> Mapping[re.Pattern[str], frozenset[str]]:
    """Texts that the program completes with a name or a number."""
    return {
        re.compile(".+".join(map(re.escape, text.split("{}")))): keys
        for text, keys in thunderbird().items()
        if "{}" in text and len(text) > len("{}") + 4
    }
