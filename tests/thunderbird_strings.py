"""Thunderbird's own strings, read from the installed program (Debian's thunderbird and thunderbird-l10n-ja)."""

from __future__ import annotations

import functools
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

HOMES = (Path("/usr/lib/thunderbird"), Path("/usr/share/thunderbird"))
JAPANESE = "extensions/langpack-ja@thunderbird.mozilla.org.xpi"
PROGRAM = "omni.ja"
MISSING = "{name} がありません。Debian の thunderbird-l10n-ja を入れてから、もう一度実行してください。"

MESSAGE = re.compile(r"(-?[A-Za-z][\w-]*) *= *(.*)")
ATTRIBUTE = re.compile(r" +\.([A-Za-z][\w-]*) *= *(.*)")
PROPERTY = re.compile(r"^([^#!\s=][^=\n]*?)\s*=\s*(.*)$", re.MULTILINE)
BRAND = re.compile(r"\{ *-brand-[\w-]+ *\}")
TAG = re.compile(r"<[^>]+>")
PLACE = re.compile(r"\{ *\$[\w-]+ *\}|%(?:\d+\$)?[Ss]")


def _archive(name: str) -> zipfile.ZipFile:
    for home in HOMES:
        if (home / name).exists():
            return zipfile.ZipFile(home / name)
    pytest.fail(MISSING.format(name=HOMES[0] / name))


def _fluent(text: str) -> Iterator[tuple[str, str]]:
    """Messages and ``message.attribute`` of a Fluent file; wrapped values joined. No selectors."""
    key, message, value = "", "", ""
    for line in [*text.splitlines(), "end ="]:
        if line.startswith("#"):
            continue
        start, attribute = MESSAGE.match(line), ATTRIBUTE.match(line)
        if not start and not attribute:
            value = f"{value} {line.strip()}".strip()
            continue
        if key and value:
            yield key, value
        if start:
            message, value = start[1], start[2]
            key = message
        elif attribute:
            key, value = f"{message}.{attribute[1]}", attribute[2]


def _properties(text: str) -> Iterator[tuple[str, str]]:
    for found in PROPERTY.finditer(re.sub(r"\\\n\s*", "", text)):
        yield found[1], found[2].replace("\\n", " ")


@functools.cache
def strings(file: str) -> Mapping[str, str]:
    """Key -> text of one language file; ``{}`` where the program fills in a name or a number.

    ``file`` is the path in the Japanese language pack or, with ``en-US`` in it, in the program itself.
    """
    archive = _archive(PROGRAM if "en-US" in file else JAPANESE)
    text = archive.read(file).decode("utf-8")
    parse = _fluent if file.endswith(".ftl") else _properties
    return {key: plain(value) for key, value in parse(text)}


def plain(text: str) -> str:
    """``text`` as it stands on the screen, with ``{}`` for what is filled in."""
    return " ".join(PLACE.sub("{}", TAG.sub("", BRAND.sub("Thunderbird", text))).split())
