"""What the tests share: the sample domains, one build of all of them, a web server for it, a browser."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from visitors import Watched

from macros import catalogue, publish
from macros.domain import MailDomain

# A slow machine is no fault, and CI must say the same twice; new examples are found while working.
hypothesis.settings.register_profile("here", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("here")

ROOT = Path(__file__).resolve().parent.parent
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
CHROMIUM_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()


@pytest.fixture(scope="session")
def domains() -> dict[str, MailDomain]:
    """Every name of the repo's sample domains that gets its own copy of the help."""
    return catalogue.published(catalogue.load(catalogue.OWN_DOMAINS))


@pytest.fixture(scope="session")
def built_site(domains: dict[str, MailDomain], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole site as ``make build`` writes it."""
    out = tmp_path_factory.mktemp("built") / "site"
    publish.publish(domains, out, lambda items, total, unit: items)
    return out


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="session")
def site_url(built_site: Path) -> Iterator[str]:
    """The address of a web server on loopback that serves ``built_site``; ends with a slash."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(built_site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without what only a screen needs, driven by Playwright."""
    program = shutil.which("chromium-headless-shell")
    if program is None:
        pytest.fail("chromium-headless-shell がありません。make test は自分で入れます: .ci/packages test")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=SIZES)
def visitor(request: pytest.FixtureRequest, chromium: Browser, site_url: str) -> Iterator[tuple[Page, Watched]]:
    """A page of a new visitor and what it sends; no request may go to another host, no script may fail."""
    width, height = SIZES[request.param]
    context = chromium.new_context(viewport={"width": width, "height": height}, locale="ja-JP", base_url=site_url)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    watched = Watched(page)
    yield page, watched
    outside = [r.url for r in watched.requests if not r.url.startswith((site_url, "data:", "blob:"))]
    context.close()
    assert outside == [], "a request left for another host"
    assert watched.errors == []
