"""The bench's generated domains are good ones, the same every time, and of more than one structure."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from bench import domains
from bench.measure import Cost, cost, median

from macros import catalogue, view


def contents(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def test_generated_domains_are_read_without_a_fault_and_have_several_structures(tmp_path: Path) -> None:
    domains.write(tmp_path / "d", range(120))
    found = catalogue.load(tmp_path / "d")
    assert len(found) == 120
    assert len({view.profile(mail) for mail in found.values()}) == len(domains.KINDS)


def test_more_domains_only_add_to_fewer(tmp_path: Path) -> None:
    domains.write(tmp_path / "few", range(5))
    domains.write(tmp_path / "more", range(9))
    assert contents(tmp_path / "few").items() < contents(tmp_path / "more").items()


def test_a_cost_counts_the_processes_that_were_started_and_a_failure_is_none(tmp_path: Path) -> None:
    burn = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'sum(range(10**7))'])"
    assert cost(sys.executable, "-c", burn, cwd=tmp_path).cpu > 2 * cost(sys.executable, "-c", "", cwd=tmp_path).cpu
    with pytest.raises(RuntimeError, match=r"sys\.exit"):
        cost(sys.executable, "-c", "import sys; sys.exit(3)", cwd=tmp_path)


def test_medians() -> None:
    costs = iter([Cost(1, 3, 4, 5), Cost(9, 1, 2, 7), Cost(2, 2, 3, 6)])
    assert median(3, lambda: next(costs)) == Cost(2, 2, 3, 7)
