"""The arithmetic of ``make learn``: from examples to the weights of ``macros/search/learned.tsv``. Values in, values out.

A softmax over all entries of the index, with the browser's own score for each as a part that is given. What is learned
is added to that: for a pair of characters, a weight for a page as a whole and one for each of its entries. Accelerated
proximal gradient (FISTA, Beck and Teboulle 2009) with an L1 penalty, so that most weights are none, and a step for each
pair from the bound on the curvature (Böhning 1992).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

Matrix = NDArray[np.float32]
#: A pair that was typed less often is chance.
OFTEN = 4
#: What another place that answers as well counts, beside the best one.
AS_WELL = 0.3
#: A pair that must be named is worth its bytes when its levels come to so much.
WORTH = 3
#: How much finding the page counts; the rest is finding the section.
PAGE = 0.35
#: What all the questions that are none for this site count, beside all that are.
UNANSWERED = 1


@dataclass(frozen=True)
class Cost:
    """What it costs to say something at all (L1), and to say it loudly (L2); and after how many rounds it is enough."""

    penalty: float
    loud: float
    rounds: int


#: First which weights there are; then, among those, how large they are: at the first cost all would be too small.
WHICH = Cost(3.2, 0.03, 80)
OF_PLACES = Cost(0.5, 0.03, 40)
#: Weights below this are none.
FAINT = 0.25
OF_SCOPE = Cost(1.5, 0.1, 300)


@dataclass(frozen=True)
class Example:
    """A query that somebody typed: its pairs of characters, what each entry scores without what is learned here (units
    of log likelihood), and the entries that were wanted, the best one first.
    """

    pairs: Collection[str]
    scores: Mapping[int, float]
    wanted: Sequence[int]


@dataclass(frozen=True)
class Learned:
    """Levels by pair and node. Nodes: None is the scope; (entry, True) its whole page, (entry, False) the entry."""

    levels: dict[str, dict[tuple[int, bool] | None, int]]


def vocabulary(texts: Sequence[Collection[str]]) -> dict[str, int]:
    """The pairs that are typed often enough, each with its column."""
    count = Counter(pair for text in texts for pair in text)
    return {pair: n for n, pair in enumerate(sorted(p for p, times in count.items() if times >= OFTEN))}


def matrix(texts: Sequence[Collection[str]], columns: Mapping[str, int]) -> csr_matrix:
    """A row a text, 1 where it has the pair."""
    rows, cols = [], []
    for row, text in enumerate(texts):
        for pair in text:
            if pair in columns:
                rows.append(row)
                cols.append(columns[pair])
    data = np.ones(len(rows), np.float32)
    return csr_matrix((data, (rows, cols)), shape=(len(texts), len(columns)))


def _descend(x: csr_matrix, start: Matrix, slope: Callable[[Matrix], Matrix], cost: Cost, curve: float = 1) -> Matrix:
    """Weights (pairs by nodes) that make the loss small whose gradient ``slope`` gives, at the ``cost``.

    ``curve``: the loss of one example curves no more than that.
    """
    sums = np.asarray(x.sum(1)).ravel()
    bound = np.asarray(x.multiply(sums[:, None]).sum(0)).ravel() * curve + cost.loud + 1e-3
    step: Matrix = (1 / bound).astype(np.float32)[:, None]
    now, ahead, speed = start, start, 1.0
    for _ in range(cost.rounds):
        moved = ahead - step * (slope(ahead) + cost.loud * ahead)
        after: Matrix = np.sign(moved) * np.maximum(np.abs(moved) - step * cost.penalty, 0)
        faster = (1 + (1 + 4 * speed * speed) ** 0.5) / 2
        ahead = after + ((speed - 1) / faster) * (after - now)
        now, speed = after, faster
    return now


def _shares(examples: Sequence[Example], columns: int, of: Callable[[int], int]) -> Matrix:
    """What each column should get of each example: rows sum to 1."""
    shares = np.zeros((len(examples), columns), np.float32)
    for row, example in enumerate(examples):
        for rank, entry in enumerate(example.wanted):
            shares[row, of(entry)] = max(shares[row, of(entry)], 1 if rank == 0 else AS_WELL)
    return np.asarray(shares / shares.sum(1, keepdims=True))


def places(x: csr_matrix, examples: Sequence[Example], page_of: Sequence[int]) -> tuple[NDArray[np.int_], Matrix]:
    """The numbers of the pages' entries, and the weights of pages (first) and of all entries.

    ``page_of``: for each entry, the number of its page's.
    """
    pages, page = np.unique(np.asarray(page_of), return_inverse=True)
    entries = len(page_of)
    ones = np.ones(entries, np.float32)
    belongs = csr_matrix((ones, (np.arange(entries), page)), shape=(entries, len(pages)))
    given = np.zeros((len(examples), entries), np.float32)
    for row, example in enumerate(examples):
        given[row, list(example.scores)] = list(example.scores.values())
    by_entry = _shares(examples, entries, lambda entry: entry)
    by_page = _shares(examples, len(pages), lambda entry: int(page[entry]))
    back = x.T.tocsr()

    def slope(weights: Matrix) -> Matrix:
        score = given + x @ weights[:, len(pages) :] + (x @ weights[:, : len(pages)])[:, page]
        likely = np.exp(score - score.max(1, keepdims=True))
        likely /= likely.sum(1, keepdims=True)
        whole = likely @ belongs
        off = (1 - PAGE) * (likely - by_entry)
        off += PAGE * likely * ((whole - by_page) / np.maximum(whole, 1e-20))[:, page]
        return np.concatenate([back @ (off @ belongs), back @ off], axis=1)

    none = np.zeros((x.shape[1], len(pages) + entries), np.float32)
    some = _descend(x, none, slope, WHICH)
    kept = (np.abs(some) > FAINT).astype(np.float32)
    return pages, _descend(x, some * kept, lambda weights: slope(weights) * kept, OF_PLACES)


def scope(x: csr_matrix, answered: NDArray[np.bool_]) -> Matrix:
    """What each pair says for the question being one for this site (logistic regression)."""
    weight = np.where(answered, 1, UNANSWERED * answered.sum() / max(1, (~answered).sum())).astype(np.float32)[:, None]
    truth = answered.astype(np.float32)[:, None]
    back = x.T.tocsr()
    start = np.float32(0)

    def slope(weights: Matrix) -> Matrix:
        nonlocal start
        off = (1 / (1 + np.exp(-(x @ weights + start))) - truth) * weight
        start -= np.float32(2 * off.sum() / weight.sum())
        return np.asarray(back @ off)

    rows = csr_matrix(x.multiply(np.sqrt(weight)))
    return _descend(rows, np.zeros((x.shape[1], 1), np.float32), slope, OF_SCOPE, 0.25)


def learn(
    examples: Sequence[Example],
    unanswered: Sequence[Collection[str]],
    page_of: Sequence[int],
    *,
    step: float,
    levels: Collection[int],
    known: Collection[str],
) -> Learned:
    """All levels: weights as whole multiples of ``step``, no farther from 0 than ``levels`` go.

    ``known``: the pairs that cost nothing to name.
    """
    texts = [example.pairs for example in examples]
    columns = vocabulary([*texts, *unanswered])
    pages, weights = places(matrix(texts, columns), examples, page_of)
    both = matrix([*texts, *unanswered], columns)
    of_scope = scope(both, np.arange(both.shape[0]) < len(texts))
    nodes: list[tuple[int, bool] | None] = [None]
    nodes += [(int(number), True) for number in pages]
    nodes += [(number, False) for number in range(len(page_of))]
    rounded = np.clip(np.rint(np.concatenate([of_scope, weights], axis=1) / step), min(levels), max(levels)).astype(int)
    names = list(columns)
    found: dict[str, dict[tuple[int, bool] | None, int]] = {}
    for row, column in np.argwhere(rounded):
        found.setdefault(names[row], {})[nodes[column]] = int(rounded[row, column])
    return Learned({p: of for p, of in found.items() if p in known or sum(map(abs, of.values())) >= WORTH})
