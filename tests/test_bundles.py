"""Files in a row become one file."""

from __future__ import annotations

import re

from macros.bundles import Bundles

FILES = {
    "assets/a.css": b"a{}\n/*# sourceMappingURL=a.css.map */",
    "assets/b.css": b"b{}",
    "assets/a.js": b"'use strict';(()=>{})();\n//# sourceMappingURL=a.js.map\n",
    "assets/b.js": b"let b;",
    "assets/c.js": b"let c;",
}
PAGE = (
    b'<link rel="stylesheet" href="../assets/a.css"><link rel="stylesheet" href="../assets/b.css"><script src="../assets/c.js">'
    b'</script></head><script src="../assets/a.js"></script>\n<script src="../assets/b.js"></script>\n<script src="../assets/m.mjs" type="module"></script>'
)


def test_rows_are_joined_and_others_stay() -> None:
    bundles = Bundles(FILES)
    page = bundles.joined(PAGE).decode()
    assert re.fullmatch(
        r'<link rel="stylesheet" href="\.\./assets/site\.[0-9a-f]{8}\.css"><script src="\.\./assets/c\.js"></script></head>'
        r'<script src="\.\./assets/site\.[0-9a-f]{8}\.js"></script><script src="\.\./assets/m\.mjs" type="module"></script>',
        page,
    )
    assert bundles.used == FILES.keys() - {"assets/c.js"}
    styles, scripts = sorted(bundles.made.values(), key=len)
    assert styles == b"a{}\nb{}"
    assert scripts.count(b"try{") == 2 and b"sourceMappingURL" not in scripts


def test_a_name_changes_with_the_content_and_an_address_does_not_matter() -> None:
    names = []
    for up, b in ((b"../", b"let b;"), (b"../../", b"let b;"), (b"/", b"let b2;")):
        bundles = Bundles(FILES | {"assets/b.js": b})
        page = bundles.joined(PAGE.replace(b"../", up))
        found = re.search(rb'src="([./]*)(assets/site[^"]+js)"', page)
        assert found and found[1] == up
        names.append(found[2])
    assert names[0] == names[1] != names[2]
