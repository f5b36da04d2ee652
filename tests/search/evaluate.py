"""``make search-eval``: asks the real search box everything, ours and Material's own, and prints what came of it."""

from __future__ import annotations

import argparse
import gzip
import random
import re
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml
from playwright.sync_api import Browser, Page, Playwright, sync_playwright
from tqdm import tqdm

from macros import catalogue, publish
from search import figures, rule_made, sets, stock
from search.box import Answer, Box, serving
from search.direct import Direct
from search.sets import Query

DOMAIN = "example.jp"
LEVELS = Path(__file__).resolve().parent / "levels.yaml"
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
#: What a browser loads for the search and for nothing else: index, worker, and the stock worker's languages.
LOADED = re.compile(r"/(assets/search/|search/search_index\.json$|assets/javascripts/(workers|lunr)/)")
THROTTLED = 40
SPEED = 4
#: So many of what was learned from are typed: typing all would take hours. And so many are asked where nobody types.
TYPED = 300
PASTED = 1500


def build_ours(folder: Path) -> Path:
    """The evaluated domain's copy, as ``make build`` writes it."""
    domains = catalogue.published(catalogue.load(catalogue.OWN_DOMAINS))
    out = folder / "ours"
    publish.publish({name: domains[name] for name in ("loytem.com", DOMAIN)}, out, lambda items, total, unit: items)
    return out


def launched(playwright: Playwright) -> Browser:
    """The browser that everything here is measured in."""
    return playwright.chromium.launch(executable_path=shutil.which("chromium-headless-shell"), args=FLAGS)


def new_page(browser: Browser) -> Page:
    """A new visitor's page, with nothing cached."""
    return browser.new_context(viewport={"width": 1280, "height": 900}, locale="ja-JP").new_page()


def ask(box: Box | Direct, queries: Iterable[Query], *, typed: bool) -> list[Answer]:
    """Every query, one after the other, in one page."""
    return [box.ask(query, typed=typed) for query in queries]


def unknown_words(file: Path = sets.OUT_OF_SCOPE) -> list[Query]:
    """The words that the site says nothing about, as queries that nothing answers."""
    return [Query(f"out-{i}", "out of scope", "out", w, ()) for i, w in enumerate(sets.out_of_scope(file), 1)]


def loaded(site: Path, served: Iterable[str]) -> str:
    """Sizes of the files that the search loaded."""
    lines, total = [], [0, 0]
    for path in sorted({p for p in served if LOADED.search(p)}):
        data = (site / path.lstrip("/")).read_bytes()
        sizes = len(data), len(gzip.compress(data, 9))
        total = [a + b for a, b in zip(total, sizes, strict=True)]
        lines.append(f"   {sizes[0]:>8} {sizes[1]:>8}  {path}")
    return "\n".join([f"loaded for the search: {total[0]:,} bytes, gzip -9 {total[1]:,}", *lines])


def without_confidence(answers: Sequence[Answer]) -> str:
    """How many words the site says nothing about got no confident answer."""
    right = sum(not a.confident for a in answers)
    return f"out of scope: {right / len(answers):.3f} without a confident result (n={len(answers)})"


def evaluate(browser: Browser, site: Path, start: str, *, full: bool, show_misses: bool) -> list[Answer]:
    """Print everything about one site; returns the answers to the query file."""
    with serving(site) as (url, served):
        box = Box(new_page(browser), url + start)
        known = [*random.Random(TYPED).sample(sets.tuned(), TYPED), *sets.reported()]
        answers = [box.ask(query, typed=True) for query in tqdm(known, unit="query", leave=False, disable=None)]
        for part in sets.PARTS:
            some = [a for a in answers if a.query.part == part]
            print(figures.table(sorted(some, key=lambda a: a.query.category), f"{part} part, typed"), end="\n\n")
        print(figures.latency(answers, "latency, typed"))
        print(without_confidence(ask(box, unknown_words(), typed=True)))
        if full:
            known_here = [q for q in sets.support_codes() if q.expected[0].exists(site / start)]
            print("\n" + figures.table(ask(box, known_here, typed=False), "every support code of this copy, pasted"))
        print("\n" + figures.table(ask(box, rule_made.made(), typed=False), "made by rule from headings, pasted"), "\n")
        box.throttle(SPEED)
        sample = random.Random(SPEED).sample(known, THROTTLED)
        print(figures.latency(ask(box, sample, typed=True), f"latency, page slowed down {SPEED}×, worker perhaps not"))
        box.throttle(1)
        box.page.context.close()
        served.clear()
        cold = Box(new_page(browser), url + start)
        cold.ask(known[0], typed=True)
        print(loaded(site, served), end="\n\n")
        cold.page.context.close()
    if show_misses:
        print("tune part, not in the first place:\n" + figures.misses(answers), end="\n\n")
    return answers


