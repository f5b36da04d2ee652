"""After pages were edited, a build that renders only those gives what a build from nothing gives, or the same error."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SEED = 20261124
#: ``mailhelp build`` that notes what each rendering was for.
DRIVER = """
import sys
from pathlib import Path
from macros import cli, render
real, log = render.templates, Path(sys.argv.pop(1))
def noted(*words, changed=None, **named):
    with log.open("a") as file:
        print(" ".join(sorted(changed.names)) if changed else "all", file=file)
    return real(*words, changed=changed, **named)
render.templates = noted
sys.exit(cli.main(sys.argv[1:]))
"""
Edit = Callable[[str], str]


def appended(text: str) -> Edit:
    return lambda page: f"{page}\n{text}\n"


def replaced(pattern: str, by: str) -> Edit:
    def edit(page: str) -> str:
        changed, count = re.subn(pattern, by, page, count=1, flags=re.M)
        assert count, pattern
        return changed

    return edit


#: Edits of a page's own text, for which it alone is rendered; then those that other pages can see; then mistakes.
OWN: dict[str, Edit] = {
    "a sentence": appended("書き足した、めずらしい文です。"),
    "a value": appended("ここは {{ mail.domain }} のヘルプです。"),
    "a branch": appended("{% if mail.offers.imap %}IMAP です。{% else %}POP です。{% endif %}"),
    "a link": appended("[設定](../setup/thunderbird.md#check)"),
    "a component": appended("{{ contact_line() }}"),
}
SEEN: dict[str, Edit] = {
    "a heading": replaced(r"^## (.+?) \{#", r"## 新しい\1 {#"),
    "a description": replaced(r"^description: ", "description: 新しい"),
    "a new heading": appended("## 増えた章 {#a-new-section}\n\n本文です。"),
    "an id in HTML": appended('<p id="new-place">場所</p>'),
}
WRONG: dict[str, Edit] = {
    "a dead link": appended("[なし](../setup/no-such-page.md)"),
    "a dead anchor": appended("[なし](../setup/thunderbird.md#no-such-anchor)"),
    "a compared value": appended('{% if mail.domain == "x.example" %}x{% endif %}'),
    "an id twice": appended("## 一 {#twice}\n\n## 二 {#twice}"),
    "an id that others lead to": replaced(r"^## (.+?) \{#make-room\}", r"## \1 {#renamed}"),
}
PAGES = ("trouble/send.md", "trouble/receive.md", "backup/phone.md", "overview/quota.md", "livemail/broken.md")


class Project:
    """A copy of the sources with one domain."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        for name in ("docs", "macros"):
            shutil.copytree(ROOT / name, self.folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("mkdocs.yml", "requirements.lock"):
            shutil.copy(ROOT / name, self.folder / name)
        (self.folder / "domains").mkdir()
        for name in ("_provider.yaml", "example.jp.yaml"):
            shutil.copy(ROOT / "domains" / name, self.folder / "domains" / name)
        self.log = folder / "log"

    def build(self, place: Path) -> dict[str, bytes] | str:
        """The site, or what was said instead; the cache is kept in the same place."""
        self.log.write_text("", encoding="utf-8")
        words = [sys.executable, "-c", DRIVER, str(self.log), "build", "--domains", "domains"]
        env = {"PYTHONPATH": str(self.folder), "MAILHELP_CACHE": str(place / "cache"), "SOURCE_DATE_EPOCH": "0"}
        place.mkdir(exist_ok=True)
        made = subprocess.run(
            [*words, "--out", str(place / "site")],
            cwd=self.folder,
            env={**os.environ, **env},
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            return str(made.stderr)
        found = (path for path in (place / "site").rglob("*") if path.is_file())
        return {path.relative_to(place / "site").as_posix(): path.read_bytes() for path in found}

    def rendered(self) -> list[str]:
        """What the renderings of the last build were for."""
        return self.log.read_text(encoding="utf-8").splitlines()


def same(one: dict[str, bytes] | str, other: dict[str, bytes] | str) -> None:
    if isinstance(one, str) or isinstance(other, str):
        assert one == other
    else:
        assert [path for path in sorted(one.keys() | other.keys()) if one.get(path) != other.get(path)] == []


@pytest.mark.slow
def test_edited_pages(tmp_path: Path) -> None:
    project = Project(tmp_path)
    chance = random.Random(SEED)
    assert isinstance(project.build(tmp_path / "kept"), dict)
    assert project.rendered() == ["all", "all"]
    kinds = [*OWN, *chance.sample([*SEEN], 3), *WRONG]
    chance.shuffle(kinds)
    for number, kind in enumerate(kinds):
        name = "overview/quota.md" if "others" in kind else chance.choice(PAGES)
        page = project.folder / "docs" / name
        before = page.read_text(encoding="utf-8")
        page.write_text({**OWN, **SEEN, **WRONG}[kind](before), encoding="utf-8")
        incremental, renderings = project.build(tmp_path / "kept"), project.rendered()
        clean = project.build(tmp_path / f"clean-{number}")
        assert isinstance(clean, str) == (kind in WRONG), (kind, name, clean)
        same(incremental, clean)
        # The page alone; where that was not enough, or wrong, all pages as well.
        assert set(renderings) == ({name} if kind in OWN else {name, "all"}), (kind, name)
        shutil.rmtree(tmp_path / f"clean-{number}")
        if kind in WRONG:
            page.write_text(before, encoding="utf-8")
