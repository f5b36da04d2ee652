"""Small pieces inside a sentence: values to copy, labels and messages of programs, ports, links."""

from __future__ import annotations

from collections.abc import Callable

from macros import view
from macros.components import choose, component, table
from macros.domain import SMTP_RELAY_PORT, STANDARD_PORTS, Protocol, SocketType
from macros.errors import PageError
from macros.view import MailView, Value

ONE_LABEL = 'ui: ラベルを 1 つ以上書いてください。例: ui("thunderbird", "続ける")'


def _markdown_safe(text: str) -> str:
    return view.escape(text)


@component
def value(mail: MailView, what: Value) -> str:
    """A value as code, with a copy button where scripts run."""
    return f"<code data-copy>{what}</code>"


@component
def address(mail: MailView) -> str:
    """The customer's address, with 「アカウント名」 where the own name goes (a script may fill it in)."""
    return f"<code data-account data-copy>{mail.address}</code>"


@component
def ui(mail: MailView, program: str, *labels: str) -> str:
    """Labels of a program exactly as it shows them, in 「」; several make a path through menus."""
    choose("ui", program, table("programs.yaml"))
    if not labels:
        raise PageError(ONE_LABEL)
    return "→".join(f'「<b data-ui="{program}">{_markdown_safe(label)}</b>」' for label in labels)


@component
def message(mail: MailView, program: str, text: str) -> str:
    """The exact text of a message or an error that a program shows, in 「」."""
    choose("message", program, [*table("programs.yaml"), "server"])
    return f'「<q data-message="{program}">{_markdown_safe(text)}</q>」'


@component
def standard_port(mail: MailView, protocol: str, socket_type: str) -> str:
    """The registered port of a protocol and a kind of connection; plain SMTP is the relay port between servers."""
    choose("standard_port", protocol, Protocol)
    choose("standard_port", socket_type, SocketType)
    if (protocol, socket_type) == (Protocol.SMTP, SocketType.PLAIN):
        return str(SMTP_RELAY_PORT)
    return str(STANDARD_PORTS[Protocol(protocol), SocketType(socket_type)])


@component
def url(mail: MailView, name: str) -> str:
    """The address of an outside page, by its name in ``links.yaml``; used as the target of a Markdown link."""
    links = table("links.yaml")
    return str(links[choose("url", name, links)]["url"])


@component
def steps(mail: MailView, caller: Callable[[], str]) -> str:
    """Wraps an ordered list as numbered steps: ``{% call steps() %}`` … ``{% endcall %}``."""
    return f'<div class="mh-steps" markdown="1">\n\n{caller().strip()}\n\n</div>'
