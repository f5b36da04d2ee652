"""The configurations, in the real nginx and Caddy of Debian, asked for every file of every domain by host name."""

from __future__ import annotations

import dataclasses
import http.client
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import certificates
import pytest
from defusedxml import ElementTree as ET

from macros import formats, servers
from macros.domain import MailDomain
from macros.errors import BuildError
from macros.formats import Context, autoconfig, autodiscover, pacc
from macros.servers import Place

HELP = "help.loytem.example"
CONTEXT = Context(f"https://{HELP}/")
NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log warn; user root; worker_processes 1;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  include {folder}/mailhelp.conf;
}}
"""
REQUEST = (
    '<?xml version="1.0"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/'
    'requestschema/2006"><Request><EMailAddress>{}</EMailAddress><AcceptableResponseSchema>{}'
    "</AcceptableResponseSchema></Request></Autodiscover>"
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Answer:
    """One response."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Running:
    """A started web server."""

    kind: str
    http: int
    https: int
    trust: ssl.SSLContext

    def ask_all(self, host: str, paths: Iterable[str]) -> Iterator[tuple[str, Answer]]:
        """Many pages of one host over TLS connections that are kept open."""
        connection: http.client.HTTPConnection | None = None
        for path in paths:
            if connection is None:
                connection = http.client.HTTPConnection("127.0.0.1", self.https, timeout=20)
                plain = socket.create_connection(("127.0.0.1", self.https), timeout=20)
                connection.sock = self.trust.wrap_socket(plain, server_hostname=host)
            connection.request("GET", path, headers={"Host": host})
            response = connection.getresponse()
            yield path, Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
            if response.will_close:
                connection.close()
                connection = None

    def ask(self, host: str, path: str, *, tls: bool = True, body: str | None = None, method: str = "") -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.https if tls else self.http, timeout=20)
        if tls:
            plain = socket.create_connection(("127.0.0.1", self.https), timeout=20)
            connection.sock = self.trust.wrap_socket(plain, server_hostname=host)
        headers = {"Host": host} | ({"Content-Type": "text/xml"} if body is not None else {})
        connection.request(method or ("GET" if body is None else "POST"), path, body and body.encode(), headers)
        response = connection.getresponse()
        answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        connection.close()
        return answer


@pytest.fixture(scope="module")
def served(domains: dict[str, MailDomain]) -> dict[str, MailDomain]:
    """The samples and one whose text means something to a web server."""
    text = '{{env "HOME"}}[[env "HOME"]]<?mailhelp env "HOME" ?>{env.HOME}$host'
    hostile = dataclasses.replace(domains["cafe.example"], domain="hostile.example", display_name=text)
    return {**domains, "hostile.example": hostile}


