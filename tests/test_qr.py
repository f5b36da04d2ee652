"""QR codes in a real browser under a strict Content-Security-Policy, read back as a phone's camera would."""

from __future__ import annotations

import functools
import hashlib
import http.server
import io
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page
from strategies import AWKWARD

from macros import components, view
from macros.domain import MailDomain

ASSETS = Path(__file__).resolve().parent.parent / "docs" / "assets"
CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'none'; base-uri 'none'"
VENDOR = ASSETS / "js" / "vendor"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages(domains: Mapping[str, MailDomain]) -> Iterator[str]:
    """A server with one page a domain that holds every QR component."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0].strip("/")
            kind, status = "text/html; charset=utf-8", 200
            if path.startswith("assets/") and (ASSETS.parent / path).is_file():
                data = (ASSETS.parent / path).read_bytes()
                kind = {"mjs": "text/javascript", "css": "text/css"}[path.rpartition(".")[2]]
            elif path.split("/")[0] in domains:
                macros = components.bound(view.view(domains[path.split("/")[0]]))
                parts = [
                    macros["page_qr"](),
                    macros["profile_link"]("imap", qr=True),
                    macros["thunderbird_android_qr"](),
                ]
                head = (
                    '<link rel="stylesheet" href="/assets/css/help.css"><script type="module" src="/assets/js/qr.mjs">'
                )
                data = f'<!doctype html>{head}</script><body class="md-typeset">{"".join(parts)}'.encode()
            else:
                data, status = b"", 404
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Security-Policy", CSP)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def visit(chromium: Browser, pages: str) -> Iterator[Callable[..., Page]]:
    """Opens a page and fails at the end when anything was blocked, wrong, or sent elsewhere."""
    context = chromium.new_context(viewport={"width": 1200, "height": 1000})
    errors: list[str] = []
    asked: list[str] = []
    opened: list[str] = []

    def go(path: str) -> Page:
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        opened.append(pages + path.partition("#")[0])
        page.goto(pages + path)
        page.locator("[data-qr-import]:not([hidden])").wait_for()
        return page

    yield go
    context.close()
    assert [e for e in errors if "favicon" not in e and "404" not in e] == []
    assert not [url for url in asked if not url.startswith(pages)]
    assert not [url for url in asked if url not in opened and ("@" in url or "%40" in url)]


def read(page: Page, selector: str) -> str:
    picture = Image.open(io.BytesIO(page.locator(selector).screenshot()))
    (found,) = zxingcpp.read_barcodes(picture)
    return str(found.text)


def fill(page: Page, address: str, name: str = "") -> str:
    page.fill("[name=address]", address)
    page.fill("[name=name]", name)
    page.evaluate("document.querySelector('[role=status]').textContent = ''")
    page.click("[data-qr-import] button")
    page.locator("[role=status]:not(:empty)").wait_for()
    return page.inner_text("[role=status]")


def test_a_phone_opens_what_the_pc_shows(visit: Callable[..., Page], pages: str) -> None:
    page = visit("example.jp/setup/iphone/?q=x#manual")
    figures = page.locator("figure[data-qr]")
    assert figures.count() == 2
    assert read(page, "figure[data-qr]:not([data-qr-href]) svg") == f"{pages}example.jp/setup/iphone/#manual"
    assert read(page, "figure[data-qr-href] svg") == f"{pages}example.jp/apple/imap.mobileconfig"
    # Four modules of white on every side, also where the page around is dark (ISO/IEC 18004).
    drawn = page.locator("figure[data-qr] path").first.get_attribute("d") or ""
    size = int((page.locator("figure[data-qr] svg").first.get_attribute("viewBox") or "").split()[-1])
    places = [int(n) for n in re.findall(r"[M,](\d+)", drawn)]
    assert (min(places), max(places)) == (4, size - 5)
    page.set_viewport_size({"width": 390, "height": 800})
    assert not figures.first.is_visible()


SECURITY = {"SSL": 3, "STARTTLS": 2, "plain": 0}
AUTHENTICATION = {"password-cleartext": 1, "password-encrypted": 2}


def test_the_import_code_of_every_domain_says_what_its_data_say(
    visit: Callable[..., Page], domains: Mapping[str, MailDomain]
) -> None:
    for name, mail in domains.items():
        page = visit(f"{name}/setup/android/")
        assert "表示しました" in fill(page, f"info.shop@{name}", '見本商店 "A"')
        payload = json.loads(read(page, "[data-qr-import] svg"))
        incoming = next((s for s in mail.incoming_servers if s.type == "imap"), mail.incoming_servers[0])

        def entry(server: Any, protocol: int, name: str = name) -> list[Any]:
            login = server.username.replace("%EMAILADDRESS%", f"info.shop@{name}")
            login = login.replace("%EMAILLOCALPART%", "info.shop").replace("%EMAILDOMAIN%", name)
            return [
                protocol,
                server.hostname,
                server.port,
                SECURITY[server.socket_type],
                AUTHENTICATION[server.authentication],
                login,
            ]

        assert payload == [
            1,
            [1, 1],
            entry(incoming, {"imap": 0, "pop3": 1}[incoming.type]),
            [[entry(mail.outgoing_servers[0], 0), [f"info.shop@{name}", '見本商店 "A"']]],
        ]
        assert len(json.dumps(payload, ensure_ascii=False).encode()) <= 800
        page.close()


def test_a_japanese_domain_may_be_typed_as_people_write_it(visit: Callable[..., Page]) -> None:
    page = visit("xn--t8jw83ktcy.example/setup/android/")
    assert "表示しました" in fill(page, "info@お花屋.example")
    payload = json.loads(read(page, "[data-qr-import] svg"))
    assert payload[3][0][1] == ["info@xn--t8jw83ktcy.example", "info@xn--t8jw83ktcy.example"]
    assert "表示しました" in fill(page, "INFO@XN--T8JW83KTCY.EXAMPLE")


@pytest.mark.parametrize(
    "address", ["", "info", "@example.jp", "info@", "あ@example.jp", "a b@example.jp", "<b>@example.jp"]
)
def test_what_is_no_address_draws_nothing(address: str, visit: Callable[..., Page]) -> None:
    page = visit("example.jp/setup/android/")
    fill(page, "info@example.jp")
    assert "確かめてください" in fill(page, address)
    assert page.locator("[data-qr-import] svg").count() == 0


def test_another_domains_address_draws_nothing(visit: Callable[..., Page]) -> None:
    page = visit("example.jp/setup/android/?address=a@evil.example&hostname=evil.example#evil.example")
    for address in ("info@evil.example", "info@example.jp@evil.example", "info@example.jp.evil.example"):
        fill(page, address)
        assert page.locator("[data-qr-import] svg").count() == 0
    assert "example.jp" in fill(page, "info@evil.example")


def test_awkward_names_stay_text(visit: Callable[..., Page]) -> None:
    page = visit("example.jp/setup/android/")
    for awkward in AWKWARD:
        fill(page, "o'brien+a&b@example.jp", awkward)
        payload = json.loads(read(page, "[data-qr-import] svg"))
        assert payload[3][0][1] == ["o'brien+a&b@example.jp", awkward]
    assert (
        "短く" in fill(page, "info@example.jp", "見" * 60 + "本") or page.locator("[data-qr-import] svg").count() == 1
    )


def test_the_library_is_the_published_one() -> None:
    note = (VENDOR / "uqr-LICENSE.txt").read_text(encoding="utf-8")
    (library,) = VENDOR.glob("*.mjs")
    stated = re.search(r"sha256 ([0-9a-f]{64})", note)
    assert stated is not None
    assert hashlib.sha256(library.read_bytes()).hexdigest() == stated[1]
    assert "MIT License" in note
    assert f"./vendor/{library.name}" in (ASSETS / "js" / "qr.mjs").read_text(encoding="utf-8")
