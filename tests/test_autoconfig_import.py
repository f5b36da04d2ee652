"""From an autoconfig file to a domain file, and back to an autoconfig file that says the same."""

from __future__ import annotations

import dataclasses
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from defusedxml import ElementTree as ET
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st
from strategies import AWKWARD, mail_domains

from macros import autoconfig_import, catalogue, cli, formats
from macros.autoconfig_import import convert, yaml_text
from macros.domain import EMAIL_DOMAIN, Authentication, MailDomain, SocketType
from macros.errors import DomainDataError
from macros.formats import Context
from macros.formats.autoconfig import PATHS, listed

NOWHERE = Path("/nonexistent")
PROVIDER = catalogue.Source("_provider.yaml", (catalogue.OWN_DOMAINS / catalogue.PROVIDER_FILE).read_bytes())
FULL = """<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="example.jp">
    <domain>example.jp</domain>
    <domain>example.com</domain>
    <domain>xn--wgv71a119e.jp</domain>
    <domain purpose="mx">mx.example.net</domain>
    <displayName>見本 &amp; 商店</displayName>
    <displayShortName>見本</displayShortName>
    <incomingServer type="imap">
      <hostname>IMAP.%EMAILDOMAIN%</hostname><port>993</port><socketType>SSL</socketType>
      <authentication>OAuth2</authentication><authentication>password-cleartext</authentication>
      <username>%EMAILADDRESS%</username>
    </incomingServer>
    <incomingServer type="pop3">
      <hostname>Pop.Example.JP</hostname><port>110</port><socketType>STARTTLS</socketType>
      <authentication>secure</authentication><username>%EMAILLOCALPART%</username>
      <pop3><leaveMessagesOnServer>true</leaveMessagesOnServer>
      <daysToLeaveMessagesOnServer>30</daysToLeaveMessagesOnServer></pop3>
    </incomingServer>
    <incomingServer type="exchange"><hostname>x.example.jp</hostname></incomingServer>
    <outgoingServer type="smtp">
      <hostname>smtp.example.jp</hostname><port>587</port><socketType>STARTTLS</socketType>
      <authentication>password-encrypted</authentication><username>%EMAILADDRESS%</username>
    </outgoingServer>
    <outgoingServer type="smtp"><hostname>smtp2.example.jp</hostname></outgoingServer>
    <documentation url="https://example.jp/help"><descr lang="ja">x</descr></documentation>
    <enable visiturl="https://example.jp/"/><wonder>y</wonder>
  </emailProvider>
  <webMail><loginPage url="https://webmail.example.jp/"/></webMail>
</clientConfig>
"""


def parse(text: str, name: str) -> MailDomain:
    (mail,) = catalogue.parse(PROVIDER, [catalogue.Source(name, text.encode())]).values()
    return mail


def test_everything_a_file_says_arrives() -> None:
    imported = convert(FULL.encode(), "old.xml", NOWHERE)
    mail = parse(imported.text, imported.file)
    assert (mail.domain, mail.aliases) == ("example.jp", ("example.com", "xn--wgv71a119e.jp"))
    assert mail.display_name == "見本 & 商店"
    assert [(s.type, s.hostname, s.port, s.socket_type, s.authentication, s.username) for s in mail.servers] == [
        ("imap", "imap.example.jp", 993, "SSL", "OAuth2", "%EMAILADDRESS%"),
        ("pop3", "pop.example.jp", 110, "STARTTLS", "password-encrypted", "%EMAILLOCALPART%"),
        ("smtp", "smtp.example.jp", 587, "STARTTLS", "password-encrypted", "%EMAILADDRESS%"),
        ("smtp", "smtp2.example.jp", 465, "SSL", "password-cleartext", "%EMAILADDRESS%"),
    ]
    assert (mail.pop_leave_days, mail.webmail_url) == (30, "https://webmail.example.jp/")


def test_what_was_left_out_or_filled_in_is_said() -> None:
    notes = "\n".join(convert(FULL.encode(), "old.xml", NOWHERE).notes)
    for said in (
        "domain: MX の名前 「mx.example.net」 は取り込みません",
        "incomingServer[0]: authentication が 2 個あります。初めに書かれた、使える値 OAuth2 にしました",
        "authentication の古い値 secure を password-encrypted として読みました",
        "incomingServer[2]: type 「exchange」 のサーバーは取り込みません",
        "outgoingServer[1]: port がありません。465 にしました",
        "outgoingServer[1]: socketType がありません。SSL にしました",
        "outgoingServer[1]: authentication がありません。password-cleartext にしました",
        "outgoingServer[1]: username がありません。%EMAILADDRESS% にしました",
        "emailProvider: documentation は取り込みません",
        "emailProvider: enable は取り込みません。いまのメールソフトは読みません",
        "emailProvider: 「wonder」 は取り込みません。知らない項目です",
    ):
        assert said in notes


