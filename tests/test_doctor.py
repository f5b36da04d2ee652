"""mailhelp doctor against a little internet with one planted fault at a time: each must be named in the answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import certificates
import pytest
from little_internet import Mail, World, running

from macros import cli, doctor, formats
from macros.doctor import BAD
from macros.domain import MailDomain
from macros.formats import Context, autodiscover, pacc
from macros.formats.autoconfig import PATHS

pytestmark = pytest.mark.slow
SITE = "https://help.example.net/"
CONTEXT = Context(SITE)
DOMAIN = "example.jp"
WEB = f"https://autoconfig.{DOMAIN}/{PATHS[0]}"
OUTLOOK = f"POST https://autodiscover.{DOMAIN}/{autodiscover.PATH}"


@pytest.fixture(scope="module")
def root() -> certificates.Pair:
    return certificates.make(["Little Root"])


def healthy(mail: MailDomain, folder: Path, root: certificates.Pair) -> World:
    """A world in which everything that we publish for a domain is in place."""
    world = World(folder, root)
    files = formats.files(mail, CONTEXT)
    (zone,) = formats.operator_files(mail, CONTEXT).values()
    for line in zone.decode().splitlines():
        if not line.startswith(";"):
            name, _, _, kind, value = line.split(maxsplit=4)
            # The names of web servers lead straight to this machine.
            kind, value = ("A", "127.0.0.1") if kind == "CNAME" else (kind, value)
            world.records.setdefault((name.rstrip("."), kind), []).append(value)
    for host in ("help.example.net", mail.domain, *(s.hostname for s in mail.servers)):
        world.records[host, "A"] = ["127.0.0.1"]
    world.records[mail.domain, "MX"] = ["10 mx1.provider.example."]
    xml = (200, "text/xml; charset=utf-8", files[PATHS[0]])
    world.pages = {
        f"https://autoconfig.{mail.domain}/{PATHS[0]}": xml,
        f"https://{mail.domain}/{PATHS[1]}": xml,
        f"https://ua-auto-config.{mail.domain}/{pacc.PATH}": (200, "application/json", files.get(pacc.PATH, b"")),
    }
    if autodiscover.PATH in files:
        answer = files[autodiscover.PATH].replace(b"%EMAILADDRESS%", b"a@b.c")
        world.pages[f"POST https://autodiscover.{mail.domain}/{autodiscover.PATH}"] = (200, "text/xml", answer)
    for path, data in files.items():
        if path.endswith("mobileconfig"):
            world.pages[f"{SITE}{mail.domain}/{path}"] = (200, "application/x-apple-aspen-config", data)
    for server in mail.servers:
        tls = server.socket_type == "SSL"
        world.mail[server.port] = Mail(server.type, server.hostname, tls, server.socket_type == "STARTTLS")
    return world


def examine(world: World, mail: MailDomain | None, domain: str = DOMAIN) -> doctor.Report:
    with running(world) as network:
        return doctor.examine(domain, mail, SITE, network)


@pytest.mark.parametrize("name", ["example.jp", "starttls.example", "salon-group.example", "xn--t8jw83ktcy.example"])
def test_a_healthy_domain_has_nothing_to_fix(
    name: str, domains: dict[str, MailDomain], tmp_path: Path, root: certificates.Pair
) -> None:
    world = healthy(domains[name], tmp_path, root)
    report = examine(world, domains[name], name)
    assert report.faults == 0, str(report)
    text = str(report)
    assert "直すところは見つかりませんでした" in text
    assert f"→ https://autoconfig.{name}/{PATHS[0]} の設定が使われます" in text
    assert set(report.sections) == {*doctor.TITLES} - ({"pacc", "apple"} - set(report.sections))
    # No password, and no address but a made-up one, ever leaves.
    assert not [line for line in world.spoken if line.split()[-2:-1] in (["LOGIN"], ["PASS"], ["AUTH"])]
    allowed = {"CAPABILITY", "CAPA", "EHLO", "STARTTLS", "STLS"}
    assert {w for line in world.spoken for w in line.split()[:2] if w.isupper()} <= allowed
    assert {a.split("EMailAddress>")[1].split("<")[0] for a in world.asked if "EMailAddress>" in a} <= {
        f"mailhelp-doctor@{name}"
    }


def page(
    url: str, status: int = 200, kind: str = "text/xml", change: Callable[[bytes], bytes] = bytes
) -> Callable[[World], None]:
    def plant(world: World) -> None:
        world.pages[url] = (status, kind, change(world.pages[url][2]))

    return plant


def both_pages(**options: object) -> Callable[[World], None]:
    def plant(world: World) -> None:
        for url in (WEB, f"https://{DOMAIN}/{PATHS[1]}"):
            page(url, **options)(world)  # type: ignore[arg-type]

    return plant


def without(*urls: str) -> Callable[[World], None]:
    def plant(world: World) -> None:
        for url in urls:
            del world.pages[url]

    return plant


def record(name: str, kind: str, *values: str) -> Callable[[World], None]:
    def plant(world: World) -> None:
        world.records[name, kind] = list(values)

    return plant


def certificate(host: str, *names: str, days: int = 30, own: bool = False) -> Callable[[World], None]:
    def plant(world: World) -> None:
        issuer = certificates.make(["Somebody Else"]) if own else world.root
        world.certificates[host] = certificates.make(names or (host,), issuer, days=days)

    return plant


def server(port: int, **changes: object) -> Callable[[World], None]:
    def plant(world: World) -> None:
        for key, value in changes.items():
            setattr(world.mail[port], key, value)

    return plant


MAIL = "mail.example.jp"


def http_only(world: World) -> None:
    world.pages[WEB.replace("https", "http")] = world.pages[WEB]
    without(WEB, f"https://{DOMAIN}/{PATHS[1]}")(world)


def nothing_and_no_mx(world: World) -> None:
    without(WEB, f"https://{DOMAIN}/{PATHS[1]}")(world)
    del world.records[DOMAIN, "MX"]


def no_mail_host(world: World) -> None:
    del world.records[MAIL, "A"]


def nobody_listens(world: World) -> None:
    del world.mail[993]


FAULTS: dict[str, tuple[Callable[[World], None], str, list[str]]] = {
    "wrong type": (
        page(WEB, kind="application/octet-stream"),
        "thunderbird",
        ["種類(Content-Type)が application/octet-stream です", "text/xml にします"],
    ),
    "broken xml": (page(WEB, change=lambda d: d[:100]), "thunderbird", ["正しい autoconfig の XML ではありません"]),
    "entities": (
        page(WEB, change=lambda d: b'<!DOCTYPE x [<!ENTITY a "b">]>' + d.split(b"?>", 1)[1]),
        "thunderbird",
        ["正しい autoconfig の XML ではありません"],
    ),
    "byte order mark": (page(WEB, change=lambda d: b"\xef\xbb\xbf" + d), "thunderbird", ["先頭に BOM があります"]),
    "wrong host": (
        page(WEB, change=lambda d: d.replace(b"mail.example.jp", b"mail.example.com")),
        "thunderbird",
        ["あるのは imap mail.example.com:993 SSL", "あるはずなのは imap mail.example.jp:993 SSL"],
    ),
    "wrong port": (
        page(WEB, change=lambda d: d.replace(b"465", b"587")),
        "thunderbird",
        ["smtp mail.example.jp:587 SSL", "smtp mail.example.jp:465 SSL"],
    ),
    "wrong user name": (
        page(WEB, change=lambda d: d.replace(b"%EMAILADDRESS%", b"%EMAILLOCALPART%")),
        "thunderbird",
        ["(@ の前)", "(アドレス)"],
    ),
    "autoconfig certificate name": (
        certificate(f"autoconfig.{DOMAIN}", "www.example.com"),
        "thunderbird",
        ["証明書に autoconfig.example.jp の名前がありません", "www.example.com"],
    ),
    "autoconfig certificate expired": (
        certificate(f"autoconfig.{DOMAIN}", days=-3),
        "thunderbird",
        ["autoconfig.example.jp の証明書の期限が切れています"],
    ),
    "nothing at all": (without(WEB, f"https://{DOMAIN}/{PATHS[1]}"), "thunderbird", ["設定のファイルが見つかりません"]),
    "http only": (
        http_only,
        "thunderbird",
        ["http でしか見つかりません"],
    ),
    "no mx": (
        nothing_and_no_mx,
        "thunderbird",
        ["MX レコードがありません"],
    ),
    "android: plain": (
        both_pages(change=lambda d: d.replace(b"<socketType>SSL", b"<socketType>plain", 1)),
        "android",
        ["保護なし(plain)のサーバーが書かれている"],
    ),
    "android: id": (
        both_pages(change=lambda d: d.replace(b'id="example.jp"', b'id="%EMAILDOMAIN%"')),
        "android",
        ["id に置き換え(%…%)がある"],
    ),
    "android: http": (
        http_only,
        "android",
        ["https で取れる設定がない"],
    ),
    "profile type": (
        page(f"{SITE}{DOMAIN}/apple/imap.mobileconfig", kind="application/octet-stream"),
        "apple",
        ["application/octet-stream です", "application/x-apple-aspen-config にします"],
    ),
    "profile missing": (
        without(f"{SITE}{DOMAIN}/apple/pop3.mobileconfig"),
        "apple",
        ["pop3.mobileconfig は 404 を返します"],
    ),
    "outlook static host": (page(OUTLOOK, status=405), "outlook", ["POST に 405 を返します"]),
    "outlook not filled": (
        page(OUTLOOK, change=lambda d: d.replace(b"a@b.c", b"%EMAILADDRESS%")),
        "outlook",
        ["%EMAIL…% が残っています"],
    ),
    "outlook wrong host": (
        page(OUTLOOK, change=lambda d: d.replace(b"mail.example.jp", b"mail.example.com")),
        "outlook",
        ["imap mail.example.com:993", "imap mail.example.jp:993"],
    ),
    "outlook broken": (page(OUTLOOK, change=lambda d: b"<a>"), "outlook", ["正しい Autodiscover の返事ではありません"]),
    "srv wrong": (
        record(f"_imaps._tcp.{DOMAIN}", "SRV", "0 1 143 old.example.jp."),
        "srv",
        ["_imaps._tcp.example.jp が old.example.jp:143 を指しています。mail.example.jp:993 にします"],
    ),
    "srv not offered": (
        record(f"_imap._tcp.{DOMAIN}", "SRV", "0 1 143 mail.example.jp."),
        "srv",
        ["_imap._tcp.example.jp が mail.example.jp:143", "0 0 0 ."],
    ),
    "pacc digest": (
        record(f"_ua-auto-config.{DOMAIN}", "TXT", '"v=UAAC1; a=sha256; d=AAAA"'),
        "pacc",
        ["TXT レコードがファイルと合いません"],
    ),
    "pacc missing": (without(f"https://ua-auto-config.{DOMAIN}/{pacc.PATH}"), "pacc", ["404 を返します"]),
    "no mail host": (
        no_mail_host,
        "servers",
        ["mail.example.jp という名前が DNS にありません"],
    ),
    "port closed": (
        nobody_listens,
        "servers",
        ["imap mail.example.jp:993 SSL", "993 番につながりません"],
    ),
    "mail certificate name": (
        certificate(MAIL, "c99.future-shop.example", "*.example.com"),
        "servers",
        ["証明書に mail.example.jp の名前がありません(証明書の名前: c99.future-shop.example、*.example.com)"],
    ),
    "mail certificate expired": (
        certificate(MAIL, days=-3),
        "servers",
        ["mail.example.jp の証明書の期限が切れています"],
    ),
    "mail certificate self-made": (certificate(MAIL, own=True), "servers", ["信頼された発行元のものではありません"]),
    "no tls on the port": (server(993, tls=False), "servers", ["mail.example.jp の 993 番は TLS(SSL)で話しません"]),
    "other protocol": (server(993, kind="smtp"), "servers", ["IMAP のサーバーらしくない返事です(220 ready)"]),
    "no password login": (
        server(465, logins="XOAUTH2"),
        "servers",
        ["smtp mail.example.jp:465 SSL: password-cleartext の方式でログインできません(サーバーが示した方式: XOAUTH2)"],
    ),
    "login disabled": (
        server(993, logins=""),
        "servers",
        ["imap mail.example.jp:993 SSL: password-cleartext の方式でログインできません"],
    ),
    "pop without user": (
        server(995, logins=""),
        "servers",
        ["pop3 mail.example.jp:995 SSL: password-cleartext の方式でログインできません"],
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_planted_fault_is_named(
    fault: str, domains: dict[str, MailDomain], tmp_path: Path, root: certificates.Pair
) -> None:
    plant, section, words = FAULTS[fault]
    world = healthy(domains[DOMAIN], tmp_path, root)
    plant(world)
    report = examine(world, domains[DOMAIN])
    named = [text for level, text in report.sections.get(section, []) if level == BAD]
    assert any(all(word in text for word in words) for text in named), str(report)
    assert "件あります" in str(report)


STARTTLS_FAULTS = {
    "no starttls": (server(143, starttls=False), "imap mail.starttls.example:143 STARTTLS: STARTTLS を使えません"),
    "no stls": (server(110, starttls=False), "pop3 mail.starttls.example:110 STARTTLS: STARTTLS を使えません"),
    "smtp": (server(587, starttls=False), "smtp mail.starttls.example:587 STARTTLS: STARTTLS を使えません"),
    "login before tls": (server(143, early_logins="PLAIN"), "暗号化の前にパスワードを受け付けます"),
    "tls at once": (server(587, tls=True), "587"),
    "name": (
        certificate("mail.starttls.example", "other.example"),
        "証明書に mail.starttls.example の名前がありません(証明書の名前: other.example)",
    ),
}


@pytest.mark.parametrize("fault", STARTTLS_FAULTS)
def test_faults_of_starttls_are_named(
    fault: str, domains: dict[str, MailDomain], tmp_path: Path, root: certificates.Pair
) -> None:
    plant, words = STARTTLS_FAULTS[fault]
    mail = domains["starttls.example"]
    world = healthy(mail, tmp_path, root)
    plant(world)
    report = examine(world, mail, mail.domain)
    assert any(words in text for level, text in report.sections["servers"] if level == BAD), str(report)


def test_a_certificate_that_ends_soon_is_a_warning(
    domains: dict[str, MailDomain], tmp_path: Path, root: certificates.Pair
) -> None:
    world = healthy(domains[DOMAIN], tmp_path, root)
    for host in (MAIL, f"autoconfig.{DOMAIN}"):
        certificate(host, days=5)(world)
    report = examine(world, domains[DOMAIN])
    assert report.faults == 0
    for host in (MAIL, f"autoconfig.{DOMAIN}"):
        assert f"{host} の証明書は、あと 4 日で切れます" in str(report)


def test_mx_leads_to_the_providers_file(
    domains: dict[str, MailDomain], tmp_path: Path, root: certificates.Pair
) -> None:
    mail = domains["cafe.example"]
    world = healthy(mail, tmp_path, root)
    for url in [url for url in world.pages if "config-v1.1.xml" in url]:
        del world.pages[url]
    world.records["autoconfig.provider.example", "A"] = ["127.0.0.1"]
    common = formats.root_files(domains["loytem.com"], CONTEXT)[PATHS[0]]
    world.pages[f"https://autoconfig.provider.example/{PATHS[0]}"] = (200, "text/xml", common)
    report = examine(world, mail, mail.domain)
    assert "→ https://autoconfig.provider.example/mail/config-v1.1.xml の設定が使われます" in str(report)
    assert report.faults == 0, str(report)


def test_without_a_domain_file_what_is_found_is_examined(
    domains: dict[str, MailDomain], tmp_path: Path, root: certificates.Pair
) -> None:
    world = healthy(domains[DOMAIN], tmp_path, root)
    report = examine(world, None)
    assert "ファイルはありません" in str(report)
    assert "imap mail.example.jp:993 SSL: 接続・証明書・ログインの方式に問題はありません" in str(report)


def test_pop_only_domains_are_told_about_android(
    domains: dict[str, MailDomain], tmp_path: Path, root: certificates.Pair
) -> None:
    mail = domains["pop.example"]
    report = examine(healthy(mail, tmp_path, root), mail, mail.domain)
    assert "IMAP のサーバーが書かれていないので、自動では設定できません" in str(report)
    assert report.faults == 0


@pytest.mark.parametrize(
    ("body", "said"),
    [(b"x" * 5_000_000, "XML ではありません"), (b"\x00\xff" * 1000, "XML ではありません"), (b"", "XML ではありません")],
)
def test_strange_answers_do_no_harm(
    body: bytes, said: str, domains: dict[str, MailDomain], tmp_path: Path, root: certificates.Pair
) -> None:
    world = healthy(domains[DOMAIN], tmp_path, root)
    page(WEB, change=lambda _: body)(world)
    server(993, greeting="* OK " + "x" * 100_000)(world)
    server(995, greeting="\x1b[31m" + "y" * 200)(world)
    text = str(examine(world, domains[DOMAIN]))
    assert said in text
    assert "\x1b" not in text
    assert len(text) < 20_000


def test_redirects_are_followed_but_never_from_https_to_http(
    domains: dict[str, MailDomain], tmp_path: Path, root: certificates.Pair
) -> None:
    world = healthy(domains[DOMAIN], tmp_path, root)
    good = world.pages[WEB]
    world.pages[WEB] = (302, "text/html", f"{SITE}moved.xml".encode())
    world.pages[f"{SITE}moved.xml"] = good
    assert examine(world, domains[DOMAIN]).faults == 0
    world.pages[WEB] = (302, "text/html", b"http://help.example.net/moved.xml")
    world.pages["http://help.example.net/moved.xml"] = good
    assert f"{WEB} は 302 を返します" in str(examine(world, domains[DOMAIN]))
    world.pages[WEB] = (302, "text/html", WEB.encode())
    assert f"{WEB} は 302 を返します" in str(examine(world, domains[DOMAIN]))


def test_the_command(
    domains: dict[str, MailDomain],
    tmp_path: Path,
    root: certificates.Pair,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SITE_URL", SITE)
    world = healthy(domains[DOMAIN], tmp_path, root)
    with running(world) as network:
        options = ["--resolver", f"127.0.0.1:{network.resolver.port}", "--ca", str(tmp_path / "authority.pem")]
        for port, there in network.ports.items():
            options += ["--port", f"{port}={there}"]
        assert cli.main(["doctor", DOMAIN, *options]) == 0
        assert "example.jp: 直すところは見つかりませんでした。" in capsys.readouterr().out
        world.pages.pop(f"{SITE}{DOMAIN}/apple/imap.mobileconfig")
        assert cli.main(["doctor", DOMAIN, *options]) == 1
        assert "直すところが 1 件あります" in capsys.readouterr().out
    for wrong in (["--resolver", "x:y"], ["--port", "443"], ["--port", "a=1"], ["--ca", "/none"]):
        assert cli.main(["doctor", DOMAIN, *wrong]) == 1
        assert wrong[0] in capsys.readouterr().err
    assert cli.main(["doctor", "https://example.jp/"]) == 1
    assert "調べられません" in capsys.readouterr().err
