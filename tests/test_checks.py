import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros import checks
from macros.checks import Refused
from macros.domain import Size


@pytest.mark.parametrize(
    ("given_name", "ascii_name"),
    [
        ("example.jp", "example.jp"),
        ("mail.example.co.jp", "mail.example.co.jp"),
        ("110.example", "110.example"),
        ("xn--wgv71a119e.jp", "xn--wgv71a119e.jp"),
        ("日本語.jp", "xn--wgv71a119e.jp"),
        ("a-b.example", "a-b.example"),
    ],
)
def test_hostname_accepts(given_name: str, ascii_name: str) -> None:
    assert checks.hostname(given_name) == ascii_name


@pytest.mark.parametrize(
    ("given_name", "why"),
    [
        ("Example.jp", "小文字"),
        ("example.jp.", "最後のドット"),
        ("https://example.jp", "ホスト名だけ"),
        ("example.jp/x", "ホスト名だけ"),
        ("../etc/passwd", "ホスト名だけ"),
        ("example.jp:993", "ホスト名だけ"),
        ("user@example.jp", "ホスト名だけ"),
        ("192.0.2.1", "IP アドレス"),
        ("[2001:db8::1]", "IP アドレス"),
        ("localhost", "ドットで区切った"),
        ("..", "最後のドット"),
        ("a..example", "ドットで区切った"),
        ("-a.example", "ドットで区切った"),
        ("a_b.example", "下線"),
        ("example.123", "数字でない"),
        ("a" * 64 + ".example", "ドットで区切った"),
        (".".join(["a" * 50] * 6), "253 文字"),
        ("xn--zzzzzz99999.example", "IDNA2008"),
        ("xn--a.example", "IDNA2008"),
        ("日本語。jp", "IDNA2008"),
        ("日本語.JP", "小文字"),
        (" example.jp", "空白のない"),
        ("exam\u202eple.jp", "制御文字"),
        ("example.jp\n", "空白のない"),
        ("exa mple.jp", "ドットで区切った"),
        ("", "空でない"),
        ("<b>.example", "ドットで区切った"),
        ("{{x}}.example", "ドットで区切った"),
    ],
)
def test_hostname_refuses_with_the_reason(given_name: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        checks.hostname(given_name)


@given(st.text(max_size=80))
def test_hostname_returns_a_safe_name_or_refuses(text: str) -> None:
    try:
        name = checks.hostname(text)
    except Refused:
        return
    assert set(name) <= set(string.ascii_lowercase + string.digits + "-.")
    assert ".." not in name
    assert checks.hostname(name) == name


@given(st.text(max_size=120))
def test_one_line_never_lets_control_characters_through(text: str) -> None:
    try:
        result = checks.one_line(text, longest=100)
    except Refused:
        return
    assert result == text == text.strip()
    assert len(text) <= 100
    assert not set(text) & (checks.BIDI_CONTROLS | set("\n\r\t\x00\x85\u2028\u2029"))


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "{{ 7*7 }}", "a | b", "_x_", "*x*", "A & B", "\"'", "𠮷野家", "POP 工房"]
)
def test_one_line_lets_awkward_but_printable_text_through(text: str) -> None:
    assert checks.one_line(text, longest=60) == text


@pytest.mark.parametrize("url", ["https://webmail.example.jp/", "https://example.jp:8443/a?b=1&c=%E3%81%82#d"])
def test_url_accepts(url: str) -> None:
    assert checks.url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://example.jp/",
        "javascript:alert(1)",
        "//example.jp/",
        "/webmail",
        "https://",
        "https://192.0.2.1/",
        'https://example.jp/"onload=x',
        "https://user:pass@example.jp/",
        "https://example.jp/日本語",
        "https://example.jp:99999/",
        "https://example.jp/ x",
    ],
)
def test_url_refuses(url: str) -> None:
    with pytest.raises(Refused):
        checks.url(url)


@pytest.mark.parametrize("text", ["support@example.jp", "a.b+c@example.jp", "o'neil@example.jp"])
def test_email_accepts(text: str) -> None:
    assert checks.email(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "example.jp",
        "@example.jp",
        "a@",
        "a b@example.jp",
        "a..b@example.jp",
        "a@b",
        '"x"@example.jp',
        "a@x@example.jp",
        "あ@example.jp",
    ],
)
def test_email_refuses(text: str) -> None:
    with pytest.raises(Refused):
        checks.email(text)


def test_size() -> None:
    assert checks.size("100 MB") == checks.size("100MB") == Size(100, "MB")
    for text in ("0 MB", "100", "100 mb", "1.5 GB", "0100 MB", "-1 GB", "100 MB "):
        with pytest.raises(Refused):
            checks.size(text)


def test_whole_number() -> None:
    port = checks.whole_number(1, 65535)
    assert port("993") == 993
    for text in ("0", "65536", "0993", "993 ", "-1", "1e3", "٩٩٣", "9_9", "0x10", ""):
        with pytest.raises(Refused):
            port(text)


def test_placeholders() -> None:
    assert checks.placeholders("%EMAILLOCALPART%+%EMAILDOMAIN%") == "%EMAILLOCALPART%+%EMAILDOMAIN%"
    assert checks.placeholders("100% literal") == "100% literal"
    for text in ("%EMAIL%", "%emailaddress%", "%EMAILADDRESS%%X%"):
        with pytest.raises(Refused):
            checks.placeholders(text)


def test_address_form() -> None:
    for text in ("info@%EMAILDOMAIN%", "%EMAILLOCALPART%@%EMAILDOMAIN%", "info@独自ドメイン名", "info@example.jp"):
        assert checks.address_form(text) == text
    for text in ("info", "@%EMAILDOMAIN%", "info@", "a b@example.jp", "info@localhost", "%X%@example.jp"):
        with pytest.raises(Refused):
            checks.address_form(text)
