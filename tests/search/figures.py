"""What the answers amount to, and how it is printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from search.box import Answer

HEAD = ["", "n", "R@1", "R@3", "MRR", "zero", "weak", "sec@1", "sec@3"]


@dataclass(frozen=True)
class Figures:
    """Recall and its kin over some answers."""

    n: int
    recall_1: float
    recall_3: float
    mrr: float
    zero: float
    weak: float
    section_1: float
    section_3: float

    def row(self, name: str) -> list[str]:
        """As cells of a table."""
        shares = (self.recall_1, self.recall_3, self.mrr, self.zero, self.weak, self.section_1, self.section_3)
        return [name, str(self.n), *(f"{x:.3f}" for x in shares)]


def of(answers: Sequence[Answer]) -> Figures:
    """The figures of ``answers``; there must be some."""
    n = len(answers)
    return Figures(
        n,
        sum(a.rank == 1 for a in answers) / n,
        sum(1 <= a.rank <= 3 for a in answers) / n,
        sum(1 / a.rank for a in answers if 1 <= a.rank <= 10) / n,
        sum(a.empty for a in answers) / n,
        sum(not a.empty and not a.confident for a in answers) / n,
        sum(a.section_rank == 1 for a in answers) / n,
        sum(1 <= a.section_rank <= 3 for a in answers) / n,
    )


def by_category(answers: Iterable[Answer]) -> Mapping[str, list[Answer]]:
    """The answers of each category, in the order in which the categories come first."""
    found: dict[str, list[Answer]] = {}
    for answer in answers:
        found.setdefault(answer.query.category, []).append(answer)
    return found


def table(answers: Sequence[Answer], title: str) -> str:
    """One line per category and one for all."""
    rows = [HEAD, *(of(some).row(name) for name, some in by_category(answers).items()), of(answers).row("all")]
    lines = ["  ".join([f"{name:<18}", *(f"{cell:>6}" for cell in cells)]) for name, *cells in rows]
    return "\n".join([f"== {title}", *lines])


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def latency(answers: Iterable[Answer], title: str) -> str:
    """Last input event to last change of the list."""
    found = [a.latency for a in answers if a.latency is not None]
    if not found:
        return f"{title}: no answer"
    p50, p95 = percentile(found, 0.5), percentile(found, 0.95)
    return f"{title}: p50 {p50:.0f} ms, p95 {p95:.0f} ms, max {max(found):.0f} ms (n={len(found)})"


def misses(answers: Iterable[Answer]) -> str:
    """The queries whose page does not come first: only for the part to tune on."""
    lines = []
    for a in answers:
        if a.query.part == "tune" and a.rank != 1:
            shown = ["/".join(filter(None, g.links[0][:2])) if g.links else "-" for g in a.groups[:3]]
            wanted = "|".join(f"{p.page}#{p.section}".rstrip("#") for p in a.query.expected)
            lines.append(f"  {a.query.id:<14} {a.query.text}  place {a.rank}  wanted {wanted}  shown {shown}")
    return "\n".join(lines)
