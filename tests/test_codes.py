"""Codes said on the telephone are promises: every section has one, none is lost, each leads somewhere."""

import subprocess
from pathlib import Path

import markdown
import pytest
from selectolax.lexbor import LexborHTMLParser

from macros import codes, components, view
from macros.codes import Registry, Section
from macros.components.codes import UNLISTED, redirect_pages
from macros.domain import MailDomain
from macros.errors import BuildError

ROOT = Path(__file__).resolve().parent.parent
PAGE = Section("setup/a.md", "a", 1, "題")
SECTION = Section("setup/a.md", "one", 2, "一")
GOOD = Registry({"A-1": "setup/a.md", "A-2": "setup/a.md#one"})


def git(*args: str) -> str:
    return subprocess.run(["git", *args], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_every_section_has_a_code_and_every_code_leads_to_a_section() -> None:
    assert codes.faults(codes.load(), codes.sections()) == []


def test_the_file_is_as_the_command_writes_it() -> None:
    assert codes.REGISTRY.read_text(encoding="utf-8") == codes.written(codes.load())


def test_nothing_ever_published_has_disappeared(tmp_path: Path) -> None:
    """Every version of the registry in the history: its codes still exist, its places are places of today or moved."""
    now = codes.load()
    path = codes.REGISTRY.relative_to(ROOT).as_posix()
    for commit in git("log", "--format=%H", "--", path).split():
        file = tmp_path / "then.yaml"
        file.write_text(git("show", f"{commit}:{path}"), encoding="utf-8")
        codes.load.cache_clear()
        then = codes.load(file)
        assert set(then.codes) <= set(now.codes), commit
        assert set(then.by_place) <= {*now.by_place, *now.moved}, commit
        for place, code in then.by_place.items():
            assert now.codes[code] == place or place in now.moved, (commit, code)


def test_first_headings_tell_the_pages_apart() -> None:
    first = [s.id for s in codes.sections() if s.level == 1]
    assert sorted(set(first)) == sorted(first)


@pytest.mark.parametrize(
    ("registry", "said"),
    [
        (Registry({"A-1": "setup/a.md"}), "setup/a.md#one: コードがありません"),
        (Registry({**GOOD.codes, "A-3": "setup/a.md#gone"}), "A-3: setup/a.md#gone がありません"),
        (Registry({**GOOD.codes, "A-4": "A-1"}), "A-3: 台帳から消えています"),
        (Registry({**GOOD.codes, "A-3": "A-9"}), "A-3: 代わりのコード A-9"),
        (Registry({**GOOD.codes, "A-3": "A-4", "A-4": "A-3"}), "A-3: 代わりのコード A-4"),
        (Registry({**GOOD.codes, "A-3": "setup/a.md"}), "setup/a.md: コードが 2 つあります(A-1、A-3)"),
        (Registry({**GOOD.codes, "a3": "A-1"}), "a3: コードの形"),
        (Registry(GOOD.codes, {"setup/a.md#one": "A-1"}), "moved の setup/a.md#one は、まだあります"),
        (Registry(GOOD.codes, {"setup/old.md": "A-7"}), "moved の setup/old.md: 代わりのコード A-7"),
    ],
)
def test_each_broken_promise_is_named(registry: Registry, said: str) -> None:
    assert codes.faults(GOOD, [PAGE, SECTION]) == []
    assert said in "\n".join(codes.faults(registry, [PAGE, SECTION]))


def test_new_sections_get_the_next_number_and_nothing_is_renumbered() -> None:
    new = Section("setup/a.md", "zero", 2, "零")
    other = Section("trouble/b.md", "b", 1, "困")
    retired = Registry({**GOOD.codes, "A-3": "A-1"})
    assert codes.extended(retired, [PAGE, new, SECTION, other]).codes == {
        **retired.codes,
        "A-4": "setup/a.md#zero",
        "T-1": "trouble/b.md",
    }


def test_a_moved_section_keeps_its_code_and_its_old_place() -> None:
    page = next(s.place for s in codes.sections() if s.level == 1)
    registry = codes.moved(GOOD, "setup/a.md#one", page)
    assert (registry.codes["A-2"], registry.moved) == (page, {"setup/a.md#one": "A-2"})
    assert registry.resolve("A-2") == page
    merged = codes.moved(GOOD, "setup/a.md#one", "A-1")
    assert merged.resolve("A-2") == "setup/a.md"
    assert merged.by_place == {"setup/a.md": "A-1"}
    with pytest.raises(BuildError, match=r"nowhere\.md"):
        codes.moved(GOOD, "setup/nowhere.md", "A-1")
    with pytest.raises(BuildError, match="A-77"):
        codes.moved(GOOD, "setup/a.md", "A-77")


def test_the_command_writes_what_is_missing_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "codes.yaml"
    every = codes.update(file=file)
    assert len(every) == len(codes.sections())
    first = file.read_bytes()
    assert codes.update(file=file) == []
    assert file.read_bytes() == first
    file.write_text(first.decode().replace("  A-1: setup/index.md\n", "  A-1: setup/gone.md\n"), encoding="utf-8")
    broken = file.read_bytes()
    with pytest.raises(BuildError, match=r"A-1: setup/gone\.md がありません"):
        codes.update(file=file)
    assert file.read_bytes() == broken


def test_a_code_written_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "codes.yaml"
    file.write_text("codes:\n  A-1: setup/a.md\n  A-1: setup/b.md\n", encoding="utf-8")
    with pytest.raises(BuildError, match="同じ項目は 1 回だけ"):
        codes.load(file)


def test_the_code_stands_in_the_heading_and_not_in_the_table_of_contents() -> None:
    md = markdown.Markdown(extensions=["attr_list", "toc", "macros.heading_codes"])
    html = md.convert("# 題 {#thunderbird}\n\n## 自動で **設定** {#automatic}\n\n## 知らない {#unknown}\n")
    code = codes.by_heading()["setup/thunderbird.md", "automatic"]
    assert f'</strong> <small data-search-exclude="">{code}</small></' in html
    assert html.count("<small") == 2
    assert [t["name"] for t in md.toc_tokens[0]["children"]] == ["自動で 設定", "知らない"]  # type: ignore[attr-defined]


def test_a_page_that_is_no_more_leads_on() -> None:
    registry = Registry(
        {"A-1": "setup/index.md#choose", "A-2": "A-1"},
        {"setup/old.md": "A-2", "setup/old.md#part": "A-1", "top.md": "A-1"},
    )
    pages = redirect_pages(registry)
    assert set(pages) == {"setup/old/index.html", "top/index.html"}
    assert 'content="0; url=../../setup/#choose"' in pages["setup/old/index.html"]
    assert '<a href="../setup/#choose">' in pages["top/index.html"]
    # A section that left a page which is still there needs no page of its own: /go/ tells scripts where it went.
    assert redirect_pages(Registry(registry.codes, {"setup/index.md#gone": "A-1"})) == {}


def test_the_list_holds_every_code_of_the_navigation_and_the_retired_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = codes.load()
    retired = Registry({**registry.codes, "A-900": "A-2"}, {"setup/index.md#gone": "A-900"})
    monkeypatch.setattr(codes, "load", lambda: retired)
    page = LexborHTMLParser(components.all_components()["code_list"](None))
    links = {a.text().split(" ")[0]: a.attributes["href"] for a in page.css("a") if a.text()}
    listed = {c for c, place in registry.codes.items() if place.partition("#")[0] not in UNLISTED}
    assert set(links) == {*listed, "A-900"}
    assert links["A-900"] == links["A-2"] == "../setup/#choose"
    moved = page.css_first("[data-moved]")
    assert moved is not None
    assert (moved.attributes["data-moved"], moved.attributes["href"]) == ("setup/#gone", "../setup/#choose")


def test_replies_name_only_values_and_sections_that_exist(domains: dict[str, MailDomain]) -> None:
    places = codes.load().by_place
    for item in components.table("replies.yaml")["situations"]:
        assert set(item) == {"id", "title", "place", "text"}
        assert item["place"] in places
    for mail in domains.values():
        html = LexborHTMLParser(components.bound(view.view(mail))["support_replies"]())
        texts = [node.text() for node in html.css("[data-reply] p")]
        assert len(texts) == len(components.table("replies.yaml")["situations"])
        for text in texts:
            assert "{" not in text
            assert "&" not in text.replace(mail.support.company, "").replace(mail.display_name, "")
        common = {node.attributes["data-common"]: node.text() for node in html.css("[data-common]")}
        assert mail.support.phone in common["closing"] and mail.support.company in common["opening"]
        assert all(s.hostname in common["servers"] and str(s.port) in common["servers"] for s in mail.servers[:1])
        here = {node.attributes["data-common-here"] for node in html.css("[data-common-here]")}
        assert here == {"servers"} <= common.keys()
