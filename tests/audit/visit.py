"""What ``make audit`` measures of the site: Lighthouse on a phone, the bytes of a first visit.   python tests/audit/visit.py SITE

Prints every figure with its bar, and ends with 1 when one is missed. Not a test: the speed depends on the machine.
"""

from __future__ import annotations

import contextlib
import gzip
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

LIGHTHOUSE = Path(__file__).resolve().parent.parent / "node/lighthouse/node_modules/lighthouse/cli/index.js"
PAGES = ("", "setup/thunderbird/")
CATEGORIES = {"performance": "速さ", "accessibility": "使いやすさ", "best-practices": "作法", "seo": "検索エンジン"}
TIMES = ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift")
LEAST = 95
TRIES = 5
MOST_BYTES = 250_000
PHONE = {"width": 390, "height": 844}
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)
PACKED = (".html", ".css", ".js", ".mjs", ".json", ".svg", ".xml")


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that is closed leaves its connections open."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Gzipped(http.server.SimpleHTTPRequestHandler):
    """Serves files as nginx with gzip does."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            path /= "index.html"
        status = 200
        if not path.is_file():
            path, status = Path(self.directory) / "404.html", 404
        body = path.read_bytes()
        self.send_response(status)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Cache-Control", "max-age=3600")
        if path.suffix in PACKED:
            body = gzip.compress(body, 6)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextlib.contextmanager
def served(site: Path) -> Iterator[str]:
    """The address of a server of the site, with gzip."""

    class Handler(_Gzipped):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args, directory=str(site))

    server = _Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def chromium() -> str:
    """The browser's program."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        raise SystemExit("Chromium がありません。make audit は自分で入れます: .ci/packages audit")
    return program


def scores(url: str) -> dict[str, float]:
    """Lighthouse's scores of a page with its own phone profile, 0 to 100; the best of a few tries.

    Other work on the machine makes the emulated telephone slower, never faster.
    """
    best: dict[str, float] = {}
    for _ in range(TRIES):
        found = _scores(url)
        best = {name: max(score, best.get(name, 0)) for name, score in found.items()}
        if min(best.values()) >= LEAST:
            break
    return best


def _scores(url: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report.json"
        subprocess.run(
            [
                "node",
                LIGHTHOUSE,
                url,
                "--quiet",
                "--output=json",
                f"--output-path={out}",
                f"--chrome-flags={FLAGS}",
                f"--only-categories={','.join(CATEGORIES)}",
            ],
            check=True,
            env={**os.environ, "CHROME_PATH": chromium()},
        )
        report = json.loads(out.read_text(encoding="utf-8"))
    figures = [report["audits"][name]["displayValue"].replace("\xa0", " ") for name in TIMES]
    print(f"    {', '.join(f'{name} {figure}' for name, figure in zip(TIMES, figures, strict=True))}")
    for audit in report["audits"].values():
        if audit["scoreDisplayMode"] in ("binary", "error") and audit["score"] != 1:
            print(f"    {audit['id']}: {audit['title']}")
    return {name: round(100 * (found["score"] or 0)) for name, found in report["categories"].items()}


def first_visit(url: str) -> tuple[int, int, list[str]]:
    """Bytes over the wire and requests of a first visit on a phone before anything is pressed; addresses elsewhere."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS.split()[1:])
        context = browser.new_context(viewport={"width": PHONE["width"], "height": PHONE["height"]})
        page = context.new_page()
        network = context.new_cdp_session(page)
        network.send("Network.enable")
        sizes: list[float] = []
        network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(url, wait_until="networkidle")
        browser.close()
    here = urlsplit(url).netloc
    foreign = [one for one in asked if urlsplit(one).scheme != "data" and urlsplit(one).netloc != here]
    return int(sum(sizes)), len(sizes), foreign


def main(site: Path) -> int:
    """Measure and print; 1 when a bar is missed."""
    missed = 0

    def say(what: str, figure: str, good: bool) -> None:
        nonlocal missed
        missed += not good
        print(f"  {'○' if good else '×'} {what}: {figure}")

    with served(site) as url:
        for page in PAGES:
            print(f"/{page}")
            for name, score in scores(url + page).items():
                say(f"Lighthouse {CATEGORIES[name]} ({name})", f"{score:.0f}({LEAST} 以上)", score >= LEAST)
            sent, count, foreign = first_visit(url + page)
            say("最初に開いたときの転送", f"{sent:,} バイト・{count} 件({MOST_BYTES:,} 以下)", sent <= MOST_BYTES)
            say("ほかのホストへの要求", f"{len(foreign)} 件 {' '.join(foreign[:3])}", not foreign)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
