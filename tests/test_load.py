"""nginx under load while publishes swap the site underneath; the long form is ``make torture``."""

from __future__ import annotations

import pytest
from torture import load

pytestmark = pytest.mark.slow


def test_every_answer_during_publishes_is_whole_and_of_one_version() -> None:
    answers, seen, wrong = load.attack(load.shipped, swaps=40)
    assert wrong == []
    assert seen == 2
    assert answers > 500


def test_a_swap_with_a_gap_is_found() -> None:
    """The same load finds the moment without a site that two renames leave; more often than not in one go."""
    assert any(load.attack(load.two_renames, swaps=150)[2] for _ in range(5))


def test_an_old_version_after_a_publish_is_found() -> None:
    """A publish that says it has ended, and has not changed anything."""
    assert load.attack(lambda fresh, site: None, swaps=3)[2]
