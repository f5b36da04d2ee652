"""Reads the settings that a customer reads: from the built pages, never from ``domains/``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser, LexborNode

from e2e.failure import Check, Failed

#: The word that stands for the customer's own account name in every table.
ACCOUNT_WORD = "アカウント名"
SETUP_PAGE = "setup/thunderbird/index.html"
ALL_SETTINGS_PAGE = "setup/settings/index.html"


DAYS = re.compile(r"日数を\s*(\d+)\s*日にします")


@dataclass(frozen=True)
class Row:
    """One line of a settings table: the program's name for the field, and what to type or choose."""

    field: str
    label: str
    value: str


@dataclass(frozen=True)
class Table:
    """One server's settings as a page shows them."""

    protocol: str
    rows: tuple[Row, ...]

    def value(self, field: str) -> str:
        """What the page says for ``hostname``, ``port``, ``socket_type``, ``authentication`` or ``username``."""
        for row in self.rows:
            if row.field == field:
                return row.value
        raise Failed(Check.PAGE, f"{self.protocol} の表に {field} の行がありません")

    def username(self, account: str) -> str:
        """What a customer with this account name types as the user name."""
        return self.value("username").replace(ACCOUNT_WORD, account)


def tables(page: Path, client: str, protocol: str) -> list[Table]:
    """The tables of one protocol on a built page, in the order of the page."""
    if not page.is_file():
        raise Failed(Check.PAGE, f"{page.name} がありません: {page}")
    tree = LexborHTMLParser(page.read_bytes())
    selector = f'.mh-settings[data-protocol="{protocol}"][data-client="{client}"] table'
    found: list[Table] = []
    for table in tree.css(selector):
        rows = tuple(_row(row) for row in table.css("tr"))
        if rows not in [t.rows for t in found]:  # the page repeats the outgoing server for each way to receive
            found.append(Table(protocol, rows))
    return found


def days_on_server(page: Path) -> int:
    """For how many days the page lets POP leave messages on the server; 0 where it says to leave none."""
    tree = LexborHTMLParser(page.read_bytes())
    section = tree.css_first("#leave-on-server ~ .mh-steps")
    found = DAYS.search(section.text()) if section else None
    if section is None or (found is None and "チェックを外します" not in section.text()):
        raise Failed(Check.PAGE, "サーバーに残す期間の手順がありません")
    return int(found[1]) if found else 0


def _row(row: LexborNode) -> Row:
    label, value = row.css_first("th"), row.css_first("[data-field]")
    if label is None or value is None:
        raise Failed(Check.PAGE, f"読めない行があります: {row.text().strip()}")
    return Row(str(value.attributes["data-field"]), label.text().strip(), value.text().strip())
