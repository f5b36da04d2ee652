"""What a page sees of a domain: structure that it may branch on, and values that it may only print.

The split makes it possible to build one site per :class:`Profile` and to fill in each domain's values afterwards:
whatever changes a page's *structure* is in the profile, everything else is a :class:`Value`, printed as it is and used
for nothing else. Direct builds follow the same rule, so a page that works in ``mkdocs serve`` works everywhere.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from macros.checks import ACCOUNT_WORD
from macros.domain import (
    EMAIL_ADDRESS,
    EMAIL_DOMAIN,
    EMAIL_LOCALPART,
    Authentication,
    MailDomain,
    Protocol,
    Server,
    SocketType,
    Support,
    fits_apple_profile,
    to_unicode,
)
from macros.errors import PageError

#: Values of this form mean nothing to Markdown and HTML, wherever they stand.
PLAIN_TEXT = re.compile(r"[0-9A-Za-z](?:(?:[0-9A-Za-z@./:-]|(?<=[0-9A-Za-z]) (?=[0-9A-Za-z]))*[0-9A-Za-z/])?\Z")
#: Characters that Markdown, its extensions or HTML act on inside a line.
ACTIVE = re.compile(r"[\\`*_{}\[\]|~^!#$&<>\"']")
#: The names of the values about who helps, by the field of :class:`~macros.domain.Support`.
SUPPORT = {field.name: f"support.{field.name}" for field in dataclasses.fields(Support)}
ONLY_PRINT = "値 mail.{name} は表示することだけができます({operation} はできません)。ページの分かれ道には mail.offers などを使います。"


def escape(text: str) -> str:
    """``text`` as HTML character data that Markdown passes on unchanged; right in quoted attributes as well.

    Characters that Markdown would act on become numeric references, and so does a first character that could start a
    list, a heading or a quotation at the beginning of a line.
    """
    if PLAIN_TEXT.match(text):
        return text
    escaped = ACTIVE.sub(lambda m: f"&#{ord(m[0])};", text)
    if text and not text[0].isalpha() and escaped[0] != "&":
        escaped = f"&#{ord(text[0])};{escaped[1:]}"
    return escaped


class Value:
    """A value of one domain, by its name (``imap.hostname``). Printing is all it allows.

    :raises PageError: for every other use, naming the value and what was tried.
    """

    __slots__ = ("_name", "_text")

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._text = text

    def __str__(self) -> str:
        return escape(self._text)

    __html__ = __str__

    def __repr__(self) -> str:
        return f"<Value mail.{self._name}>"

    def __format__(self, spec: str) -> str:
        return self._refuse("format") if spec else str(self)

    def _refuse(self, operation: str) -> NoReturn:
        raise PageError(ONLY_PRINT.format(name=self._name, operation=operation))


def _refusal(operation: str) -> Any:
    def method(self: Value, *_: object) -> NoReturn:
        self._refuse(operation)

    return method


for _name in (
    "eq ne lt le gt ge hash bool len iter contains getitem reversed add radd mul rmul mod rmod sub rsub truediv"
    " rtruediv floordiv rfloordiv pow rpow and rand or ror xor rxor int float index complex round neg pos abs invert"
).split():
    setattr(Value, f"__{_name}__", _refusal(_name))


@dataclass(frozen=True, slots=True)
class ServerShape:
    """What of a server decides wording: everything but its host name, port and user name."""

    type: Protocol
    socket_type: SocketType
    authentication: Authentication
    username_form: str


@dataclass(frozen=True, slots=True)
class Profile:
    """All that changes a page's structure. Two domains with equal profiles differ only in values."""

    incoming_servers: tuple[ServerShape, ...]
    outgoing_servers: tuple[ServerShape, ...]
    address_forms: int
    aliases: bool
    webmail: bool
    certificate_covers_hostname: bool
    pop_leaves: bool
    idn: bool
    confirmed: bool


def username_form(server: Server) -> str:
    """``address``, ``localpart`` or ``other``: which rule the user name follows."""
    return {EMAIL_ADDRESS: "address", EMAIL_LOCALPART: "localpart"}.get(server.username, "other")


def profile(mail: MailDomain) -> Profile:
    """The structure of a domain's pages."""

    def shapes(servers: tuple[Server, ...]) -> tuple[ServerShape, ...]:
        return tuple(ServerShape(s.type, s.socket_type, s.authentication, username_form(s)) for s in servers)

    return Profile(
        incoming_servers=shapes(mail.incoming_servers),
        outgoing_servers=shapes(mail.outgoing_servers),
        address_forms=len(mail.address_forms),
        aliases=bool(mail.aliases),
        webmail=mail.webmail_url is not None,
        certificate_covers_hostname=mail.certificate_covers_hostname,
        pop_leaves=mail.pop_leave_days > 0,
        idn=mail.domain != mail.domain_unicode,
        confirmed=mail.confirmed,
    )


def fill_placeholders(template: str, domain: str) -> str:
    """A template of the draft as people read it: the local part is 「アカウント名」."""
    address = f"{ACCOUNT_WORD}@{domain}"
    for placeholder, text in ((EMAIL_ADDRESS, address), (EMAIL_LOCALPART, ACCOUNT_WORD), (EMAIL_DOMAIN, domain)):
        template = template.replace(placeholder, text)
    return template


