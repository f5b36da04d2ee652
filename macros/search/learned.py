"""What pairs of neighbouring characters say about the place that is wanted: learned from ``said.tsv`` by ``make learn``.

A linear model, so that it can be read and its sums followed: each pair of characters of a query (folded, see
``normalise``) speaks with a small whole number for or against places. ``tests/search/learn.py`` makes the table.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from macros.errors import BuildError
from macros.search import asked, coder, synonyms
from macros.search.normalise import normalise

TABLE = Path(__file__).with_name("learned.tsv")
HEAD = "# make learn が said.tsv から作りました。手では直しません。"
FORM = "{line}行目: 読めません。make learn で作り直してください(「{text}」)。"
#: The levels that there are, the frequent ones first: a weight is a level times the browser's step.
LEVELS = (1, 2, 3, -1, 4, 5, -2, 6, 7, 8)
#: Speaks for the question being one that this site answers.
SCOPE = "*"
#: A page as a whole, all its sections: ``trouble/send``. One entry: ``trouble/send#`` or ``trouble/send#wrong-port``.
Node = str
#: Pair of characters -> node -> level.
Weights = Mapping[str, Mapping[Node, int]]
#: Contexts of the coder: which pairs there are; for each kind of node, how many speak for it, which, and how loudly.
_PAIRS = 0
_SCOPE, _PAGE, _ENTRY = range(1, 4)
_COUNT, _SPEAKS, _LEVEL = 0x1000, 0x2000, 0x3000
_RARE = coder.ONE >> 6
#: A pair that has spoken for more nodes says little for each.
_OFTEN = 3
_LINE = re.compile(r"(?P<pair>[^\t\n]{2})\t(?P<nodes>\S+=-?\d+(?: \S+=-?\d+)*)")


def every_pair(text: str) -> Iterator[str]:
    """The pairs of neighbouring characters of a text, its ends and the gaps between its words being spaces."""
    if folded := normalise(text):
        whole = f" {folded} "
        for i in range(len(whole) - 1):
            yield whole[i : i + 2]


def pairs(text: str) -> list[str]:
    """The same, each once, in the order in which they first appear."""
    return list(dict.fromkeys(every_pair(text)))


def digest(*sources: Path) -> str:
    """What the table was made from."""
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in sources)).hexdigest()[:16]


def read(file: Path = TABLE) -> dict[str, dict[Node, int]]:
    """The whole table.

    :raises BuildError: with every line that cannot be read.
    """
    found: dict[str, dict[Node, int]] = {}
    faults = []
    for n, text in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if text.startswith("#"):
            continue
        match = _LINE.fullmatch(text)
        nodes = [node.rpartition("=") for node in match["nodes"].split(" ")] if match else []
        if not match or match["pair"] in found or any(int(level) not in LEVELS for _, _, level in nodes):
            faults.append(FORM.format(line=n, text=text[:40]))
            continue
        found[match["pair"]] = {node: int(level) for node, _, level in nodes}
    if faults:
        raise BuildError(synonyms.FAULTS.format(file=file.name, faults="\n".join(faults)))
    return found


def made_from(file: Path = TABLE) -> str:
    """The digest in the table's head."""
    with file.open(encoding="utf-8") as lines:
        return next((line.split()[-1] for line in lines if line.startswith("# said ")), "")


def write(weights: Weights, made: str, file: Path = TABLE) -> None:
    """Write the table, sorted."""
    lines = [HEAD, f"# said {made}"]
    for pair, nodes in sorted(weights.items()):
        lines.append(f"{pair}\t" + " ".join(f"{node}={level}" for node, level in sorted(nodes.items())))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def numbered(weights: Weights, numbers: Mapping[asked.Place, int]) -> dict[str, dict[tuple[int, bool] | None, int]]:
    """The weights with the numbers of entries: (number, whether the whole page is meant), or None for the scope.

    Places that a copy does not have are left out.
    """
    found: dict[str, dict[tuple[int, bool] | None, int]] = {}
    for pair, nodes in weights.items():
        here: dict[tuple[int, bool] | None, int] = {}
        for node, level in nodes.items():
            if node == SCOPE:
                here[None] = level
            elif (number := numbers.get(asked.place_of(node))) is not None:
                here[number, "#" not in node] = level
        if here:
            found[pair] = here
    return found


