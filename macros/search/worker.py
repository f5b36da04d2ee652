"""The browser's half of the search as the one file that a browser runs in its own thread."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

import minify

BROWSER = Path(__file__).with_name("browser")


@functools.cache
def source() -> bytes:
    """All parts in their order, in few bytes."""
    parts = [path.read_text(encoding="utf-8") for path in sorted(BROWSER.glob("*.js"))]
    # A scope of its own: only there may names be shortened.
    whole = '(() => {"use strict";\n' + "\n".join(parts) + "\n})();"
    return str(minify.string("text/javascript", whole)).encode()


def file_name(data: bytes) -> str:
    """A name that changes with the content, so that browsers may keep the file for ever."""
    return f"worker.{hashlib.sha256(data).hexdigest()[:8]}.js"