def quick(browser: Browser, site: Path, start: str) -> None:
    """The tune part by category, the report part as a whole: for trying things, without the box."""
    with serving(site) as (url, _):
        worker = Direct(new_page(browser), url + start)
        known = [*random.Random(PASTED).sample(sets.tuned(), PASTED), *sets.reported()]
        answers = ask(worker, sorted(known, key=lambda q: (q.category, q.id)), typed=False)
        tune = [a for a in answers if a.query.part == "tune"]
        print(figures.misses(tune), end="\n\n")
        print(figures.table(tune, "tune part"), end="\n\n")
        print("report part:", figures.table([a for a in answers if a.query.part == "report"], "").splitlines()[-1])
        print("made by rule:", figures.table(ask(worker, rule_made.made(), typed=False), "").splitlines()[-1])
        print("report part:", without_confidence(ask(worker, unknown_words(), typed=False)))
        out = ask(worker, unknown_words(sets.OUT_OF_SCOPE_TUNE), typed=False)
        print("tune part:", without_confidence(out), *(a.query.text for a in out if a.confident))
        worker.page.context.close()


def show(browser: Browser, site: Path, start: str, text: str) -> None:
    """What the search answers to one query, for those who have added a line for it."""
    with serving(site) as (url, _):
        answer = Direct(new_page(browser), url + start).ask(Query("asked", "asked", "tune", text, ()))
    print("自信のある答え:" if answer.confident else "自信のある答えはありません。近いもの:")
    for group in (g for g in answer.groups if not g.notice):
        print(
            "  "
            + "  ".join(
                f"/{path}{'#' if section else ''}{section}" for path, section, folded in group.links if not folded
            )
        )


def levels(report: Sequence[Answer], out: Sequence[Answer]) -> dict[str, float]:
    """What is recorded, and checked by CI."""
    all_ = figures.of(report)
    return {
        "recall_at_1": all_.recall_1,
        "recall_at_3": all_.recall_3,
        "section_recall_at_3": all_.section_3,
        "found_something": 1 - all_.zero,
        "out_of_scope_without_confident_result": sum(not a.confident for a in out) / len(out),
    }


def measure(page: Page, url: str) -> dict[str, float]:
    """The levels as CI measures them: the report part and the unknown words, pasted, so that it is quick."""
    box = Box(page, url)
    report = ask(box, sets.reported(), typed=False)
    return levels(report, ask(box, unknown_words(), typed=False))


def record(found: dict[str, float]) -> None:
    """Write the levels file."""
    head = (
        "# What the search reached on the report part (macros/search, example.jp). CI fails below it.\n"
        "# Written by: make search-eval RECORD=1\n"
    )
    # Rounded down, so that what was reached passes.
    floor = {name: int(value * 10_000) / 10_000 for name, value in found.items()}
    LEVELS.write_text(head + yaml.safe_dump(floor, sort_keys=False), encoding="utf-8")


def main() -> int:
    """Build both sites, ask both."""
    parser = argparse.ArgumentParser(prog="search.evaluate", description=__doc__)
    parser.add_argument("--misses", action="store_true", help="list the misses of the tune part")
    parser.add_argument("--record", action="store_true", help="write levels.yaml")
    parser.add_argument("--only", choices=["ours", "stock"], help="one of the two searches")
    parser.add_argument("--site", type=Path, help=f"a site that is built already (make build), with {DOMAIN} in it")
    parser.add_argument("--ask", help="show what our worker answers to these words, and nothing else")
    parser.add_argument("--quick", action="store_true", help="only our worker, without the box, in seconds")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work, sync_playwright() as playwright:
        browser = launched(playwright)
        if arguments.ask:
            show(browser, arguments.site or build_ours(Path(work)), f"{DOMAIN}/", arguments.ask)
            return 0
        if arguments.quick:
            quick(browser, arguments.site or build_ours(Path(work)), f"{DOMAIN}/")
            return 0
        if arguments.only != "stock":
            print("#### our search\n")
            ours = arguments.site or build_ours(Path(work))
            evaluate(browser, ours, f"{DOMAIN}/", full=True, show_misses=arguments.misses)
            if arguments.record:
                with serving(ours) as (url, _):
                    record(measure(new_page(browser), f"{url}{DOMAIN}/"))
        if arguments.only != "ours":
            print("#### Material's own search (lang: ja), the same pages\n")
            evaluate(browser, stock.build(Path(work), DOMAIN), "", full=False, show_misses=False)
        browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
