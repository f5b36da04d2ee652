"""The only door: what comes in is right everywhere, or is refused with file, key, found, expected and example."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros import catalogue
from macros.catalogue import Source
from macros.domain import Authentication, MailDomain, Protocol, Size, SocketType
from macros.errors import DomainDataError

PROVIDER = Source("_provider.yaml", (catalogue.OWN_DOMAINS / catalogue.PROVIDER_FILE).read_bytes())


def parse(text: str, name: str = "example.jp.yaml", provider: Source = PROVIDER) -> MailDomain:
    (domain,) = catalogue.parse(provider, [Source(name, text.encode())]).values()
    return domain


def faults(*files: tuple[str, str], provider: Source = PROVIDER) -> list[str]:
    with pytest.raises(DomainDataError) as caught:
        catalogue.parse(provider, [Source(name, text.encode("utf-8", "surrogatepass")) for name, text in files])
    return [str(fault) for fault in caught.value.faults]


def test_only_the_domain_is_required() -> None:
    mail = parse("domain: example.jp\n")
    assert mail.domain == "example.jp"
    assert mail.support.phone == "087-814-3974"
    assert mail.message_size_limit == Size(100, "MB")
    assert mail.mailbox_size == Size(1, "GB")
    assert [(s.type, s.port, s.socket_type) for s in mail.servers] == [
        (Protocol.IMAP, 993, SocketType.SSL),
        (Protocol.POP3, 995, SocketType.SSL),
        (Protocol.SMTP, 465, SocketType.SSL),
    ]
    assert not mail.confirmed


def test_a_domain_file_wins_over_the_provider_key_by_key() -> None:
    mail = parse("domain: example.jp\nsupport: {phone: 087-000-0000}\nmailbox_size: 5 GB\n")
    assert mail.support.phone == "087-000-0000"
    assert mail.support.fax == "087-814-3964"
    assert mail.mailbox_size == Size(5, "GB")


def test_servers_fill_in_the_usual_and_keep_their_order() -> None:
    mail = parse(
        """
domain: example.jp
incoming_servers:
  - {type: pop3, hostname: "pop.%EMAILDOMAIN%"}
  - {type: imap, hostname: imap.example.jp, socket_type: STARTTLS, authentication: OAuth2, username: "%EMAILLOCALPART%"}
outgoing_servers:
  - {type: smtp, hostname: smtp.example.jp, port: 2465}