def one(**parts: str) -> bytes:
    base = {
        "version": "1.1",
        "domain": "<domain>example.jp</domain>",
        "incoming": "<hostname>imap.example.jp</hostname><port>993</port><socketType>SSL</socketType>"
        "<authentication>password-cleartext</authentication><username>%EMAILADDRESS%</username>",
        "outgoing": "<hostname>smtp.example.jp</hostname><port>465</port><socketType>SSL</socketType>"
        "<authentication>password-cleartext</authentication><username>%EMAILADDRESS%</username>",
    } | parts
    return (
        f'<clientConfig version="{base["version"]}"><emailProvider id="example.jp">{base["domain"]}'
        f'<incomingServer type="imap">{base["incoming"]}</incomingServer>'
        f'<outgoingServer type="smtp">{base["outgoing"]}</outgoingServer></emailProvider></clientConfig>'
    ).encode()


@pytest.mark.parametrize("authentication", Authentication)
@pytest.mark.parametrize("socket_type", SocketType)
def test_every_authentication_and_socket_type(authentication: Authentication, socket_type: SocketType) -> None:
    data = one(
        incoming=f"<hostname>imap.example.jp</hostname><port>2000</port><socketType>{socket_type}</socketType>"
        f"<authentication>{authentication}</authentication><username>%EMAILLOCALPART%</username>"
    )
    imported = convert(data, "x.xml", NOWHERE, plain_reason="試験のため" if socket_type == "plain" else None)
    (server,) = parse(imported.text, imported.file).incoming_servers
    assert (server.socket_type, server.authentication, server.port) == (socket_type, authentication, 2000)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "正しい XML"),
        (b"<html/>", "clientConfig と emailProvider"),
        (b"<clientConfig/>", "clientConfig と emailProvider"),
        (one(domain=""), "--domain で指定できます"),
        (one(domain="<domain>%EMAILDOMAIN%</domain>"), "--domain で指定できます"),
        (one(domain="<domain>exa mple</domain>"), "domain: ドットで区切った"),
        (one(incoming="<port>993</port>"), "incomingServer[0].hostname: この項目が必要です"),
        (one(incoming="<hostname>a.example</hostname><port>99999999</port>"), "incomingServer[0].port: 1〜65535"),
        (one(incoming="<hostname>a.example</hostname><port>-1</port>"), "incomingServer[0].port: 1〜65535"),
        (
            one(incoming="<hostname>a.example</hostname><socketType>TLS</socketType>"),
            "socketType: SSL・STARTTLS・plain",
        ),
        (one(incoming="<hostname>a.example</hostname><authentication>x</authentication>"), "authentication: "),
        (one(incoming="<hostname>a b</hostname>"), "incoming_servers[0].hostname"),
        (one(incoming="<hostname>a.example</hostname><username>%REALNAME%</username>"), "%REALNAME% は使えません"),
        (
            one(incoming="<hostname>a.example</hostname><port>587</port><socketType>SSL</socketType>"),
            "ポート番号と socket_type の組が合っていません",
        ),
        (one(incoming="<hostname>a.example</hostname><socketType>plain</socketType>"), "--plain-reason"),
        (one().replace(b'type="imap"', b'type="ews"'), "incomingServer: 使えるサーバーが 1 つ以上必要です"),
    ],
)
def test_what_is_missing_or_wrong_is_named(data: bytes, said: str) -> None:
    with pytest.raises(DomainDataError) as caught:
        convert(data, "x.xml", NOWHERE)
    assert said in str(caught.value)


def test_a_domain_can_be_given_where_the_file_has_none() -> None:
    imported = convert(one(domain="<domain>%EMAILDOMAIN%</domain>"), "x.xml", NOWHERE, domain="日本語.jp")
    assert imported.file == "日本語.jp.yaml"
    assert parse(imported.text, imported.file).domain == "xn--wgv71a119e.jp"


BOMB = b"""<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]><clientConfig>&d;</clientConfig>"""


@pytest.mark.parametrize(
    "data",
    [
        BOMB,
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><clientConfig>&e;</clientConfig>',
        b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><clientConfig/>',
        b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd">%p;]><clientConfig/>',
        b"<clientConfig>" * 20_000,
        b"<clientConfig>" + b"x" * 10_000_000 + b"</clientConfig>",
        one(incoming=f"<hostname>{'a' * 200_000}</hostname>"),
        "<clientConfig/>".encode("utf-16"),
        b"\xff\xfe\x00",
        b'<?xml version="1.0" encoding="utf-7"?><clientConfig/>',
        b'<?xml version="1.0" encoding="nonsense"?><clientConfig/>',
        one(incoming="<hostname>a\u202eb.example</hostname>"),
        one(incoming="<hostname>a.example\x00</hostname>"),
    ],
)
def test_hostile_files_are_refused_quickly_and_small(data: bytes) -> None:
    tracemalloc.start()
    started = time.process_time()
    with pytest.raises(DomainDataError) as caught:
        convert(data, "x.xml", NOWHERE)
    assert time.process_time() - started < 5
    assert tracemalloc.get_traced_memory()[1] < 60_000_000
    tracemalloc.stop()
    assert len(str(caught.value)) < 5000
    assert "root:" not in str(caught.value)


