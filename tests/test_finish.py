"""What is taken out of pages changes nothing that a browser makes of them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from parts import SCRIPT, WRITES, whole
from selectolax.lexbor import LexborHTMLParser, LexborNode

from macros import finish, render, view
from macros.domain import MailDomain

PARTED = (
    b'<body><p data-root="./">a</p><!--part words-->\n<ul><li><a href="../b/"><img src="../../assets/c.webp"></a></ul>'
    b"\n<!--without-->\n<p>no scripts</p>\n<!--/part-->\n<p>z</p>"
)


def shape(node: LexborNode) -> list[object]:
    """Elements, attributes and texts, without white space that shows nowhere."""
    found: list[object] = [node.tag, sorted(node.attributes.items())]
    for child in node.iter(include_text=True):
        if child.tag == "-text":
            # Between inline elements white space shows; beside a block it does not.
            text = re.sub(r"\s+", " ", child.text(deep=False) or "")
            found.append(text if text.strip() else " ")
        elif child.tag not in ("-comment", "_comment"):
            found.append(shape(child))
    while " " in found:
        found.remove(" ")
    return [piece.strip() if isinstance(piece, str) else piece for piece in found]


def body(page: bytes) -> list[object]:
    tree = LexborHTMLParser(page)
    assert tree.body is not None
    return shape(tree.body)


def finished(page: bytes) -> bytes:
    return finish.bare(finish.squeezed(page))


@pytest.mark.parametrize(
    ("page", "wanted"),
    [
        (b"<p>\n    a  b\n\n   <b>c</b> d\n</p>\n", b"<p>a  b\n<b>c</b> d</p>"),
        (b"<pre>\n   x\n\n  y</pre>\n   <script>\n  let a;\n</script>", b"<pre>\n   x\n\n  y</pre>\n<script>\n  let a;\n</script>"),
        (b"<ul>\n  <li>a</li>\n  <li><p>b</p></li>\n</ul>\n", b"<ul><li>a<li><p>b</ul>"),
        (b"<p>a</p>\n<a href='x'>b</a><p>c</p><p>d</p>", b"<p>a</p><a href='x'>b</a><p>c<p>d</p>"),
        (b"<a><p>a</p></a><noscript><p>b</p></noscript>", b"<a><p>a</p></a><noscript><p>b</p></noscript>"),
        (b'<p class="a b" id="c">&lt;li&gt;</li></p>', b'<p class="a b" id=c>&lt;li&gt;</li></p>'),
        (b'<a href="../x/#y">1</a><a href="tel:0-1">2</a><code data-account="A 1">', b'<a href=../x/#y>1</a><a href="tel:0-1">2</a><code data-account="A 1">'),
        (b"<html><head></head><body class=x><p>a</p></body></html>\n", b"<html><head><body class=x><p>a</p>"),
    ],
)  # fmt: skip
def test_what_goes(page: bytes, wanted: bytes) -> None:
    assert finished(page) == wanted


def test_what_says_no_more_than_the_theme_is_made_by_scripts() -> None:
    assert finish.squeezed(b"<p>" + b"".join(finish.SCRIPTED) + b"</p>") == b"<p></p>"


def test_a_copy_is_not_to_be_found_and_its_root_is_one_folder_up() -> None:
    page = (
        b'<head><meta name="description" content="x &gt; y"><link rel="canonical" href="https://x.example/a/">\n'
        b'<title>x</title></head><div data-root="./">'
    )
    assert (
        finish.copied(page)
        == b'<head><title>x</title><meta name="robots" content="noindex"></head><div data-root="../">'
    )
    assert finish.copied(finish.copied(page)) == finish.copied(page)


def test_the_root_keeps_its_parts() -> None:
    assert finish.whole(PARTED) == (
        b'<body><p data-root="./">a</p><ul><li><a href="../b/"><img src="../../assets/c.webp"></a></ul><p>z</p>'
    )


def test_a_copy_shares_them() -> None:
    page, found = finish.apart(PARTED, "a/b/index.html")
    ((name, script),) = found.items()
    assert re.fullmatch(r"assets/parts/words\.[0-9a-f]{8}\.js", name)
    assert f'<script src="../../{name}"></script><noscript><p>no scripts</p></noscript>' in page.decode()
    written = WRITES.fullmatch(script.decode())
    assert written
    # One folder further down than the root's own page.
    assert json.loads(written[1]) == '<ul><li><a href="../b/"><img src="../../../assets/c.webp"></a></ul>'
    assert finish.apart(page, "a/b/index.html") == (page, {})


@pytest.mark.slow
def test_every_page_is_what_the_theme_made(domains: dict[str, MailDomain], monkeypatch: pytest.MonkeyPatch) -> None:
    """With every text and attribute; but for what scripts make."""
    mail = view.view(domains["example.jp"])
    short = render.rendered(mail).root
    plain = {"squeezed": lambda page: page.replace(finish.SEARCH_MARK, b""), "bare": bytes}
    for name, function in plain.items():
        monkeypatch.setattr(finish, name, function)
    long = render.rendered(mail).root
    pages = [path for path in long if path.endswith(".html")]
    assert len(pages) > 35
    for path in pages:
        page = long[path]
        for scripted in finish.SCRIPTED:
            spaced = re.sub(rb"><", rb">\\s*<", re.escape(scripted))
            page = re.sub(spaced, b"", page)
        assert body(short[path]) == body(page), path
        assert len(short[path]) < len(page)


@pytest.mark.slow
def test_parts_are_there_once(built_site: Path, domains: dict[str, MailDomain]) -> None:
    scripts = sorted((built_site / "assets" / "parts").iterdir())
    assert {script.name.split(".")[0] for script in scripts} == {"codes", "errors"}
    for name in domains:
        for page in ("go", "support", "trouble/errors"):
            copy, own = (folder / page / "index.html" for folder in (built_site / name, built_site))
            assert SCRIPT.search(copy.read_text(encoding="utf-8"))
            assert not SCRIPT.search(own.read_text(encoding="utf-8"))
            ids = [sorted(n.id or "" for n in LexborHTMLParser(whole(p)).css("h2, h3, h4")) for p in (copy, own)]
            assert ids[0] == ids[1]
