"""What is done to a rendered page: templates' white space goes; and a page of the root becomes a page of a copy.

A copy of the help is a domain's own, in a folder of the root of the site. It uses the root's assets, and search engines
are asked to leave it alone. Knows bytes only.
"""

from __future__ import annotations

import re

VERBATIM = re.compile(rb"(<(?:pre|script|style|textarea)\b.*?</(?:pre|script|style|textarea)>)", re.S)
INDENTATION = re.compile(rb"[ \t]*\n\s*")
SEARCH_MARK = b' data-search-exclude=""'
ASSET_URL = re.compile(rb'(["(=])((?:\.\./)*assets/)')
#: The address of the root's page as the one to be found; and where a page says how far up the root is.
CANONICAL = re.compile(rb'<link rel="canonical"[^>]*>\n?')
ROOT_HERE, ROOT_ABOVE = b' data-root="./"', b' data-root="../"'
NOINDEX = b'<meta name="robots" content="noindex">'
END_OF_HEAD = b"</head>"


def squeezed(page: bytes) -> bytes:
    """A page without what only the build needs: the templates' indentation and empty lines (what keeps its white space
    is left alone), and marks for the search index.
    """
    parts = VERBATIM.split(page.replace(SEARCH_MARK, b""))
    parts[::2] = [INDENTATION.sub(rb"\n", part) for part in parts[::2]]
    return b"".join(parts)


def copied(page: bytes) -> bytes:
    """A page of the root as that of a copy."""
    page = CANONICAL.sub(b"", page, count=1).replace(ROOT_HERE, ROOT_ABOVE, 1)
    return page if NOINDEX in page else page.replace(END_OF_HEAD, NOINDEX + END_OF_HEAD, 1)


def sharing(file: bytes) -> bytes:
    """A page or the manifest of a copy that uses the root's assets."""
    return ASSET_URL.sub(rb"\1../\2", file)