"""
    )
    pop3, imap = mail.incoming_servers
    assert (pop3.type, pop3.hostname, pop3.port, pop3.socket_type) == ("pop3", "pop.example.jp", 995, "SSL")
    assert (pop3.authentication, pop3.username) == (Authentication.PASSWORD_CLEARTEXT, "%EMAILADDRESS%")
    assert (imap.port, imap.authentication, imap.username) == (143, Authentication.OAUTH2, "%EMAILLOCALPART%")
    assert mail.outgoing_servers[0].port == 2465


def test_idn_domains_are_kept_in_ascii_and_shown_in_unicode() -> None:
    for name, text in (
        ("日本語.jp.yaml", "日本語.jp"),
        ("xn--wgv71a119e.jp.yaml", "xn--wgv71a119e.jp"),
        ("日本語.jp.yaml", "xn--wgv71a119e.jp"),
    ):
        mail = parse(f"domain: {text}\n", name)
        assert (mail.domain, mail.domain_unicode) == ("xn--wgv71a119e.jp", "日本語.jp")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("incoming_server: []", "example.jp.yaml:2: incoming_server: 使える項目は domain・aliases"),
        ("no: x", "example.jp.yaml:2: no: 使える項目は"),
        ("display_name: [a]", "display_name: 1 つの値が必要です(「リスト」がありました)"),
        ("display_name:", "display_name: 値が必要です"),
        ("display_name: ' x'", "display_name: 前後に空白のない"),
        ('display_name: "a\\nb"', "display_name: 改行・制御文字"),
        ('display_name: "a\\u202eb"', "display_name: 改行・制御文字"),
        ("display_name: " + "あ" * 61, "display_name: 60 文字以内の文字列が必要です(いまは 61 文字です)"),
        ("mailbox_size: 1", "mailbox_size: 数と単位"),
        ("pop_leave_days: 0993", "pop_leave_days: 0〜365 の整数が必要です"),
        ("pop_leave_days: '7'", "pop_leave_days: 引用符のない整数が必要です"),
        ("pop_leave_days: -1", "pop_leave_days: 0〜365 の整数"),
        ("confirmed: yes", "confirmed: true または false が必要です(引用符なし)(「yes」がありました)。例: false"),
        ("confirmed: 'true'", "confirmed: true または false が必要です"),
        ("webmail_url: http://example.jp/", "webmail_url: https:// で始まる URL"),
        ("webmail_url: javascript:alert(1)", "webmail_url: https:// で始まる URL"),
        ("support: x", "support: 「項目: 値」の形が必要です"),
        ("support: {phone: 0120}", "support.phone: ハイフンで区切った"),
        ("support: {phone: null}", "support.phone: 値が必要です"),
        ("support: {mail: a@example.jp}", "support.mail: 使える項目は company・name"),
        ("aliases: example.com", "aliases: 「- 」で始まる行のリストが必要です"),
        ("aliases: [Example.com]", "aliases[0]: 小文字だけ"),
        ("aliases: [example.jp]", "aliases[0]: domain とも、ほかの別名とも違う名前が必要です"),
        ("aliases: [a.example, a.example]", "aliases[1]: domain とも"),
        ("aliases: [index.html]", "aliases[0]: サイトのファイル名と紛れない"),
        ("address_forms: []", "address_forms: 1 つ以上が必要です"),
        ("address_forms: ['%NAME%@%EMAILDOMAIN%']", "address_forms[0]: 使える置き換えは"),
        ("incoming_servers: []", "incoming_servers: サーバーが 1 つ以上必要です"),
        ("incoming_servers: [imap.example.jp]", "incoming_servers[0]: 「type: …」「hostname: …」の行が必要です"),
        ("incoming_servers: [{type: imap}]", "incoming_servers[0].hostname: この項目が必要です"),
        ("incoming_servers: [{hostname: a.example}]", "incoming_servers[0].type: この項目が必要です"),
        (
            "incoming_servers: [{type: smtp, hostname: a.example}]",
            "incoming_servers[0].type: imap・pop3 のどれかが必要です(「smtp」がありました)。例: imap",
        ),
        ("incoming_servers: [{type: IMAP, hostname: a.example}]", "incoming_servers[0].type: imap・pop3 のどれか"),
        ("incoming_servers: [{type: imap, hostname: 192.0.2.1}]", "incoming_servers[0].hostname: IP アドレスではなく"),
        (
            "incoming_servers: [{type: imap, hostname: 'https://a.example'}]",
            "incoming_servers[0].hostname: ホスト名だけ",
        ),
        (
            "incoming_servers: [{type: imap, hostname: '%EMAILADDRESS%'}]",
            "incoming_servers[0].hostname: サーバー名で使える置き換えは",
        ),
        (
            "incoming_servers: [{type: imap, hostname: a.example, port: '993 '}]",
            "incoming_servers[0].port: 引用符のない整数が必要です(「993 」がありました)。例: 993",
        ),
        (
            "incoming_servers: [{type: imap, hostname: a.example, port: 65536}]",
            "incoming_servers[0].port: 1〜65535 の整数",
        ),
        (
            "incoming_servers: [{type: imap, hostname: a.example, socket_type: TLS}]",
            "incoming_servers[0].socket_type: SSL・STARTTLS・plain のどれか",
        ),
        (
            "incoming_servers: [{type: imap, hostname: a.example, ssl: true}]",
            "incoming_servers[0].ssl: 使える項目は type・hostname",
        ),
        (
            "incoming_servers: [{type: imap, hostname: a.example, username: '%EMAIL%'}]",
            "incoming_servers[0].username: 使える置き換えは",
        ),
        ("plain_reason: なんとなく", "plain_reason: plain のサーバーがないときは書きません"),
    ],
)
def test_a_wrong_line_is_named(line: str, said: str) -> None:
    (fault,) = faults(("example.jp.yaml", f"domain: example.jp\n{line}\n"))
    assert fault.startswith("example.jp.yaml:2: ") or "incoming_servers[0]" in fault
    assert said in fault
    assert "。例: " in fault


@pytest.mark.parametrize(
    ("protocol", "socket_type", "port"),
    [
        ("imap", "SSL", 143),
        ("imap", "STARTTLS", 993),
        ("pop3", "SSL", 110),
        ("pop3", "STARTTLS", 995),
        ("smtp", "SSL", 587),
        ("smtp", "STARTTLS", 465),
        ("smtp", "SSL", 25),
        ("imap", "SSL", 995),
        ("pop3", "SSL", 993),
        ("imap", "plain", 993),
        ("smtp", "plain", 465),
    ],
)
def test_pairs_that_cost_users_hours_are_refused(protocol: str, socket_type: str, port: int) -> None:
    kind = "outgoing_servers" if protocol == "smtp" else "incoming_servers"
    text = f"domain: example.jp\nplain_reason: x\n{kind}:\n  - {{type: {protocol}, hostname: a.example, socket_type: {socket_type}, port: {port}}}\n"
    if socket_type != "plain":
        text = text.replace("plain_reason: x\n", "")
    (fault,) = faults(("example.jp.yaml", text))
    assert f"{kind}[0].port: {protocol} の {socket_type} は" in fault
    assert f"(「{protocol} {socket_type} {port}」がありました)" in fault


def test_plain_needs_a_reason() -> None:
    server = "incoming_servers: [{type: imap, hostname: a.example, socket_type: plain}]\n"
    (fault,) = faults(("example.jp.yaml", f"domain: example.jp\n{server}"))
    assert "plain_reason: 保護なし(plain)のサーバーを載せるには、理由が必要です" in fault
    mail = parse(f"domain: example.jp\nplain_reason: 店内の LAN だけで使うため\n{server}")
    assert mail.incoming_servers[0].port == 143


def test_all_faults_of_all_files_in_one_run() -> None:
    found = faults(
        ("a.example.yaml", "domain: a.example\nmailbox_size: big\nconfirmed: maybe\n"),
        ("b.example.yaml", "domian: b.example\n"),
        ("c.example.yaml", "domain: C.example\n"),
        ("d.example.yaml", "domain: [\n"),
    )
    assert len(found) == 6
    assert [f.split(":")[0] for f in found] == [
        "a.example.yaml",
        "a.example.yaml",
        "b.example.yaml",
        "b.example.yaml",
        "c.example.yaml",
        "d.example.yaml",
    ]


def test_file_name_and_domain_must_agree() -> None:
    (fault,) = faults(("example.com.yaml", "domain: example.jp\n"))
    assert "ファイル名と同じドメインが必要です" in fault
    assert "例: domain: example.com" in fault


def test_one_domain_or_alias_one_file() -> None:
    found = faults(
        ("example.jp.yaml", "domain: example.jp\naliases: [example.com]\n"),
        ("x/example.jp.yaml", "domain: example.jp\n"),
        ("example.com.yaml", "domain: example.com\n"),
    )
    assert len(found) == 2
    assert all("1 つのドメインを書けるのは 1 つのファイルだけです" in f for f in found)


def test_faults_of_the_provider_file_are_told_once() -> None:
    broken = Source("_provider.yaml", PROVIDER.data.replace(b"port: 993", b"port: 0993"))
    (fault,) = faults(
        ("a.example.yaml", "domain: a.example\n"), ("b.example.yaml", "domain: b.example\n"), provider=broken
    )
    assert fault.startswith("_provider.yaml:")


def test_a_mismatch_in_the_provider_file_is_told_once_and_blamed_on_it() -> None:
    broken = Source("_provider.yaml", PROVIDER.data.replace(b"port: 993", b"port: 143"))
    (fault,) = faults(
        ("a.example.yaml", "domain: a.example\n"), ("b.example.yaml", "domain: b.example\n"), provider=broken
    )
    assert fault.startswith("_provider.yaml:")
    assert "imap SSL 143" in fault


def test_a_provider_file_may_not_name_a_domain() -> None:
    (fault,) = faults(
        ("a.example.yaml", "domain: a.example\n"),
        provider=Source("_provider.yaml", PROVIDER.data + b"domain: x.example\n"),
    )
    assert "_provider.yaml" in fault
    assert "domain: 使える項目は" in fault


def test_what_neither_file_says_is_asked_for() -> None:
    provider = Source(
        "_provider.yaml", PROVIDER.data.replace(b"mailbox_size: 1 GB\n", b"").replace(b"  fax: 087-814-3964\n", b"")
    )
    found = faults(("a.example.yaml", "domain: a.example\n"), provider=provider)
    assert any(": mailbox_size: この項目が必要です" in f for f in found)
    assert any(": support.fax: この項目が必要です" in f for f in found)


def test_folders(tmp_path: Path) -> None:
    with pytest.raises(DomainDataError, match="フォルダーが必要です"):
        catalogue.load(tmp_path / "missing")
    with pytest.raises(DomainDataError, match="1 つ以上必要です"):
        catalogue.load(tmp_path)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.example.yaml").write_text("domain: b.example\n")
    (tmp_path / "a.example.yaml").write_text("domain: a.example\nmailbox_size: 9 GB\n")
    assert list(catalogue.load(tmp_path)) == ["a.example", "b.example"]
    (tmp_path / "_provider.yaml").write_bytes(PROVIDER.data.replace(b"1 GB", b"3 GB"))
    loaded = catalogue.load(tmp_path)
    assert [str(d.mailbox_size) for d in loaded.values()] == ["9 GB", "3 GB"]


def test_aliases_are_published_with_their_own_name(domains: dict[str, MailDomain]) -> None:
    alias = domains["salon-group.example"]
    assert alias.domain == "salon-group.example"
    assert alias.aliases == ("salon.example",)
    assert alias.incoming_servers == domains["salon.example"].incoming_servers


def test_the_samples_use_every_option(domains: dict[str, MailDomain]) -> None:
    every = list(domains.values())
    assert {s.socket_type for d in every for s in d.servers} == set(SocketType)
    assert {frozenset(s.type for s in d.incoming_servers) for d in every} == {
        frozenset({Protocol.IMAP, Protocol.POP3}),
        frozenset({Protocol.IMAP}),
        frozenset({Protocol.POP3}),
    }
    for flag in (
        "webmail_url",
        "plain_reason",
        "confirmed",
        "certificate_covers_hostname",
        "pop_leave_days",
        "aliases",
    ):
        assert len({bool(getattr(d, flag)) for d in every}) == 2, flag
    assert any(d.domain != d.domain_unicode for d in every)
    assert len({d.mailbox_size for d in every}) > 1
    assert len({d.support.phone for d in every}) > 1
    assert len({s.username for d in every for s in d.servers}) >= 3
    assert not domains["loytem.com"].confirmed


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_never_a_crash(data: bytes) -> None:
    try:
        catalogue.parse(PROVIDER, [Source("example.jp.yaml", data)])
    except DomainDataError as error:
        assert "例: " in str(error)


@given(
    st.dictionaries(
        st.sampled_from(["display_name", "port", "aliases", "support", "incoming_servers", "no", "x" * 50]),
        st.text(max_size=30),
        max_size=4,
    )
)
def test_any_text_under_any_key_is_read_or_refused(entries: dict[str, str]) -> None:
    import json

    text = "domain: example.jp\n" + "".join(f"{key}: {json.dumps(value)}\n" for key, value in entries.items())
    try:
        catalogue.parse(PROVIDER, [Source("example.jp.yaml", text.encode("utf-8", "replace"))])
    except DomainDataError as error:
        assert "example.jp.yaml" in str(error)
