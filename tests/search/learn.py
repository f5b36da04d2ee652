"""``make learn``: what ``macros/search/said.tsv`` teaches the search, as the table ``macros/search/learned.tsv``.

The real program of the browser says in Chromium how well names and values answer each query; what is left to learn is
added to that.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright
from tqdm import tqdm

from macros.search import learned, said, synonyms, worker
from search import evaluate, fit, rule_made, sets, variants
from search.box import serving

TAUGHT_BY = (said.TABLE, synonyms.TABLE, sets.OUT_OF_SCOPE_TUNE)
PORTION = 50
TAIL = """
  const settings = JSON.parse(document.getElementById('__config').textContent);
  const found = await (await fetch(new URL(settings.base + '/search/search_index.json', location))).json();
  const {index: names, learned, values} = found.config.help, folder = new URL(settings.search, location);
  const [text, table] = await Promise.all([names, learned].map(async name => (await fetch(new URL(name, folder))).arrayBuffer()));
  const made = new Index(JSON.parse(new TextDecoder('shift_jis').decode(text)), values, new Uint8Array(table));
  window.__named = texts => texts.map(text => {
    const {folded, found} = named(made, text);
    return {folded, scores: found.filter(hit => hit.score > 0).map(hit => [hit.section.n, +hit.score.toFixed(3)])};
  });
  window.__heard = text => {
    const {folded, asked} = named(made, text), before = heardBefore(made, asked);
    return [folded, before.scope, made.sections.map(section => before.of(section))];
  };
  return {step: STEP, levels: LEVELS, entries: made.sections.map(s => [s.location, s.page.n]),
    known: [...made.with.keys(), ...made.sections.flatMap(s => s.texts.at(-1))]};
"""


@dataclass(frozen=True)
class Index:
    """What the browser has: its constants, and each entry's location and page."""

    step: float
    levels: list[int]
    entries: list[tuple[str, int]]
    #: The pairs that it has anyway.
    known: list[str]

    def places(self) -> dict[tuple[str, str], int]:
        """Page as docs/ names it, section -> number."""
        names = {sets.Place(name, "").path: name for name in sets.pages()}
        found = {}
        for number, (location, _) in enumerate(self.entries):
            path, _, section = location.partition("#")
            found[names[path.strip("/")], section] = number
        return found


def started(page: Page, url: str) -> Index:
    """Open a page and start the search's program in it."""
    page.goto(url, wait_until="load")
    parts = [path.read_text(encoding="utf-8") for path in sorted(worker.BROWSER.glob("*.js"))]
    return Index(**page.evaluate("async () => {" + "\n".join([*parts, TAIL]) + "}"))


def named(page: Page, texts: Sequence[str]) -> list[dict[str, Any]]:
    """For each text: how the browser folds it, and what each entry scores."""
    found: list[dict[str, Any]] = []
    for at in tqdm(range(0, len(texts), PORTION), unit_scale=PORTION, leave=False, disable=None):
        found += page.evaluate("texts => window.__named(texts)", texts[at : at + PORTION])
    return found


def example(answer: dict[str, Any], wanted: Iterable[int]) -> fit.Example:
    """One line of the table with what the browser says of it."""
    pairs = learned.pairs(answer["folded"])
    return fit.Example(pairs, dict(answer["scores"]), list(dict.fromkeys(wanted)))


def node(key: tuple[int, bool] | None, names: dict[int, tuple[str, str]]) -> learned.Node:
    """A node as the table names it."""
    if key is None:
        return learned.SCOPE
    (page, section), whole = names[key[0]], key[1]
    return page if whole else f"{page}#{section}"


def taught(
    page: Page, url: str, lines: Iterable[said.Said], unanswered: Sequence[str]
) -> dict[str, dict[learned.Node, int]]:
    """Ask the browser about every line, and learn."""
    index = started(page, url)
    numbers = index.places()
    known = [line for line in lines if any((name, "") in numbers for name, _ in line.places)]
    answers = named(page, [line.words for line in known])
    unknown = named(page, unanswered)
    examples = [
        example(answer, (numbers.get(p, numbers[p[0], ""]) for p in line.places if (p[0], "") in numbers))
        for answer, line in zip(answers, known, strict=True)
    ]
    out = [learned.pairs(answer["folded"]) for answer in unknown]
    page_of = [number for _, number in index.entries]
    found = fit.learn(examples, out, page_of, step=index.step, levels=index.levels, known=set(index.known))
    names = {number: place for place, number in numbers.items()}
    return {pair: {node(key, names): level for key, level in of.items()} for pair, of in found.levels.items()}


def to_learn() -> list[said.Said]:
    """What was typed, and what is made from it and from the headings."""
    typed = said.read()
    titles = [(title, (place.page, place.section)) for title, place in rule_made.headings()]
    return [*typed, *variants.synonymous(typed, synonyms.read()), *variants.heard(titles)]


def main() -> int:
    """Build, learn, write."""
    parser = argparse.ArgumentParser(prog="search.learn", description=__doc__)
    parser.add_argument("--site", type=Path, help="a site that is built already (make build)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work, sync_playwright() as playwright:
        site = arguments.site or evaluate.build_ours(Path(work))
        browser = evaluate.launched(playwright)
        with serving(site) as (url, _):
            page = evaluate.new_page(browser)
            unanswered = sets.out_of_scope(sets.OUT_OF_SCOPE_TUNE)
            weights = taught(page, f"{url}{evaluate.DOMAIN}/", to_learn(), unanswered)
        browser.close()
    learned.write(weights, learned.digest(*TAUGHT_BY))
    print(json.dumps({"pairs": len(weights), "weights": sum(map(len, weights.values()))}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
