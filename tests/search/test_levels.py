"""The search answers the reported part of the queries no worse than it did when its level was recorded."""

from __future__ import annotations

import pytest
import yaml
from playwright.sync_api import Browser

from search import evaluate, sets
from search.box import Box
from search.direct import Direct

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_search_is_not_worse_than_recorded(chromium: Browser, site_url: str) -> None:
    recorded = yaml.safe_load(evaluate.LEVELS.read_text(encoding="utf-8"))
    page = evaluate.new_page(chromium)
    found = evaluate.measure(page, f"{site_url}{evaluate.DOMAIN}/")
    page.context.close()
    assert recorded.keys() == found.keys()
    assert {name: value for name, value in found.items() if value < recorded[name]} == {}


def test_the_worker_alone_answers_as_the_box_does(chromium: Browser, site_url: str) -> None:
    page = evaluate.new_page(chromium)
    some = [*sets.tuned()[::40], *sets.reported()[::10], *evaluate.unknown_words()[::10]]
    url = f"{site_url}{evaluate.DOMAIN}/"
    quick = evaluate.ask(Direct(page, url), some, typed=False)
    shown = evaluate.ask(Box(page, url), some, typed=False)
    page.context.close()
    assert [(a.query.text, a.groups) for a in quick] == [(a.query.text, a.groups) for a in shown]
