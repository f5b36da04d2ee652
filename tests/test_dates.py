"""The dates of the pages: what git says, in one question; moves are no changes; nothing is made up."""

import os
import subprocess
from pathlib import Path

import pytest

from macros import dates

DAY = 86_400
EPOCH = str(1_000 * DAY)


def git(root: Path, *words: str, day: int = 0) -> None:
    when = f"@{day * DAY + 7} +0000"
    who = {f"GIT_{role}_{what}": "a@b.example" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    env = {**os.environ, **who, "GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when, "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", *words], cwd=root, env=env, check=True, capture_output=True)


def commit(root: Path, day: int) -> None:
    git(root, "add", "--all")
    git(root, "commit", "-m", "a change\n\nof two lines", day=day)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "docs" / "設定").mkdir(parents=True)
    git(tmp_path, "init", "--quiet", str(root))
    for name in ("same", "changed", "moved", "deleted", "設定/a b"):
        (root / "docs" / f"{name}.md").write_text(f"# {name}\n\nA text that is long enough.\n", encoding="utf-8")
    commit(root, 1)
    (root / "docs" / "changed.md").write_text("another", encoding="utf-8")
    commit(root, 2)
    (root / "docs" / "moved.md").rename(root / "docs" / "設定" / "here.md")
    (root / "docs" / "deleted.md").unlink()
    commit(root, 3)
    (root / "docs" / "設定" / "new.md").write_text("not committed", encoding="utf-8")
    return root


def day(number: str | int) -> str:
    return f"1970-01-0{int(number) + 1}" if number else ""


def test_the_last_change_counts_and_a_move_is_none(project: Path) -> None:
    assert dates.read(project, EPOCH) == {
        "changed.md": day(2),
        "same.md": day(1),
        "設定/a b.md": day(1),
        "設定/here.md": day(1),
        "設定/new.md": "1972-09-27",
    }


def test_where_git_does_not_know_nothing_is_made_up(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert dates.read(project, "")["設定/new.md"] == ""
    monkeypatch.setenv("PATH", "")
    assert set(dates.read(project, EPOCH).values()) == {"1972-09-27"}


def test_a_shallow_clone_knows_only_what_it_holds(project: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--depth", "2", project.as_uri(), "shallow")
    assert dates.read(tmp_path / "shallow", "") == {
        "changed.md": "",
        "same.md": "",
        "設定/a b.md": "",
        "設定/here.md": "",
    }
    (project / "docs" / "same.md").write_text("now", encoding="utf-8")
    commit(project, 4)
    git(tmp_path, "clone", "--quiet", "--depth", "2", project.as_uri(), "again")
    assert dates.read(tmp_path / "again", "")["same.md"] == day(4)


def test_a_project_inside_a_larger_repository(project: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    whole.mkdir()
    git(tmp_path, "init", "--quiet", str(whole))
    (project / "docs").rename(project.parent / "docs-kept")
    (whole / "help").mkdir()
    (project.parent / "docs-kept").rename(whole / "help" / "docs")
    commit(whole, 5)
    assert set(dates.read(whole / "help", "").values()) == {day(5)}
