"""Text with slots: a document is laid out once by its standard serializer and then filled many times.

A serializer (ElementTree, plistlib) is the right tool for well-formedness and too slow for a hundred thousand domains.
Documents of one structure differ only in text, so the structure is serialized with :func:`slot` where text goes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# Private-use characters: no value of a domain file can hold them (macros.checks.one_line).
OPEN, CLOSE = "\ue000", "\ue001"
SLOT = re.compile(f"{OPEN}([a-z0-9_.]+){CLOSE}")


def slot(name: str) -> str:
    """The text that marks a slot; serializers pass it through unchanged."""
    return f"{OPEN}{name}{CLOSE}"


def escape_xml(text: str) -> str:
    """``text`` as XML character data, right in quoted attributes as well."""
    # Most values hold none of the four: asking first is twice as fast as four replacements.
    if "&" in text or "<" in text or ">" in text or '"' in text:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return text


class Template:
    """A serialized XML document with slots."""

    __slots__ = ("_parts", "_slots")

    def __init__(self, text: str) -> None:
        pieces = SLOT.split(text)
        self._parts = pieces
        self._slots = tuple((index, pieces[index]) for index in range(1, len(pieces), 2))

    def fill(self, values: Mapping[str, str]) -> bytes:
        """The document with every slot filled, as UTF-8 without a byte order mark."""
        parts = self._parts.copy()
        for index, name in self._slots:
            parts[index] = escape_xml(values[name])
        return "".join(parts).encode()
