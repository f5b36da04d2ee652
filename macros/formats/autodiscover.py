"""Outlook: the answer to a POX Autodiscover request (MS-OXDSCLI), completed by the web server.

Outlook takes the part before ``@`` as the login name unless the answer names another, and a file cannot know the
address. So ``LoginName`` holds the placeholders of the domain's rule, and the server configuration that
``mailhelp servers`` writes puts the address from the request in their place.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from xml.etree import ElementTree as ET

from macros.domain import EMAIL_LOCALPART, Authentication, MailDomain, Protocol, Server, SocketType
from macros.formats import Context
from macros.formats.autoconfig import XML, listed
from macros.formats.template import Template, slot

PATH = "autodiscover/autodiscover.xml"
OUTER = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
INNER = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
ENCRYPTION = {SocketType.SSL: "SSL", SocketType.STARTTLS: "TLS", SocketType.PLAIN: "None"}
#: What Outlook can do, and whether it means Secure Password Authentication.
AUTHENTICATIONS = {
    Authentication.PASSWORD_CLEARTEXT: False,
    Authentication.NTLM: True,
    Authentication.NONE: False,
    Authentication.CLIENT_IP_ADDRESS: False,
}
WITHOUT_PASSWORD = (Authentication.NONE, Authentication.CLIENT_IP_ADDRESS)


def _on(flag: bool) -> str:
    return "on" if flag else "off"


@functools.lru_cache(maxsize=512)
def _template(shapes: tuple[tuple[Protocol, SocketType, Authentication, int, bool], ...]) -> Template:
    root = ET.Element("Autodiscover", xmlns=OUTER)
    response = ET.SubElement(root, "Response", xmlns=INNER)
    ET.SubElement(ET.SubElement(response, "User"), "DisplayName").text = slot("name")
    account = ET.SubElement(response, "Account")
    ET.SubElement(account, "AccountType").text = "email"
    ET.SubElement(account, "Action").text = "settings"
    for kind, socket_type, authentication, port, named in shapes:
        needs_password = authentication not in WITHOUT_PASSWORD
        protocol = ET.SubElement(account, "Protocol")
        ET.SubElement(protocol, "Type").text = kind.upper()
        ET.SubElement(protocol, "Server").text = slot(f"hostname.{kind}")
        ET.SubElement(protocol, "Port").text = str(port)
        if named and needs_password:
            ET.SubElement(protocol, "LoginName").text = slot(f"username.{kind}")
        ET.SubElement(protocol, "DomainRequired").text = "off"
        ET.SubElement(protocol, "SPA").text = _on(AUTHENTICATIONS[authentication])
        ET.SubElement(protocol, "SSL").text = _on(socket_type is not SocketType.PLAIN)
        ET.SubElement(protocol, "Encryption").text = ENCRYPTION[socket_type]
        ET.SubElement(protocol, "AuthRequired").text = _on(needs_password)
        if kind is Protocol.SMTP:
            ET.SubElement(protocol, "UsePOPAuth").text = _on(needs_password)
            ET.SubElement(protocol, "SMTPLast").text = "off"
    ET.indent(root)
    return Template(f"{XML}{ET.tostring(root, encoding='unicode')}\n")


def _usable(servers: tuple[Server, ...], protocol: Protocol) -> Server | None:
    return next((s for s in servers if s.type is protocol and s.authentication in AUTHENTICATIONS), None)


def files(mail: MailDomain, context: Context) -> Mapping[str, bytes]:
    """The answer with the preferred server of each protocol; none where Outlook cannot log in at all."""
    servers = listed(mail)
    found = {protocol: _usable(servers, protocol) for protocol in Protocol}
    offered = [server for server in found.values() if server is not None]
    if found[Protocol.SMTP] is None or len(offered) < 2:
        return {}
    values = {"name": mail.display_name}
    for server in offered:
        values[f"hostname.{server.type}"] = server.hostname
        values[f"username.{server.type}"] = server.username
    shapes = tuple((s.type, s.socket_type, s.authentication, s.port, s.username != EMAIL_LOCALPART) for s in offered)
    return {PATH: _template(shapes).fill(values)}
