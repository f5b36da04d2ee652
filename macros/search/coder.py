"""Bits in as few bytes as they are surprising: an arithmetic coder whose contexts learn how often their bit is set.

``browser/2-coder.js`` reads what is written here; whole numbers only, so that both reckon the same. The coder is the
carry-less one of lpaq (Mahoney 2007); a counter is the mean of what it saw.
"""

from __future__ import annotations

#: Probabilities are of so many; a counter never says that something cannot be, and forgets what is older than LIMIT.
ONE = 1 << 22
LEAST = 1 << 9
LIMIT = 1000
#: Of a probability so many bits are used to divide what is left of a number.
USED = 16
_WORD = (1 << 32) - 1
_TOP = 0xFF << 24


class Encoder:
    """Takes bits, each with its context, and has the bytes in the end."""

    def __init__(self) -> None:
        self._low, self._high = 0, _WORD
        self._out = bytearray()
        #: Context -> how likely its next bit is set, and how many were seen.
        self._counters: dict[int, list[int]] = {}

    def put(self, bit: bool, context: int, guess: int = ONE // 2) -> None:
        """``guess``: how likely the first bit of a context is set, of ``ONE``."""
        counter = self._counters.get(context)
        if counter is None:
            counter = self._counters[context] = [min(max(guess, LEAST), ONE - LEAST), 0]
        likely, seen = counter
        low, high = self._low, self._high
        span, share = high - low, likely >> 22 - USED
        middle = low + (span >> USED) * share + (((span & 0xFFFF) * share) >> USED)
        if bit:
            high = middle
            moved = likely + (ONE - likely) * 2 // (2 * seen + 3)
        else:
            low = middle + 1
            moved = likely + -likely * 2 // (2 * seen + 3)
        counter[0] = LEAST if moved < LEAST else ONE - LEAST if moved > ONE - LEAST else moved
        if seen < LIMIT:
            counter[1] = seen + 1
        while not (low ^ high) & _TOP:
            self._out.append(high >> 24)
            low, high = low << 8 & _WORD, high << 8 & _WORD | 0xFF
        self._low, self._high = low, high

    def number(self, value: int, context: int) -> None:
        """A whole number from 0 on, small ones in fewest bits (Elias gamma). Takes 64 contexts from ``context`` on."""
        length = (value + 1).bit_length()
        for n in range(1, length):
            self.put(True, context + n)
        self.put(False, context + length)
        for n in range(length - 2, -1, -1):
            self.put(bool((value + 1) >> n & 1), context + 32 + n)

    def finished(self) -> bytes:
        """All bytes; nothing may follow. Whoever reads them finds zeros behind."""
        return bytes(self._out) + bytes([self._high >> 24])
