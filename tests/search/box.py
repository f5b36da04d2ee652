"""Types into the theme's search box as people do, and reads what it shows."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Page

from search.sets import Query

INPUT = ".md-search__input"
#: The engine's mark: what it shows first when it has no answer it would stand by.
WEAK = ".mh-weak"
QUIET_MS = 90
CAP_MS = 2500

WATCH = """() => {
  if (window.__asked) return;
  const seen = window.__asked = {typed: 0, changed: 0};
  document.addEventListener('input', () => { seen.typed = performance.now(); }, true);
  const list = document.querySelector('.md-search-result');
  new MutationObserver(() => { seen.changed = performance.now(); })
    .observe(list, {childList: true, subtree: true, characterData: true});
}"""
SETTLED = """([quiet, cap]) => new Promise(done => {
  const seen = window.__asked;
  const look = () => {
    const now = performance.now(), answered = seen.changed > seen.typed;
    if ((answered && now - seen.changed > quiet) || now - seen.typed > cap)
      done(answered ? seen.changed - seen.typed : null);
    else setTimeout(look, 10);
  };
  look();
})"""
READ = """weak => [...document.querySelectorAll('.md-search-result__item')].map(item => ({
  notice: [...item.querySelectorAll('a')].some(a => new URL(a.href).searchParams.has('weak')),
  weak: !!item.querySelector(weak),
  links: [...item.querySelectorAll('a.md-search-result__link')]
    .map(a => [a.href, !!a.closest('details:not([open])')])}))"""
READY = """() => { const m = document.querySelector('.md-search-result__meta');
  return !!m && m.textContent.trim().length > 0 }"""


@dataclass(frozen=True)
class Group:
    """One result: the links of a page, in order, each with whether it is folded away; or a notice of the engine."""

    links: tuple[tuple[str, str, bool], ...]
    notice: bool
    weak: bool


@dataclass(frozen=True)
class Answer:
    """What the box showed for a query."""

    query: Query
    groups: tuple[Group, ...]
    latency: float | None

    @property
    def rank(self) -> int:
        """Place of the first group that leads to an expected page, from 1; 0: none."""
        wanted = {p.path for p in self.query.expected}
        return next((i for i, g in self._results if any(path in wanted for path, _, _ in g.links)), 0)

    @property
    def section_rank(self) -> int:
        """Place of the first group that shows, not folded, a link to an expected section (the page is enough where the
        expectation names no section).
        """
        wanted = {(p.path, p.section) for p in self.query.expected}
        whole = {p.path for p in self.query.expected if not p.section}
        return next(
            (
                i
                for i, g in self._results
                if any(path in whole or (path, section) in wanted for path, section, folded in g.links if not folded)
            ),
            0,
        )

    @property
    def _results(self) -> Iterator[tuple[int, Group]]:
        return ((i, g) for i, g in enumerate(self.groups, 1) if not g.notice)

    @property
    def empty(self) -> bool:
        """Nothing was found (the engine's notices are no finds)."""
        return all(g.notice for g in self.groups)

    @property
    def confident(self) -> bool:
        """Something was found and the engine did not mark it as doubtful."""
        return not self.empty and not self.groups[0].weak


class Box:
    """The search box of an open page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.base = urlsplit(url).path
        self.devtools = page.context.new_cdp_session(page)
        page.goto(url, wait_until="load")
        page.wait_for_selector(INPUT, state="attached")
        page.click(INPUT)
        page.wait_for_function(READY)
        page.evaluate(WATCH)

    def throttle(self, rate: int) -> None:
        """Slow the page down. DevTools promises nothing for workers: what is measured may miss their part."""
        self.devtools.send("Emulation.setCPUThrottlingRate", {"rate": rate})

    def _processed(self) -> None:
        """The key that a browser reports while an input method is at work; the theme searches on keyup."""
        for kind in ("keyDown", "keyUp"):
            key: dict[str, Any] = {"type": kind, "key": "Process", "windowsVirtualKeyCode": 229}
            self.devtools.send("Input.dispatchKeyEvent", key)

    def ask(self, query: Query, *, typed: bool, delay: int = 10) -> Answer:
        """Replace what stands in the box, at once (pasted) or one character after the other, and read the answer."""
        self.page.evaluate("s => { const e = document.querySelector(s); e.focus(); e.select(); }", INPUT)
        for part in query.text if typed else [query.text]:
            if typed and " " <= part <= "~":
                self.page.keyboard.type(part)
            else:
                self.devtools.send("Input.insertText", {"text": part})
                self._processed()
            if typed:
                self.page.wait_for_timeout(delay)
        latency = self.page.evaluate(SETTLED, [QUIET_MS, CAP_MS])
        groups = [
            Group(tuple((*self._place(href), folded) for href, folded in g["links"]), g["notice"], g["weak"])
            for g in self.page.evaluate(READ, WEAK)
        ]
        return Answer(query, tuple(groups), latency)

    def _place(self, href: str) -> tuple[str, str]:
        url = urlsplit(href)
        return unquote(url.path).removeprefix(self.base).strip("/").removesuffix("index.html"), unquote(url.fragment)


class _Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def send_head(self) -> Any:
        served: list[str] = self.server.served  # type: ignore[attr-defined]
        served.append(unquote(urlsplit(self.path).path))
        return super().send_head()


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """The address of a web server on loopback for ``folder``, and the list of all paths asked of it."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Handler, directory=str(folder)))
    server.daemon_threads = True
    served: list[str] = []
    server.served = served  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", served
    finally:
        server.shutdown()
        server.server_close()
