"""Thunderbird's own reader of autoconfig files, taken from the installed Thunderbird, accepts every file and reads it right.

The reader runs in Chromium with a few stand-ins for Gecko's globals; nothing of Mozilla's is in this repository.
"""

from __future__ import annotations

import http.server
import shutil
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from macros import formats
from macros.domain import MailDomain
from macros.formats import Context
from macros.formats.autoconfig import PATHS, listed

pytestmark = pytest.mark.browser
OMNI = [Path(p) for p in ("/usr/share/thunderbird/omni.ja", "/usr/lib/thunderbird/omni.ja")]
#: The numbers are those of nsMsgSocketType and nsMsgAuthMethod; only that they differ matters here.
SHIMS = """
const registry = {};
globalThis.ChromeUtils = {
  defineESModuleGetters(target, modules) {
    for (const [name, url] of Object.entries(modules))
      Object.defineProperty(target, name, { get: () => registry[url][name] });
  },
  defineLazyGetter(target, name, make) { Object.defineProperty(target, name, { get: make }); },
};
globalThis.Cu = { isInAutomation: false };
globalThis.Localization = class { formatValueSync(id) { return id; } };
globalThis.Services = { prefs: { getBoolPref: () => false } };
globalThis.dump = () => {};
globalThis.Ci = {
  nsMsgSocketType: { plain: 0, alwaysSTARTTLS: 2, SSL: 3 },
  nsMsgAuthMethod: {
    none: 1, passwordCleartext: 3, passwordEncrypted: 4, GSSAPI: 5, NTLM: 6, External: 7, secure: 8, anything: 9,
    OAuth2: 10,
  },
};
for (const name of ["accountcreation/AccountConfig", "accountcreation/InputSanitizer",
                    "accountcreation/readFromXML", "JXON"]) {
  const url = `/modules/${name}.sys.mjs`;
  registry[url] = await import(url);
}
const { readFromXML } = registry["/modules/accountcreation/readFromXML.sys.mjs"];
const { JXON } = registry["/modules/JXON.sys.mjs"];
globalThis.read = (text) => {
  const config = readFromXML(JXON.build(new DOMParser().parseFromString(text, "text/xml")), "isp-https");
  const name = (number, names) => Object.keys(names).find((key) => names[key] === number);
  const server = (s) => ({
    type: s.type, hostname: s.hostname, port: s.port, username: s.username,
    socketType: name(s.socketType, Ci.nsMsgSocketType), auth: name(s.auth, Ci.nsMsgAuthMethod),
    leave: s.leaveMessagesOnServer, days: s.daysToLeaveMessagesOnServer,
  });
  return {
    id: config.id, displayName: config.displayName, domains: config.domains,
    incoming: [config.incoming, ...config.incomingAlternatives].map(server),
    outgoing: [config.outgoing, ...config.outgoingAlternatives].map(server),
  };
};
"""
SOCKET_TYPES = {"SSL": "SSL", "STARTTLS": "alwaysSTARTTLS", "plain": "plain"}
AUTHENTICATIONS = {"password-cleartext": "passwordCleartext", "password-encrypted": "passwordEncrypted"}


@pytest.fixture(scope="module")
def thunderbird_reads(chromium: Browser) -> Iterator[Callable[[bytes], Any]]:
    """Thunderbird's reader: an autoconfig file in, what Thunderbird would use out."""
    archive = next((path for path in OMNI if path.is_file()), None)
    if archive is None or shutil.which("thunderbird") is None:
        pytest.fail("Thunderbird がありません。make test は自分で入れます: .ci/packages test")
    omni = zipfile.ZipFile(archive)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/modules/"):
                kind, data = "text/javascript", omni.read(self.path[1:]).replace(b'"resource:///', b'"/')
            elif self.path == "/shims.mjs":
                kind, data = "text/javascript", SHIMS.encode()
            else:
                kind, data = "text/html", b'<!doctype html><script type="module" src="/shims.mjs"></script>'
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = chromium.new_page()
    page.goto(f"http://127.0.0.1:{server.server_port}/")
    page.wait_for_function("typeof globalThis.read === 'function'")
    yield lambda data: page.evaluate("text => read(text)", data.decode())
    page.close()
    server.shutdown()
    server.server_close()


def test_thunderbirds_own_reader_accepts_every_file(
    thunderbird_reads: Callable[[bytes], Any], domains: Mapping[str, MailDomain]
) -> None:
    for mail in domains.values():
        found = thunderbird_reads(formats.files(mail, Context("https://help.example.jp/"))[PATHS[0]])
        assert found["id"] == mail.domain
        assert found["displayName"] == mail.display_name
        assert found["domains"] == [mail.domain, *mail.aliases]
        assert [
            (s["type"], s["hostname"], s["port"], s["socketType"], s["auth"], s["username"])
            for s in (*found["incoming"], *found["outgoing"])
        ] == [
            (s.type, s.hostname, s.port, SOCKET_TYPES[s.socket_type], AUTHENTICATIONS[s.authentication], s.username)
            for s in listed(mail)
        ]
        for server in found["incoming"]:
            if server["type"] == "pop3":
                assert server["leave"] == (mail.pop_leave_days > 0)
                if mail.pop_leave_days:
                    assert server["days"] == mail.pop_leave_days


def test_it_accepts_the_providers_file(
    thunderbird_reads: Callable[[bytes], Any], domains: Mapping[str, MailDomain]
) -> None:
    found = thunderbird_reads(formats.root_files(domains["loytem.com"], Context())[PATHS[0]])
    assert found["domains"] == ["%EMAILDOMAIN%"]  # it does not know purpose="mx" and passes over that one
    assert found["incoming"][0]["hostname"] == "loytem.com"


def test_it_would_refuse_a_broken_file(
    thunderbird_reads: Callable[[bytes], Any], domains: Mapping[str, MailDomain]
) -> None:
    good = formats.files(domains["imap.example"], Context())[PATHS[0]]
    for broken in (
        good.replace(b"imap.imap.example", b"not a host"),
        good.replace(b"<domain>imap.example", b"<domain>a b"),
        good.replace(b"SSL", b"TLS"),
    ):
        with pytest.raises(Exception, match=r"error|need|Need|match"):
            thunderbird_reads(broken)
