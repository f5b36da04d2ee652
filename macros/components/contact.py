"""Who helps: the contact block and a one-sentence form of it."""

from __future__ import annotations

from macros.components import component, render, table
from macros.view import MailView


@component
def contact(mail: MailView) -> str:
    """The whole contact block: company, hours, telephone, fax, mail, web pages."""
    return render("contact.html", mail=mail, words=table("wording.yaml")["contact"])


@component
def contact_line(mail: MailView) -> str:
    """One sentence with telephone, mail and hours, for the end of a page."""
    return render("contact_line.html", mail=mail, words=table("wording.yaml")["contact"])