@pytest.mark.parametrize("doctype", ["<!DOCTYPE clientConfig>", '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'])
def test_a_document_type_is_refused_even_around_a_good_file(doctype: str) -> None:
    convert(one(), "x.xml", NOWHERE)
    with pytest.raises(DomainDataError, match="DTD"):
        convert(doctype.encode() + one(), "x.xml", NOWHERE)


def test_a_good_file_that_is_too_large_is_refused() -> None:
    padded = one() + b"<!--" + b"x" * autoconfig_import.MAX_BYTES + b"-->"
    with pytest.raises(DomainDataError, match="256 KiB"):
        convert(padded, "x.xml", NOWHERE)


@pytest.mark.parametrize("invisible", ["\ufeff", "\u200b", "\u200d", "\u00ad", "\U000e0041"])
def test_invisible_characters_are_written_so_that_they_can_be_seen(invisible: str) -> None:
    imported = convert(one(domain=f"<domain>example.jp</domain><displayName>a{invisible}b</displayName>"), "x", NOWHERE)
    assert invisible not in imported.text
    assert parse(imported.text, imported.file).display_name == f"a{invisible}b"


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_imported_or_refused(data: bytes) -> None:
    for whole in (data, b"<clientConfig><emailProvider>" + data + b"</emailProvider></clientConfig>"):
        with pytest.raises(DomainDataError):
            convert(whole, "x.xml", NOWHERE)


@pytest.mark.parametrize("awkward", AWKWARD)
def test_awkward_names_come_through_xml_and_yaml(awkward: str) -> None:
    escaped = awkward.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    data = one(domain=f"<domain>example.jp</domain><displayName>{escaped}</displayName>")
    imported = convert(data, "x.xml", NOWHERE)
    assert parse(imported.text, imported.file).display_name == awkward


def as_mapping(mail: MailDomain) -> dict[str, object]:
    """A domain as the keys of its file."""
    values = {f.name: getattr(mail, f.name) for f in dataclasses.fields(mail)}
    values["support"] = dataclasses.asdict(mail.support)
    for key in ("incoming_servers", "outgoing_servers"):
        values[key] = [dataclasses.asdict(server) for server in values[key]]
    if not mail.aliases:
        del values["aliases"]
    return values


@given(mail_domains())
def test_generated_domains_are_what_their_own_files_say(mail: MailDomain) -> None:
    """The strategy makes nothing that the catalogue would refuse, and YAML is written right for awkward text."""
    assert parse(yaml_text(as_mapping(mail)), f"{mail.domain}.yaml") == mail


def said(node: Any) -> tuple[str, list[tuple[str, str]], str]:
    return node.tag, node.items(), (node.text or "").strip()


@run(max_examples=50)
@given(mail_domains())
def test_import_then_publish_gives_back_the_original(mail: MailDomain) -> None:
    original = formats.files(mail, Context("https://help.example.jp/"))[PATHS[0]]
    imported = convert(original, "x.xml", NOWHERE, plain_reason=mail.plain_reason)
    again = parse(imported.text, imported.file)
    assert (again.domain, again.aliases) == (mail.domain, mail.aliases)
    assert again.servers == listed(mail)
    if any(s.type == "pop3" for s in mail.servers):
        assert again.pop_leave_days == mail.pop_leave_days
    old, new = (ET.fromstring(d).find("emailProvider") for d in (original, formats.files(again, Context())[PATHS[0]]))
    assert old is not None and new is not None
    wanted = [n for n in old if n.tag != "documentation"]
    assert [list(map(said, n.iter())) for n in wanted] == [list(map(said, n.iter())) for n in new]


def test_the_command_writes_checks_and_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, folder = tmp_path / "old.xml", tmp_path / "domains"
    file.write_bytes(FULL.encode())
    assert cli.main(["import", str(file), "--domains", str(folder)]) == 0
    said = capsys.readouterr()
    assert "example.jp.yaml" in said.out
    assert "username がありません" in said.out
    assert cli.main(["check", "--domains", str(folder)]) == 0
    assert cli.main(["import", str(file), "--domains", str(folder)]) == 1
    assert "もうあります" in capsys.readouterr().err
    # Another file of the folder has the name already.
    file.write_bytes(one(domain="<domain>shop.example</domain><domain>example.com</domain>"))
    assert cli.main(["import", str(file), "--domains", str(folder)]) == 1
    assert "1 つのドメインを書けるのは 1 つのファイルだけです" in capsys.readouterr().err
    assert [p.name for p in folder.iterdir()] == ["example.jp.yaml"]
    assert cli.main(["import", str(tmp_path / "none.xml"), "--domains", str(folder)]) == 1
    assert "none.xml" in capsys.readouterr().err


def test_the_placeholder_for_the_domain_stays_a_placeholder() -> None:
    imported = convert(one(incoming=f"<hostname>imap.{EMAIL_DOMAIN}</hostname>"), "x.xml", NOWHERE)
    assert f'hostname: "imap.{EMAIL_DOMAIN}"' in imported.text
    assert autoconfig_import.MAX_BYTES < 1_000_000
