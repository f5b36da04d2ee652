"""The index that is read from the cache is the index that is read anew."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from macros import cache, catalogue, index
from macros.errors import DomainDataError

GOOD = "domain: {name}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    made = tmp_path / "domains"
    (made / "west").mkdir(parents=True)
    for name in ("a.example", "west/b.example"):
        (made / f"{name}.yaml").write_text(GOOD.format(name=Path(name).name), encoding="utf-8")
    return made


def fresh(folder: Path) -> index.Index:
    return index.of_published(catalogue.published(catalogue.load(folder)))


def plain(found: index.Index) -> dict[str, tuple[str, str, object]]:
    return {name: (unit.profile, unit.key, unit.mail) for name, unit in found.units.items()}


CHANGES: dict[str, Callable[[Path], object]] = {
    "nothing": lambda folder: None,
    "a value": lambda folder: (folder / "a.example.yaml").write_text(
        GOOD.format(name="a.example") + "display_name: 店\n"
    ),
    "a new file": lambda folder: (folder / "c.example.yaml").write_text(GOOD.format(name="c.example")),
    "an alias": lambda folder: (folder / "a.example.yaml").write_text(
        GOOD.format(name="a.example") + "aliases: [d.example]\n"
    ),
    "a file less": lambda folder: (folder / "a.example.yaml").unlink(),
    "a touched file": lambda folder: os.utime(folder / "a.example.yaml", ns=(1, 1)),
    "the provider": lambda folder: (folder / "_provider.yaml").write_bytes(
        (catalogue.OWN_DOMAINS / "_provider.yaml").read_bytes().replace(b"pop_leave_days: 14", b"pop_leave_days: 7")
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_cached_index_is_the_fresh_one(change: str, folder: Path) -> None:
    assert plain(index.load(folder)) == plain(index.load(folder)) == plain(fresh(folder))
    CHANGES[change](folder)
    assert plain(index.load(folder)) == plain(fresh(folder))
    assert plain(index.load(folder)) == plain(fresh(folder))


def test_what_is_the_same_is_not_parsed_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index.load(folder)
    (folder / "a.example.yaml").write_text(GOOD.format(name="a.example") + "display_name: 店\n", encoding="utf-8")
    read = []
    original = catalogue.Reader.read

    def noted(self: catalogue.Reader, source: catalogue.Source) -> object:
        read.append(source.name)
        return original(self, source)

    monkeypatch.setattr(catalogue.Reader, "read", noted)
    index.load(folder)
    assert read == ["a.example.yaml"]
    index.load(folder)
    assert read == ["a.example.yaml"]


@pytest.mark.parametrize(
    "text", ["domain: b.example\n", "domain: a.example\naliases: [b.example]\n", "domain: a.example\nport: 0993\n"]
)
def test_faults_are_those_of_the_catalogue(text: str, folder: Path) -> None:
    index.load(folder)
    (folder / "a.example.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DomainDataError) as cached:
        index.load(folder)
    with pytest.raises(DomainDataError) as anew:
        catalogue.load(folder)
    assert str(cached.value) == str(anew.value)


def test_keeping_going_leaves_out_what_is_faulty(folder: Path) -> None:
    (folder / "a.example.yaml").write_text("domain: a.example\nport: 0993\n", encoding="utf-8")
    found = index.load(folder, keep_going=True)
    assert list(found.units) == ["b.example"]
    assert found.broken == {"a.example"}
    assert [fault.file for fault in found.faults] == ["a.example.yaml"]
    (folder / "west" / "b.example.yaml").unlink()
    with pytest.raises(DomainDataError):
        index.load(folder, keep_going=True)


def test_a_broken_cache_costs_only_time(folder: Path, tmp_path: Path) -> None:
    before = plain(index.load(folder))
    for file in (tmp_path / "cache").iterdir():
        file.write_bytes(b"\x80broken")
    assert plain(index.load(folder)) == before
