"""The arithmetic of learning, on examples small enough to see what should come of them."""

from __future__ import annotations

import numpy as np
import pytest

from search import fit

#: Two pages, 0 and 2, each with a section: 1 and 3.
PAGE_OF = [0, 0, 2, 2]


def example(text: str, wanted: list[int], scores: dict[int, float] | None = None) -> fit.Example:
    return fit.Example([text[i : i + 2] for i in range(len(text) - 1)], scores or {}, wanted)


def learned(
    examples: list[fit.Example], unanswered: list[list[str]] | None = None, known: str = "送信受信"
) -> fit.Learned:
    pairs = {known[i : i + 2] for i in range(len(known) - 1)}
    return fit.learn(examples, unanswered or [["天気"]] * 8, PAGE_OF, step=0.5, levels=range(-2, 9), known=pairs)


def test_pairs_speak_for_the_page_that_was_wanted() -> None:
    found = learned([example("送信", [1])] * 20 + [example("受信", [3])] * 20).levels
    assert found["送信"].get((0, True), 0) + found["送信"].get((1, False), 0) > 0
    assert found["受信"].get((2, True), 0) + found["受信"].get((3, False), 0) > 0
    assert found["送信"].get((2, True), 0) <= 0


def test_what_names_say_already_is_not_learned_again() -> None:
    alone = learned([example("送信", [1])] * 20 + [example("受信", [3])] * 20).levels
    given = learned([example("送信", [1], {1: 11})] * 20 + [example("受信", [3], {3: 11})] * 20).levels
    size = [sum(abs(level) for of in found.values() for node, level in of.items() if node) for found in (alone, given)]
    assert size[1] < size[0] / 4


def test_what_is_typed_seldom_is_chance() -> None:
    few = [example("送信", [1])] * 20 + [example("葡萄", [3])] * (fit.OFTEN - 1)
    assert "葡萄" not in learned(few).levels


def test_a_pair_that_says_little_is_not_worth_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    examples = [example("送信", [1])] * 20 + [example("受信", [3])] * 20
    assert {"送信", "受信"} <= learned(examples, known="").levels.keys()
    monkeypatch.setattr(fit, "WORTH", 99)
    assert learned(examples, known="送信").levels.keys() == {"送信"}


def test_the_scope_tells_questions_of_this_site_from_others() -> None:
    x = fit.matrix([["送信"]] * 10 + [["天気"]] * 10, {"送信": 0, "天気": 1})
    inside, outside = fit.scope(x, np.arange(20) < 10).ravel()
    assert outside < inside


def test_the_section_is_learned_within_its_page() -> None:
    examples = [example("送信", [0])] * 20 + [example("受信", [1])] * 20 + [example("保存", [2])] * 20
    found = learned(examples).levels
    assert found["受信"].get((1, False), 0) > found["送信"].get((1, False), 0)
