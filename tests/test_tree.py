"""Folders hold exactly what they were asked to hold, and what is the same is not touched."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros import tree

NAMES = st.sampled_from(["a", "b", "c.html", "d"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)


def without_conflicts(files: dict[str, bytes]) -> dict[str, bytes]:
    """Nothing is a file and a folder at once."""
    return {p: data for p, data in files.items() if not any(other.startswith(p + "/") for other in files)}


TREES = st.dictionaries(PATHS, st.binary(max_size=8), max_size=8).map(without_conflicts)


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@given(TREES, TREES)
def test_any_tree_becomes_any_other(before: dict[str, bytes], after: dict[str, bytes]) -> None:
    with TemporaryDirectory() as work:
        folder = Path(work)
        tree.update(folder, before.items(), {})
        assert contents(folder) == before
        inodes = {path: (folder / path).stat().st_ino for path in before}
        stats = tree.update(folder, after.items(), tree.scan(folder))
        assert contents(folder) == after
        assert stats == tree.scan(folder)
        same = {path for path in after if before.get(path) == after[path]}
        assert {path: (folder / path).stat().st_ino for path in same} == {path: inodes[path] for path in same}
        # No empty folder is left behind.
        assert {p for p in folder.rglob("*") if p.is_dir()} == {
            folder / q for p in after for q in Path(p).parents if q != Path()
        }


@given(TREES, TREES)
def test_some_files_are_brought_up_to_date_without_a_look_at_the_others(
    before: dict[str, bytes], after: dict[str, bytes]
) -> None:
    if without_conflicts({**before, **after}) != {**before, **after}:
        return
    with TemporaryDirectory() as work:
        folder = Path(work)
        whole = tree.update(folder, before.items(), {})
        gone = sorted(before)[::2]
        found = tree.look(folder, [*after, *gone])
        assert found.items() <= whole.items()
        stats = tree.update(folder, after.items(), found)
        assert contents(folder) == {p: data for p, data in before.items() if p not in gone} | after
        assert tree.signature(stats, tree.signature(whole), found) == tree.signature(tree.scan(folder))


@given(st.dictionaries(PATHS, st.tuples(st.integers(0, 2**40), st.integers(0, 2**62)), min_size=1), st.data())
def test_every_change_of_a_file_changes_the_signature(stats: dict[str, tuple[int, int]], data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(stats)))
    size, time = stats[path]
    others = {p: s for p, s in stats.items() if p != path}
    signatures = [
        tree.signature(s)
        for s in (stats, others, {**others, path: (size + 1, time)}, {**others, path: (size, time + 1)})
    ]
    assert len({*signatures}) == 4


def test_a_link_is_replaced_and_what_it_leads_to_is_not(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"mine")
    site = tmp_path / "site"
    site.mkdir()
    (site / "page").symlink_to(tmp_path / "elsewhere")
    tree.update(site, [("page", b"ours")], tree.scan(site))
    assert (tmp_path / "elsewhere").read_bytes() == b"mine"
    assert (site / "page").read_bytes() == b"ours"
    assert not (site / "page").is_symlink()


def test_a_link_to_a_folder_is_replaced_and_nothing_is_written_through_it(tmp_path: Path) -> None:
    elsewhere, site = tmp_path / "elsewhere", tmp_path / "site"
    elsewhere.mkdir()
    site.mkdir()
    (site / "setup").symlink_to(elsewhere)
    stats = tree.update(site, [("setup/page", b"ours")], tree.scan(site))
    assert list(elsewhere.iterdir()) == []
    assert contents(site) == {"setup/page": b"ours"}
    assert stats == tree.scan(site)


def test_room_is_made_inside_only(tmp_path: Path) -> None:
    """The way to the site may lead through a link; what stands in the way inside, or in place of a copy, goes."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "www").symlink_to(tmp_path / "disk")
    copy = tmp_path / "www" / "new" / "shop.example"
    tree.update(copy, [("a/page", b"1")], {})
    tree.update(copy, [("a/page/page", b"2")], {})
    assert (tmp_path / "www").is_symlink()
    assert contents(copy) == {"a/page/page": b"2"}
    copy.rename(tmp_path / "away")
    copy.symlink_to(tmp_path / "away")
    tree.update(copy, [("a/page", b"3")], {})
    assert contents(copy) == {"a/page": b"3"}
    assert contents(tmp_path / "away") == {"a/page/page": b"2"}


@pytest.mark.parametrize("change", ["content", "new", "gone", "touched"])
def test_the_signature_sees(change: str, tmp_path: Path) -> None:
    tree.update(tmp_path, {"x/a": b"1", "x/b": b"2"}.items(), {})
    before = tree.signature(tree.scan(tmp_path))
    assert before == tree.signature(tree.scan(tmp_path))
    if change == "content":
        (tmp_path / "x/a").write_bytes(b"9")
    elif change == "new":
        (tmp_path / "x/c").write_bytes(b"")
    elif change == "gone":
        (tmp_path / "x/b").unlink()
    else:
        os.utime(tmp_path / "x/a", ns=(1, 1))
    assert tree.signature(tree.scan(tmp_path)) != before


def test_a_reader_keeps_the_whole_old_file(tmp_path: Path) -> None:
    tree.update(tmp_path, [("page", b"old" * 1000)], {})
    with (tmp_path / "page").open("rb") as reader:
        assert reader.read(3) == b"old"
        tree.update(tmp_path, [("page", b"new" * 1000)], tree.scan(tmp_path))
        assert reader.read() == b"old" * 999


def test_a_full_disk_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    calls = []

    def full(file: int, data: bytes) -> int:
        calls.append(len(data))
        if len(calls) > 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(file, data[:2])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space left"):
        tree.update(tmp_path, [("page", b"12345")], {})
    assert calls == [5, 3]


@pytest.mark.parametrize("atomic", [True, False])
def test_exchange(atomic: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not atomic:
        monkeypatch.setattr("macros.tree.ctypes.CDLL", lambda *_, **__: object())
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "is").write_text(name)
    tree.exchange(tmp_path / "one", tmp_path / "other")
    assert (tmp_path / "one" / "is").read_text() == "other"
    assert (tmp_path / "other" / "is").read_text() == "one"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one", "other"]
