"""Lines that nobody typed, to learn from beside ``said.tsv``: headings as they sound, and rare words in the place of
frequent ones that mean the same (``macros/search/synonyms.txt``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from sudachipy import Dictionary, SplitMode

from macros.search.asked import Place
from macros.search.normalise import normalise
from macros.search.said import Said

#: A word that was typed in fewer lines is tried in so many that have a word of the same meaning.
FEW = 12
KANJI = re.compile("[々一-龯]")


class Reader:
    """Says how Japanese text sounds."""

    def __init__(self) -> None:
        self._split = Dictionary(dict="small").tokenizer()

    def katakana(self, text: str) -> str:
        """``text`` with its kanji as katakana."""
        morphemes = self._split.tokenize(text, SplitMode.C)
        return "".join(m.reading_form() if KANJI.search(m.surface()) else m.surface() for m in morphemes)


def heard(headings: Iterable[tuple[str, Place]]) -> Iterator[Said]:
    """Every heading that has kanji, as it sounds."""
    reader = Reader()
    for title, place in headings:
        if KANJI.search(title):
            yield Said(0, "heard", reader.katakana(title), (place,))


def _pattern(word: str) -> re.Pattern[str]:
    """Where a folded text has a word; Latin words whole."""
    escaped = re.escape(word)
    return re.compile(f"(?<![a-z0-9]){escaped}(?![a-z0-9])" if word.isascii() else escaped)


def synonymous(lines: Sequence[Said], groups: Iterable[Sequence[str]]) -> Iterator[Said]:
    """For each word of a group that is typed seldom, lines with the most frequent one of the group, with it instead."""
    folded = [(normalise(line.words), line) for line in lines]
    for group in groups:
        words = list(dict.fromkeys(map(normalise, group)))
        having = {word: [pair for pair in folded if _pattern(word).search(pair[0])] for word in words}
        most = max(words, key=lambda word: len(having[word]))
        for word in words:
            if len(having[word]) < FEW and word != most and having[most]:
                for text, line in having[most][:: max(1, len(having[most]) // FEW)][:FEW]:
                    yield Said(line.line, "synonymous", _pattern(most).sub(word, text), line.places)
