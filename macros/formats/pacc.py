"""PACC (draft-ietf-mailmaint-pacc): a JSON file and the digest that a TXT record promises for it. Experimental.

The draft knows implicit TLS on the registered ports only; whatever a domain offers otherwise is not in the file.
No released mail program is known to read it yet.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping

from macros.domain import STANDARD_PORTS, Authentication, MailDomain, Server, SocketType
from macros.formats import Context

PATH = ".well-known/user-agent-configuration.json"
HELP_PAGE = "setup/"
HOST = "ua-auto-config.{domain}"
RECORD = "_ua-auto-config.{domain}"
LONGEST_NAME, LONGEST_SHORT_NAME = 60, 20


def usable(server: Server) -> bool:
    """Whether the draft can express a server."""
    return (
        server.socket_type is SocketType.SSL
        and server.port == STANDARD_PORTS[server.type, SocketType.SSL]
        and server.authentication is Authentication.PASSWORD_CLEARTEXT
    )


def files(mail: MailDomain, context: Context) -> Mapping[str, bytes]:
    """The file, for a domain with a way in and a way out that the draft can express."""
    protocols: dict[str, dict[str, str]] = {}
    for server in mail.servers:
        if usable(server):
            protocols.setdefault(str(server.type), {"host": server.hostname})
    if "smtp" not in protocols or len(protocols) < 2:
        return {}
    helping = {"contact": [f"mailto:{mail.support.email}"]}
    info: dict[str, object] = {
        "provider": {"name": mail.display_name, "shortName": mail.display_short_name},
        "help": {"documentation": context.help_url(mail.domain, HELP_PAGE), **helping} if context.site_url else helping,
    }
    document = {"protocols": protocols, "authentication": {"password": True}, "info": info}
    return {PATH: (json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n").encode()}


def digest_record(data: bytes) -> str:
    """The TXT record for the bytes of the file."""
    return f"v=UAAC1; a=sha256; d={base64.b64encode(hashlib.sha256(data).digest()).decode()}"
