"""Schematic screens of programs that cannot be run here: drawn in the page's style, with the domain's own values."""

from __future__ import annotations

from typing import Any

from macros.components import choose, component, render, table
from macros.view import MailView, ServerView

SERVERS = ("incoming", "outgoing")
EMPTY = {"title": "", "words": "", "choice": ""}


def _row(mail: MailView, screen: dict[str, Any], row: dict[str, str], incoming: ServerView) -> dict[str, Any]:
    """One line: its label, what stands in it, and whether the customer's account name belongs there."""
    words = table("screens.yaml")["words"]
    side, _, field = row["show"].partition(".")
    if side in SERVERS:
        client = table("clients.yaml")[screen["client"]]
        server = incoming if side == "incoming" else mail.smtp
        labels = client.get("outgoing_fields", client["fields"]) if side == "outgoing" else client["fields"]
        value = client["socket_type"][server.socket_type] if field == "socket_type" else getattr(server, field)
        return {"label": row.get("label", labels[field]), "value": value, "account": field == "username"}
    own = {"address": mail.address, "protocol": screen.get("choices", {}).get(incoming.type)}
    value = own[side] if side in own else words[side]
    return {"label": row["label"], "value": value, "account": side == "address"}


@component
def screen(mail: MailView, name: str) -> str:
    """A schematic screen from ``screens.yaml``; of the ways to receive it shows IMAP where the domain has it."""
    screens = table("screens.yaml")
    data = screens[choose("screen", name, [known for known in screens if known != "words"])]
    incoming = mail.of_type("imap" if mail.offers.imap else "pop3")[0]
    groups = [
        {**EMPTY, **g, "rows": [_row(mail, data, row, incoming) for row in g.get("rows", [])]} for g in data["groups"]
    ]
    tabs = {kind: label for kind, label in data.get("choices", {}).items() if data.get("tabs")}
    return render(
        "screen.html",
        mail=mail,
        name=name,
        screen=data,
        groups=groups,
        tabs=tabs,
        chosen=incoming.type,
        values=any("." in row["show"] for g in data["groups"] for row in g.get("rows", [])),
        words=screens["words"],
        sample=table("wording.yaml")["table"]["sample"],
    )
