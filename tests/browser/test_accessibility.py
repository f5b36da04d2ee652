"""WCAG 2.2 AA on every page: axe finds nothing, nothing is too small for a finger, nothing scrolls sideways."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# One of each kind of page in every variant; salon.example has IMAP, POP and webmail, pop.example the warnings.
KINDS = {
    "home": "salon.example/",
    "home-of-all": "",
    "not-found": "404.html",
    "list": "salon.example/setup/",
    "steps-and-tables": "salon.example/setup/thunderbird/",
    "qr": "salon.example/setup/android/",
    "sheet": "salon.example/setup/sheet/",
    "values": "pop.example/setup/settings/",
    "quota": "salon.example/overview/quota/",
    "glossary": "salon.example/overview/glossary/",
    "errors": "salon.example/trouble/errors/",
    "certificate": "pop.example/trouble/certificate/",
    "contact": "salon.example/contact/",
    "code": "salon.example/go/",
    "support": "salon.example/support/",
}
WIDTHS = {320: 640, 1280: 900}
SCHEMES = ("light", "dark")
TEXT = (100, 200)
VARIANTS = list(itertools.product(SCHEMES, WIDTHS, TEXT))
SMALLEST_TARGET = 24
# WCAG 2.5.8 exempts links inside a sentence; axe does not know which these are, so the ones with a place of their own
# are named here.
TOO_SMALL = """(least) => [...document.querySelectorAll(
    "button, input:not(.md-toggle, .md-option), select, textarea, summary, [role=button], .mh-back, .mh-nav a, .md-nav__link,"
    + ".md-header__button, .md-footer a, .mh-choices a, .mh-codes a, li > a:only-child")]
  .filter(e => e.checkVisibility({opacityProperty: true, visibilityProperty: true}))
  .map(e => [e, e.getBoundingClientRect()])
  .filter(([e, box]) => box.width > 1 && box.height > 1 && (box.width < least - 0.05 || box.height < least - 0.05))
  .map(([e, box]) => `${e.outerHTML.slice(0, 120)} ${box.width.toFixed(1)}×${box.height.toFixed(1)}`)"""
SIDEWAYS = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > width + 0.5
    && e.checkVisibility({visibilityProperty: true})).slice(0, 5).map(e => e.outerHTML.slice(0, 120));
}"""
UNNAMED_COPY = """() => [...document.querySelectorAll(".mh-copy")].filter(
  b => !(b.getAttribute("aria-label") ?? "").includes(b.previousElementSibling.textContent)).map(b => b.outerHTML)"""


def _show(page: Page, scheme: str, width: int, text: int) -> None:
    page.set_viewport_size({"width": width, "height": WIDTHS[width]})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    page.wait_for_function(
        "scheme => document.body.dataset.mdColorScheme === scheme", arg={"light": "default", "dark": "slate"}[scheme]
    )
    # The theme sizes everything in rem: this is what a reader's own text size does.
    page.evaluate(
        """text => { const root = document.documentElement; root.style.fontSize = "";
        if (text !== 100) root.style.fontSize = parseFloat(getComputedStyle(root).fontSize) * text / 100 + "px"; }""",
        text,
    )
    # What watches sizes has seen the new ones.
    page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
    )


def _axe(page: Page) -> Iterator[str]:
    found: dict[str, Any] = page.evaluate(
        "async rules => { const r = await axe.run(document, {runOnly: rules, resultTypes: ['violations']});"
        " return {violations: r.violations, passes: r.passes.length}; }",
        RULES,
    )
    assert found["passes"] > 10, "axe did not run"
    for violation in found["violations"]:
        for node in violation["nodes"][:5]:
            yield f"{violation['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"


def _findings(page: Page, path: str, variants: list[tuple[str, int, int]]) -> Iterator[str]:
    page.goto(path)
    page.wait_for_load_state()
    page.evaluate(AXE)
    for scheme, width, text in variants:
        _show(page, scheme, width, text)
        faults = list(_axe(page))
        faults += [f"too small: {element}" for element in page.evaluate(TOO_SMALL, SMALLEST_TARGET)]
        faults += [f"scrolls sideways: {element}" for element in page.evaluate(SIDEWAYS)]
        faults += [f"copies what? {element}" for element in page.evaluate(UNNAMED_COPY)]
        for fault in faults:
            yield f"{path} {scheme} {width} px {text} %: {fault}"


@pytest.fixture(scope="module")
def page(chromium: Browser, site_url: str) -> Iterator[Page]:
    context = chromium.new_context(locale="ja-JP", base_url=site_url)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_page_in_every_variant(page: Page, kind: str) -> None:
    assert list(_findings(page, KINDS[kind], VARIANTS)) == []


def test_every_other_page(page: Page, built_site: Path) -> None:
    paths = [
        p.relative_to(built_site).parent.as_posix() + "/" for p in (built_site / "salon.example").rglob("index.html")
    ]
    rest = sorted(set(paths) - set(KINDS.values()))
    assert len(rest) > 20
    found: list[str] = []
    for path, variant in zip(rest, itertools.cycle([("light", 320, 100), ("dark", 320, 200), ("dark", 1280, 100)])):
        found += _findings(page, path, [variant])
    assert found == []
