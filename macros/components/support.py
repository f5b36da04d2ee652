"""The replies that support staff send, with the domain's own values."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from macros import codes
from macros.components import component, render, table
from macros.components.codes import link_to
from macros.view import MailView, ServerView

_NAME = re.compile(r"\{([a-z]+)\}")


def _server(server: ServerView) -> Markup:
    wording, words = table("wording.yaml"), table("clients.yaml")["generic"]
    return Markup("<br>").join(
        [
            escape(f"■ {wording['types'][server.type]}"),
            Markup("{}: {}").format(words["fields"]["hostname"], escape(server.hostname)),
            Markup("{}: {}").format(words["fields"]["port"], escape(server.port)),
            escape(f"{words['fields']['socket_type']}: {words['socket_type'][server.socket_type]}"),
            Markup("{}: <span data-account>{}</span>").format(words["fields"]["username"], escape(server.username)),
        ]
    )


def _values(mail: MailView) -> dict[str, object]:
    """What a reply may name, as HTML."""
    offered = [mail.of_type(p)[0] for p in ("imap", "pop3", "smtp") if mail.of_type(p)]
    return {
        "company": mail.support.company,
        "name": mail.support.name,
        "phone": mail.support.phone,
        "hours": mail.support.hours,
        "domain": mail.domain,
        "servers": Markup("<br><br>").join(map(_server, offered)),
        "smtp": _server(mail.smtp),
        "username": Markup("<span data-account>{}</span>").format(escape(offered[0].username)),
        "mailbox": mail.mailbox_size,
        "message": mail.message_size_limit,
        "attachment": mail.attachment_limit,
        "link": Markup("<span data-link></span>"),
    }


@component
def support_replies(mail: MailView) -> str:
    """Every situation of ``replies.yaml`` as a ready reply; for a page one folder deep.

    What most replies share (how they begin and end, the values) stands once; support.js puts a whole reply together.
    """
    replies, by_place = table("replies.yaml"), codes.load().by_place
    values = _values(mail)

    def filled(text: str, code: str = "") -> Markup:
        known = {**values, "code": Markup("<span data-code>{}</span>").format(code)}
        known["servers"] = Markup("<span data-common-here=servers></span>")
        pieces = _NAME.split(text.strip())
        html = [escape(known[piece] if i % 2 else piece) for i, piece in enumerate(pieces)]
        return Markup("".join(html).replace("\n", "<br>"))

    items = [
        {
            "id": item["id"],
            "title": item["title"],
            "link": link_to(item["place"]),
            "code": by_place[item["place"]],
            "text": filled(item["text"], by_place[item["place"]]),
        }
        for item in replies["situations"]
    ]
    titles = replies["titles"]
    common = [
        {"id": "opening", "title": titles["opening"], "text": filled(replies["opening"])},
        {"id": "servers", "title": titles["servers"], "text": values["servers"]},
        {"id": "closing", "title": titles["closing"], "text": filled(replies["closing"])},
    ]
    return render("support_replies.html", common=common, items=items)
