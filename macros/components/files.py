"""Links to the files that programs read by themselves (their contents: the format modules of this package)."""

from __future__ import annotations

import re

from markupsafe import Markup

from macros.components import choose, component, render, table
from macros.view import MailView

APPLE_PROTOCOLS = ("imap", "pop3")


@component
def profile_link(mail: MailView, protocol: str, *, qr: bool = False) -> str:
    """A button that opens the configuration profile for iPhone, iPad and Mac; for pages one folder deep.

    ``qr``: with a QR code of the profile beside it, for a phone that is to open what a PC shows.
    """
    choose("profile_link", protocol, APPLE_PROTOCOLS)
    words = table("wording.yaml")["profile"]
    before, label, after = re.split(r"\[\[(.+?)\]\]", words["signature"])
    signature = Markup('{}「<b data-ui="ios">{}</b>」{}').format(before, label, after)
    return render("profile_link.html", protocol=protocol, qr=qr, words=words, signature=signature)


@component
def page_qr(mail: MailView) -> str:
    """A QR code of the page itself, drawn in the browser, so that it needs no knowledge of where the site is."""
    return render("page_qr.html", words=table("wording.yaml")["page_qr"])


@component
def thunderbird_android_qr(mail: MailView) -> str:
    """A form that draws the import QR code of Thunderbird for Android in the browser, from the typed address."""
    incoming = mail.imap if mail.offers.imap else mail.pop3
    words = table("wording.yaml")["thunderbird_android_qr"]
    return render("thunderbird_android_qr.html", mail=mail, incoming=incoming, words=words)
