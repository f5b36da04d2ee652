"""Publishing: what is written equals a clean build whatever was there, and the site is the old one or the new one."""

from __future__ import annotations

import dataclasses
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from macros import index, publish, skeleton, sources, stamp, tree, view
from macros.domain import MailDomain
from macros.errors import BuildError, Fault

Pages = dict[str, str]
NAMES = ("loytem.com", "a.example", "b.example", "c.example")


def silent(items: Any, total: int, unit: str) -> Any:
    return items


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


class Little:
    """Stands for MkDocs: a few tiny pages, each with one value. ``pages``: text by path."""

    def __init__(self) -> None:
        self.pages: Pages = {"index.html": "one"}

    def made(self, names: Any) -> stamp.Skeleton:
        texts = stamp.stand_ins(names)
        cutter = stamp.Cutter(texts)
        pages = {path: f"{text} {view.escape(texts['display_name'])}" for path, text in self.pages.items()}
        templates = {path: cutter.cut(path, text.encode()) for path, text in pages.items()}
        templates[skeleton.OWN_SEARCH] = cutter.cut(skeleton.OWN_SEARCH, b"{}")
        return stamp.Skeleton(templates, {"assets/search/index.json": b"shared"})

    def prepare(self, wanted: Any, root: Any, progress: Any) -> Any:
        cutter = stamp.Cutter(stamp.stand_ins(["display_name"]))
        pages = {path: cutter.cut(path, text.encode()) for path, text in {"404.html": "no", **self.pages}.items()}
        return {key: self.made(names) for key, (_, names) in wanted.items()}, lambda: stamp.Skeleton(pages)


@pytest.fixture
def little() -> Iterator[Little]:
    fake = Little()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(skeleton, "prepare", fake.prepare)
        patch.setattr(sources, "digest", lambda: repr(fake.pages))
        yield fake


@pytest.fixture
def base(domains: dict[str, MailDomain]) -> MailDomain:
    return domains["example.jp"]


def named(base: MailDomain, names: dict[str, str]) -> dict[str, MailDomain]:
    return {name: dataclasses.replace(base, domain=name, display_name=shown) for name, shown in names.items()}


EDITS = st.one_of(
    st.tuples(st.just("name"), st.sampled_from(NAMES[1:]), st.sampled_from(["店", "A & B", "x"])),
    st.tuples(st.just("remove"), st.sampled_from(NAMES[1:]), st.just("")),
    st.tuples(
        st.just("page"),
        st.sampled_from(["index.html", "a/index.html", "b/c/index.html"]),
        st.sampled_from(["1", "2", ""]),
    ),
    st.tuples(
        st.just("spoil"), st.sampled_from(["index.html", "a.example/index.html", "b.example/x/y", "x/y"]), st.just("")
    ),
    st.tuples(st.just("lose"), st.sampled_from(["index.html", "a.example", "b.example/index.html"]), st.just("")),
)


def edited(edit: tuple[str, str, str], shops: dict[str, str], pages: Pages, out: Path) -> None:
    what, where, text = edit
    if what == "name":
        shops[where] = text
    elif what == "remove":
        shops.pop(where, None)
    elif what == "page":
        if text:
            pages[where] = text
        elif where != "index.html":
            pages.pop(where, None)
    elif what == "spoil" and not (out / where).is_dir():
        (out / where).parent.mkdir(parents=True, exist_ok=True)
        (out / where).write_bytes(b"by hand")
    elif what == "lose" and (out / where).exists():
        shutil.rmtree(out / where) if (out / where).is_dir() else (out / where).unlink()


@settings(max_examples=40)
@given(edits=st.lists(st.lists(EDITS, max_size=3), min_size=1, max_size=5))
def test_any_sequence_of_changes_gives_what_a_clean_build_gives(
    edits: list[list[tuple[str, str, str]]], domains: dict[str, MailDomain]
) -> None:
    fake = Little()
    with TemporaryDirectory() as work, pytest.MonkeyPatch.context() as patch:
        patch.setattr(skeleton, "prepare", fake.prepare)
        patch.setattr(sources, "digest", lambda: repr(fake.pages))
        out, shops = Path(work) / "site", {"loytem.com": "L", "a.example": "A"}
        for number, step in enumerate([[], *edits]):
            for edit in step:
                edited(edit, shops, fake.pages, out)
            mails = named(domains["example.jp"], shops)
            publish.publish(mails, out, silent)
            clean = Path(work) / f"clean{number}"
            publish.publish(mails, clean, silent)
            assert contents(out) == contents(clean)


