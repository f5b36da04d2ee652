"""Who helps: the contact block and a one-sentence form of it."""

from __future__ import annotations

from macros.components import choose, component, render, table
from macros.view import MailView


@component
def contact(mail: MailView) -> str:
    """The whole contact block: company, hours, telephone, fax, mail, web pages."""
    return render("contact.html", mail=mail, words=table("wording.yaml")["contact"])


@component
def contact_line(mail: MailView) -> str:
    """One sentence with telephone, mail and hours, for the end of a page."""
    return render("contact_line.html", mail=mail, words=table("wording.yaml")["contact"])


@component
def support_link(mail: MailView, page: str) -> str:
    """A link to one of the provider's own pages: ``website``, ``news`` or ``faq``."""
    pages = {"website": mail.support.website, "news": mail.support.news_url, "faq": mail.support.faq_url}
    address = pages[choose("support_link", page, pages)]
    return render("support_link.html", address=address, page=page, words=table("wording.yaml")["contact"])
