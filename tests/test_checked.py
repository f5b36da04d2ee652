"""「この版で確認しました」: from the run, shown as old when it is old, the same bytes on every day."""

from __future__ import annotations

import datetime
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from e2e import matrix
from selectolax.lexbor import LexborHTMLParser

from macros import cli, components, dates, render, view
from macros.components import checked
from macros.domain import MailDomain
from macros.errors import PageError

DAY = datetime.date(2026, 11, 23)
PAGE = '---\ntitle: 題\ncheck_days: 365\n---\n\n{{ checked("thunderbird", check_days) }}\n'


def at(day: datetime.date, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the build believe that the last commit is of this day."""
    noon = datetime.datetime.combine(day, datetime.time(12), datetime.UTC)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(noon.timestamp())))


def recorded() -> datetime.date:
    """The day that the run wrote for Thunderbird."""
    day = checked.entry("thunderbird")["checked"]
    assert isinstance(day, datetime.date)
    return day


def test_today_is_the_day_of_the_last_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    at(DAY, monkeypatch)
    assert dates.today() == DAY
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    seconds = subprocess.run(["git", "log", "-1", "--format=%ct"], capture_output=True, text=True, check=True).stdout
    assert dates.today() == datetime.datetime.fromtimestamp(int(seconds), datetime.UTC).date()


def test_what_the_run_tries_is_written_by_the_run_alone() -> None:
    programs = components.table("programs.yaml")
    assert set(components.table("checked.yaml")) == {n for n, p in programs.items() if p["method"] == "実機"}
    for name in components.table("checked.yaml"):
        assert not {"version", "checked"} & set(programs[name]), f"programs.yaml: {name} is written by make e2e"


@pytest.mark.parametrize(("later", "old"), [(0, False), (365, False), (366, True), (4000, True)])
def test_readers_see_that_a_check_is_old(
    later: int, old: bool, domains: dict[str, MailDomain], monkeypatch: pytest.MonkeyPatch
) -> None:
    at(recorded() + datetime.timedelta(days=later), monkeypatch)
    html = components.bound(view.view(domains["example.jp"]))["checked"]("thunderbird", 365)
    assert str(recorded()) in html
    assert checked.entry("thunderbird")["version"] in html
    assert ("この確認から時間がたっています" in html) is old


def test_without_a_day_nothing_is_called_old(domains: dict[str, MailDomain], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checked, "today", lambda: None)
    assert "時間がたって" not in components.bound(view.view(domains["example.jp"]))["checked"]("thunderbird", 0)
    assert checked.old_checks() == []


def test_a_limit_must_be_a_number(domains: dict[str, MailDomain]) -> None:
    with pytest.raises(PageError, match="check_days"):
        components.bound(view.view(domains["example.jp"]))["checked"]("thunderbird", "1年")


@pytest.mark.parametrize("later", [365, 366])
def test_old_checks_are_found_by_page(later: int, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(PAGE, encoding="utf-8")
    (tmp_path / "b.md").write_text(PAGE.replace("365", "9999"), encoding="utf-8")
    (tmp_path / "c.md").write_text("---\ntitle: 題\n---\n", encoding="utf-8")
    found = checked.old_checks(tmp_path, recorded() + datetime.timedelta(days=later))
    assert [old.page.name for old in found] == (["a.md"] if later > 365 else [])


@pytest.mark.parametrize("github", [True, False])
def test_the_command_warns_and_goes_on(
    github: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    if github:
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
    at(recorded() + datetime.timedelta(days=366), monkeypatch)
    assert cli.main(["check"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if "docs/setup/thunderbird.md" in line]
    start = "::warning file=docs/setup/thunderbird.md::" if github else ""
    assert len(lines) == 1
    assert lines[0].startswith(start + "docs/setup/thunderbird.md: Thunderbird を確認した日")
    at(recorded(), monkeypatch)
    assert cli.main(["check"]) == 0
    assert "docs/" not in capsys.readouterr().out


def test_every_client_page_has_its_limit() -> None:
    for page in checked.DOCS.rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        front = checked.FRONT_MATTER.match(text)
        assert front
        limit = re.search(r"^check_days: \d+$", front[1], re.M)
        calls = re.findall(r"\{\{ checked\(.*", text)
        assert bool(calls) == bool(limit), page
        assert bool(calls) >= ("\nprogram: " in front[1]), page
        assert len(checked.CALL.findall(text)) == len(calls), page


@pytest.mark.slow
def test_a_built_page_shows_it(
    domains: dict[str, MailDomain], built_site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(recorded() + datetime.timedelta(days=366), monkeypatch)
    name = "setup/thunderbird/index.html"
    later = render.rendered(view.view(domains["example.jp"])).copy[name]
    for html, wanted in ((later, 1), ((built_site / "example.jp" / name).read_bytes(), 0)):
        page = LexborHTMLParser(html)
        assert len(page.css(".mh-checked")) == 1
        assert len(page.css(".mh-checked--old strong")) == wanted


def test_the_run_records_its_version_and_compares_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    file = tmp_path / "checked.yaml"
    matrix.record_check({"153.7.0 ESR"}, file)
    written = yaml.safe_load(file.read_text(encoding="utf-8"))["thunderbird"]
    assert written["version"] == "153.7.0 ESR"
    assert isinstance(written["checked"], datetime.date)
    assert "同じ版です" in matrix.compare_check({"153.7.0 ESR"}, file)
    assert "153.8.0 ESR で合格しました" in matrix.compare_check({"153.8.0 ESR"}, file)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert matrix.compare_check({"153.8.0 ESR"}, file).startswith("::warning file=")
    with pytest.raises(ValueError, match="too many"):  # two versions in one run: nothing to record
        matrix.record_check({"153.7.0 ESR", "153.8.0 ESR"}, file)


def test_the_records_file_is_as_the_run_writes_it() -> None:
    assert (components.HERE.parent / "checked.yaml").read_text(encoding="utf-8").startswith(matrix.HEADER)
