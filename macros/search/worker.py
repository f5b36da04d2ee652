"""The browser's half of the search as the one file that a browser runs in its own thread."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

BROWSER = Path(__file__).with_name("browser")
_COMMENT = re.compile(r"^\s*//.*\n", re.M)
_INDENTATION = re.compile(r"^\s+", re.M)


def source() -> bytes:
    """All parts in their order, without comments and indentation (no part has a text of several lines)."""
    parts = [path.read_text(encoding="utf-8") for path in sorted(BROWSER.glob("*.js"))]
    return _INDENTATION.sub("", _COMMENT.sub("", '"use strict";\n' + "\n".join(parts))).encode()


def file_name(data: bytes) -> str:
    """A name that changes with the content, so that browsers may keep the file for ever."""
    return f"worker.{hashlib.sha256(data).hexdigest()[:8]}.js"
