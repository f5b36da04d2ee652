"""What a link, a query or typed text brings along stays text: no script runs, nothing leaves, no setting changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Dialog, Page, Request

pytestmark = [pytest.mark.browser, pytest.mark.slow]
RUN = "window.pwned=1"
#: Well-known ways of making text run, after OWASP's and PortSwigger's lists; each would set window.pwned.
VECTORS = (
    f"<script>{RUN}</script>",
    f'"><script>{RUN}</script>',
    f"'><script>{RUN}</script>",
    f"</script><script>{RUN}</script>",
    f"</title><script>{RUN}</script>",
    f"</textarea><script>{RUN}</script>",
    f"</style><script>{RUN}</script>",
    f"--><script>{RUN}</script>",
    f"]]><script>{RUN}</script>",
    f"<ScRiPt>{RUN}</sCrIpT>",
    f"<script/x>{RUN}</script>",
    f"<script\n>{RUN}</script>",
    f"<scr<script>ipt>{RUN}</scr</script>ipt>",
    f"<img src=x onerror={RUN}>",
    f'"><img src=x onerror={RUN}>',
    f"<img src=x onerror='{RUN}'//",
    f"<img/src/onerror={RUN}>",
    f"<IMG SRC=x ONERROR={RUN}>",
    f"<svg onload={RUN}>",
    f"<svg/onload={RUN}>",
    f"<svg><script>{RUN}</script></svg>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>",
    f"<math><mtext></p><style><img src=x onerror={RUN}>",
    f"<body onload={RUN}>",
    f"<iframe src=javascript:parent.{RUN}>",
    f'<iframe srcdoc="<script>parent.{RUN}</script>">',
    f"<object data=javascript:{RUN}>",
    f"<embed src=javascript:{RUN}>",
    f"<details open ontoggle={RUN}>",
    f"<input autofocus onfocus={RUN}>",
    f"<video><source onerror={RUN}>",
    f"<audio src=x onerror={RUN}>",
    f"<marquee onstart={RUN}>",
    f"<form><button formaction=javascript:{RUN} autofocus>",
    f"<a href=javascript:{RUN}>x</a>",
    f"javascript:{RUN}",
    f"java\tscript:{RUN}",
    f"data:text/html,<script>{RUN}</script>",
    f"' onmouseover='{RUN}",
    f'" onfocus="{RUN}" autofocus="',
    f"`-{RUN}-`",
    f"';{RUN}//",
    f'"-({RUN})-"',
    "\\u003cscript\\u003ewindow.pwned=1\\u003c/script\\u003e",
    "%3Cscript%3Ewindow.pwned%3D1%3C/script%3E",
    f"&lt;img src=x onerror={RUN}&gt;",
    "{{constructor.constructor('window.pwned=1')()}}",
    "${window.pwned=1}",
    "<base href=//evil.invalid/>",
    "<meta http-equiv=refresh content='0;url=//evil.invalid/'>",
    "<link rel=stylesheet href=//evil.invalid/x.css>",
    "//evil.invalid/x",
    "\\\\evil.invalid\\x",
    "../../../evil.invalid/",
    "__proto__",
    "%",
    "%E0%A4%A",
    "\ud83d",
)
#: Names that a page might take for a value.
NAMES = "domain host hostname server imap imap.hostname smtp mail url redirect next u site base account address email"
WATCH = """
window.violations = [];
document.addEventListener('securitypolicyviolation', e => violations.push(e.violatedDirective + ' ' + e.blockedURI));
window.alert = window.confirm = window.prompt = () => { window.pwned = 1; };
"""
STATE = """() => ({
  pwned: window.pwned ?? null,
  violations: window.violations,
  handlers: [...document.querySelectorAll('*')].filter(e => [...e.attributes].some(a => a.name.startsWith('on'))).length,
  scripts: [...document.querySelectorAll('script, iframe, object, embed, base, [http-equiv=refresh]')].length,
  foreign: [...document.querySelectorAll('main a[href], main [src], main form[action]')]
    .map(e => new URL(e.href || e.src || e.action)).filter(u => u.host.endsWith('evil.invalid') || /^(javascript|data:text)/.test(u.href)).map(String),
  fields: [...document.querySelectorAll('[data-field], [data-value], main code')].map(e => e.textContent).join('\\n'),
})"""


class Visit:
    """A tab of a visitor at whom hostile text is thrown."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.site = site
        self.outside: list[str] = []
        self.errors: list[str] = []
        page.on("request", self._request)
        page.on("pageerror", lambda e: self.errors.append(str(e)))
        page.on("dialog", self._dialog)

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.site, "data:", "blob:")):
            self.outside.append(request.url)

    def _dialog(self, dialog: Dialog) -> None:
        self.errors.append(dialog.message)
        dialog.dismiss()

    def open(self, path: str) -> None:
        self.page.goto("about:blank")
        self.page.goto(f"{self.site}{path}")
        self.page.wait_for_function("document.body.dataset.mdColorScheme")

    def state(self) -> dict[str, object]:
        found: dict[str, object] = self.page.evaluate(STATE)
        return found

    def assert_harmless(self, before: dict[str, object], vector: str) -> None:
        self.page.wait_for_timeout(30)  # what was to run late has run
        assert self.state() == before, vector
        assert self.outside == [], vector
        assert self.errors == [], vector


