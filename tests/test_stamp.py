"""Cutting and filling, and what each net must catch."""

from __future__ import annotations

import html
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros import stamp, view
from macros.errors import BuildError
from macros.stamp import Cutter, Skeleton, Slot, Template

NAMES = ["domain", "imap.hostname", "imap.port", "support.company"]
LINE = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=20)


def page(texts: dict[str, str]) -> bytes:
    """A page as the theme writes it: values in text, attributes and the text index."""
    shown = {name: view.escape(text) for name, text in texts.items()}
    index = json.dumps({"text": html.escape(" ".join(texts[name] for name in NAMES), quote=False)})
    return f'<p title="{shown["domain"]}">{shown["imap.hostname"]}:{shown["imap.port"]}</p>{index}{shown["support.company"]}'.encode()


def skeleton() -> Skeleton:
    texts = stamp.stand_ins(NAMES)
    return Skeleton({"index.html": Cutter(texts).cut("index.html", page(texts))})


@given(st.fixed_dictionaries(dict.fromkeys(NAMES, LINE)))
def test_filling_gives_what_rendering_would_have_given(texts: dict[str, str]) -> None:
    assert dict(skeleton().filled(texts)) == {"index.html": page(texts)}


def test_values_that_hold_each_other_or_are_equal() -> None:
    texts = {
        "domain": "example.jp",
        "imap.hostname": "mail.example.jp",
        "imap.port": "1",
        "support.company": "example.jp",
    }
    assert dict(skeleton().filled(texts)) == {"index.html": page(texts)}


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(NAMES, LINE)), min_size=2, max_size=4))
def test_nothing_of_one_domain_is_in_the_next(several: list[dict[str, str]]) -> None:
    built = skeleton()
    begun = [iter(built.filled(texts)) for texts in several]
    assert [dict(filling) for filling in begun] == [{"index.html": page(texts)} for texts in several]
    assert dict(built.filled(several[0])) == {"index.html": page(several[0])}


def test_a_template_has_a_piece_more_than_slots() -> None:
    template = skeleton().templates["index.html"]
    assert len(template.pieces) == len(template.slots) + 1
    assert set(template.slots) == {
        Slot("domain", "html"),
        Slot("imap.hostname", "html"),
        Slot("imap.port", "html"),
        Slot("support.company", "html"),
        *(Slot(n, "json") for n in NAMES),
    }


def test_stand_ins_are_unlike_each_other_and_tell_encodings_apart() -> None:
    first, second = stamp.stand_ins(NAMES), stamp.stand_ins(NAMES, second=True)
    everything = [*first.values(), *second.values()]
    assert len(set(everything)) == 2 * len(NAMES)
    for name in NAMES:
        assert len(first[name]) != len(second[name])
        assert first[name][0] != second[name][0]
        assert len({encode(first[name]) for encode in stamp.ENCODINGS.values()}) == len(stamp.ENCODINGS)
    assert sorted(NAMES, key=first.__getitem__) == sorted(NAMES, key=second.__getitem__, reverse=True)


@pytest.mark.parametrize(
    "spoil",
    [
        str.upper,
        str.lower,
        lambda t: t[:7],
        lambda t: t.replace("&", "+"),
        lambda t: t[::1].replace(" ", "%20"),
        str.title,
    ],
)
def test_net_1_a_value_changed_on_its_way_stops_the_build(spoil) -> None:  # type: ignore[no-untyped-def]
    texts = stamp.stand_ins(NAMES)
    with pytest.raises(BuildError, match=r"setup/index\.html: 値 mail\.imap\.hostname"):
        Cutter(texts).cut("setup/index.html", f"<p>{spoil(texts['imap.hostname'])}</p>".encode())


@pytest.mark.parametrize(
    "branch",
    [
        lambda t: "long" if len(t["domain"]) > 20 else "short",
        lambda t: "first" if t["domain"] < t["imap.hostname"] else "second",
        lambda t: "Z" if t["domain"].startswith("ZQ") else "",
        lambda t: str(len(t["imap.port"])),
    ],
)
def test_net_2_a_page_that_depends_on_a_value_stops_the_build(branch) -> None:  # type: ignore[no-untyped-def]
    found = []
    for second in (False, True):
        texts = stamp.stand_ins(NAMES, second=second)
        found.append({"a.html": Cutter(texts).cut("a.html", page(texts) + branch(texts).encode())})
    with pytest.raises(BuildError, match=r"a\.html: 値によってページの形が変わります"):
        stamp.compare(*found)


def test_net_2_a_page_that_exists_for_some_values_only_stops_the_build() -> None:
    template = Template((b"x",), ())
    with pytest.raises(BuildError, match=r"b\.html"):
        stamp.compare({"a.html": template}, {"a.html": template, "b.html": template})


def test_net_4_repeated_heading_ids_stop_the_build() -> None:
    cutter = Cutter(stamp.stand_ins(NAMES))
    with pytest.raises(BuildError, match=r"a\.html: 見出しの id「x」"):
        cutter.cut("a.html", b'<h2 id="x">a</h2><h3 class="y" id="x">b</h3>')
    cutter.cut("a.html", b'<h2 id="x">a</h2><p id="x"></p>')


def test_the_same_renderings_pass() -> None:
    stamp.compare({"a": Template((b"x",), ())}, {"a": Template((b"x",), ())})
