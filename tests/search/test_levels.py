"""The search answers the reported part of the queries no worse than it did when its level was recorded."""

from __future__ import annotations

import pytest
import yaml
from playwright.sync_api import Browser

from search import evaluate

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_search_is_not_worse_than_recorded(chromium: Browser, site_url: str) -> None:
    recorded = yaml.safe_load(evaluate.LEVELS.read_text(encoding="utf-8"))
    page = evaluate.new_page(chromium)
    found = evaluate.measure(page, f"{site_url}{evaluate.DOMAIN}/")
    page.context.close()
    assert recorded.keys() == found.keys()
    assert {name: value for name, value in found.items() if value < recorded[name]} == {}