@pytest.fixture(scope="module")
def site(built_site: Path, served: dict[str, MailDomain], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole site as it is published, with the hostile domain and links to the help in the settings files."""
    folder = tmp_path_factory.mktemp("web") / "site"
    shutil.copytree(built_site, folder)

    def write(base: Path, files: Mapping[str, bytes]) -> None:
        for path, data in files.items():
            (base / path).parent.mkdir(parents=True, exist_ok=True)
            (base / path).write_bytes(data)

    write(folder, formats.root_files(served["loytem.com"], CONTEXT))
    for name, mail in served.items():
        write(folder / name, formats.files(mail, CONTEXT))
    return folder


@pytest.fixture(scope="module", params=sorted(servers.KINDS))
def running(
    request: pytest.FixtureRequest,
    site: Path,
    served: dict[str, MailDomain],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Running]:
    """The server, with a certificate for every name that the DNS snippets point at it."""
    kind = request.param
    program = shutil.which(kind) or shutil.which(kind, path="/usr/sbin")
    if program is None:
        pytest.fail(f"{kind} がありません。make test は自分で入れます: .ci/packages test")
    folder = tmp_path_factory.mktemp(kind)
    root = certificates.make(["Test Root"])
    names = [HELP, "autoconfig.unknown.example", "unknown.example"]
    for name in served:
        names += [name, *(f"{label}.{name}" for label in ("autoconfig", "autodiscover", "ua-auto-config"))]
    certificate, key = certificates.make(names, root).write(folder, "web", root)
    authority, _ = root.write(folder, "root")
    place = Place(
        site_url=f"https://{HELP}/",
        site=site,
        provider="loytem.com",
        certificate=str(certificate),
        key=str(key),
        address="127.0.0.1",
        http_port=free_port(),
        https_port=free_port(),
        socket=str(folder / "autodiscover.sock"),
        ask_port=free_port(),
    )
    config = servers.render(kind, place)
    if kind == "nginx":
        (folder / "mailhelp.conf").write_text(config)
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder))
        command = [program, "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    else:
        (folder / "Caddyfile").write_text("{\n\tadmin off\n" + config.split("\n{\n", 1)[1])
        command = [program, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    log = (folder / "log").open("wb")
    environment = {
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "PATH": "/usr/bin",
    }
    process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    server = Running(kind, place.http_port, place.https_port, ssl.create_default_context(cafile=str(authority)))
    try:
        for _ in range(200):
            if process.poll() is not None:
                break
            try:
                server.ask(HELP, "/")
            except OSError:
                time.sleep(0.05)
            else:
                break
        else:
            pytest.fail("did not start")
        assert process.poll() is None, (folder / "log").read_text() + "".join(
            p.read_text() for p in folder.glob("error.log")
        )
        yield server
    finally:
        process.terminate()
        process.wait(20)
        log.close()


pytestmark = pytest.mark.slow

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".xml": "text/xml; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".mobileconfig": "application/x-apple-aspen-config",
    ".mjs": "text/javascript; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".map": "application/json; charset=utf-8",
    ".png": "image/png",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".gz": "application/gzip",
    ".bin": "application/octet-stream",
}


def assert_headers(answer: Answer) -> None:
    for name, value in servers.SECURITY_HEADERS.items():
        assert answer.headers.get(name.lower()) == value, name


def test_every_file_of_the_site(running: Running, site: Path) -> None:
    files = {
        "/" + p.relative_to(site).as_posix(): p for p in site.rglob("*") if p.is_file() and not p.name.startswith(".")
    }
    # Outlook's file is not for reading as it is; see below.
    paths = sorted(path for path in files if not path.endswith("autodiscover/autodiscover.xml"))
    count = 0
    for path, answer in running.ask_all(HELP, paths):
        assert (answer.status, answer.body) == (200, files[path].read_bytes()), path
        assert answer.headers["content-type"].lower() == TYPES[files[path].suffix], path
        assert_headers(answer)
        count += 1
    assert count > 400


def test_every_settings_file_of_every_domain_by_its_host_name(running: Running, served: dict[str, MailDomain]) -> None:
    for name, mail in served.items():
        files = formats.files(mail, CONTEXT)
        asked = [(name, autoconfig.PATHS[1])] + [(f"autoconfig.{name}", path) for path in autoconfig.PATHS]
        asked += [(f"ua-auto-config.{name}", pacc.PATH)] * (pacc.PATH in files)
        for host, path in asked:
            # The provider's own name is the one that MX records lead to; it answers by the address.
            query = f"?emailaddress=info@{name}" if path.endswith("xml") else ""
            for tls in (True, False):
                if not tls and (host == "autoconfig.loytem.com" or path == pacc.PATH):
                    continue
                answer = running.ask(host, f"/{path}{query}", tls=tls)
                assert (answer.status, answer.body) == (200, files[path]), (host, path, tls)
                assert answer.headers["content-type"].lower() == TYPES[Path(path).suffix]
                assert answer.headers["cache-control"] == "no-cache"
                assert_headers(answer)


def test_mx_leads_to_one_name_for_all_domains(running: Running, site: Path, served: dict[str, MailDomain]) -> None:
    path = "/mail/config-v1.1.xml"
    common = (site / "mail/config-v1.1.xml").read_bytes()
    for query in ("", "?emailaddress=info@unknown.example", "?emailaddress=../../etc/passwd", "?emailaddress=%00@x.y"):
        answer = running.ask("autoconfig.loytem.com", path + query)
        assert (answer.status, answer.body) == (200, common), query
    for address in ("info@salon.example", "info%40salon.example"):
        answer = running.ask("autoconfig.loytem.com", f"{path}?emailaddress={address}")
        assert answer.body == formats.files(served["salon.example"], CONTEXT)[autoconfig.PATHS[0]]


def filled(data: bytes, address: str) -> bytes:
    local, _, domain = address.partition("@")
    for placeholder, text in (("ADDRESS", address), ("LOCALPART", local), ("DOMAIN", domain)):
        data = data.replace(f"%EMAIL{placeholder}%".encode(), text.encode())
    return data


def test_outlook_is_answered_with_its_own_address(running: Running, served: dict[str, MailDomain]) -> None:
    answered = 0
    for name, mail in served.items():
        file = formats.files(mail, CONTEXT).get(autodiscover.PATH)
        for host in (f"autodiscover.{name}", HELP):
            for path in ("/autodiscover/autodiscover.xml", "/Autodiscover/Autodiscover.xml"):
                address = f"info.shop+1@{name}"
                answer = running.ask(host, path, body=REQUEST.format(address, autodiscover.INNER))
                if file is None:
                    assert answer.status == 404
                    continue
                assert (answer.status, answer.body.strip()) == (200, filled(file, address).strip()), (host, answer)
                assert answer.headers["content-type"].lower() == TYPES[".xml"]
                assert b"%EMAIL" not in answer.body
                answered += 1
    assert answered >= 32


@pytest.mark.parametrize(
    "address",
    [
        "a<b>@example.jp",
        "x</LoginName><Server>evil.example</Server>@example.jp",
        "&xxe;@example.jp",
        "a@../../etc/passwd",
        "a@/etc",
        "{{ readFile `/etc/passwd` }}@example.jp",
        "[[ env `HOME` ]]@example.jp",
        "{env.HOME}@",
        "",
        "@",
    ],
)
def test_outlook_requests_cannot_bring_anything_in(running: Running, address: str) -> None:
    answer = running.ask(HELP, "/autodiscover/autodiscover.xml", body=REQUEST.format(address, ""))
    assert answer.status in (400, 404)
    answer = running.ask("autodiscover.example.jp", "/autodiscover/autodiscover.xml", body=REQUEST.format(address, ""))
    assert b"evil" not in answer.body
    assert b"root:" not in answer.body
    if answer.status == 200:  # by the host name alone; the login name stays empty
        names = [n.text for n in ET.fromstring(answer.body.strip()).iter(f"{{{autodiscover.INNER}}}LoginName")]
        assert set(names) == {None}


def test_a_large_request_is_refused(running: Running) -> None:
    answer = running.ask("autodiscover.example.jp", "/autodiscover/autodiscover.xml", body="x" * 20_000)
    assert answer.status in (400, 413, 404) or b"<LoginName></LoginName>" in answer.body.replace(b" ", b"")
    assert running.ask(HELP, "/").status == 200


def test_plain_http_leads_to_https(running: Running) -> None:
    assert running.ask(HELP, "/setup/", tls=False).headers["location"] == f"https://{HELP}/setup/"
    answer = running.ask("autodiscover.example.jp", "/autodiscover/autodiscover.xml", tls=False)
    assert (answer.status, answer.headers["location"]) == (
        302,
        "https://autodiscover.example.jp/autodiscover/autodiscover.xml",
    )


def test_what_is_not_there_is_not_served(running: Running, site: Path) -> None:
    for host, path in (
        (HELP, "/.mailhelp"),
        (HELP, "/nothing/"),
        (HELP, "/../../etc/passwd"),
        (HELP, "/%2e%2e/%2e%2e/etc/passwd"),
        ("autoconfig.unknown.example", "/mail/config-v1.1.xml"),
        ("unknown.example", "/.well-known/autoconfig/mail/config-v1.1.xml"),
        ("autoconfig.example.jp", "/index.html"),
        ("example.jp", "/index.html"),
    ):
        answer = running.ask(host, path)
        assert answer.status in (400, 404), (host, path, answer)
        assert b"root:" not in answer.body
    assert running.ask(HELP, "/nothing/").body == (site / "404.html").read_bytes()
    # A folder without its slash leads to the page.
    assert running.ask(HELP, "/setup").status in (301, 308)
    assert running.ask(HELP, "/setup/").body == (site / "setup/index.html").read_bytes()


def test_files_whose_names_change_with_their_content_are_kept(running: Running, site: Path) -> None:
    def kept(path: str) -> str:
        return running.ask(HELP, path).headers["cache-control"]

    for folder, name in (
        ("assets", "site.*.js"),
        ("assets", "site.*.css"),
        ("assets/parts", "errors.*.js"),
        ("assets/search", "worker.*.js"),
        ("assets/search", "index.*.json"),
        ("assets/search", "learned.*.bin"),
    ):
        file = next(site.glob(f"{folder}/{name}"))
        assert kept(f"/{folder}/{file.name}") == "public, max-age=31536000, immutable"
    assert kept("/assets/favicon.svg") == "public, max-age=86400"
    assert kept("/") == "no-cache"
    assert kept("/example.jp/apple/imap.mobileconfig") == "no-cache"
    etag = running.ask(HELP, "/").headers
    assert "etag" in etag or "last-modified" in etag


PLACE = Place(site_url="https://help.example.jp/", site=Path("/srv/site"), provider="loytem.com")


@pytest.mark.parametrize("kind", sorted(servers.KINDS))
def test_what_could_break_out_of_a_configuration_is_refused(kind: str) -> None:
    def change(**values: Any) -> Callable[[], str]:
        fields = {name: getattr(PLACE, name) for name in Place.__dataclass_fields__}
        return lambda: servers.render(kind, Place(**{**fields, **values}))

    for wrong in (
        change(site=Path("/srv/a; include /etc/passwd")),
        change(site=Path("/srv/a b")),
        change(certificate="x\ny", key="z"),
        change(site_url=""),
        change(site_url="https://example.jp/help/"),
    ):
        with pytest.raises(BuildError):
            wrong()
    assert "@@" not in change()()


def test_the_header_is_the_policy_of_the_pages_and_forbids_frames() -> None:
    page = (servers.HERE.parent / "theme/main.html").read_text(encoding="utf-8")
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert servers.SECURITY_HEADERS["Content-Security-Policy"] == f"{policy}; frame-ancestors 'none'"
