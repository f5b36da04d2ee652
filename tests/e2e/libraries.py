"""The values of the settings page, tried with Python's own IMAP, POP3 and SMTP and verified TLS."""

from __future__ import annotations

import imaplib
import poplib
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from e2e import pages
from e2e.failure import Check, Failed
from e2e.flows import SUBJECT_IN, Case, World
from e2e.pages import Table

#: Long enough for a busy machine; one control, which waits for an answer that cannot come, takes all of it.
SECONDS = 30.0
TLS, STARTTLS, PLAIN = "SSL/TLS", "STARTTLS", "なし(保護なし)"
ERRORS = (OSError, imaplib.IMAP4.error, poplib.error_proto, smtplib.SMTPException, EOFError)


def by_libraries(world: World, case: Case) -> str:
    """Receive with every table of the protocol and send with every table of SMTP on the settings page."""
    context = ssl.create_default_context(cafile=str(world.mail.certificates.authority))
    page = case.site / case.domain / pages.ALL_SETTINGS_PAGE
    incoming, outgoing = (pages.tables(page, "generic", p) for p in (case.protocol, "smtp"))
    if not incoming or not outgoing:
        raise Failed(Check.PAGE, "設定一覧に表がありません")
    for table in incoming:
        with _as(Check.INCOMING, table):
            subjects = _read(table, case, context)
        if not any(f"Message-ID: <{case.account.name}@e2e.invalid>".encode() in head for head in subjects):
            raise Failed(Check.RECEIVE, f"「{SUBJECT_IN}」がありません: {subjects}")
    for number, table in enumerate(outgoing):
        subject = f"{case.account.name} library {number}"
        with _as(Check.SEND, table):
            _send(table, case, subject, context)
        if world.mail.wait_for_message(case.friend, subject) is None:
            raise Failed(Check.SEND, "送信できましたが、相手に届きません")
    return f"(表 {len(incoming) + len(outgoing)} 個)"


@contextmanager
def _as(check: Check, table: Table) -> Iterator[None]:
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise Failed(Check.CERTIFICATE, error.verify_message) from error
    except ERRORS as error:
        where = f"{table.value('hostname')}:{table.value('port')} {table.value('socket_type')}"
        raise Failed(check, f"{where}: {type(error).__name__}: {error}") from error


def _read(table: Table, case: Case, context: ssl.SSLContext) -> list[bytes]:
    return (_imap if table.protocol == "imap" else _pop3)(table, case, context)


def _where(table: Table) -> tuple[str, int, str]:
    kind = table.value("socket_type")
    if kind not in (TLS, STARTTLS, PLAIN):
        raise Failed(Check.PAGE, f"知らない接続の保護です: {kind}")
    return table.value("hostname"), int(table.value("port")), kind


def _imap(table: Table, case: Case, context: ssl.SSLContext) -> list[bytes]:
    host, port, kind = _where(table)
    user, password = table.username(case.account.name), case.account.password
    client: imaplib.IMAP4
    if kind == TLS:
        client = imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=SECONDS)
    else:
        client = imaplib.IMAP4(host, port, timeout=SECONDS)
    with client:
        if kind == STARTTLS:
            client.starttls(context)
        if kind == PLAIN:
            client.login_cram_md5(user, password)
        else:
            client.login(user, password)
        client.select("INBOX", readonly=True)
        _, found = client.fetch("1:*", "(BODY.PEEK[HEADER])")
        return [part[1] for part in found if isinstance(part, tuple)]


def _pop3(table: Table, case: Case, context: ssl.SSLContext) -> list[bytes]:
    host, port, kind = _where(table)
    client: poplib.POP3
    if kind == TLS:
        client = poplib.POP3_SSL(host, port, context=context, timeout=SECONDS)
    else:
        client = poplib.POP3(host, port, timeout=SECONDS)
    try:
        if kind == STARTTLS:
            client.stls(context)
        client.user(table.username(case.account.name))
        client.pass_(case.account.password)
        count, _ = client.stat()
        return [b"\n".join(client.top(number, 0)[1]) for number in range(1, count + 1)]
    finally:
        client.close()


def _send(table: Table, case: Case, subject: str, context: ssl.SSLContext) -> None:
    host, port, kind = _where(table)
    message = EmailMessage()
    message["From"], message["To"] = case.account.address, case.friend.address
    message["Subject"], message["Date"] = subject, formatdate()
    message["Message-ID"] = make_msgid(domain="e2e.invalid")
    message.set_content("届きましたか。")
    client: smtplib.SMTP
    if kind == TLS:
        client = smtplib.SMTP_SSL(host, port, context=context, timeout=SECONDS)
    else:
        client = smtplib.SMTP(host, port, timeout=SECONDS)
    with client:
        if kind == STARTTLS:
            client.starttls(context=context)
        client.login(table.username(case.account.name), case.account.password)
        client.send_message(message)
