"""Links to the files that programs read by themselves (their contents: the format modules of this package)."""

from __future__ import annotations

from macros.components import choose, component, render, table
from macros.view import MailView

APPLE_PROTOCOLS = ("imap", "pop3")


@component
def profile_link(mail: MailView, protocol: str) -> str:
    """A button that opens the configuration profile for iPhone, iPad and Mac; for pages one folder deep."""
    choose("profile_link", protocol, APPLE_PROTOCOLS)
    return render("profile_link.html", mail=mail, protocol=protocol, words=table("wording.yaml")["profile"])


@component
def thunderbird_android_qr(mail: MailView) -> str:
    """A form that draws the import QR code of Thunderbird for Android in the browser, from the typed address."""
    return render("thunderbird_android_qr.html", mail=mail, words=table("wording.yaml")["thunderbird_android_qr"])
