"""Mozilla autoconfig: ``config-v1.1.xml`` (draft-ietf-mailmaint-autoconfig, version 1.2; version 1.1 readers accept it).

The only elements are those of the draft and Thunderbird's ``<pop3>``, without which Thunderbird leaves mail on the
server for 14 days: with a small mailbox that has to be decided by the provider. ``<enable>`` and ``<instruction>``
of older files are not in the draft, and no program reads them.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from xml.etree import ElementTree as ET

from macros.domain import EMAIL_DOMAIN, MailDomain, Protocol, Server, SocketType
from macros.formats import Context
from macros.formats.template import Template, slot

#: Below the folder of a domain, which is the web root of autoconfig.<domain>; the second is for <domain> itself.
PATHS = ("mail/config-v1.1.xml", ".well-known/autoconfig/mail/config-v1.1.xml")
DOCUMENTATION = "ヘルプ({name})"
HELP_PAGE = "setup/"
XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


class _Shape(NamedTuple):
    """One server without its texts."""

    type: Protocol
    socket_type: SocketType
    authentication: str
    port: int


def listed(mail: MailDomain) -> tuple[Server, ...]:
    """The servers that the file names, in order of preference.

    An unprotected server is left out where a protected one of the same protocol exists: the draft deprecates it, and
    Thunderbird for Android gives up on the whole file when it meets one.
    """
    protected = {s.type for s in mail.servers if s.socket_type is not SocketType.PLAIN}
    return tuple(s for s in mail.servers if s.socket_type is not SocketType.PLAIN or s.type not in protected)


@functools.lru_cache(maxsize=512)
def _template(domains: int, mx: bool, shapes: tuple[_Shape, ...], leave_days: int, documented: bool) -> Template:
    root = ET.Element("clientConfig", version="1.2")
    provider = ET.SubElement(root, "emailProvider", id=slot("id"))
    for index in range(domains):
        ET.SubElement(provider, "domain").text = slot(f"domain.{index}")
    if mx:
        ET.SubElement(provider, "domain", purpose="mx").text = slot("id")
    ET.SubElement(provider, "displayName").text = slot("name")
    ET.SubElement(provider, "displayShortName").text = slot("short_name")
    for index, shape in enumerate(shapes):
        outgoing = shape.type is Protocol.SMTP
        server = ET.SubElement(provider, "outgoingServer" if outgoing else "incomingServer", type=shape.type)
        ET.SubElement(server, "hostname").text = slot(f"hostname.{index}")
        ET.SubElement(server, "port").text = str(shape.port)
        ET.SubElement(server, "socketType").text = shape.socket_type
        ET.SubElement(server, "authentication").text = shape.authentication
        ET.SubElement(server, "username").text = slot(f"username.{index}")
        if shape.type is Protocol.POP3:
            pop3 = ET.SubElement(server, "pop3")
            ET.SubElement(pop3, "leaveMessagesOnServer").text = "true" if leave_days else "false"
            if leave_days:
                ET.SubElement(pop3, "daysToLeaveMessagesOnServer").text = str(leave_days)
    if documented:
        documentation = ET.SubElement(provider, "documentation", url=slot("help"))
        ET.SubElement(documentation, "descr", lang="ja").text = slot("help_text")
    ET.indent(root)
    return Template(f"{XML}{ET.tostring(root, encoding='unicode')}\n")


def _render(mail: MailDomain, domains: Iterable[str], *, mx: bool, help_url: str) -> bytes:
    servers = listed(mail)
    shapes = tuple(_Shape(s.type, s.socket_type, s.authentication, s.port) for s in servers)
    values = {
        "id": mail.domain,
        "name": mail.display_name,
        "short_name": mail.display_short_name,
        "help": help_url,
        "help_text": DOCUMENTATION.format(name=mail.display_name),
    }
    count = 0
    for count, domain in enumerate(domains, 1):
        values[f"domain.{count - 1}"] = domain
    for index, server in enumerate(servers):
        values[f"hostname.{index}"] = server.hostname
        values[f"username.{index}"] = server.username
    return _template(count, mx, shapes, mail.pop_leave_days, bool(help_url)).fill(values)


def files(mail: MailDomain, context: Context) -> Mapping[str, bytes]:
    """The domain's own file, at both places where programs look."""
    help_url = context.help_url(mail.domain, HELP_PAGE)
    return dict.fromkeys(PATHS, _render(mail, (mail.domain, *mail.aliases), mx=False, help_url=help_url))


def root_files(mail: MailDomain, context: Context) -> Mapping[str, bytes]:
    """The file of ``autoconfig.<provider>`` for every domain whose MX record points to the provider: names none."""
    data = _render(mail, (EMAIL_DOMAIN,), mx=True, help_url=context.help_url("", HELP_PAGE))
    return dict.fromkeys(PATHS, data)