def values(mail: MailDomain) -> dict[str, str]:
    """Every printable value of a domain by name, as plain text. The names depend on the profile alone."""
    forms = [fill_placeholders(form, mail.domain_unicode) for form in mail.address_forms]
    result = {
        "domain": mail.domain_unicode,
        "domain_ascii": mail.domain,
        "display_name": mail.display_name,
        "display_short_name": mail.display_short_name,
        "message_size_limit": str(mail.message_size_limit),
        "attachment_limit": str(mail.attachment_limit),
        "mailbox_size": str(mail.mailbox_size),
        "pop_leave_days": str(mail.pop_leave_days),
        "example_address": forms[0],
        "address": f"{ACCOUNT_WORD}@{mail.domain_unicode}",
        "support.phone_link": f"tel:{mail.support.phone.replace('-', '')}",
        "support.email_link": f"mailto:{mail.support.email}",
    }
    result |= {f"address_forms.{i}": form for i, form in enumerate(forms)}
    result |= {name: getattr(mail.support, key) for key, name in SUPPORT.items()}
    if mail.aliases:
        result["aliases"] = "、".join(map(to_unicode, mail.aliases))
    if mail.webmail_url is not None:
        result["webmail_url"] = mail.webmail_url
    if mail.plain_reason is not None:
        result["plain_reason"] = mail.plain_reason
    for kind, servers in (("incoming_servers", mail.incoming_servers), ("outgoing_servers", mail.outgoing_servers)):
        for index, server in enumerate(servers):
            # Mail servers compare login names as bytes, so a Japanese domain is typed in its xn-- form.
            login = fill_placeholders(server.username, mail.domain)
            fields = {"hostname": server.hostname, "port": str(server.port), "username": login}
            result |= {f"{kind}.{index}.{key}": text for key, text in fields.items()}
    return result


class _Values:
    """Attribute access to the values whose names start with a prefix."""

    def __init__(self, texts: Mapping[str, str], prefix: str) -> None:
        self._texts = texts
        self._prefix = prefix

    def __getattr__(self, key: str) -> Value:
        # Names with an underscore first: copying an object asks for them before anything is set.
        if key.startswith("_") or (name := self._prefix + key) not in self._texts:
            raise AttributeError(key)
        return Value(name, self._texts[name])


class ServerView(_Values):
    """One server: ``hostname``, ``port``, ``username`` are values; the members of :class:`ServerShape` are structure."""

    def __init__(self, texts: Mapping[str, str], prefix: str, shape: ServerShape) -> None:
        super().__init__(texts, prefix)
        self.type = str(shape.type)
        self.socket_type = str(shape.socket_type)
        self.authentication = str(shape.authentication)
        self.username_form = shape.username_form


@dataclass(frozen=True, slots=True)
class Offers:
    """What the domain offers."""

    imap: bool
    pop3: bool
    webmail: bool


@dataclass(frozen=True, slots=True)
class AppleProfiles:
    """For which protocols there is a configuration profile for iPhone and Mac (implicit TLS in both directions)."""

    imap: bool
    pop3: bool


class MailView(_Values):
    """``mail`` in pages, macros and theme templates. Made from a profile and the texts of its values, nothing else."""

    def __init__(self, shape: Profile, texts: Mapping[str, str]) -> None:
        super().__init__(texts, "")
        self.profile = shape
        self.incoming_servers = self._servers("incoming_servers", shape.incoming_servers)
        self.outgoing_servers = self._servers("outgoing_servers", shape.outgoing_servers)
        self.smtp = self.outgoing_servers[0]
        self.preferred = self.incoming_servers[0].type
        self.support = _Values(texts, "support.")
        self.address_forms = [
            Value(f"address_forms.{i}", texts[f"address_forms.{i}"]) for i in range(shape.address_forms)
        ]
        self.has_aliases = shape.aliases
        self.confirmed = shape.confirmed
        self.certificate_covers_hostname = shape.certificate_covers_hostname
        self.pop_leaves = shape.pop_leaves
        self.idn = shape.idn
        self.plain = any(s.socket_type == SocketType.PLAIN for s in (*self.incoming_servers, *self.outgoing_servers))
        offered = {s.type for s in self.incoming_servers}
        self.offers = Offers(imap="imap" in offered, pop3="pop3" in offered, webmail=shape.webmail)
        apple = {
            s.type
            for s in (*shape.incoming_servers, *shape.outgoing_servers)
            if fits_apple_profile(s.socket_type, s.authentication)
        }
        self.profiles = AppleProfiles(
            imap={Protocol.IMAP, Protocol.SMTP} <= apple, pop3={Protocol.POP3, Protocol.SMTP} <= apple
        )
        if self.offers.imap:
            self.imap = self.of_type("imap")[0]
        if self.offers.pop3:
            self.pop3 = self.of_type("pop3")[0]

    def _servers(self, kind: str, shapes: tuple[ServerShape, ...]) -> list[ServerView]:
        return [ServerView(self._texts, f"{kind}.{i}.", shape) for i, shape in enumerate(shapes)]

    def of_type(self, protocol: str) -> list[ServerView]:
        """The servers of ``imap``, ``pop3`` or ``smtp`` in order of preference."""
        return [s for s in (*self.incoming_servers, *self.outgoing_servers) if s.type == protocol]


def printed(mail: MailView) -> Mapping[str, str]:
    """The text of every value by name. For what reads rendered pages, never for what makes them."""
    return mail._texts


def view(mail: MailDomain) -> MailView:
    """The view of one real domain."""
    return MailView(profile(mail), values(mail))
