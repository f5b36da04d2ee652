"""Queries made by rule from our own headings: nobody picked them, the seed did.

Readings come from the same SudachiDict from which the search learned how headings sound (``variants``). That is
circular: the rows ``hiragana`` and ``katakana`` are an upper bound, not a measurement of unseen readings.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from macros import codes
from search.sets import Place, Query, _unfindable
from search.variants import Reader

PER_RULE = 25
SEED = 20261123
#: Headings that say too little, or the same on many pages, to ask for one place with them.
SHORTEST = 3
HALF = dict(
    zip(
        "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンァィゥェォッャュョー",
        "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝｧｨｩｪｫｯｬｭｮｰ",
        strict=True,
    )
)
VOICED = dict(zip("ガギグゲゴザジズゼゾダヂヅデドバビブベボ", "カキクケコサシスセソタチツテトハヒフヘホ", strict=True))
HALF_VOICED = dict(zip("パピプペポ", "ハヒフヘホ", strict=True))


def headings() -> list[tuple[str, Place]]:
    """Every heading that says where it stands: the same one on several pages is no question that has one answer."""
    hidden = _unfindable()
    texts: dict[str, list[Place]] = {}
    for s in codes.sections():
        title = re.sub(r"^[0-9]+\. |[「」・、。()]|\{.*", " ", s.title).strip()
        if s.page not in hidden and "{" not in s.title and len(title) >= SHORTEST:
            texts.setdefault(title, []).append(Place(s.page.removesuffix(".md"), s.id))
    return [(title, places[0]) for title, places in sorted(texts.items()) if len(places) == 1]


def _to_hiragana(text: str) -> str:
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in text)


def _to_katakana(text: str) -> str:
    return "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in text)


def _half_width(text: str) -> str:
    out = ""
    for c in text:
        if c in VOICED:
            out += HALF[VOICED[c]] + "ﾞ"
        elif c in HALF_VOICED:
            out += HALF[HALF_VOICED[c]] + "ﾟ"
        else:
            out += HALF.get(c, c)
    return out


def _deleted(rng: random.Random, text: str) -> str:
    i = rng.randrange(1, len(text))
    return text[:i] + text[i + 1 :]


def _swapped(rng: random.Random, text: str) -> str:
    i = rng.randrange(len(text) - 1)
    return text[:i] + text[i + 1] + text[i] + text[i + 2 :]


def made() -> list[Query]:
    """The whole set: ``PER_RULE`` for every rule, fewer where few headings fit."""
    rng, read = random.Random(SEED), Reader()
    rules: dict[str, Callable[[str], str]] = {
        "unchanged": str,
        "hiragana": lambda t: _to_hiragana(read.katakana(t)),
        "katakana": lambda t: _to_katakana(read.katakana(t)),
        "deletion": lambda t: _deleted(rng, t),
        "swap": lambda t: _swapped(rng, t),
        "prefix": lambda t: t[: max(SHORTEST, len(t) * 2 // 3)],
        "half-width kana": _half_width,
        "full-width": lambda t: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in t),
        "long vowel dropped": lambda t: t.replace("ー", ""),
        "upper case": str.upper,
    }
    titles = headings()
    queries = []
    for rule, change in rules.items():
        long_enough = 5 if rule in {"deletion", "swap", "prefix"} else SHORTEST
        pairs = [(change(t), t, p) for t, p in titles if len(t) >= long_enough]
        changed = [(new, p) for new, old, p in pairs if (new != old) != (rule == "unchanged")]
        chosen = rng.sample(changed, min(PER_RULE, len(changed)))
        for i, (text, where) in enumerate(chosen, 1):
            queries.append(Query(f"rule-{rule}-{i}", rule, "rule-made", text, (where,)))
    return queries
