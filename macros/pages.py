"""What is known of each page of a rendering: enough to render another page without this one, and to see whether that
one may have changed what this one shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Page:
    """One page. ``sections``: its headings in the source; ``docs``: what the theme's search found in it."""

    title: str
    meta: Mapping[str, Any]
    ids: frozenset[str]
    sections: tuple[object, ...]
    docs: tuple[Mapping[str, Any], ...]

    @property
    def seen(self) -> tuple[object, ...]:
        """All that other pages can show of it or link to. The rest stands in the page itself and in the search index."""
        return (self.title, self.meta, self.ids, self.sections)


@dataclass(frozen=True, slots=True)
class Changed:
    """Which pages are to be rendered, by path below ``docs/``, and what is known of all of them from before."""

    names: frozenset[str]
    before: Mapping[str, Page]


@dataclass(frozen=True, slots=True)
class Known:
    """What two renderings of a profile were made from, with a digest of each page's source, and what they told."""

    sources: str
    digests: Mapping[str, str]
    halves: tuple[Mapping[str, Page], Mapping[str, Page]]
