"""What customers have typed, and where they wanted to go: the table that the search learns its words from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from macros.errors import BuildError
from macros.search import synonyms
from macros.search.asked import Place, place_of
from macros.search.normalise import normalise

TABLE = Path(__file__).with_name("said.tsv")
FORM = "{line}行目: 「種類、言葉、開いてほしい場所」を、タブで区切って書いてください(「{text}」)。場所が2つ以上あるときは | で区切ります。"
TWICE = "{line}行目: 「{words}」は、{other}行目にもあります。場所を1行にまとめてください。"
NOTHING = "{line}行目: 「{words}」には、検索できる文字がありません。"


@dataclass(frozen=True, slots=True)
class Said:
    """One line: what was typed, what kind of typing that is, and the places that answer it, the best one first."""

    line: int
    category: str
    words: str
    places: tuple[Place, ...]


def read(file: Path = TABLE) -> list[Said]:
    """Every line of the table, in its order.

    :raises BuildError: with every fault of the table, each with its line.
    """
    found: dict[str, Said] = {}
    faults = []
    for n, text in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not text.strip() or text.startswith("#"):
            continue
        parts = text.split("\t")
        if len(parts) != 3 or not all(part.strip() for part in parts) or "" in parts[2].split("|"):
            faults.append(FORM.format(line=n, text=text))
            continue
        category, words, places = (part.strip() for part in parts)
        if words in found:
            faults.append(TWICE.format(line=n, words=words, other=found[words].line))
        if not normalise(words):
            faults.append(NOTHING.format(line=n, words=words))
        found.setdefault(words, Said(n, category, words, tuple(place_of(one) for one in places.split("|"))))
    if faults:
        raise BuildError(synonyms.FAULTS.format(file=file.name, faults="\n".join(faults)))
    return list(found.values())
