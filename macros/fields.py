"""Every key of a domain file: why it exists, what it may hold, and a good example.

The parser (:mod:`macros.catalogue`), the JSON Schema for editors, the operators' table and the file that
``mailhelp new`` writes are four readings of these tables. A key that is not here does not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from macros import checks
from macros.domain import Authentication, Protocol, SocketType


@dataclass(frozen=True, slots=True)
class Field:
    """One key. ``reason``: the sentence of the operators' table. ``check``: text -> trusted value (may refuse).

    ``kind`` is one of ``text``, ``number``, ``flag``, ``choice``, ``list``, ``servers``, ``mapping``.
    """

    key: str
    reason: str
    example: str
    kind: str = "text"
    check: Callable[[str], Any] = field(default=checks.text(200))
    choices: tuple[str, ...] = ()
    inner: tuple[Field, ...] = ()
    nullable: bool = False
    provider_only: bool = False
    domain_only: bool = False


def _values(enum: type[StrEnum], *members: StrEnum) -> tuple[str, ...]:
    return tuple(str(m) for m in (members or tuple(enum)))


def _server(*protocols: Protocol, hostname: str, port: int) -> tuple[Field, ...]:
    return (
        Field(
            "type",
            "受信の方式(imap・pop3)または送信(smtp)です。",
            str(protocols[0]),
            "choice",
            str,
            _values(Protocol, *protocols),
        ),
        Field(
            "hostname",
            "メールソフトに入力するサーバー名です。%EMAILDOMAIN% と書くと、そのドメイン名になります。",
            hostname,
            check=checks.server_hostname,
        ),
        Field(
            "port",
            "接続するポート番号です。socket_type と組で決まります。",
            str(port),
            "number",
            checks.whole_number(1, 65535),
        ),
        Field(
            "socket_type",
            "接続の保護です。SSL(推奨)・STARTTLS・plain(保護なし)。",
            "SSL",
            "choice",
            str,
            _values(SocketType),
        ),
        Field(
            "authentication",
            "認証方式です。ふつうは password-cleartext(暗号化された接続の中のパスワード)です。",
            "password-cleartext",
            "choice",
            str,
            _values(Authentication),
        ),
        Field(
            "username",
            "ユーザー名の決まりです。%EMAILADDRESS%・%EMAILLOCALPART%・%EMAILDOMAIN% と文字を使えます。",
            '"%EMAILADDRESS%"',
            check=checks.placeholders,
        ),
    )


INCOMING_SERVER = _server(Protocol.IMAP, Protocol.POP3, hostname="mail.example.jp", port=993)
OUTGOING_SERVER = _server(Protocol.SMTP, hostname="mail.example.jp", port=465)

SUPPORT = (
    Field("company", "運営会社の名前です。お問い合わせのページに出ます。", "株式会社見本", check=checks.text(80)),
    Field("name", "窓口の名前です。", "見本カスタマーサポート係", check=checks.text(80)),
    Field("address", "会社の住所です。", "香川県高松市見本町1番地", check=checks.text(120)),
    Field("hours", "電話の受付時間です。", "9:00~18:00(土日祝休み)", check=checks.text(80)),
    Field("phone", "電話番号です。スマートフォンでは押すと電話がかかります。", "087-000-0000", check=checks.phone),
    Field("fax", "FAX 番号です。", "087-000-0001", check=checks.phone),
    Field("email", "窓口のメールアドレスです。", "support@example.jp", check=checks.email),
    Field("website", "公式サイトの URL です。", "https://www.example.jp/", check=checks.url),
    Field("news_url", "お知らせ一覧の URL です。", "https://www.example.jp/news/", check=checks.url),
    Field("faq_url", "Q&A の URL です。", "https://www.example.jp/faq/", check=checks.url),
    Field("product", "お客様がお使いの製品の名前です。", "ロイヤルカスタマーシステム", check=checks.text(80)),
)

DOMAIN_FILE = (
    Field(
        "domain",
        "このファイルのメールドメインです。ファイル名と同じにします。",
        "example.jp",
        check=checks.hostname,
        domain_only=True,
    ),
    Field(
        "aliases",
        "同じメールボックスに届く、ほかのドメインです。それぞれに同じ内容のヘルプができます。",
        "[example.com]",
        "list",
        checks.hostname,
        domain_only=True,
    ),
    Field(
        "display_name",
        "メールソフトに出る、メールサービスの名前です(60 文字まで)。",
        "見本のメール",
        check=checks.text(60),
    ),
    Field("display_short_name", "短い名前です(20 文字まで)。", "見本", check=checks.text(20)),
    Field(
        "incoming_servers",
        "受信サーバーです。おすすめの順に並べます。",
        "[{type: imap, …}]",
        "servers",
        inner=INCOMING_SERVER,
    ),
    Field(
        "outgoing_servers",
        "送信サーバーです。おすすめの順に並べます。",
        "[{type: smtp, …}]",
        "servers",
        inner=OUTGOING_SERVER,
    ),
    Field(
        "address_forms",
        "お客様のメールアドレスの形です。%EMAILLOCALPART% は「アカウント名」と表示されます。",
        '["info@%EMAILDOMAIN%"]',
        "list",
        checks.address_form,
    ),
    Field(
        "message_size_limit",
        "1 通の大きさの上限です。添付できる大きさの目安も、ここから計算します。",
        "100 MB",
        check=checks.size,
    ),
    Field("mailbox_size", "メールボックスの容量です。", "1 GB", check=checks.size),
    Field(
        "webmail_url",
        "ウェブメールの URL です。なければ書かないか、null と書きます。",
        "https://webmail.example.jp/",
        check=checks.url,
        nullable=True,
    ),
    Field(
        "support",
        "お問い合わせ先です。書いた項目だけが、共通の値から変わります。",
        "{phone: 087-000-0000}",
        "mapping",
        inner=SUPPORT,
    ),
    Field(
        "certificate_covers_hostname",
        "サーバー証明書が hostname の名前を含むかどうかです。false なら、証明書の警告の説明が変わります。",
        "true",
        "flag",
    ),
    Field(
        "pop_leave_days",
        "POP で受信したメールをサーバーに残す日数のおすすめです。0 は残しません。",
        "14",
        "number",
        checks.whole_number(0, 365),
    ),
    Field(
        "plain_reason",
        "保護なし(plain)のサーバーを載せる理由です。plain を使うときは必ず書きます。ページに注意として出ます。",
        "店内の LAN だけで使うため",
        check=checks.text(120),
        nullable=True,
    ),
    Field(
        "confirmed",
        "値を持ち主が確認したら true にします。false の間は「見本の値です」と表示されます。",
        "false",
        "flag",
    ),
)

#: The keys without which no domain can be complete, wherever they come from.
OPTIONAL = frozenset({"aliases", "webmail_url", "plain_reason"})


def by_key(fields: tuple[Field, ...]) -> Mapping[str, Field]:
    """The fields of one mapping by key."""
    return {f.key: f for f in fields}
