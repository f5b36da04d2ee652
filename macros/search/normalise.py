"""One spelling for the many ways a word can be typed.

``browser/1-normalise.js`` does the same; tests/browser/test_search_spelling.py compares them.
"""

from __future__ import annotations

import functools
import re
import unicodedata

#: Hiragana to katakana, small kana to large ones, and sounds that are written in two ways.
_FOLD = {code: chr(code + 0x60) for code in range(ord("ぁ"), ord("ゖ") + 1)}
_SAME = dict(zip("ァィゥェォッャュョヮヵヶヴヂヅ", "アイウエオツヤユヨワカケブジズ", strict=True))
_LONG = re.compile("(?<=[ァ-ヶ])[ー‐‑‒–—―−─-]+")
_NO_WORD = re.compile("[^a-z0-9ァ-ヶ々㐀-鿿]+")


@functools.cache
def normalise(text: str) -> str:
    """``text`` in lower case, half width, katakana without long vowels; whatever is no letter or digit is one space."""
    folded = unicodedata.normalize("NFKC", text).lower().translate(_FOLD)
    folded = _LONG.sub("", folded)
    return _NO_WORD.sub(" ", "".join(_SAME.get(c, c) for c in folded)).strip()
