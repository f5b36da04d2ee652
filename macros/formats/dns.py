"""DNS records of one domain as a zone file snippet, for operators.

SRV records: RFC 6186 and RFC 8314 section 5.1; the target ``.`` says that a service is not offered. Names are absolute
and end with a dot, so the snippet can stand in any zone file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from macros.domain import MailDomain, Protocol, SocketType
from macros.formats import Context, pacc

PATH = "{domain}.zone"
HEAD = """\
; {unicode} のメールソフトが設定を自動で見つけるための DNS レコードです。
; このドメインのゾーンファイルに加えます。いまあるレコードと重ならないか、確かめてください。
"""
WEB = "; 設定のファイルを置いたウェブサーバーです(HTTPS の証明書が、それぞれの名前に必要です)。"
WEB_UNKNOWN = "; SITE_URL(サイトの URL)を決めて作り直すと、ここに autoconfig などの名前が出ます。"
SERVICES = "; メールサーバーです。「0 0 0 .」は、その方式を提供していないという意味です。"
EXPERIMENTAL = "; 試験的: PACC(draft-ietf-mailmaint-pacc)。公開したファイルと 1 バイトでも違うと無効です。"
#: Service label -> what it stands for.
LABELS = {
    "_imaps": (Protocol.IMAP, SocketType.SSL),
    "_imap": (Protocol.IMAP, SocketType.STARTTLS),
    "_pop3s": (Protocol.POP3, SocketType.SSL),
    "_pop3": (Protocol.POP3, SocketType.STARTTLS),
    "_submissions": (Protocol.SMTP, SocketType.SSL),
    "_submission": (Protocol.SMTP, SocketType.STARTTLS),
}
NOT_OFFERED = "0 0 0 ."
TTL = 3600


def _services(mail: MailDomain) -> Iterator[str]:
    # A lower number is preferred, also between IMAP and POP3 (RFC 6186, section 3.4).
    for label, pair in LABELS.items():
        offered = [
            f"{priority} 1 {server.port} {server.hostname}."
            for priority, server in enumerate(mail.servers)
            if (server.type, server.socket_type) == pair
        ]
        for target in offered or [NOT_OFFERED]:
            yield f"{label}._tcp.{mail.domain}. {TTL} IN SRV {target}"


def operator_files(mail: MailDomain, context: Context) -> Mapping[str, bytes]:
    """The snippet."""
    lines = [HEAD.format(unicode=mail.domain_unicode) + WEB]
    host = urlsplit(context.site_url).hostname
    if host:
        lines += [
            f"{name}.{mail.domain}. {TTL} IN CNAME {host}."
            for name in ("autoconfig", "autodiscover")
            if f"{name}.{mail.domain}" != host
        ]
        lines.append(f"_autodiscover._tcp.{mail.domain}. {TTL} IN SRV 0 1 443 {host}.")
    else:
        lines.append(WEB_UNKNOWN)
    lines += [SERVICES, *_services(mail)]
    file = pacc.files(mail, context).get(pacc.PATH)
    if file is not None:
        lines.append(EXPERIMENTAL)
        if host:
            lines.append(f"{pacc.HOST.format(domain=mail.domain)}. {TTL} IN CNAME {host}.")
        lines.append(f'{pacc.RECORD.format(domain=mail.domain)}. {TTL} IN TXT "{pacc.digest_record(file)}"')
    return {PATH.format(domain=mail.domain): ("\n".join(lines) + "\n").encode()}
