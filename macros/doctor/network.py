"""The network as :mod:`macros.doctor` sees it: names, connections, certificates, web pages. Nothing else opens a socket.

Answers come from strangers: sizes, times and redirects are bounded, and nothing here ever sends a password.
"""

from __future__ import annotations

import datetime
import http.client
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import dns.exception
import dns.rdatatype
import dns.resolver
from cryptography import x509

from macros.errors import BuildError

MAX_BODY = 256 * 1024
MAX_LINE = 8192
MAX_REDIRECTS = 3
BAD_OPTION = "{option} は {expected} の形で書きます({found} がありました)。"
#: OpenSSL's numbers (x509_vfy.h) -> what is wrong.
VERIFY_CODES = {10: "expired", 18: "untrusted", 19: "untrusted", 20: "untrusted", 21: "untrusted", 62: "name"}


class Unreachable(Exception):
    """No connection: ``reason`` is ``no-address``, ``refused``, ``timeout``, ``closed`` or ``network``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotTrusted(Exception):
    """TLS does not work: ``reason`` is ``name``, ``expired``, ``untrusted``, ``not-tls`` or ``other``."""

    def __init__(self, reason: str, certificate: Certificate | None = None, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.certificate = certificate
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Certificate:
    """What of a server's certificate matters to people."""

    names: tuple[str, ...]
    expires: datetime.datetime

    @property
    def days_left(self) -> int:
        """Whole days until it ends; negative when it has ended."""
        return (self.expires - datetime.datetime.now(datetime.UTC)).days


@dataclass(frozen=True, slots=True)
class Answer:
    """A web server's answer after redirects; ``url`` is where it came from."""

    url: str
    status: int
    type: str
    body: bytes


@dataclass(slots=True)
class Line:
    """A connection to a mail server, spoken in lines."""

    socket: socket.socket
    buffer: bytes = b""

    def read(self) -> str:
        """One line without its end."""
        while b"\n" not in self.buffer:
            if len(self.buffer) > MAX_LINE:
                raise Unreachable("closed")
            try:
                data = self.socket.recv(4096)
            except TimeoutError:
                raise Unreachable("timeout") from None
            except OSError:
                raise Unreachable("closed") from None
            if not data:
                raise Unreachable("closed")
            self.buffer += data
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line.rstrip(b"\r").decode("utf-8", "replace")

    def say(self, text: str) -> None:
        """Send one line."""
        try:
            self.socket.sendall(f"{text}\r\n".encode("ascii"))
        except OSError:
            raise Unreachable("closed") from None


