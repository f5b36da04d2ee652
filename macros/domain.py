"""The mail settings of one domain, as values that cannot be wrong once they exist.

Nouns and vocabulary follow the Mozilla autoconfig draft (draft-ietf-mailmaint-autoconfig): ``incomingServer`` is
:class:`IncomingServer`, ``socketType`` is :class:`SocketType`, and so on. Objects are made by :mod:`macros.catalogue`
from checked data; nothing here reads files.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum


class Protocol(StrEnum):
    """``type`` of a server in the autoconfig draft."""

    IMAP = "imap"
    POP3 = "pop3"
    SMTP = "smtp"


class SocketType(StrEnum):
    """``socketType`` of the draft. ``SSL`` is implicit TLS (RFC 8314), ``STARTTLS`` upgrades a plain connection."""

    SSL = "SSL"
    STARTTLS = "STARTTLS"
    PLAIN = "plain"


class Authentication(StrEnum):
    """``authentication`` of the draft. ``password-cleartext`` inside TLS is the normal, safe choice."""

    PASSWORD_CLEARTEXT = "password-cleartext"
    PASSWORD_ENCRYPTED = "password-encrypted"
    NTLM = "NTLM"
    GSSAPI = "GSSAPI"
    CLIENT_IP_ADDRESS = "client-IP-address"
    TLS_CLIENT_CERT = "TLS-client-cert"
    OAUTH2 = "OAuth2"
    NONE = "none"


EMAIL_ADDRESS = "%EMAILADDRESS%"
EMAIL_LOCALPART = "%EMAILLOCALPART%"
EMAIL_DOMAIN = "%EMAILDOMAIN%"
PLACEHOLDERS = (EMAIL_ADDRESS, EMAIL_LOCALPART, EMAIL_DOMAIN)

#: Registered ports (IANA; RFC 8314 for the implicit TLS ones), by protocol and kind of connection.
STANDARD_PORTS: dict[tuple[Protocol, SocketType], int] = {
    (Protocol.IMAP, SocketType.SSL): 993,
    (Protocol.IMAP, SocketType.STARTTLS): 143,
    (Protocol.IMAP, SocketType.PLAIN): 143,
    (Protocol.POP3, SocketType.SSL): 995,
    (Protocol.POP3, SocketType.STARTTLS): 110,
    (Protocol.POP3, SocketType.PLAIN): 110,
    (Protocol.SMTP, SocketType.SSL): 465,
    (Protocol.SMTP, SocketType.STARTTLS): 587,
    (Protocol.SMTP, SocketType.PLAIN): 587,
}
SMTP_RELAY_PORT = 25

#: Logins that an Apple configuration profile can name (com.apple.mail.managed: EmailAuth…).
APPLE_AUTHENTICATIONS = frozenset(
    {
        Authentication.PASSWORD_CLEARTEXT,
        Authentication.PASSWORD_ENCRYPTED,
        Authentication.NTLM,
        Authentication.NONE,
        Authentication.CLIENT_IP_ADDRESS,
    }
)

#: base64 turns 57 bytes into 76 characters and a line break: 78/57 of the size (RFC 2045, section 6.8).
BASE64_GROWTH = 78 / 57
MEGABYTES = {"MB": 1, "GB": 1000, "TB": 1_000_000}


def port_owners() -> dict[int, frozenset[tuple[Protocol, SocketType]]]:
    """For every well-known mail port the (protocol, socket type) pairs that may use it."""
    owners: dict[int, set[tuple[Protocol, SocketType]]] = {}
    for pair, port in STANDARD_PORTS.items():
        owners.setdefault(port, set()).add(pair)
    owners[SMTP_RELAY_PORT] = {(Protocol.SMTP, SocketType.STARTTLS), (Protocol.SMTP, SocketType.PLAIN)}
    return {port: frozenset(pairs) for port, pairs in owners.items()}


def fits_apple_profile(socket_type: SocketType, authentication: Authentication) -> bool:
    """Whether a profile for iPhone and Mac can describe such a server: implicit TLS and a login that Apple names."""
    return socket_type is SocketType.SSL and authentication in APPLE_AUTHENTICATIONS


@dataclass(frozen=True, slots=True)
class Size:
    """A size as people say it: ``amount`` of ``unit`` (decimal MB, GB or TB)."""

    amount: int
    unit: str

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}"

    @property
    def megabytes(self) -> int:
        """The size in MB (10^6 bytes)."""
        return self.amount * MEGABYTES[self.unit]


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One way to reach the mail server. ``hostname`` is ASCII (IDN as A-labels), ``port`` 1 to 65535.

    ``username`` is a template of the draft: ``%EMAILADDRESS%``, ``%EMAILLOCALPART%``, ``%EMAILDOMAIN%``, literal text.
    """

    type: Protocol
    hostname: str
    port: int
    socket_type: SocketType
    authentication: Authentication
    username: str


class IncomingServer(Server):
    """``incomingServer`` of the draft: ``type`` is ``imap`` or ``pop3``."""

    __slots__ = ()


class OutgoingServer(Server):
    """``outgoingServer`` of the draft: ``type`` is ``smtp``."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """Who helps the customers of a domain; every value is printed on the contact page."""

    company: str
    name: str
    address: str
    hours: str
    phone: str
    fax: str
    email: str
    website: str
    news_url: str
    faq_url: str
    product: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailDomain:
    """All that the help says about one mail domain.

    ``domain`` and ``aliases`` are ASCII (A-labels); ``domain_unicode`` is for people. The order of servers is the order
    of preference, as in the draft. ``plain_reason`` is the operator's explanation where unencrypted servers are listed.
    """

    domain: str
    aliases: tuple[str, ...]
    display_name: str
    display_short_name: str
    incoming_servers: tuple[IncomingServer, ...]
    outgoing_servers: tuple[OutgoingServer, ...]
    address_forms: tuple[str, ...]
    message_size_limit: Size
    mailbox_size: Size
    webmail_url: str | None
    support: Support
    certificate_covers_hostname: bool
    pop_leave_days: int
    plain_reason: str | None
    confirmed: bool

    @property
    def domain_unicode(self) -> str:
        """The domain as people write it (U-labels)."""
        return to_unicode(self.domain)

    @property
    def servers(self) -> tuple[Server, ...]:
        """Incoming servers, then outgoing ones, each in order of preference."""
        return (*self.incoming_servers, *self.outgoing_servers)

    def of_type(self, protocol: Protocol) -> tuple[Server, ...]:
        """The servers of one protocol in order of preference; empty when it is not offered."""
        return tuple(s for s in self.servers if s.type is protocol)

    @property
    def attachment_limit(self) -> Size:
        """About how much attachment fits into a message of the largest size, after base64."""
        return Size(int(self.message_size_limit.megabytes / BASE64_GROWTH), "MB")

    def for_alias(self, alias: str) -> MailDomain:
        """The same settings seen from one of the aliases, which takes the place of ``domain``.

        Servers that carry the domain's own name keep it: an alias shares the mailboxes, not the host names.
        """
        if alias not in self.aliases:
            raise KeyError(alias)
        others = (self.domain, *(a for a in self.aliases if a != alias))
        return dataclasses.replace(self, domain=alias, aliases=others)


def to_unicode(hostname: str) -> str:
    """A host name with its A-labels (``xn--…``) decoded, for people to read."""
    if "xn--" not in hostname:
        return hostname
    import idna  # only where there is something to decode: importing its tables costs milliseconds

    return idna.decode(hostname)
