from collections.abc import Callable
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from macros import components, view
from macros.domain import MailDomain
from macros.errors import PageError


@pytest.fixture
def macros_for(domains: dict[str, MailDomain]) -> Callable[[str], Any]:
    """The bound components of one sample domain, as attributes."""

    def make(name: str) -> Any:
        return type("Macros", (), {k: staticmethod(f) for k, f in components.bound(view.view(domains[name])).items()})

    return make


def rows(html: str) -> list[list[str]]:
    return [[cell.text() for cell in row.css("th, td")] for row in LexborHTMLParser(html).css("tbody tr")]


def test_components_are_found_by_listing_the_folder() -> None:
    files = {p.stem for p in components.HERE.glob("*.py")} - {"__init__"}
    assert {f.__module__.rpartition(".")[2] for f in components.all_components().values()} == files
    assert all(f.__doc__ for f in components.all_components().values())


def test_every_template_is_used_by_a_component() -> None:
    code = "".join(p.read_text(encoding="utf-8") for p in components.HERE.glob("*.py"))
    assert [p.name for p in components.HERE.glob("*.html") if f'"{p.name}"' not in code] == []


def test_settings_table_in_a_programs_own_words(macros_for: Callable[[str], Any]) -> None:
    table = macros_for("example.jp").settings_table("imap", client="thunderbird")
    assert rows(table) == [
        ["プロトコル", "IMAP"],
        ["ホスト名", "mail.example.jp"],
        ["ポート番号", "993"],
        ["接続の保護", "SSL/TLS"],
        ["認証方式", "通常のパスワード認証"],
        ["ユーザー名", "アカウント名@example.jp"],
    ]
    assert "見本の値です" in table


def test_confirmed_values_are_not_called_samples(macros_for: Callable[[str], Any]) -> None:
    for macro in ("settings_table", "settings_glance"):
        args = ("imap",) if macro == "settings_table" else ()
        assert "見本の値です" not in getattr(macros_for("salon.example"), macro)(*args)
        assert "見本の値です" in getattr(macros_for("example.jp"), macro)(*args)


def test_further_servers_follow_as_alternatives(macros_for: Callable[[str], Any]) -> None:
    table = macros_for("starttls.example").settings_table("smtp")
    assert [row[1] for row in rows(table) if row[0] == "ポート番号"] == ["587", "465"]
    assert "もう1つの設定" in table


def test_unprotected_servers_come_with_their_reason(macros_for: Callable[[str], Any]) -> None:
    assert "店内の LAN の中だけで使うため" in macros_for("lan.example").settings_table("imap")


@pytest.mark.parametrize("client", sorted(components.table("clients.yaml")))
def test_every_client_can_show_every_offered_server(client: str, domains: dict[str, MailDomain]) -> None:
    for mail in domains.values():
        bound = components.bound(view.view(mail))
        for protocol in {str(s.type) for s in mail.servers}:
            servers = mail.of_type(domains[mail.domain].servers[0].type.__class__(protocol))
            table = LexborHTMLParser(bound["settings_table"](protocol, client=client))
            assert [c.text() for c in table.css('[data-field="hostname"]')] == [s.hostname for s in servers]
            assert [c.text() for c in table.css('[data-field="port"]')] == [str(s.port) for s in servers]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda m: m.settings_table("imap4"),
            "settings_table: 「imap4」はありません。使えるのは imap・pop3・smtp です",
        ),
        (lambda m: m.settings_table("imap", client="eudora"), "「eudora」はありません。使えるのは generic"),
        (lambda m: m.settings_table("imap"), r"このドメインには imap のサーバーがありません"),
        (lambda m: m.ui("eudora", "OK"), "「eudora」はありません"),
        (lambda m: m.ui("thunderbird"), "ラベルを 1 つ以上"),
        (lambda m: m.url("nowhere"), "「nowhere」はありません"),
        (lambda m: m.standard_port("http", "SSL"), "「http」はありません"),
        (lambda m: m.standard_port("imap", "TLS"), "「TLS」はありません"),
        (lambda m: m.checked("eudora", 365), "「eudora」はありません"),
        (lambda m: m.support_link("blog"), "「blog」はありません。使えるのは website・news・faq です"),
    ],
)
def test_wrong_names_say_which_are_right(
    call: Callable[[Any], str], said: str, macros_for: Callable[[str], Any]
) -> None:
    with pytest.raises(PageError, match=said):
        call(macros_for("pop.example"))


def test_labels_are_quoted_and_marked_with_their_program(macros_for: Callable[[str], Any]) -> None:
    html = macros_for("example.jp").ui("thunderbird", "ツール", "設定とデータのエクスポート")
    nodes = LexborHTMLParser(html).css("[data-ui=thunderbird]")
    assert [n.text() for n in nodes] == ["ツール", "設定とデータのエクスポート"]
    assert LexborHTMLParser(html).body.text() == "「ツール」→「設定とデータのエクスポート」"  # type: ignore[union-attr]


def test_ports_come_from_the_standard(macros_for: Callable[[str], Any]) -> None:
    macros = macros_for("example.jp")
    assert macros.standard_port("imap", "SSL") == "993"
    assert macros.standard_port("smtp", "STARTTLS") == "587"
    assert macros.standard_port("smtp", "plain") == "25"
    assert [row[1:] for row in rows(macros.ports_table())] == [["993", "143"], ["995", "110"], ["465", "587"]]


def test_contact_block_has_working_links(macros_for: Callable[[str], Any]) -> None:
    page = LexborHTMLParser(macros_for("salon.example").contact())
    links = {a.attributes["href"] for a in page.css("a")}
    assert {"tel:0870000000", "mailto:support@salon.example", "https://www.loytem.com/"} <= links
    assert {n.attributes["data-support"] for n in page.css("[data-support]")} == {
        "company",
        "name",
        "address",
        "hours",
        "phone",
        "fax",
        "email",
        "product",
        "website",
        "news_url",
        "faq_url",
    }


def test_links_to_the_providers_own_pages(macros_for: Callable[[str], Any], domains: dict[str, MailDomain]) -> None:
    support = domains["loytem.com"].support
    for page, target in (("website", support.website), ("news", support.news_url), ("faq", support.faq_url)):
        link = LexborHTMLParser(macros_for("loytem.com").support_link(page)).css_first("a")
        assert link is not None
        assert (link.attributes["href"], bool(link.text())) == (target, True)


def test_user_name_rules(macros_for: Callable[[str], Any]) -> None:
    assert "メールアドレスの全体" in macros_for("example.jp").username_rule("imap")
    assert "@ より前" in macros_for("starttls.example").username_rule("imap")
    assert "アカウント名&#43;lan.example" in macros_for("lan.example").username_rule(
        "imap"
    ) or "アカウント名+lan.example" in macros_for("lan.example").username_rule("imap")


def test_one_line_each_so_that_they_can_stand_in_a_list(macros_for: Callable[[str], Any]) -> None:
    macros = macros_for("example.jp")
    for html in (
        macros.settings_table("imap"),
        macros.settings_glance(),
        macros.contact(),
        macros.contact_line(),
        macros.address_forms(),
        macros.certificate_note(),
        macros.ports_table(),
        macros.username_rule("imap"),
    ):
        assert "\n" not in html
        assert "Value" not in html
