"""The values on every page of every domain are that domain's, and nobody else's."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from macros import view
from macros.domain import MailDomain, Protocol

TEXT_FILES = {".html", ".json", ".xml", ".js", ".txt", ".css", ".webmanifest", ".mobileconfig"}
NAME = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)+")
LEFTOVERS = ("{{", "{%", "<Value", "Undefined", "MailView object")


def copies(site: Path, domains: dict[str, MailDomain]) -> list[tuple[Path, MailDomain]]:
    """Every domain's folder; the root stands for the default domain."""
    return [(site, domains["loytem.com"]), *((site / name, mail) for name, mail in domains.items())]


def own_files(folder: Path, domains: dict[str, MailDomain]) -> list[Path]:
    """The text files of one copy, without the copies inside it."""
    return sorted(
        p
        for p in folder.rglob("*")
        if p.is_file() and p.suffix in TEXT_FILES and p.relative_to(folder).parts[0] not in domains
    )


def names_of(mail: MailDomain) -> set[str]:
    """Host names and domains that may appear on this domain's pages."""
    return {mail.domain, mail.domain_unicode, *mail.aliases, *(s.hostname for s in mail.servers)}


def text(node: LexborNode) -> str:
    return node.text().strip()


pytestmark = pytest.mark.slow


def test_there_are_pages_for_every_section(built_site: Path) -> None:
    pages = list(built_site.glob("[a-z]*/**/index.html"))
    assert {"setup", "overview", "backup", "livemail", "trouble"} <= {p.relative_to(built_site).parts[0] for p in pages}


def test_every_domain_has_the_whole_help(built_site: Path, domains: dict[str, MailDomain]) -> None:
    pages = {p.relative_to(built_site) for p in own_files(built_site, domains) if p.suffix == ".html"} - {
        Path("404.html")
    }
    assert Path("setup/thunderbird/index.html") in pages
    for name in domains:
        assert {p.relative_to(built_site / name) for p in (built_site / name).rglob("*.html")} == pages


def test_settings_tables_say_what_the_data_says(built_site: Path, domains: dict[str, MailDomain]) -> None:
    for folder, mail in copies(built_site, domains):
        seen: set[str] = set()
        for page in own_files(folder, domains):
            if page.suffix != ".html":
                continue
            for box in LexborHTMLParser(page.read_text(encoding="utf-8")).css(".mh-settings"):
                protocol = box.attributes["data-protocol"] or ""
                servers = mail.of_type(Protocol(protocol))
                tables = box.css("table")
                assert len(tables) == len(servers), (page, protocol)
                for table, server in zip(tables, servers, strict=True):
                    shown = {n.attributes["data-field"] or "": text(n) for n in table.css("[data-field]")}
                    assert shown["hostname"] == server.hostname, page
                    assert shown.get("port", str(server.port)) == str(server.port), page
                    assert shown["username"] == view.fill_placeholders(server.username, mail.domain), page
                    seen.add(protocol)
                assert ("見本の値です" in text(box)) is not mail.confirmed, page
        assert seen == {str(s.type) for s in mail.servers}, folder


def test_the_home_page_shows_your_settings(built_site: Path, domains: dict[str, MailDomain]) -> None:
    for folder, mail in copies(built_site, domains):
        glance = LexborHTMLParser((folder / "index.html").read_text(encoding="utf-8")).css_first(".mh-glance")
        assert glance is not None, folder
        for row in glance.css("tr[data-protocol]"):
            server = mail.of_type(Protocol(row.attributes["data-protocol"] or ""))[0]
            shown = {n.attributes["data-field"]: text(n) for n in row.css("[data-field]")}
            assert (shown["hostname"], shown["port"]) == (server.hostname, str(server.port)), folder


def test_contact_data_is_the_domains(built_site: Path, domains: dict[str, MailDomain]) -> None:
    for folder, mail in copies(built_site, domains):
        page = LexborHTMLParser((folder / "contact" / "index.html").read_text(encoding="utf-8"))
        shown = {n.attributes["data-support"]: text(n) for n in page.css("[data-support]")}
        for key in ("company", "name", "address", "hours", "phone", "fax", "email", "product"):
            assert shown[key] == getattr(mail.support, key), (folder, key)
        hrefs = {a.attributes["href"] for a in page.css("[data-support] a")}
        assert {
            f"tel:{mail.support.phone.replace('-', '')}",
            f"mailto:{mail.support.email}",
            mail.support.website,
            mail.support.news_url,
            mail.support.faq_url,
        } <= hrefs


