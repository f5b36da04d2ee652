"""Rules for the Markdown sources: no value in prose, an explicit id for every heading, nothing that stamping would break."""

import itertools
import re
from pathlib import Path

import pytest
import yaml

from macros import catalogue, components
from macros.domain import SMTP_RELAY_PORT, STANDARD_PORTS

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
IDS = [p.relative_to(DOCS).as_posix() for p in PAGES]
each_page = pytest.mark.parametrize("page", PAGES, ids=IDS)

JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.S)
HEADING = re.compile(r"^(#{1,6}) +(.+?)\s*$", re.M)
HEADING_ID = re.compile(r"\{:? ?#([a-z0-9]+(?:-[a-z0-9]+)*) ?\}$")
PORTS = sorted({*STANDARD_PORTS.values(), SMTP_RELAY_PORT})
LITERALS = {
    "a URL": re.compile(r"\b(?:https?|mailto|tel):", re.I),
    "an e-mail address": re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z]"),
    "a host name": re.compile(r"\b(?:[a-z0-9-]+\.)+(?:jp|com|net|org|example|test|invalid)\b", re.I),
    "a port": re.compile(
        rf"(?<![\dA-Za-z.,-])(?:{'|'.join(map(str, PORTS))})(?![\dA-Za-z,]|\.\d| ?(?:MB|GB|KB|通|日|年|人|文字|%))"
    ),
    "the provider's limit": re.compile(r"(?<!\d)(?:100 ?M(?:B|バイト)|1 ?G(?:B|バイト))", re.I),
    "a telephone number": re.compile(r"(?<!\d)0\d{1,4}-\d{1,4}-\d{3,4}"),
}


def source(page: Path) -> tuple[dict[str, object], str]:
    text = page.read_text(encoding="utf-8")
    match = re.match(r"---\n(.*?)\n---\n(.*)", text, re.S)
    assert match, "front matter (title, description) is missing"
    return yaml.safe_load(match[1]), match[2]


@each_page
def test_front_matter_names_the_page_and_hides_nothing(page: Path) -> None:
    meta, _ = source(page)
    assert isinstance(meta.get("title"), str)
    assert isinstance(meta.get("description"), str)
    # A key of the front matter would shadow the variable of the same name.
    assert not {"mail", *components.all_components()} & set(meta)
    assert "{{" not in str(meta)


@each_page
def test_prose_holds_no_value(page: Path) -> None:
    _, body = source(page)
    # Labels and messages are the programs' words, the rest of Jinja is not prose.
    prose = JINJA.sub(" ", body)
    prose = re.sub(r"\]\([^)]*\)", "]", prose)
    found = {what: pattern.findall(prose) for what, pattern in LITERALS.items()}
    assert {what: hits for what, hits in found.items() if hits} == {}


@pytest.mark.parametrize(
    "text",
    [
        "https://example.jp",
        "a@b.jp",
        "mail.example.jp",
        "ポート 993 を",
        "587番",
        "100 MB",
        "1GB",
        "087-814-3974",
        "25 番ポート",
    ],
)
def test_the_rule_for_values_can_fail(text: str) -> None:
    assert any(pattern.search(text) for pattern in LITERALS.values())


@pytest.mark.parametrize("text", ["2 GB まで", "1993 年", "25 通", "10 GB", "110 日", "25%"])
def test_the_rule_for_values_leaves_other_numbers_alone(text: str) -> None:
    assert not any(pattern.search(text) for pattern in LITERALS.values())


@each_page
def test_every_heading_has_its_own_ascii_id_and_no_value(page: Path) -> None:
    _, body = source(page)
    body = re.sub(r"^(```|~~~).*?^\1", "", body, flags=re.S | re.M)
    headings = HEADING.findall(body)
    assert [level for level, _ in headings].count("#") == 1
    ids = []
    for _, text in headings:
        match = HEADING_ID.search(text)
        assert match, f"no explicit id: {text}"
        assert "{{" not in text, f"a value in a heading: {text}"
        ids.append(match[1])
    assert sorted(set(ids)) == sorted(ids)
    depth = [len(level) for level, _ in headings]
    assert all(b <= a + 1 for a, b in itertools.pairwise(depth)), "a heading level is left out"


@each_page
def test_values_stand_only_where_they_can_be_filled_in_later(page: Path) -> None:
    _, body = source(page)
    assert not re.search(r"`[^`\n]*\{\{[^`\n]*`", body), "a value in backticks"
    assert not re.search(r"^(```|~~~)(?:(?!^\1).)*\{\{", body, re.S | re.M), "a value in a fenced block"
    assert not re.search(r"\]\((?!\{\{ *url\()[^)]*\{\{", body), "a value in a link target"
    for expression in re.findall(r"\{\{(.*?)\}\}", body, re.S):
        assert "|" not in expression, f"a filter on a value: {expression}"
        assert "~" not in expression, f"values joined: {expression}"


@each_page
def test_steps_are_an_ordered_list(page: Path) -> None:
    _, body = source(page)
    assert body.count("{% call steps() %}") == body.count("{% endcall %}")
    for block in re.findall(r"\{% call steps\(\) %\}(.*?)\{% endcall %\}", body, re.S):
        assert re.match(r"\s*(?:\{%.*?%\}\s*)*1\. ", block), block[:80]


KEYS = {"name", "version", "checked", "method", "sources"}


def test_every_link_and_program_is_used_and_complete() -> None:
    text = "".join(p.read_text(encoding="utf-8") for p in PAGES) + "".join(
        p.read_text(encoding="utf-8") for p in (components.HERE.parent).glob("*.yaml")
    )
    for name, link in components.table("links.yaml").items():
        assert set(link) == {"url", "label", "note"}, name
        assert link["url"].startswith("https://"), name
        assert f'url("{name}")' in text, f"links.yaml: {name} is not used"
    for name, program in components.table("programs.yaml").items():
        assert {*program, *components.table("checked.yaml").get(name, {})} >= KEYS, name
        assert program["method"] in components.table("wording.yaml")["checked"], name
    for table in ("links.yaml", "programs.yaml"):
        assert list(components.table(table)) == sorted(components.table(table)), f"{table} is not sorted"


def test_no_page_names_a_sample_domain() -> None:
    names = {d.domain for d in catalogue.load(catalogue.OWN_DOMAINS).values()}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert not {name for name in names if name in text}, page
