"""Structure may be branched on, values may only be printed, and what is printed means the same after Markdown."""

import html
import operator
from collections.abc import Callable
from typing import Any

import markdown
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from macros import view
from macros.domain import MailDomain
from macros.errors import PageError
from macros.view import Value

EXTENSIONS = [
    "admonition",
    "attr_list",
    "md_in_html",
    "tables",
    "toc",
    "pymdownx.details",
    "pymdownx.superfences",
    "pymdownx.tabbed",
]
ONE_LINE = (
    st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Co", "Cn")), min_size=1, max_size=30)
    .map(str.strip)
    .filter(bool)
)
AWKWARD = [
    "_info_@x.example",
    "a*b*c",
    "`x`",
    "==x==",
    "~~x~~",
    "x^2^",
    "[x](y)",
    "![x](y)",
    "{: #x }",
    "{{ x }}",
    "<b>x</b>",
    "&copy;",
    "\\*",
    "| a | b |",
    "# x",
    "- x",
    "1. x",
    "+ x",
    "> x",
    "***",
    "===",
    ": x",
    "[TOC]",
    "!!! note",
    "??? x",
    "```",
    "POP 工房",
    "𠮷野家",
    "A & B",
    "\"q\" 'q'",
    "$x$",
    "[^1]",
    "*[x]: y",
    "1)",
]


def shown(markdown_text: str) -> str:
    page = markdown.markdown(markdown_text, extensions=EXTENSIONS)
    body = LexborHTMLParser(page).body
    assert body is not None
    return body.text().strip()


@given(ONE_LINE)
@example("a  b")
@pytest.mark.parametrize("around", ["{}", "x {} y", "- {}", "> {}", "**{}**", "「{}」"])
def test_markdown_prints_the_value_as_it_is(around: str, text: str) -> None:
    printed = shown(around.replace("{}", view.escape(text)))
    wanted = {"- {}": text, "> {}": text, "**{}**": text}.get(around, around.replace("{}", text))
    assert " ".join(printed.split()) == " ".join(wanted.split())


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_values_in_a_sentence_a_cell_and_an_attribute(text: str) -> None:
    assert shown(view.escape(text)) == text
    table = markdown.markdown(f"| a | b |\n|---|---|\n| {view.escape(text)} | z |\n", extensions=EXTENSIONS)
    cells = [cell.text() for cell in LexborHTMLParser(table).css("td")]
    assert cells == [text, "z"]
    raw = markdown.markdown(
        f'<p><code data-x="{view.escape(text)}">{view.escape(text)}</code></p>', extensions=EXTENSIONS
    )
    node = LexborHTMLParser(raw).css_first("code")
    assert node is not None
    assert (node.attributes["data-x"], node.text()) == (text, text)


@given(ONE_LINE)
def test_escaping_is_html_that_says_the_same(text: str) -> None:
    assert html.unescape(view.escape(text)) == text
    assert not set(view.escape(text)) & set("<>\"'{}|*_`")


@pytest.mark.parametrize(
    "text", ["993", "mail.example.jp", "info@example.jp", "https://example.jp/", "xn--wgv71a119e.jp"]
)
def test_plain_values_stay_readable_in_the_source(text: str) -> None:
    assert view.escape(text) == text


@pytest.mark.parametrize(
    "use",
    [
        lambda v: v == "x",
        lambda v: v != "x",
        lambda v: v < "x",
        lambda v: v + "x",
        lambda v: "x" + v,
        lambda v: v * 2,
        lambda v: v % 2,
        lambda v: "x" in v,
        lambda v: v[0],
        lambda v: f"{v:>10}",
        len,
        hash,
        bool,
        iter,
        int,
        float,
        sorted,
        list,
        operator.index,
        reversed,
    ],
)
def test_a_value_can_only_be_printed(use: Callable[[Any], Any]) -> None:
    with pytest.raises(PageError, match=r"mail\.imap\.hostname"):
        use(Value("imap.hostname", "x"))


def test_printing_works_in_every_way_that_jinja_prints() -> None:
    value = Value("x", "A & B")
    assert str(value) == f"{value}" == value.__html__() == "A &#38; B"


def test_value_names_depend_on_the_profile_alone(domains: dict[str, MailDomain]) -> None:
    names: dict[view.Profile, set[str]] = {}
    for mail in domains.values():
        assert names.setdefault(view.profile(mail), set(view.values(mail))) == set(view.values(mail))
    assert len(names) > 5


def test_the_view_has_every_value_of_its_domain(domains: dict[str, MailDomain]) -> None:
    mail = domains["salon.example"]
    seen = view.view(mail)
    assert str(seen.imap.hostname) == "imap.salon.example"
    assert str(seen.pop3.port) == "995"
    assert str(seen.smtp.username) == "アカウント名@salon.example"
    assert str(seen.mailbox_size) == "5 GB"
    assert str(seen.attachment_limit) == "18 MB"
    assert html.unescape(str(seen.webmail_url)) == mail.webmail_url
    assert str(seen.support.phone_link) == "tel:0870000000"
    assert (seen.offers.imap, seen.offers.pop3, seen.offers.webmail) == (True, True, True)


def test_names_that_do_not_exist_are_errors(domains: dict[str, MailDomain]) -> None:
    pop_only = view.view(domains["pop.example"])
    assert not pop_only.offers.imap
    for name in ("imap", "webmail_url", "nothing", "_texts_"):
        with pytest.raises(AttributeError):
            getattr(pop_only, name)


def test_user_names_follow_the_rule_and_use_ascii_domains(domains: dict[str, MailDomain]) -> None:
    assert str(view.view(domains["starttls.example"]).imap.username) == "アカウント名"
    assert html.unescape(str(view.view(domains["lan.example"]).imap.username)) == "アカウント名+lan.example"
    flower = next(m for m in domains.values() if m.domain_unicode == "お花屋.example")
    assert str(view.view(flower).imap.username) == f"アカウント名@{flower.domain}"
    assert str(view.view(flower).address) == "アカウント名@お花屋.example"


def test_profiles_for_apple_need_implicit_tls_in_both_directions(domains: dict[str, MailDomain]) -> None:
    assert view.view(domains["example.jp"]).profiles == view.AppleProfiles(imap=True, pop3=True)
    assert view.view(domains["starttls.example"]).profiles == view.AppleProfiles(imap=False, pop3=False)
    assert view.view(domains["pop.example"]).profiles == view.AppleProfiles(imap=False, pop3=True)
