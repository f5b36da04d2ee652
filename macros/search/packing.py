"""What was learned, in few bytes: which pairs speak for which nodes of an index, and how loudly.

``browser/4-learned.js`` reads it. Both go through all pairs and nodes in the same order and know the same of each: what
is likely takes next to nothing.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from macros.search import coder
from macros.search.learned import LEVELS, every_pair

#: An entry's number and whether its whole page is meant; None is the scope.
Node = tuple[int, bool] | None
#: Contexts of the coder: for each kind of node, how many pairs speak for it, which, and how loudly. Below: which there are.
_SCOPE, _PAGE, _ENTRY = range(1, 4)
_COUNT, _SPEAKS, _LEVEL = 0x1000, 0x2000, 0x3000
_RARE = coder.ONE >> 6
#: A pair that has spoken for more nodes says little for each.
_OFTEN = 3


@dataclass(frozen=True, slots=True)
class Names:
    """What an entry of an index is called: whether it is a page, its title and what is asked for it, its description."""

    page: bool
    names: tuple[str, ...]
    about: str


def known(entries: Iterable[Names]) -> list[str]:
    """The pairs that an index has anyway, so that they need not be written down again: the frequent ones first."""
    count = Counter(p for entry in entries for name in (*entry.names, entry.about) for p in every_pair(name))
    return sorted(count, key=lambda pair: -count[pair])


def packed(weights: Mapping[str, Mapping[Node, int]], entries: Sequence[Names]) -> tuple[str, bytes]:
    """The letters that only learned pairs have, and the table. ``weights``: pair -> node -> level."""
    out = coder.Encoder()
    pairs = known(entries)
    letters = list(dict.fromkeys("".join(pairs)))
    more = sorted(set("".join(weights)) - set(letters))
    pairs += _others(out, set(pairs), weights.keys(), letters + more)
    numbers = {pair: n for n, pair in enumerate(pairs)}
    levels: dict[Node, dict[int, int]] = defaultdict(dict)
    for pair, nodes in weights.items():
        for node, level in nodes.items():
            levels[node][numbers[pair]] = level
    own = [{numbers[pair] for name in entry.names for pair in every_pair(name)} for entry in entries]
    table = _Table(out, len(pairs))
    table.write(_SCOPE, levels[None], set(), None)
    whole: dict[int, int] = {}
    for number, entry in enumerate(entries):
        if entry.page:
            end = next((n for n in range(number + 1, len(entries)) if entries[n].page), len(entries))
            whole = levels[number, True]
            table.write(_PAGE, whole, set().union(*own[number:end]), None)
        table.write(_ENTRY, levels[number, False], own[number], whole)
    return "".join(more), out.finished()


def _others(out: coder.Encoder, names: set[str], wanted: Container[str], letters: Sequence[str]) -> list[str]:
    """Which pairs there are that no name has: likely those whose letters stand first, or second, in many."""
    firsts, seconds = Counter(pair[0] for pair in names), Counter(pair[1] for pair in names)
    found = []
    for a, b in itertools.product(letters, letters):
        if (pair := a + b) in names:
            continue
        out.put(pair in wanted, 8 * _size(firsts[a]) + _size(seconds[b]), _RARE)
        if pair in wanted:
            found.append(pair)
            firsts[a] += 1
            seconds[b] += 1
    return found


def _size(count: int) -> int:
    """About the logarithm of a count, from 0 to 7."""
    return min(count.bit_length(), 7)


class _Table:
    """Writes node after node."""

    def __init__(self, out: coder.Encoder, pairs: int) -> None:
        self._out = out
        #: For how many nodes each pair has spoken so far.
        self._spoken = [0] * pairs

    def write(self, kind: int, levels: Mapping[int, int], own: Container[int], whole: Mapping[int, int] | None) -> None:
        """Likely are the pairs that the node's own names have, that speak for its ``whole`` page (or against it), and
        that have spoken for many nodes before.
        """
        spoken, left = self._spoken, len(levels)
        self._out.number(left, _COUNT + 64 * kind)
        for pair in range(len(spoken)):
            if not left:
                break
            share = (len(spoken) - pair) // left
            above = 0 if whole is None else 1 if pair not in whole else 2 if whole[pair] > 0 else 3
            place = (min(share.bit_length(), 15) * 2 + (pair in own)) * 4 + above
            self._out.put(pair in levels, _SPEAKS + 8 * place + _size(spoken[pair]), coder.ONE // (share + 1))
            if pair in levels:
                left -= 1
                self._level(levels[pair], _LEVEL + 32 * kind + 16 * (spoken[pair] > _OFTEN))
                spoken[pair] += 1

    def _level(self, level: int, context: int) -> None:
        for n, one in enumerate(LEVELS[:-1]):
            self._out.put(level == one, context + n)
            if level == one:
                break
