"""Settings tables: the domain's servers in the words of each mail program."""

from __future__ import annotations

from typing import Any

from macros.components import choose, component, render, table
from macros.domain import STANDARD_PORTS, Protocol, SocketType
from macros.errors import PageError
from macros.view import MailView, ServerView

NOT_OFFERED = "settings_table: このドメインには {protocol} のサーバーがありません。ページでは {{% if mail.offers.{protocol} %}} で囲みます。"


def _rows(server: ServerView, words: dict[str, Any], names: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of one server: field, the program's label for it, and what to type or choose."""
    fields = words["outgoing_fields" if server.type == "smtp" and "outgoing_fields" in words else "fields"]
    chosen = {
        "type": names[server.type],
        "hostname": server.hostname,
        "port": server.port,
        "socket_type": words["socket_type"][server.socket_type],
        "authentication": words["authentication"].get(server.authentication, server.authentication),
        "username": server.username,
    }
    return [{"field": field, "label": label, "value": chosen[field]} for field, label in fields.items()]


@component
def settings_table(mail: MailView, protocol: str, *, client: str = "generic") -> str:
    """The servers of ``imap``, ``pop3`` or ``smtp`` as a table with the client's own name for each field.

    Further servers of the protocol follow as alternatives. Until the owner has confirmed the values the table says so.
    """
    clients = table("clients.yaml")
    words = clients[choose("settings_table", client, clients)]
    choose("settings_table", protocol, Protocol)
    servers = mail.of_type(protocol)
    if not servers:
        raise PageError(NOT_OFFERED.format(protocol=protocol))
    wording = table("wording.yaml")
    names = words.get("types", wording["types"])
    tables = [{"server": s, "rows": _rows(s, words, names)} for s in servers]
    return render("settings_table.html", mail=mail, protocol=protocol, client=client, tables=tables, words=wording)


@component
def settings_glance(mail: MailView) -> str:
    """「あなたの設定」: every server of the domain in one small table."""
    wording = table("wording.yaml")
    words = table("clients.yaml")["generic"]
    servers = [mail.of_type(p)[0] for p in ("imap", "pop3", "smtp") if mail.of_type(p)]
    rows = [
        {"server": s, "name": wording["types"][s.type], "socket_type": words["socket_type"][s.socket_type]}
        for s in servers
    ]
    return render("settings_glance.html", mail=mail, rows=rows, words=wording)


@component
def username_rule(mail: MailView, protocol: str) -> str:
    """One sentence: what to type as the user name."""
    choose("username_rule", protocol, Protocol)
    server = mail.of_type(protocol)[0]
    return render("username_rule.html", mail=mail, server=server, words=table("wording.yaml")["username"])


@component
def address_forms(mail: MailView) -> str:
    """The forms of address that the domain's customers have, as a list."""
    return render("address_forms.html", mail=mail, words=table("wording.yaml")["address_forms"])


@component
def certificate_note(mail: MailView) -> str:
    """What the certificate covers and what to do when a program warns about the host name."""
    return render("certificate_note.html", mail=mail, words=table("wording.yaml")["certificate"])


@component
def ports_table(mail: MailView) -> str:
    """The registered mail ports by protocol and kind of connection."""
    words = table("clients.yaml")["generic"]
    rows = [
        {
            "type": table("wording.yaml")["types"][p],
            "ports": [STANDARD_PORTS[p, s] for s in (SocketType.SSL, SocketType.STARTTLS)],
        }
        for p in Protocol
    ]
    heads = [words["socket_type"][str(s)] for s in (SocketType.SSL, SocketType.STARTTLS)]
    return render("ports_table.html", rows=rows, heads=heads, words=table("wording.yaml")["ports"])
