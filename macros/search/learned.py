"""What pairs of neighbouring characters say about the place that is wanted: learned from ``said.tsv`` by ``make learn``.

A linear model, so that it can be read and its sums followed: each pair of characters of a query (folded, see
``normalise``) speaks with a small whole number for or against places. ``tests/search/learn.py`` makes the table.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from macros.errors import BuildError
from macros.search import asked, synonyms
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