@pytest.fixture
def visit(chromium: Browser, site_url: str) -> Iterator[Visit]:
    context = chromium.new_context(locale="ja-JP")
    context.add_init_script(WATCH)
    yield Visit(context.new_page(), site_url)
    context.close()


def quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    ("path", "vectors"),
    [
        ("example.jp/setup/thunderbird/", VECTORS),
        ("example.jp/trouble/errors/", VECTORS[::6]),
        ("example.jp/go/", VECTORS[1::6]),
        ("go/", VECTORS[2::6]),
    ],
)
def test_nothing_in_a_link_does_anything(visit: Visit, path: str, vectors: tuple[str, ...]) -> None:
    visit.open(path)
    before = visit.state()
    assert before["pwned"] is None
    assert before["violations"] == []
    names = [*NAMES.split(), "h", "code"]
    for vector in vectors:
        text = quoted(vector)
        query = "&".join(f"{name}={text}" for name in names)
        visit.open(f"{path}?{query}#{text}")
        visit.assert_harmless(before, vector)
    for vector in VECTORS:
        visit.page.evaluate("v => { location.hash = v; }", vector)
        visit.assert_harmless(before, vector)


def test_a_link_cannot_name_a_host_as_a_setting(visit: Visit) -> None:
    visit.open("example.jp/setup/thunderbird/")
    before = visit.state()
    assert "mail.example.jp" in str(before["fields"])
    for value in (
        "evil.invalid",
        "info@evil.invalid",
        "https://evil.invalid/",
        "//evil.invalid",
        "mail.evil.invalid:993",
    ):
        query = "&".join(f"{name}={quoted(value)}" for name in NAMES.split())
        for link in (f"?{quoted(value)}", f"?{query}#domain={quoted(value)}"):
            visit.open(f"example.jp/setup/thunderbird/{link}")
            visit.assert_harmless(before, link)
            assert "evil.invalid" not in visit.page.locator("body").inner_text()


def test_the_address_form_takes_text_for_text(visit: Visit) -> None:
    visit.open("example.jp/setup/thunderbird/")
    visit.page.locator(".mh-who summary").click()
    before = visit.state()
    for vector in VECTORS:
        for typed in (vector, f"{vector}@example.jp", f"info@{vector}"):
            visit.page.evaluate(
                "v => { document.querySelector('#mh-address').value = v; document.querySelector('.mh-who__form').requestSubmit(); }",
                typed,
            )
            visit.page.wait_for_function("document.querySelector('.mh-who__status').textContent !== '探しています…'")
            if visit.page.evaluate("sessionStorage.length"):
                # Letters that may stand before an @ are shown as the account name, as text, and nothing else changes.
                account = "".join(vector.split())
                assert f"{account}@example.jp" in str(visit.state()["fields"])
                assert str(visit.state()["fields"]).replace(account, "アカウント名") == before["fields"]
                visit.page.evaluate("sessionStorage.clear()")
                visit.open("example.jp/setup/thunderbird/")
                visit.page.locator(".mh-who summary").click()
            visit.assert_harmless(before, typed)


