"""The table of words that mean the same, one group a line: a file for people who do not program."""

from __future__ import annotations

import re
from pathlib import Path

from macros.errors import BuildError
from macros.search.normalise import normalise

TABLE = Path(__file__).with_name("synonyms.txt")
SEPARATOR = "、"
_NOTE = re.compile(r"(^|\s)#.*|#(?=\s).*")
FAULTS = "言葉の表 {file} を読めません。\n{faults}"
ALONE = "{line}行目: 言葉が1つしかありません。同じ意味の言葉を「、」で区切って並べてください(「{text}」)。"
COMMA = "{line}行目: 区切りは「、」です。コンマで区切られているようです(「{text}」)。"
EMPTY = "{line}行目: 「、」の間に言葉がありません(「{text}」)。"
NOTHING = "{line}行目: 「{word}」には、検索できる文字がありません。"
TWICE = "{line}行目: 「{word}」は、{other}行目にもあります。1つの組にまとめてください。"


def lines(file: Path) -> list[tuple[int, str]]:
    """The lines that say something, with their numbers: not the empty ones, nothing after a ``#`` and a space."""
    found = enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
    return [(n, text) for n, line in found if (text := _NOTE.sub("", line).strip())]


def read(file: Path = TABLE) -> list[list[str]]:
    """The groups, each with the pages' own word first.

    :raises BuildError: with every fault of the table, each with its line.
    """
    groups, faults = [], []
    seen: dict[str, int] = {}
    for n, text in lines(file):
        words = [word.strip() for word in text.split(SEPARATOR)]
        if "" in words:
            faults.append(EMPTY.format(line=n, text=text))
        elif len(words) < 2:
            faults.append((COMMA if "," in text or "，" in text else ALONE).format(line=n, text=text))
        else:
            for word in words:
                key = normalise(word).replace(" ", "")
                if not key:
                    faults.append(NOTHING.format(line=n, word=word))
                elif seen.setdefault(key, n) != n:
                    faults.append(TWICE.format(line=n, word=word, other=seen[key]))
            groups.append(words)
    if faults:
        raise BuildError(FAULTS.format(file=file.name, faults="\n".join(faults)))
    return groups