def test_what_has_not_changed_is_not_written(little: Little, base: MailDomain, tmp_path: Path) -> None:
    shops = {name: name for name in NAMES}
    out = tmp_path / "site"
    for _ in range(2):
        publish.publish(named(base, shops), out, silent)
    before = tree.scan(tmp_path / ".site.build" / "next")
    report = publish.publish(named(base, shops), out, silent)
    assert (report.domains, report.written) == (4, 0)
    assert tree.scan(out) == before
    before = tree.scan(tmp_path / ".site.build" / "next")
    report = publish.publish(named(base, {**shops, "b.example": "new"}), out, silent)
    assert report.written == 1
    changed = {path for path, stat in tree.scan(out).items() if before.get(path) != stat}
    assert changed == {p for p in changed if p.startswith("b.example/")} != set()


def test_one_changed_page_rewrites_that_page_only(little: Little, base: MailDomain, tmp_path: Path) -> None:
    little.pages = {"index.html": "one", "a/index.html": "two"}
    shops, out = {name: name for name in NAMES}, tmp_path / "site"
    for _ in range(2):
        publish.publish(named(base, shops), out, silent)
    before = tree.scan(tmp_path / ".site.build" / "next")
    little.pages["a/index.html"] = "three"
    publish.publish(named(base, shops), out, silent)
    changed = {path for path, stat in tree.scan(out).items() if before.get(path) != stat}
    assert changed == {"a/index.html", *(f"{name}/a/index.html" for name in NAMES)}


def test_parts_together_are_the_whole(little: Little, base: MailDomain, tmp_path: Path) -> None:
    mails = named(base, {f"shop{i}.example": f"{i}" for i in range(20)})
    publish.publish(mails, tmp_path / "whole", silent)
    together: dict[str, bytes] = {}
    for number in range(1, 4):
        part = tmp_path / f"part{number}"
        publish.publish(mails, part, silent, shard=publish.Shard(number, 3))
        files = contents(part)
        del files[publish.MARK]
        assert not together.keys() & files.keys()
        together |= files
    whole = contents(tmp_path / "whole")
    del whole[publish.MARK]
    assert together == whole


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "a/b", "1/0", "-1/2", "1/2/3", "①/2"])
def test_a_part_that_cannot_be(text: str) -> None:
    with pytest.raises(BuildError, match="--shard"):
        publish.Shard.parse(text)


def fail(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
    "where", ["macros.tree._write", "macros.tree.os.replace", "macros.tree.exchange", "macros.publish.State.save"]
)
def test_a_full_disk_leaves_the_site_as_it_was(where: str, little: Little, base: MailDomain, tmp_path: Path) -> None:
    out, shops = tmp_path / "site", {name: name for name in NAMES}
    for _ in range(2):
        publish.publish(named(base, shops), out, silent)
    before = contents(out)
    little.pages["index.html"] = "two"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(where, fail)
        with pytest.raises(BuildError, match="公開中のサイトは変わっていません"):
            publish.publish(named(base, shops), out, silent)
    assert contents(out) == before
    publish.publish(named(base, shops), out, silent)
    assert (out / "a.example" / "index.html").read_text() == "two a.example"


def test_two_builds_at_once_do_not_mix(little: Little, base: MailDomain, tmp_path: Path) -> None:
    out = tmp_path / "site"
    with publish.Place(out).locked(), pytest.raises(BuildError, match="ほかの mailhelp build"):
        publish.publish(named(base, {"loytem.com": "L"}), out, silent)
    publish.publish(named(base, {"loytem.com": "L"}), out, silent)


def test_a_folder_of_somebody_else_is_not_touched(little: Little, base: MailDomain, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(BuildError, match="別の出力先"):
        publish.publish(named(base, {"loytem.com": "L"}), tmp_path, silent)
    assert contents(tmp_path) == {"letter.txt": b"mine"}


def test_with_faults_the_others_go_on_and_the_faulty_stay(little: Little, base: MailDomain, tmp_path: Path) -> None:
    out, shops = tmp_path / "site", {name: name for name in NAMES}
    publish.publish(named(base, shops), out, silent)
    old = contents(out / "b.example")
    del shops["b.example"]
    little.pages["index.html"] = "two"
    good = index.of_published(named(base, shops))
    faulty = index.Index(good.units, (Fault("b.example.yaml", "", "x", "y"),), frozenset({"b.example"}))
    for _ in range(2):
        report = publish.publish_index(faulty, out, silent)
        assert report.kept == ("b.example",)
        assert contents(out / "b.example") == old
        assert (out / "a.example" / "index.html").read_text() == "two a.example"
    publish.publish_index(good, out, silent)
    assert not (out / "b.example").exists()


def test_state_is_never_published(little: Little, base: MailDomain, tmp_path: Path) -> None:
    publish.publish(named(base, {"loytem.com": "L", "a.example": "A"}), tmp_path / "site", silent)
    assert [
        p for p, data in contents(tmp_path / "site").items() if b"a.example" in data and not p.startswith("a.example/")
    ] == []
