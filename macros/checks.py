"""Checks for single values of a domain file: text in, trusted value out, or :class:`Refused` with what was expected.

Sources: host names RFC 1123 section 2.1 and RFC 5890 (IDN), lengths RFC 1035; e-mail addresses the dot-atom form of
RFC 5321; vocabulary of servers draft-ietf-mailmaint-autoconfig.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Callable
from urllib.parse import urlsplit

import idna

from macros.domain import EMAIL_DOMAIN, MEGABYTES, PLACEHOLDERS, Size, to_unicode

LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)\Z")
LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*\Z")
PHONE = re.compile(r"\+?[0-9]{1,5}(-[0-9]{1,5}){1,4}\Z")
SIZE = re.compile(r"([1-9][0-9]{0,5}) ?(MB|GB|TB)\Z")
#: No longer than any number of ours: Python refuses to read thousands of digits.
WHOLE_NUMBER = re.compile(r"(0|[1-9][0-9]{0,8})\Z")
PLACEHOLDER = re.compile(r"%[^%\s]*%")
#: Bidirectional controls can make a host name read as another one (Trojan Source, CVE-2021-42574).
BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
MAX_NAME = 253
ACCOUNT_WORD = "アカウント名"


class Refused(ValueError):
    """The value cannot be used. ``args[0]`` says in Japanese what was expected."""


def one_line(text: str, *, longest: int) -> str:
    """Free text on one line. Any printable character is fine: escaping is the business of each output."""
    if text != text.strip() or not text:
        raise Refused("前後に空白のない、空でない文字列が必要です")
    if len(text) > longest:
        raise Refused(f"{longest} 文字以内の文字列が必要です(いまは {len(text)} 文字です)")
    if any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp", "Co", "Cn") or c in BIDI_CONTROLS for c in text):
        raise Refused("改行・制御文字・書字方向の制御文字を含まない 1 行の文字列が必要です")
    return text


def text(longest: int) -> Callable[[str], str]:
    """A check for :func:`one_line` text of at most ``longest`` characters."""
    return lambda value: one_line(value, longest=longest)


def hostname(value: str) -> str:
    """A host name as ASCII A-labels. Refuses addresses, URLs, upper case, trailing dots and single labels."""
    one_line(value, longest=MAX_NAME)
    if "://" in value or "/" in value or "@" in value or re.search(r":\d*\Z", value):
        raise Refused("ホスト名だけが必要です(https:// や / や @ やポート番号は付けません)")
    if value.endswith("."):
        raise Refused("最後のドット(.)を取ったホスト名が必要です")
    if value != value.lower():
        raise Refused("小文字だけのホスト名が必要です")
    try:
        ipaddress.ip_address(value.strip("[]"))
    except ValueError:
        pass
    else:
        raise Refused("IP アドレスではなく、ホスト名が必要です")
    ascii_name = value
    if not value.isascii() or "xn--" in value:
        try:
            # Both directions, so that a broken or non-canonical xn-- name does not slip through.
            ascii_name = idna.encode(idna.decode(value)).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            raise Refused("正しい日本語ドメイン(IDNA2008)のホスト名が必要です") from None
        if value not in (ascii_name, to_unicode(ascii_name)):
            raise Refused("正しい日本語ドメイン(IDNA2008)のホスト名が必要です")
    labels = ascii_name.split(".")
    if len(ascii_name) > MAX_NAME or len(labels) < 2 or not all(LABEL.match(label) for label in labels):
        raise Refused("ドットで区切った正しいホスト名が必要です(半角英数字とハイフン)")
    if any("_" in label for label in labels):
        raise Refused("下線(_)のないホスト名が必要です")
    if labels[-1].isdigit():
        raise Refused("最後の部分が数字でないホスト名が必要です")
    return ascii_name


def server_hostname(value: str) -> str:
    """A host name that may hold ``%EMAILDOMAIN%``; checked as a host name once the domain is known."""
    for found in PLACEHOLDER.findall(value):
        if found != EMAIL_DOMAIN:
            raise Refused(f"サーバー名で使える置き換えは {EMAIL_DOMAIN} だけです")
    return value if EMAIL_DOMAIN in value else hostname(value)


def url(value: str) -> str:
    """An absolute https URL with a valid host and nothing but RFC 3986 characters."""
    one_line(value, longest=500)
    try:
        parts = urlsplit(value) if re.fullmatch(r"[!-~]+", value) else None
    except ValueError:  # a bracket that is not closed
        parts = None
    if parts is None or parts.scheme != "https" or not parts.netloc or re.search(r'[<>"\\^`{|}]', value):
        raise Refused("https:// で始まる URL が必要です(日本語や空白は %E3… の形に直します)")
    host, _, port = parts.netloc.partition(":")
    hostname(host)
    if port and not (port.isdigit() and 0 < int(port) < 65536):
        raise Refused("正しいポート番号の URL が必要です")
    return value


def email(value: str) -> str:
    """An e-mail address in dot-atom form with a valid host."""
    local, at, host = one_line(value, longest=254).rpartition("@")
    if not at or not LOCAL_PART.match(local) or len(local) > 64:
        raise Refused("「名前@ドメイン」の形のメールアドレスが必要です")
    hostname(host)
    return value


def phone(value: str) -> str:
    """A telephone number with hyphens, as printed on a card."""
    if not PHONE.match(value):
        raise Refused("ハイフンで区切った半角の電話番号が必要です")
    return value


def size(value: str) -> Size:
    """A size such as ``100 MB``."""
    match = SIZE.match(value)
    if not match:
        raise Refused(f"数と単位({'・'.join(MEGABYTES)})が必要です")
    return Size(int(match[1]), match[2])


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """A check for a decimal integer from ``low`` to ``high``, without leading zeros."""

    def check(value: str) -> int:
        if not WHOLE_NUMBER.match(value) or not low <= int(value) <= high:
            raise Refused(f"{low}〜{high} の整数が必要です(0 で始めません)")
        return int(value)

    return check


def placeholders(value: str, *, longest: int = 200) -> str:
    """Text in which every ``%…%`` is one of the draft's placeholders."""
    one_line(value, longest=longest)
    for found in PLACEHOLDER.findall(value):
        if found not in PLACEHOLDERS:
            raise Refused(f"使える置き換えは {'・'.join(PLACEHOLDERS)} です({found} は使えません)")
    return value


def address_form(value: str) -> str:
    """An address with placeholders, such as ``info@%EMAILDOMAIN%``; the host may be a plain word for own domains."""
    placeholders(value)
    local, at, host = value.rpartition("@")
    if not at or not local or not host or " " in value or "<" in value:
        raise Refused("「名前@ドメイン」の形が必要です")
    if "%" not in host and host.isascii():
        hostname(host)
    return value