def test_what_another_script_left_in_the_storage_is_text(visit: Visit) -> None:
    visit.open("example.jp/setup/thunderbird/")
    before = visit.state()
    for vector in VECTORS:
        for stored in (vector, f"{vector}@example.jp", f"info@{vector}"):
            visit.page.evaluate("v => { sessionStorage.setItem('mailhelp.account', v); dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true})); }", stored)  # fmt: skip
            after = visit.state()
            if "info@" not in stored and "@example.jp" in stored and after["fields"] != before["fields"]:
                # Letters that may stand before an @ are shown as the account name, as text.
                after["fields"] = before["fields"]
            assert after == before, stored
    assert visit.outside == []
    assert visit.errors == []


def test_codes_and_the_support_page(visit: Visit) -> None:
    visit.open("example.jp/go/")
    before = visit.state()
    for vector in VECTORS:
        visit.page.locator("#mh-go-code").fill(vector.replace("\ud83d", "x"))
        visit.page.locator("#mh-go-domain").fill(vector.replace("\ud83d", "x"))
        visit.page.locator("[data-go] button").click()
        visit.assert_harmless(before, vector)
    visit.open("example.jp/support/")
    visit.page.locator("#mh-s-section option").first.wait_for(state="attached")
    visit.page.wait_for_timeout(300)
    before = visit.state()
    for vector in VECTORS:
        visit.page.locator("#mh-s-filter").fill(vector.replace("\ud83d", "x"))
        visit.page.wait_for_timeout(10)
        after = visit.state()
        assert (after["pwned"], after["violations"], after["handlers"], after["scripts"], after["foreign"]) == (
            None, [], before["handlers"], before["scripts"], [],
        ), vector  # fmt: skip
    assert visit.outside == []
    assert visit.errors == []


def test_the_search_box(visit: Visit) -> None:
    visit.open("example.jp/")
    before = visit.state()
    box = visit.page.locator("input.md-search__input")
    visit.page.keyboard.press("f")
    for vector in VECTORS:
        box.fill(vector.replace("\ud83d", "x"))
        visit.page.wait_for_timeout(60)
        after = visit.state()
        assert (after["pwned"], after["violations"], after["handlers"], after["scripts"], after["foreign"]) == (
            None, [], before["handlers"], before["scripts"], [],
        ), vector  # fmt: skip
    assert visit.outside == []
    for vector in VECTORS[::4]:
        visit.open(f"example.jp/?q={quoted(vector)}")
        visit.page.wait_for_timeout(150)
        after = visit.state()
        assert (after["pwned"], after["violations"], after["handlers"], after["scripts"], after["foreign"]) == (
            None, [], before["handlers"], before["scripts"], [],
        ), vector  # fmt: skip
    assert visit.outside == []
    assert visit.errors == []


def test_the_corpus_is_one_that_works_where_text_becomes_markup(chromium: Browser) -> None:
    """The same vectors on a page that does everything wrong: else the tests above could not fail."""
    page = chromium.new_page()
    page.add_init_script(WATCH)
    ran = 0
    for vector in VECTORS:
        page.goto("about:blank")
        page.evaluate(
            "html => { document.open(); document.write('<div>' + html + '</div>'); document.close(); }", vector
        )
        page.wait_for_timeout(40)
        ran += page.evaluate("window.pwned ?? 0")
    page.close()
    assert len(VECTORS) >= 40
    assert ran >= 15, json.dumps(ran)


def test_the_error_finder_takes_text_for_text(visit: Visit) -> None:
    visit.open("example.jp/trouble/errors/")
    visit.page.locator("#mh-error-text").wait_for()
    before = visit.state()
    for vector in VECTORS:
        for typed in (vector, f"認証に失敗しました {vector} 535 5.7.8"):
            visit.page.evaluate(
                "v => { const box = document.querySelector('#mh-error-text'); box.value = v; box.dispatchEvent(new Event('input', {bubbles: true})); }",
                typed,
            )
            visit.page.wait_for_timeout(10)
            after = visit.state()
            assert (after["pwned"], after["violations"], after["handlers"], after["scripts"], after["foreign"]) == (
                None, [], before["handlers"], before["scripts"], [],
            ), vector  # fmt: skip
    assert visit.outside == []
    assert visit.errors == []