@dataclass(slots=True)
class Network:
    """Look-ups and connections; the defaults are the real network, tests bring their own resolver, ports and trust."""

    resolver: dns.resolver.Resolver = field(default_factory=dns.resolver.Resolver)
    ports: Mapping[int, int] = field(default_factory=dict)
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    timeout: float = 10.0

    def records(self, name: str, kind: str) -> list[str] | None:
        """The records of a name in text form, sorted; None when the look-up itself failed."""
        try:
            answer = self.resolver.resolve(name, kind, search=False, lifetime=self.timeout)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except dns.exception.DNSException:
            return None
        if kind == "TXT":
            return sorted(b"".join(record.strings).decode("utf-8", "replace") for record in answer)
        return sorted(record.to_text() for record in answer)

    def connect(self, host: str, port: int) -> socket.socket:
        """A connection to the first address that answers.

        :raises Unreachable: when there is none.
        """
        addresses = [a for kind in ("A", "AAAA") for a in self.records(host, kind) or []]
        reason = "no-address"
        for address in addresses:
            try:
                return socket.create_connection((address, self.ports.get(port, port)), self.timeout)
            except ConnectionRefusedError:
                reason = "refused"
            except TimeoutError:
                reason = "timeout"
            except OSError:
                reason = "network"
        raise Unreachable(reason)

    def certificate(self, host: str, port: int, talk: object = None) -> Certificate | None:
        """The certificate whether or not it can be trusted."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        try:
            with self.connect(host, port) as plain:
                if callable(talk):
                    talk(Line(plain))
                with context.wrap_socket(plain, server_hostname=host) as secure:
                    return _certificate(secure)
        except (OSError, Unreachable, ValueError):
            return None

    def secure(self, plain: socket.socket, host: str, port: int, talk: object = None) -> ssl.SSLSocket:
        """TLS over a connection, with the certificate checked as mail programs do. ``talk`` leads there (STARTTLS).

        :raises NotTrusted: naming what is wrong.
        """
        try:
            return self.trust.wrap_socket(plain, server_hostname=host)
        except ssl.SSLCertVerificationError as error:
            plain.close()
            reason = VERIFY_CODES.get(error.verify_code, "other")
            raise NotTrusted(reason, self.certificate(host, port, talk), error.verify_message) from None
        except ssl.SSLError as error:
            plain.close()
            wrong = error.reason in ("WRONG_VERSION_NUMBER", "UNEXPECTED_EOF_WHILE_READING", "RECORD_LAYER_FAILURE")
            raise NotTrusted("not-tls" if wrong else "other", None, error.reason or str(error)) from None
        except TimeoutError:
            plain.close()
            raise NotTrusted("not-tls") from None
        except OSError as error:
            plain.close()
            raise NotTrusted("not-tls", None, str(error)) from None

    def fetch(self, url: str, *, post: str | None = None, follow: bool = True) -> Answer:
        """A web page, after redirects.

        :raises Unreachable: :raises NotTrusted: as the connection says.
        """
        for _ in range(MAX_REDIRECTS + 1):
            answer, location = self._request(url, post)
            if not location or not follow:
                return answer
            following = urljoin(url, location)
            if urlsplit(following).scheme not in ("http", "https"):
                return answer
            if urlsplit(url).scheme == "https" and urlsplit(following).scheme == "http":
                return answer  # no mail program may be led from https to http
            url = following
        return answer

    def _request(self, url: str, post: str | None) -> tuple[Answer, str]:
        parts = urlsplit(url)
        host, tls = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if tls else 80)
        connection = http.client.HTTPConnection(host, port, timeout=self.timeout)
        plain = self.connect(host, port)
        connection.sock = self.secure(plain, host, port) if tls else plain
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"Host": host, "Connection": "close", "User-Agent": "mailhelp-doctor"}
        if post is not None:
            headers["Content-Type"] = "text/xml; charset=utf-8"
        try:
            connection.request("GET" if post is None else "POST", path, post and post.encode(), headers)
            response = connection.getresponse()
            body = response.read(MAX_BODY)
        except TimeoutError:
            raise Unreachable("timeout") from None
        except (OSError, http.client.HTTPException):
            raise Unreachable("closed") from None
        finally:
            connection.close()
        kind = (response.getheader("Content-Type") or "").partition(";")[0].strip().lower()
        location = response.getheader("Location") or "" if response.status in (301, 302, 303, 307, 308) else ""
        return Answer(url, response.status, kind, body), location


def _certificate(connection: ssl.SSLSocket) -> Certificate | None:
    data = connection.getpeercert(binary_form=True)
    if data is None:
        return None
    found = x509.load_der_x509_certificate(data)
    try:
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        listed = tuple(names.get_values_for_type(x509.DNSName))
    except x509.ExtensionNotFound:
        listed = ()
    return Certificate(listed, found.not_valid_after_utc)


def peer(connection: ssl.SSLSocket) -> Certificate | None:
    """The certificate of a connection that is trusted."""
    return _certificate(connection)


def _pair(option: str, text: str, expected: str, separator: str) -> tuple[str, int]:
    left, found, right = text.rpartition(separator)
    if not found or not right.isdigit() or not 0 < int(right) < 65536:
        raise BuildError(BAD_OPTION.format(option=option, expected=expected, found=text))
    return left, int(right)


def network(resolver: str | None, ports: list[str], authority: Path | None, timeout: float) -> Network:
    """The network that the command's options describe.

    :raises BuildError: for an option that cannot be used.
    """
    made = Network(timeout=timeout)
    if resolver:
        address, port = _pair("--resolver", resolver, "IP:PORT", ":") if ":" in resolver else (resolver, 53)
        made.resolver = dns.resolver.Resolver(configure=False)
        try:
            made.resolver.nameservers = [address]
        except ValueError:
            raise BuildError(BAD_OPTION.format(option="--resolver", expected="IP:PORT", found=resolver)) from None
        made.resolver.port = port
    pairs = [_pair("--port", text, "443=8443", "=") for text in ports]
    if wrong := [left for left, _ in pairs if not left.isdigit()]:
        raise BuildError(BAD_OPTION.format(option="--port", expected="443=8443", found=wrong[0]))
    made.ports = {int(left): right for left, right in pairs}
    if authority:
        try:
            made.trust = ssl.create_default_context(cafile=str(authority))
        except OSError as error:
            raise BuildError(BAD_OPTION.format(option="--ca", expected="PEM のファイル", found=error)) from None
    return made