@dataclass(frozen=True, slots=True)
class Names:
    """What an entry of the index is called: whether it is a page, its title and what is asked for it, its description."""

    page: bool
    names: tuple[str, ...]
    about: str


def known(entries: Iterable[Names]) -> list[str]:
    """The pairs that the index has anyway, so that they need not be written down again: the frequent ones first."""
    count = Counter(p for entry in entries for name in (*entry.names, entry.about) for p in every_pair(name))
    return sorted(count, key=lambda pair: -count[pair])


def packed(weights: Mapping[str, Mapping[tuple[int, bool] | None, int]], entries: Sequence[Names]) -> tuple[str, bytes]:
    """The letters that only learned pairs have, and the table in few bytes, as ``browser/4-learned.js`` reads it.

    ``weights``: pair -> (entry's number, whether its whole page is meant) or None for the scope -> level.
    """
    out = coder.Encoder()
    pairs = known(entries)
    letters = list(dict.fromkeys("".join(pairs)))
    more = sorted(set("".join(weights)) - set(letters))
    pairs += _written_pairs(out, set(pairs), weights.keys(), letters + more)
    numbers = {pair: n for n, pair in enumerate(pairs)}
    levels: dict[tuple[int, bool] | None, dict[int, int]] = defaultdict(dict)
    for pair, nodes in weights.items():
        for node, level in nodes.items():
            levels[node][numbers[pair]] = level
    spoken = [0] * len(pairs)
    own = [{numbers[pair] for name in entry.names for pair in every_pair(name)} for entry in entries]
    _write_node(out, _SCOPE, levels[None], set(), None, spoken)
    whole: dict[int, int] = {}
    for number, entry in enumerate(entries):
        if entry.page:
            end = next((n for n in range(number + 1, len(entries)) if entries[n].page), len(entries))
            whole = levels[number, True]
            _write_node(out, _PAGE, whole, frozenset().union(*own[number:end]), None, spoken)
        _write_node(out, _ENTRY, levels[number, False], own[number], whole, spoken)
    return "".join(more), out.finished()


def _written_pairs(out: coder.Encoder, known: Container[str], wanted: Container[str], letters: Sequence[str]) -> list[str]:
    """Which other pairs there are: likely where both letters have stood in many."""
    firsts, seconds = Counter(pair[0] for pair in known), Counter(pair[1] for pair in known)
    found = []
    for a, b in itertools.product(letters, letters):
        if (pair := a + b) in known:
            continue
        out.put(pair in wanted, _PAIRS + 8 * _size(firsts[a]) + _size(seconds[b]), _RARE)
        if pair in wanted:
            found.append(pair)
            firsts[a] += 1
            seconds[b] += 1
    return found


def _size(count: int) -> int:
    """About the logarithm of a count, from 0 to 7."""
    return min(count.bit_length(), 7)


def _write_node(
    out: coder.Encoder,
    kind: int,
    levels: Mapping[int, int],
    own: Container[int],
    whole: Mapping[int, int] | None,
    spoken: list[int],
) -> None:
    """Which pairs speak for a node and how loudly: likely those that its own names have, that speak for its whole page
    (or against it), and that have spoken for many nodes before. ``spoken``: for how many, by pair; counted on here.
    """
    out.number(len(levels), _COUNT + 64 * kind)
    left = len(levels)
    for pair in range(len(spoken)):
        if not left:
            break
        share = (len(spoken) - pair) // left
        above = 0 if whole is None else 1 if pair not in whole else 2 if whole[pair] > 0 else 3
        place = (min(share.bit_length(), 15) * 2 + (pair in own)) * 4 + above
        out.put(pair in levels, _SPEAKS + 8 * place + _size(spoken[pair]), coder.ONE // (share + 1))
        if pair in levels:
            left -= 1
            for n, level in enumerate(LEVELS[:-1]):
                out.put(levels[pair] == level, _LEVEL + 32 * kind + 16 * (spoken[pair] > _OFTEN) + n)
                if levels[pair] == level:
                    break
            spoken[pair] += 1
