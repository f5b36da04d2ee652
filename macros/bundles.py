"""One style sheet and one script in the place of several in a row: fewer requests for a phone, fewer bytes in every page,
and names that change with the content, so that browsers may keep the files for ever. Knows bytes only.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

#: Style sheets in a row, or scripts that run one after the other.
ROW = re.compile(
    rb'(?:<link rel="stylesheet" href="[^":]*assets/[^"]+">\s*){2,}|(?:<script src="[^":]*assets/[^"]+"></script>\s*){2,}'
)
FILE = re.compile(rb'(?:href|src)="([^":]*?)(assets/[^"]+)"')
SOURCE_MAP = re.compile(rb"(?m)^(?://|/\*)# sourceMappingURL=.*$")
#: What goes wrong in one script is no reason for the next one not to run.
GUARDED = b"try{\n%b\n}catch(error){setTimeout(()=>{throw error})}\n"


class Bundles:
    """The bundles of one rendering. ``files``: what it made, by path from the root."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.made: dict[str, bytes] = {}
        #: What stands in bundles, and is not to be published alone.
        self.used: set[str] = set()
        self._names: dict[tuple[str, ...], str] = {}

    def joined(self, page: bytes) -> bytes:
        """A page with its rows of files as one file each."""
        return ROW.sub(self._tag, page)

    def _tag(self, row: re.Match[bytes]) -> bytes:
        found = [(up, path.decode()) for up, path in FILE.findall(row[0])]
        paths = tuple(path for _, path in found)
        if paths not in self._names:
            self._names[paths] = self._make(paths)
        url = found[0][0] + self._names[paths].encode()
        return (
            b'<link rel="stylesheet" href="%b">' % url if url.endswith(b".css") else b'<script src="%b"></script>' % url
        )

    def _make(self, paths: tuple[str, ...]) -> str:
        parts = [SOURCE_MAP.sub(b"", self.files[path]).strip() for path in paths]
        styles = paths[0].endswith(".css")
        data = b"\n".join(parts) if styles else b"".join(GUARDED % part for part in parts)
        name = f"assets/site.{hashlib.sha256(data).hexdigest()[:8]}.{'css' if styles else 'js'}"
        self.made[name] = data
        self.used |= {*paths}
        return name
