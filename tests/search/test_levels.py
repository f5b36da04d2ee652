"""The search answers the reported part of the queries no worse than it did when its level was recorded."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser

from macros.search import asked, learned, said
from search import evaluate, learn, sets
from search.box import Box
from search.direct import Direct
from search.sets import Query

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_search_is_not_worse_than_recorded(chromium: Browser, site_url: str) -> None:
    recorded = yaml.safe_load(evaluate.LEVELS.read_text(encoding="utf-8"))
    page = evaluate.new_page(chromium)
    found = evaluate.measure(page, f"{site_url}{evaluate.DOMAIN}/")
    page.context.close()
    assert recorded.keys() == found.keys()
    assert {name: value for name, value in found.items() if value < recorded[name]} == {}


def test_what_is_asked_for_a_place_is_answered_first(chromium: Browser, site_url: str, built_site: Path) -> None:
    """The one line that support adds for a query that failed is enough. Where two places share words, one of them is."""
    meant: dict[str, list[sets.Place]] = {}
    for place, words in asked.read().items():
        if sets.Place(*place).exists(built_site / evaluate.DOMAIN):
            for word in words:
                meant.setdefault(word, []).append(sets.Place(*place))
    page = evaluate.new_page(chromium)
    queries = [Query(f"asked-{word}", "asked", "tune", word, tuple(places)) for word, places in meant.items()]
    answers = evaluate.ask(Direct(page, f"{site_url}{evaluate.DOMAIN}/"), queries, typed=False)
    page.context.close()
    assert [a.query.text for a in answers if a.rank != 1 or not a.confident] == []


def test_pairs_are_counted_alike_by_the_browser_and_the_build(chromium: Browser, site_url: str) -> None:
    """What a query's pairs say for the places, reckoned here from the table and there from the index."""
    page = evaluate.new_page(chromium)
    index = learn.started(page, f"{site_url}{evaluate.DOMAIN}/")
    texts = [q.text for q in sets.reported()[::5]]
    heard = page.evaluate("texts => texts.map(text => window.__heard(text))", texts)
    page.context.close()
    weights = learned.numbered(learned.read(), index.places())
    for folded, scope, sums in heard:
        spoken = [weights[pair] for pair in learned.pairs(folded) if pair in weights]
        assert scope == pytest.approx(index.step * sum(nodes.get(None, 0) for nodes in spoken))
        for number, (_, whole) in enumerate(index.entries):
            levels = sum(nodes.get((whole, True), 0) + nodes.get((number, False), 0) for nodes in spoken)
            assert sums[number] == pytest.approx(index.step * levels), (folded, index.entries[number])


def test_learning_goes_from_the_table_of_queries_to_the_places(chromium: Browser, site_url: str) -> None:
    """Some lines are enough to see that the pages that are wanted are learned, and that nothing else is named."""
    lines = [line for line in said.read() if line.places == (("contact", ""),)]
    others = [line for line in said.read() if line.places[0][0] == "backup/index"]
    page = evaluate.new_page(chromium)
    url = f"{site_url}{evaluate.DOMAIN}/"
    weights = learn.taught(page, url, lines[:60] + others[:60], sets.out_of_scope(sets.OUT_OF_SCOPE_TUNE)[:60])
    page.context.close()
    speaks = {pair: nodes.get("contact", 0) + nodes.get("contact#", 0) for pair, nodes in weights.items()}
    asks = [pair for pair in ("電話", "相談", "連絡") if speaks.get(pair)]
    assert asks
    assert all(speaks[pair] > 0 for pair in asks)
    assert all(level in learned.LEVELS for nodes in weights.values() for level in nodes.values())


def test_the_worker_alone_answers_as_the_box_does(chromium: Browser, site_url: str) -> None:
    page = evaluate.new_page(chromium)
    some = [*sets.tuned()[::40], *sets.reported()[::10], *evaluate.unknown_words()[::10]]
    url = f"{site_url}{evaluate.DOMAIN}/"
    quick = evaluate.ask(Direct(page, url), some, typed=False)
    shown = evaluate.ask(Box(page, url), some, typed=False)
    page.context.close()
    assert [(a.query.text, a.groups) for a in quick] == [(a.query.text, a.groups) for a in shown]
