"""Pages as a visitor's browser has them: with the parts that copies share (macros/finish.py) in their places."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path

SCRIPT = re.compile(r'<script src="([^"]*assets/parts/[^"]+)"></script>(<noscript>.*?</noscript>)?', re.S)
WRITES = re.compile(r'document\.currentScript\.insertAdjacentHTML\("beforebegin",(".*")\);\n')


@functools.cache
def part(file: Path) -> str:
    """The HTML that a part's script writes."""
    written = WRITES.fullmatch(file.read_text(encoding="utf-8"))
    assert written, file
    text: str = json.loads(written[1])
    return text


def whole(page: Path) -> str:
    """A page with its parts, and without what stands there for browsers that run no scripts."""
    return SCRIPT.sub(lambda match: part((page.parent / match[1]).resolve()), page.read_text(encoding="utf-8"))
