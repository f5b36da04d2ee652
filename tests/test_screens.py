"""Schematic screens: the domain's own values, the words of the page's steps, and nothing that looks usable."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml
from selectolax.lexbor import LexborHTMLParser, LexborNode

from macros import components, view
from macros.components import HERE
from macros.domain import MailDomain
from macros.errors import PageError

SCREENS = {
    name: screen
    for name, screen in yaml.safe_load((HERE / "screens.yaml").read_text(encoding="utf-8")).items()
    if name != "words"
}


def drawn(mail: MailDomain, name: str) -> LexborNode:
    """The figure of one screen for a domain."""
    figure = LexborHTMLParser(components.bound(view.view(mail))["screen"](name)).css_first("figure.mh-screen")
    assert figure is not None
    return figure


def fields(figure: LexborNode) -> list[tuple[str, str]]:
    """What stands in the boxes: (label, text)."""
    return [tuple(part.text() for part in row.css("dt, dd")) for row in figure.css("dl > div")]  # type: ignore[misc]


@pytest.fixture(scope="module")
def shown(built_site: Path) -> dict[str, list[tuple[Path, LexborNode, LexborHTMLParser]]]:
    """Screen -> where it stands: page, figure, the whole page."""
    found: dict[str, list[tuple[Path, LexborNode, LexborHTMLParser]]] = {}
    for page in built_site.rglob("*.html"):
        if b"mh-screen" in (html := page.read_bytes()):
            tree = LexborHTMLParser(html)
            for figure in tree.css("figure[data-screen]"):
                found.setdefault(str(figure.attributes["data-screen"]), []).append((page, figure, tree))
    return found


@pytest.mark.parametrize("name", SCREENS)
def test_every_screen_can_be_drawn_for_every_domain(name: str, domains: dict[str, MailDomain]) -> None:
    for mail in domains.values():
        figure = drawn(mail, name)
        assert "画面のイメージ" in "".join(node.text() for node in figure.css("figcaption"))
        assert "実際の画面とは" in figure.text()
        assert all(label and text for label, text in fields(figure))
        assert figure.css("input, button, select, form, a, [role], [tabindex], [style]") == [], "a drawing, not a form"
        assert not any(word in figure.text() for word in ("built-in", "object at", "None", "%EMAIL"))


def test_values_are_the_domains_own(domains: dict[str, MailDomain]) -> None:
    assert fields(drawn(domains["imap.example"], "gmail-incoming")) == [
        ("ユーザー名", "アカウント名@imap.example"),
        ("サーバー", "imap.imap.example"),
        ("ポート", "993"),
        ("セキュリティの種類", "SSL/TLS"),
    ]
    assert ("サーバー", "pop.pop.example") in fields(drawn(domains["pop.example"], "gmail-incoming"))
    assert ("アカウントの種類", "POP") in fields(drawn(domains["pop.example"], "apple-mail-servers"))
    assert "STARTTLS" in dict(fields(drawn(domains["starttls.example"], "gmail-outgoing"))).values()


def test_the_way_to_receive_is_marked_in_words(domains: dict[str, MailDomain]) -> None:
    for domain, wanted in (("imap.example", ["IMAP 選択中", "POP"]), ("pop.example", ["IMAP", "POP 選択中"])):
        assert [tab.text() for tab in drawn(domains[domain], "ios-servers").css("li")] == wanted


def test_the_account_name_can_be_filled_in(domains: dict[str, MailDomain]) -> None:
    filled = [node.text() for node in drawn(domains["example.jp"], "gmail-incoming").css("[data-account]")]
    assert filled == ["アカウント名@example.jp"]


def test_values_that_nobody_confirmed_are_called_samples(domains: dict[str, MailDomain]) -> None:
    for domain, name, says in (
        ("example.jp", "ios-servers", True),
        ("salon.example", "ios-servers", False),
        ("example.jp", "livemail-format", False),  # it shows no value
    ):
        assert ("見本の値です" in drawn(domains[domain], name).text()) is says


def test_every_screen_stands_on_one_page_of_every_domain(
    shown: dict[str, list[tuple[Path, LexborNode, LexborHTMLParser]]], domains: dict[str, MailDomain], built_site: Path
) -> None:
    assert set(shown) == set(SCREENS)
    for places in shown.values():
        copies = Counter(page.relative_to(built_site).parts[0] for page, _, _ in places)
        assert {name: copies[name] for name in domains} == dict.fromkeys(domains, 1)


@pytest.mark.parametrize("name", SCREENS)
def test_its_words_are_those_of_the_pages_steps(
    name: str, shown: dict[str, list[tuple[Path, LexborNode, LexborHTMLParser]]]
) -> None:
    program = SCREENS[name]["program"]
    used: set[str] = set()
    words: set[str] = set()
    for _, figure, page in shown[name]:
        used |= {node.text() for node in figure.css("[data-ui]")}
        words |= {node.text() for node in page.css(f'.mh-steps [data-ui="{program}"]')}
        words |= {node.text() for node in page.css(f'.mh-settings[data-client="{SCREENS[name]["client"]}"] th')}
    assert used - words == set()


def test_a_screen_that_is_not_there_fails_and_names_the_others(domains: dict[str, MailDomain]) -> None:
    with pytest.raises(PageError, match="ios-servers"):
        drawn(domains["example.jp"], "ios-server")
