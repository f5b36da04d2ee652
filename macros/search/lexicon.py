"""Words of Japanese text with their readings, from a morphological analyser that only the build needs."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from sudachipy import Dictionary, Morpheme, SplitMode, Tokenizer

from macros import cache
from macros.search.normalise import HIRAGANA, KANJI, normalise

_KEPT = {"名詞", "動詞", "形容詞", "形状詞", "副詞"}
_INFLECTING = {"動詞", "形容詞"}
_LATIN = re.compile(r"[a-z0-9]+")
#: What English messages are full of.
_ENGLISH = set(
    "about again an and another are as at be because been but by can cannot could currently did do does doesn due for from"
    " get getting has have how if in is it just later make may more must no non not now occurred of on or out please"
    " probably seem set some someone sure that the then there this to too try trying until up use used using want was were"
    " while will with you your".split()
)
_OKURIGANA = re.compile("(?<=[々一-鿿])[ぁ-ゖ]+$")
#: The analyser takes some 49,000 bytes at once.
_SENTENCE = re.compile(r"[。\n]")

#: The name under which the words of sentences are kept.
KEPT = "words"
#: Sentences that are not kept yet.
_new: list[str] = []


@dataclass(frozen=True, slots=True)
class Word:
    """A word as the page spells it, without its ending where it inflects; ``reading`` is normalised, "" if as spelt."""

    text: str
    reading: str
    inflects: bool


@functools.cache
def _tokenizer() -> Tokenizer:
    return Dictionary(dict="small").tokenizer(mode=SplitMode.A)


@functools.cache
def sound(word: str) -> str:
    """How a word sounds, normalised."""
    return normalise("".join(m.reading_form() for m in _tokenizer().tokenize(word)))


def _stem(word: str, verb: bool) -> Word | None:
    """取り込む and 取り込み are both 取り込, つながる is つなが."""
    ending = _OKURIGANA.search(word)
    if ending and len(ending[0]) <= 3:
        # 見つかる is not 見る: a long ending is cut at its last character only.
        stem = word[: ending.start()] if len(ending[0]) < 3 else word[:-1]
        reading = sound(word)
        cut = len(normalise(ending[0])) if len(ending[0]) < 3 else 1
        return Word(stem, reading[:-cut], True) if len(reading) > cut else None
    if verb and not KANJI.search(word):
        return Word(word[:-1], "", True) if len(word) > 2 else None
    return Word(word, "" if normalise(word) == (reading := sound(word)) else reading, False)


def _morphemes(sentence: str) -> Iterator[Morpheme]:
    """問い合わせる and スマートフォン in one piece, 受信サーバー in two."""
    for m in _tokenizer().tokenize(sentence, SplitMode.C):
        if KANJI.search(m.surface()) and not HIRAGANA.search(m.surface()):
            yield from list(m.split(SplitMode.A)) or [m]
        else:
            yield m


def _analysed(sentence: str) -> tuple[Word, ...]:
    found: list[Word] = []
    after_noun = False
    for m in _morphemes(sentence):
        kind, word = m.part_of_speech(), m.surface()
        if kind[0] == "接尾辞" and KANJI.fullmatch(word) and after_noun:
            # 証明書 and 暗号化 are one word.
            whole = found.pop().text + word
            found.append(Word(whole, sound(whole) if KANJI.search(whole) else "", False))
            continue
        after_noun = False
        if kind[0] not in _KEPT or kind[1] == "数詞" or _LATIN.search(normalise(word)):
            continue
        verb = kind[0] in _INFLECTING
        if verb:
            word = m.dictionary_form()
        elif (len(word) < 2 and not KANJI.match(word)) or (all(HIRAGANA.match(c) for c in word) and len(word) < 3):
            continue
        if stem := _stem(re.sub(r"\(.*", "", word), verb):
            found.append(stem)
            after_noun = not stem.inflects and kind[0] == "名詞"
    return tuple(found)


@functools.cache
def _known() -> dict[str, tuple[Word, ...]]:
    """The words of every sentence that was met in this run or an earlier one of the same program and dictionary."""
    return dict(cache.read(KEPT, cache.program()) or {})


def _words(sentence: str) -> tuple[Word, ...]:
    known = _known()
    if sentence not in known:
        known[sentence] = _analysed(sentence)
        _new.append(sentence)
    return known[sentence]


def keep() -> None:
    """Keep for later runs what was met: to analyse all pages takes longer than to render one."""
    if _new:
        cache.write(KEPT, cache.program(), _known())
        _new.clear()


def literals(text: str) -> Iterator[Word]:
    """Latin words and numbers: what people copy from a page or a screen."""
    for latin in _LATIN.findall(normalise(text)):
        if len(latin) > 1 and latin not in _ENGLISH:
            yield Word(latin, "", False)


def words(text: str) -> Iterator[Word]:
    """The words of ``text`` in their order, Latin words and numbers after those of their sentence."""
    for sentence in _SENTENCE.split(unicodedata.normalize("NFKC", text)):
        yield from _words(sentence)
        yield from literals(sentence)