def test_nothing_is_left_unfilled(built_site: Path, domains: dict[str, MailDomain]) -> None:
    for folder, _ in copies(built_site, domains):
        for path in own_files(folder, domains):
            if path.relative_to(folder).parts[0] == "assets":
                continue
            content = text_of(path)
            assert [mark for mark in LEFTOVERS if mark in content] == [], path


def text_of(path: Path) -> str:
    """What a published text file says; the search's index is written in fewer bytes (macros.search.index.written)."""
    return path.read_text(encoding="cp932" if path.match("assets/search/index.*.json") else "utf-8")


def test_no_other_domains_values_anywhere(built_site: Path, domains: dict[str, MailDomain]) -> None:
    """Titles, alternative texts, navigation, search index and sitemap included: every text file is searched."""
    everyone = {name for mail in domains.values() for name in names_of(mail)}
    shared_links = {"www.loytem.com", "aliceplan.com"}
    for folder, mail in copies(built_site, domains):
        foreign = everyone - names_of(mail) - shared_links
        if mail.domain != "loytem.com":
            # The default form of address names the provider's domain where it is offered.
            foreign -= {n for form in mail.address_forms for n in NAME.findall(form)}
        for path in own_files(folder, domains):
            content = html.unescape(text_of(path)).lower()
            found = foreign & set(NAME.findall(content)) | {n for n in foreign if not n.isascii() and n in content}
            assert not found, (path.relative_to(built_site), found)


def test_a_foreign_value_would_be_noticed(domains: dict[str, MailDomain]) -> None:
    everyone = {name for mail in domains.values() for name in names_of(mail)}
    planted = '<img alt="imap.salon.example の画面">'
    assert (everyone - names_of(domains["example.jp"])) & set(NAME.findall(planted)) == {"imap.salon.example"}


def test_private_copies_stay_out_of_search_engines(built_site: Path, domains: dict[str, MailDomain]) -> None:
    for name in domains:
        for page in (built_site / name).rglob("*.html"):
            robots = LexborHTMLParser(page.read_text(encoding="utf-8")).css_first("meta[name=robots]")
            assert robots is not None, page
            assert robots.attributes["content"] == "noindex"
            assert LexborHTMLParser(page.read_text(encoding="utf-8")).css_first("link[rel=canonical]") is None
    assert (
        LexborHTMLParser((built_site / "index.html").read_text(encoding="utf-8")).css_first("meta[name=robots]") is None
    )


@pytest.mark.parametrize(
    "item",
    [
        "株式会社アリスプラン",
        "ロイテムカスタマーサポート係",
        "香川県高松市十川東町83番地1",
        "9:00~18:00(土日祝休み)",
        "087-814-3974",
        "087-814-3964",
        "ccc@aliceplan.com",
        "ロイヤルカスタマーシステム",
        "アカウント申請用紙",
        "1984",
        "電子メールのエクスポート",
        "Microsoft Windows Live メール",
        "標準インストール",
        "ImportExportTools",
        "メニューバー",
        "ダウンロード後もサーバーにメッセージを残す",
        "アカウント名@loytem.com",
        "info@独自ドメイン名",
        "100 MB",
        "1 GB",
        "お知らせ一覧",
        "Q&A",
        "更新情報",
    ],
)
def test_every_item_of_the_earlier_guide_can_be_found(
    item: str, built_site: Path, domains: dict[str, MailDomain]
) -> None:
    wanted = re.sub(r"\s+", "", item)
    pages = [p for p in own_files(built_site, domains) if p.suffix == ".html"]
    texts = (LexborHTMLParser(p.read_text(encoding="utf-8")).body for p in pages)
    assert any(body is not None and wanted in re.sub(r"\s+", "", body.text()) for body in texts)
