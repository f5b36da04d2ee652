"""Real Dovecot (IMAP, POP3, delivery) and Postfix (submission) with accounts of one run.

What these servers accept is stated here and nowhere read from ``domains/``: a wrong port or user name in a domain's file
must not make the server wrong as well.
"""

from __future__ import annotations

import email
import email.header
import smtplib
import socket
import subprocess
import time
from dataclasses import dataclass
from email.message import EmailMessage, Message
from pathlib import Path

from e2e.authority import Certificates
from e2e.namespace import LAN_SERVER, SERVER

TEMPLATES = Path(__file__).parent / "servers"
#: A TLS port where nothing else is known to be, for the control that tries STARTTLS on it.
IMAPS_ELSEWHERE = 10993
READY_SECONDS = 60.0
DELIVERY_SECONDS = 60.0


@dataclass(frozen=True)
class Account:
    """A mailbox: what its owner knows, and the name that the server wants at login."""

    name: str
    domain: str
    login: str
    password: str

    @property
    def address(self) -> str:
        """The mail address, its domain in ASCII."""
        return f"{self.name}@{self.domain}"


class MailServers:
    """The running servers of one run; they end with the process namespace."""

    def __init__(self, run: Path, certificates: Certificates, accounts: list[Account]) -> None:
        self.run = run
        self.certificates = certificates
        self.accounts = accounts
        self.queue = run / "queue"
        self.mail = run / "mail"
        self.dovecot_log = run / "dovecot.log"
        self.postfix_log = run / "postfix.log"

    def start(self) -> None:
        """Write the configuration, start all servers, wait until every port answers."""
        self.run.mkdir()
        for folder in (self.queue, self.mail, self.run / "postfix", self.run / "postfix-data"):
            folder.mkdir()
        _chown(self.mail, "mail:mail")
        _chown(self.run / "postfix-data", "postfix")
        users = self.run / "users"
        # passwd-file: login, password, five unused fields, then the name of the mailbox behind the login.
        users.write_text(
            "".join(f"{a.login}:{{PLAIN}}{a.password}::::::user={a.address}\n" for a in self.accounts), encoding="utf-8"
        )
        users.chmod(0o644)
        common = {
            "RUN": self.run,
            "QUEUE": self.queue,
            "MAIL": self.mail,
            "USERS": users,
            "CERTIFICATE": self.certificates.server,
            "KEY": self.certificates.server_key,
            "ADDRESS": SERVER,
            "LAN_ADDRESS": LAN_SERVER,
            "DOMAINS": ", ".join(sorted({a.domain for a in self.accounts})),
        }
        postfix = {**common, "LOG": self.postfix_log}
        _fill("main.cf", self.run / "postfix" / "main.cf", postfix)
        _fill("master.cf", self.run / "postfix" / "master.cf", postfix)
        # Postfix first: it makes the queue's folders, where Dovecot puts its sockets.
        _run("postfix", "-c", str(self.run / "postfix"), "check")
        tls = {
            **{"NAME": "tls", "LMTP": "lmtp", "SSL": "required", "MECHANISMS": "plain login"},
            **{"IMAPS": 993, "POP3S": 995, "IMAPS_ELSEWHERE": IMAPS_ELSEWHERE},
        }
        lan = {
            **{"NAME": "lan", "LMTP": "", "SSL": "no", "MECHANISMS": "cram-md5", "ADDRESS": LAN_SERVER},
            **{"IMAPS": 0, "POP3S": 0, "IMAPS_ELSEWHERE": 0},
        }
        for settings in (tls, lan):
            config = self.run / f"dovecot-{settings['NAME']}.conf"
            _fill("dovecot.conf", config, {**common, "LOG": self.dovecot_log, **settings})
            _run("dovecot", "-c", str(config))
        _run("postfix", "-c", str(self.run / "postfix"), "start")
        for address, ports in ((SERVER, (110, 143, 465, 587, 993, 995)), (LAN_SERVER, (143, 587))):
            for port in ports:
                wait_for_port(address, port)

    def deliver(self, account: Account, subject: str, body: str, *, sender: str, date: str) -> None:
        """Put a message into a mailbox the way Postfix does (LMTP)."""
        message = EmailMessage()
        message["From"] = sender
        message["To"] = account.address
        message["Subject"] = subject
        message["Date"] = date
        message["Message-ID"] = f"<{account.name}@e2e.invalid>"
        message.set_content(body)
        with smtplib.LMTP(str(self.queue / "private" / "lmtp-tls")) as lmtp:
            lmtp.sendmail("", [account.address], message.as_bytes())

    def messages(self, account: Account) -> list[Message]:
        """What lies in the account's inbox on the server."""
        found = []
        for folder in ("new", "cur"):
            for file in sorted((self.mail / account.address / folder).glob("*")):
                found.append(email.message_from_bytes(file.read_bytes()))
        return found

    def wait_for_message(self, account: Account, subject: str) -> Message | None:
        """The message with this subject, once it has been delivered; nothing if it does not come."""
        end = time.monotonic() + DELIVERY_SECONDS
        while time.monotonic() < end:
            for message in self.messages(account):
                if str(email.header.make_header(email.header.decode_header(message["Subject"]))) == subject:
                    return message
            time.sleep(0.1)
        return None

    def log_lines(self, about: str) -> list[str]:
        """What the servers wrote that mentions ``about``."""
        return [
            line
            for log in (self.dovecot_log, self.postfix_log)
            if log.exists()
            for line in log.read_text(encoding="utf-8", errors="replace").splitlines()
            if about in line
        ]


def wait_for_port(address: str, port: int) -> None:
    """Return once something listens there.

    :raises TimeoutError: when nothing does.
    """
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        try:
            socket.create_connection((address, port), 5).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"nothing listens on {address}:{port}")


def _fill(template: str, target: Path, values: dict[str, object]) -> None:
    text = (TEMPLATES / template).read_text(encoding="utf-8")
    for key, value in values.items():
        text = text.replace(f"@{key}@", str(value))
    target.write_text(text, encoding="utf-8")


def _chown(path: Path, owner: str) -> None:
    _run("chown", owner, str(path))


def _run(*command: str) -> None:
    subprocess.run(command, check=True)
