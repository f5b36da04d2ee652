"""Apple configuration profiles for iPhone, iPad and Mac: one per domain and protocol, without personal data.

Keys and types: ``com.apple.mail.managed.yaml`` and ``TopLevel.yaml`` of github.com/apple/device-management. The device
asks for address, user name and password, which are therefore left out. Only implicit TLS is written: what
``UseSSL`` means on a STARTTLS port is not documented, and programs disagree.
"""

from __future__ import annotations

import functools
import hashlib
import plistlib
import uuid
from collections.abc import Mapping
from typing import Any

from macros.domain import (
    Authentication,
    MailDomain,
    Protocol,
    Server,
    fits_apple_profile,
)
from macros.formats import Context
from macros.formats.template import Template, slot
from macros.view import fill_placeholders

PATHS = {Protocol.IMAP: "apple/imap.mobileconfig", Protocol.POP3: "apple/pop3.mobileconfig"}
ACCOUNT_TYPES = {Protocol.IMAP: "EmailTypeIMAP", Protocol.POP3: "EmailTypePOP"}
AUTHENTICATIONS = {
    Authentication.PASSWORD_CLEARTEXT: "EmailAuthPassword",
    Authentication.PASSWORD_ENCRYPTED: "EmailAuthCRAMMD5",
    Authentication.NTLM: "EmailAuthNTLM",
    Authentication.NONE: "EmailAuthNone",
    Authentication.CLIENT_IP_ADDRESS: "EmailAuthNone",
}
NAMES = {Protocol.IMAP: "{name}(IMAP)", Protocol.POP3: "{name}(POP)"}
DESCRIPTION = (
    "{domain} のメールの設定です。メールアドレス・ユーザー名・パスワードは、インストールするときに入力します。"
    "ユーザー名: {username}"
)
#: A profile with the same identifier replaces the one on the device, so identifiers never change.
IDENTIFIER = "{reversed}.mailhelp.{protocol}"


@functools.lru_cache(maxsize=512)
def _template(protocol: Protocol, incoming: tuple[int, str], outgoing: tuple[int, str]) -> Template:
    account: dict[str, Any] = {
        "PayloadType": "com.apple.mail.managed",
        "PayloadVersion": 1,
        "PayloadIdentifier": slot("account_identifier"),
        "PayloadUUID": slot("account_uuid"),
        "PayloadDisplayName": slot("name"),
        "EmailAccountDescription": slot("account_name"),
        "EmailAccountType": ACCOUNT_TYPES[protocol],
        "IncomingMailServerHostName": slot("incoming"),
        "IncomingMailServerPortNumber": incoming[0],
        "IncomingMailServerUseSSL": True,
        "IncomingMailServerAuthentication": incoming[1],
        "OutgoingMailServerHostName": slot("outgoing"),
        "OutgoingMailServerPortNumber": outgoing[0],
        "OutgoingMailServerUseSSL": True,
        "OutgoingMailServerAuthentication": outgoing[1],
        "OutgoingPasswordSameAsIncomingPassword": True,
    }
    profile = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": slot("identifier"),
        "PayloadUUID": slot("uuid"),
        "PayloadDisplayName": slot("name"),
        "PayloadDescription": slot("description"),
        "PayloadOrganization": slot("organization"),
        "PayloadContent": [account],
    }
    return Template(plistlib.dumps(profile, sort_keys=False).decode())


def _uuid(name: str) -> str:
    """``uuid.uuid5`` of a name below ``NAMESPACE_DNS`` as Apple writes it, without the objects in between."""
    digest = bytearray(hashlib.sha1(uuid.NAMESPACE_DNS.bytes + name.encode(), usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex().upper()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _usable(mail: MailDomain, protocol: Protocol) -> Server | None:
    """The preferred server of a protocol that a profile can describe."""
    servers = mail.outgoing_servers if protocol is Protocol.SMTP else mail.incoming_servers
    for server in servers:
        if server.type is protocol and fits_apple_profile(server.socket_type, server.authentication):
            return server
    return None


def files(mail: MailDomain, context: Context) -> Mapping[str, bytes]:
    """A profile for every protocol that the domain offers over implicit TLS in both directions."""
    outgoing = _usable(mail, Protocol.SMTP)
    result: dict[str, bytes] = {}
    if outgoing is None:
        return result
    backwards = ".".join(reversed(mail.domain.split(".")))
    for protocol, path in PATHS.items():
        incoming = _usable(mail, protocol)
        if incoming is None:
            continue
        template = _template(
            protocol,
            (incoming.port, AUTHENTICATIONS[incoming.authentication]),
            (outgoing.port, AUTHENTICATIONS[outgoing.authentication]),
        )
        identifier = IDENTIFIER.format(reversed=backwards, protocol=protocol)
        account = f"{identifier}.account"
        data = template.fill(
            {
                "identifier": identifier,
                "uuid": _uuid(identifier),
                "account_identifier": account,
                "account_uuid": _uuid(account),
                "name": NAMES[protocol].format(name=mail.display_name),
                "account_name": mail.display_name,
                "description": DESCRIPTION.format(
                    domain=mail.domain_unicode, username=fill_placeholders(incoming.username, mail.domain)
                ),
                "organization": mail.support.company,
                "incoming": incoming.hostname,
                "outgoing": outgoing.hostname,
            }
        )
        result[path] = data if context.sign is None else context.sign(data)
    return result


#: The pages at the root of the site link to profiles beside them.
root_files = files
