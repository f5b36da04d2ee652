"""What is done to a rendered page: what no browser needs goes; and a page of the root becomes a page of a copy.

A copy of the help is a domain's own, in a folder of the root of the site. It uses the root's assets, and search engines
are asked to leave it alone. Knows bytes only; what is taken away depends on tags alone, never on a text, so that a page
with any domain's values is treated alike.
"""

from __future__ import annotations

import hashlib
import json
import re

VERBATIM = re.compile(rb"(<(?:pre|script|style|textarea)\b.*?</(?:pre|script|style|textarea)>)", re.S)
INDENTATION = re.compile(rb"[ \t]*\n\s*")
SEARCH_MARK = b' data-search-exclude=""'
#: Elements around which white space shows nowhere.
BLOCKS = (
    rb"article|aside|blockquote|body|dd|details|div|dl|dt|figcaption|figure|footer|form|h[1-6]|head|header|html|li|link|main"
    rb"|meta|nav|noscript|ol|p|section|summary|table|tbody|td|th|thead|title|tr|ul"
)
LINE_END = re.compile(rb"\n(?=</?(?:%b)[ >])" % BLOCKS)
LINE_BEGIN = re.compile(rb"(</?(?:%b)(?: [^<>]*)?>)\n" % BLOCKS)
#: End tags that HTML lets be left out, where it does (WHATWG HTML, 13.1.2.4).
OPTIONAL = re.compile(
    rb"</li>(?=<li[ >]|</[ou]l>)"
    rb"|</p>(?=<(?:details|div|dl|figure|footer|form|h[1-6]|nav|ol|p|section|table|ul)[ >]|</(?:article|blockquote|dd|details|div|li|section|td)>)"
    rb"|</dt>(?=<dd[ >])|</dd>(?=<dt[ >]|</d(?:iv|l)>)|</t[dh]>(?=<t[dh][ >]|</tr>)|</tr>(?=<tr[ >]|</t(?:head|body|able)>)|</thead>(?=<tbody[ >])|</tbody>(?=</table>)"
)
#: What only scripts use, and docs/assets/js/frame.js makes; and marks for scripts of the theme that do not run here.
SCRIPTED = (
    b'<input class="md-toggle" data-md-toggle="search" type="checkbox" id="__search" autocomplete="off">',
    b'<div data-md-component="announce"></div>',
    b'<div class="md-dialog" data-md-component="dialog"><div class="md-dialog__inner md-typeset"></div></div>',
    b' data-md-component="container"',
)
#: Attributes that hold no value of a domain, where their text needs no quotes (an address: where it leads to a page).
UNQUOTED = re.compile(
    rb" (class|id|for|type|scope|width|height|loading|decoding|rel|aria-[a-z]+|data-(?:md-[a-z]+|ui|message|field|protocol|client|server))"
    rb'="([A-Za-z0-9_:.-]+)"(?=[ >])| (href)="((?:\.\.?/|#)[A-Za-z0-9_./#-]*|[a-z-]+/[A-Za-z0-9_./#-]*)"(?=[ >])'
)
ASSET_URL = re.compile(rb'(["(=])((?:\.\./)*assets/)')
#: The address of the root's page as the one to be found; and where a page says how far up the root is.
CANONICAL = re.compile(rb'<link rel="canonical"[^>]*>\n?')
ROOT_HERE, ROOT_ABOVE = b' data-root="./"', b' data-root="../"'
#: Search engines show it, and copies are not for them.
DESCRIPTION = re.compile(rb'<meta name="description"[^>]*>')
NOINDEX = b'<meta name="robots" content="noindex">'
END_OF_HEAD = b"</head>"
HEAD_AND_BODY, END_OF_PAGE = b"</head><body ", re.compile(rb"</body>\s*</html>\s*\Z")
#: A piece of a page that is the same for every domain, and what stands for it where a browser runs no scripts.
PART = re.compile(rb"<!--part ([a-z-]+)-->\s*(.*?)\s*<!--without-->\s*(.*?)\s*<!--/part-->\s*", re.S)
PARTS = "assets/parts/"


def squeezed(page: bytes) -> bytes:
    """A page without what only the build needs: the templates' indentation and line ends (what keeps its white space is
    left alone), optional end tags, marks for the search index, and the theme's empty boxes.
    """
    parts = VERBATIM.split(page.replace(SEARCH_MARK, b""))
    for place, part in enumerate(parts):
        if place % 2 == 0:
            parts[place] = LINE_BEGIN.sub(rb"\1", LINE_END.sub(b"", INDENTATION.sub(b"\n", part)))
            for scripted in SCRIPTED:
                parts[place] = parts[place].replace(scripted, b"")
            parts[place] = OPTIONAL.sub(b"", parts[place])
    return b"".join(parts)


def bare(page: bytes) -> bytes:
    """A page without the quotes and the outermost tags that HTML does not need: the last thing done, for all else looks
    for them.
    """
    parts = VERBATIM.split(END_OF_PAGE.sub(b"", page.replace(HEAD_AND_BODY, HEAD_AND_BODY[-6:])))
    parts[::2] = [UNQUOTED.sub(rb" \1\3=\2\4", part) for part in parts[::2]]
    return b"".join(parts)


def whole(page: bytes) -> bytes:
    """A page of the root: with all its parts."""
    return PART.sub(rb"\2", page)


def apart(page: bytes, path: str) -> tuple[bytes, dict[str, bytes]]:
    """A page of a copy with a script in the place of each part that copies share, and those scripts by their path from
    the root. ``path``: the page's own in the copy.

    A script of its own line, not fetched by another one: what it writes is there before anything looks for it.
    """
    found: dict[str, bytes] = {}

    def away(match: re.Match[bytes]) -> bytes:
        text = json.dumps(sharing(match[2]).decode(), ensure_ascii=False)
        data = f'document.currentScript.insertAdjacentHTML("beforebegin",{text});\n'.encode()
        name = f"{PARTS}{match[1].decode()}.{hashlib.sha256(data).hexdigest()[:8]}.js"
        found[name] = data
        up = "../" * path.count("/")
        return f'<script src="{up}{name}"></script><noscript>'.encode() + match[3] + b"</noscript>"

    return PART.sub(away, page), found


def copied(page: bytes) -> bytes:
    """A page of the root as that of a copy."""
    page = DESCRIPTION.sub(b"", CANONICAL.sub(b"", page, count=1), count=1).replace(ROOT_HERE, ROOT_ABOVE, 1)
    return page if NOINDEX in page else page.replace(END_OF_HEAD, NOINDEX + END_OF_HEAD, 1)


def sharing(file: bytes) -> bytes:
    """A page or the manifest of a copy that uses the root's assets."""
    return ASSET_URL.sub(rb"\1../\2", file)
