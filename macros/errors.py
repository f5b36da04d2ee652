"""What can be wrong with what people wrote, as values that can be collected and printed.

Nothing here knows YAML, MkDocs or a file format; everything else may import it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

FAULT = "{place}: {expected}({found}がありました)。例: {example}"
FAULT_WITHOUT_VALUE = "{place}: {expected}。例: {example}"
SUMMARY = "{count} 件の誤りがあります。直してから、もう一度実行してください。何も書き出していません。"
SHOWN_LENGTH = 60
KEY_LENGTH = 120


def visible(text: str) -> str:
    """``text`` on one line, with invisible characters (of a terminal's commands, for one) written as escapes."""
    return "".join(c if c.isprintable() or c == "\u3000" else f"\\u{ord(c):04x}" for c in text)


def shown(value: object) -> str:
    """What was found, short enough to print on one line and with invisible characters made visible."""
    text = visible(value if isinstance(value, str) else str(value))
    return f"「{text if len(text) <= SHOWN_LENGTH else text[: SHOWN_LENGTH - 1] + '…'}」"


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One mistake in one file: where it is, what was found, what was expected, and a good example."""

    file: str
    key: str
    expected: str
    example: str
    found: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        if self.key:
            place += f": {self.key if len(self.key) <= KEY_LENGTH else self.key[:KEY_LENGTH] + '…'}"
        form = FAULT_WITHOUT_VALUE if self.found is None else FAULT
        return visible(form.format(place=place, expected=self.expected, found=self.found, example=self.example))


class MailHelpError(Exception):
    """Base of all errors whose text is meant for the person who edits the files, in Japanese."""


class DomainDataError(MailHelpError):
    """All faults of all domain files of one run (``faults`` is sorted and never empty)."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults), key=lambda f: (f.file, f.line or 0, f.key, f.expected)))
        super().__init__("\n".join([*map(str, self.faults), SUMMARY.format(count=len(self.faults))]))


class PageError(MailHelpError):
    """A page asks a macro for something that cannot be given (named in the text)."""


class BuildError(MailHelpError):
    """The site cannot be built or written; the last good site is untouched."""
