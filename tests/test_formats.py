"""Every file of every domain says the same as the data, the pages and the other files."""

from __future__ import annotations

import base64
import hashlib
import json
import plistlib
import re
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import dns.rdatatype
import dns.zone
import pytest
from defusedxml import ElementTree as ET
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser
from strategies import mail_domains

from macros import catalogue, components, formats, view
from macros.domain import APPLE_AUTHENTICATIONS, Authentication, MailDomain, Protocol, Server, SocketType
from macros.formats import Context, autoconfig, autodiscover, mobileconfig, pacc
from macros.formats.template import CLOSE, OPEN

CONTEXT = Context("https://help.example.jp/")
KINDS = "files", "root_files", "operator_files"


class Setting(NamedTuple):
    """What all files and pages have in common about one server."""

    type: str
    hostname: str
    port: int
    socket_type: str


def settings(servers: tuple[Server, ...]) -> list[Setting]:
    return [Setting(s.type, s.hostname, s.port, s.socket_type) for s in servers]


# --- reading each format back -----------------------------------------------------------------------------------------


def xml(data: bytes) -> Any:
    """The root element; refuses what the domain's data must never be able to bring in (entities, a document type)."""
    return ET.fromstring(data, forbid_dtd=True)


def text(node: Any, path: str) -> str:
    found = node.findtext(path)
    assert found is not None, path
    return str(found)


def read_autoconfig(data: bytes) -> tuple[list[Setting], list[str]]:
    root = xml(data)
    servers = [n for n in root.find("emailProvider") if n.tag in ("incomingServer", "outgoingServer")]
    return (
        [Setting(n.get("type"), text(n, "hostname"), int(text(n, "port")), text(n, "socketType")) for n in servers],
        [text(n, "username") for n in servers],
    )


def read_mobileconfig(data: bytes) -> tuple[list[Setting], str]:
    profile = plistlib.loads(data)
    (account,) = profile["PayloadContent"]
    kind = {"EmailTypeIMAP": "imap", "EmailTypePOP": "pop3"}[account["EmailAccountType"]]
    security = {True: "SSL"}
    return [
        Setting(
            name,
            account[f"{side}MailServerHostName"],
            account[f"{side}MailServerPortNumber"],
            security[account[f"{side}MailServerUseSSL"]],
        )
        for name, side in ((kind, "Incoming"), ("smtp", "Outgoing"))
    ], profile["PayloadDescription"].rpartition("ユーザー名: ")[2]


def read_autodiscover(data: bytes) -> tuple[list[Setting], list[str]]:
    inner = f"{{{autodiscover.INNER}}}"
    security = {"SSL": "SSL", "TLS": "STARTTLS", "None": "plain"}
    found, names = [], []
    for node in xml(data).iter(f"{inner}Protocol"):
        setting = Setting(
            text(node, f"{inner}Type").lower(),
            text(node, f"{inner}Server"),
            int(text(node, f"{inner}Port")),
            security[text(node, f"{inner}Encryption")],
        )
        found.append(setting)
        assert text(node, f"{inner}SSL") == ("off" if setting.socket_type == "plain" else "on")
        # MS-OXDSCLI: without LoginName it is what stands before the @.
        names.append(node.findtext(f"{inner}LoginName") or "%EMAILLOCALPART%")
    return found, names


def read_pacc(data: bytes) -> list[Setting]:
    ports = {"imap": 993, "pop3": 995, "smtp": 465}
    document = json.loads(data)
    return [Setting(kind, entry["host"], ports[kind], "SSL") for kind, entry in document["protocols"].items()]


def read_zone(data: bytes, domain: str) -> tuple[list[Setting], dict[str, list[str]]]:
    zone = dns.zone.from_text(data.decode(), origin=domain, relativize=False, check_origin=False)
    labels = {
        "_imaps": ("imap", "SSL"),
        "_imap": ("imap", "STARTTLS"),
        "_pop3s": ("pop3", "SSL"),
        "_pop3": ("pop3", "STARTTLS"),
        "_submissions": ("smtp", "SSL"),
        "_submission": ("smtp", "STARTTLS"),
    }
    found: list[tuple[int, Setting]] = []
    others: dict[str, list[str]] = {}
    record: Any
    for name, _, record in zone.iterate_rdatas():
        first = name.labels[0].decode()
        if first in labels:
            if str(record.target) != ".":
                kind, security = labels[first]
                host = str(record.target).rstrip(".")
                found.append((record.priority, Setting(kind, host, record.port, security)))
        else:
            others.setdefault(f"{name} {dns.rdatatype.to_text(record.rdtype)}", []).append(record.to_text())
    return [setting for _, setting in sorted(found)], others


def read_table(mail: MailDomain, protocol: str) -> tuple[list[Setting], list[str]]:
    words = components.table("clients.yaml")["generic"]["socket_type"]
    security = {label: socket_type for socket_type, label in words.items()}
    page = LexborHTMLParser(components.bound(view.view(mail))["settings_table"](protocol))
    found, names = [], []
    for table in page.css("table"):
        cells = {n.attributes["data-field"]: n.text() for n in table.css("[data-field]")}
        found.append(
            Setting(protocol, cells["hostname"] or "", int(cells["port"] or 0), security[cells["socket_type"]])
        )
        names.append(cells["username"] or "")
    return found, names


# --- agreement --------------------------------------------------------------------------------------------------------


def assert_agreement(mail: MailDomain) -> None:
    """Everything that is written about a domain says what the data say."""
    files = formats.files(mail, CONTEXT)
    everything = settings(mail.servers)

    # Pages: every server of every protocol, in order.
    shown: list[Setting] = []
    for protocol in Protocol:
        servers = mail.of_type(protocol)
        if servers:
            found, names = read_table(mail, protocol)
            assert found == settings(servers)
            assert names == [view.fill_placeholders(s.username, mail.domain) for s in servers]
            shown += found
    assert sorted(shown) == sorted(everything)

    # Autoconfig: the same ones in the same order, unprotected ones only where there is nothing better.
    first, second = (files[path] for path in autoconfig.PATHS)
    assert first == second
    found, names = read_autoconfig(first)
    protected = {s.type for s in mail.servers if s.socket_type != "plain"}
    kept = tuple(s for s in mail.servers if s.socket_type != "plain" or s.type not in protected)
    assert found == settings(kept)
    assert names == [s.username for s in kept]
    assert {s.type for s in found} == {str(s.type) for s in mail.servers}

    # Apple: implicit TLS in both directions or no file.
    apple = [s for s in mail.servers if s.socket_type == "SSL" and s.authentication in APPLE_AUTHENTICATIONS]
    for protocol, path in mobileconfig.PATHS.items():
        expected = [next((s for s in apple if s.type == p), None) for p in (protocol, Protocol.SMTP)]
        if None in expected:
            assert path not in files
        else:
            found, rule = read_mobileconfig(files[path])
            assert found == settings(tuple(s for s in expected if s is not None))
            assert rule == view.fill_placeholders(expected[0].username, mail.domain)  # type: ignore[union-attr]
    profiles = view.view(mail).profiles
    assert (profiles.imap, profiles.pop3) == tuple(path in files for path in mobileconfig.PATHS.values())

    # Outlook: the first server of each protocol that Outlook can log in to.
    outlook = [
        next((s for s in kept if s.type == protocol and s.authentication in autodiscover.AUTHENTICATIONS), None)
        for protocol in Protocol
    ]
    if outlook[2] is None or outlook[:2] == [None, None]:
        assert autodiscover.PATH not in files
    else:
        found, names = read_autodiscover(files[autodiscover.PATH])
        present = tuple(s for s in outlook if s is not None)
        assert found == settings(present)
        free = autodiscover.WITHOUT_PASSWORD
        assert names == ["%EMAILLOCALPART%" if s.authentication in free else s.username for s in present]

    # PACC: what implicit TLS on the registered ports can express.
    if pacc.PATH in files:
        assert set(read_pacc(files[pacc.PATH])) <= set(everything)
    assert (pacc.PATH in files) == (
        any(pacc.usable(s) for s in mail.outgoing_servers) and any(pacc.usable(s) for s in mail.incoming_servers)
    )

    # DNS: every server but unprotected ones, in order of preference; the digest is that of the published bytes.
    (zone,) = formats.operator_files(mail, CONTEXT).values()
    found, others = read_zone(zone, mail.domain)
    assert found == settings(tuple(s for s in mail.servers if s.socket_type != "plain"))
    if pacc.PATH in files:
        digest = base64.b64encode(hashlib.sha256(files[pacc.PATH]).digest()).decode()
        assert others[f"_ua-auto-config.{mail.domain}. TXT"] == [f'"v=UAAC1; a=sha256; d={digest}"']
    assert others[f"autoconfig.{mail.domain}. CNAME"] == ["help.example.jp."]


def test_sample_domains_agree_everywhere(domains: Mapping[str, MailDomain]) -> None:
    for mail in domains.values():
        assert_agreement(mail)


@given(mail_domains())
def test_generated_domains_agree_everywhere(mail: MailDomain) -> None:
    assert_agreement(mail)


@given(mail_domains())
def test_text_comes_back_as_it_was(mail: MailDomain) -> None:
    files = formats.files(mail, CONTEXT)
    provider = xml(files[autoconfig.PATHS[0]]).find("emailProvider")
    assert provider.get("id") == mail.domain
    assert [n.text for n in provider.findall("domain")] == [mail.domain, *mail.aliases]
    assert text(provider, "displayName") == mail.display_name
    assert text(provider, "displayShortName") == mail.display_short_name
    assert provider.find("documentation").get("url") == f"https://help.example.jp/{mail.domain}/setup/"
    for path in mobileconfig.PATHS.values():
        if path in files:
            profile = plistlib.loads(files[path])
            assert profile["PayloadOrganization"] == mail.support.company
            assert profile["PayloadContent"][0]["EmailAccountDescription"] == mail.display_name
    if autodiscover.PATH in files:
        assert text(xml(files[autodiscover.PATH]), f".//{{{autodiscover.INNER}}}DisplayName") == mail.display_name
    if pacc.PATH in files:
        assert json.loads(files[pacc.PATH])["info"]["provider"]["name"] == mail.display_name


@given(mail_domains())
def test_same_input_same_bytes_and_no_slot_is_left(mail: MailDomain) -> None:
    for kind in KINDS:
        one = getattr(formats, kind)(mail, CONTEXT)
        assert one == getattr(formats, kind)(mail, CONTEXT)
        for data in one.values():
            assert OPEN not in data.decode()
            assert CLOSE not in data.decode()
            assert not data.startswith(b"\xef\xbb\xbf")


@run(max_examples=25)
@given(mail_domains(), mail_domains())
def test_structures_are_not_mixed_up(one: MailDomain, other: MailDomain) -> None:
    """Templates are kept by structure; what another domain left behind must not show."""
    before = formats.files(one, CONTEXT)
    formats.files(other, CONTEXT)
    assert formats.files(one, Context()) != before
    assert formats.files(one, CONTEXT) == before


# --- rules of single formats ------------------------------------------------------------------------------------------

#: Children by parent, of draft-ietf-mailmaint-autoconfig (autoconfig.rnc) and, under pop3, of Thunderbird's own element.
DRAFT = {
    "clientConfig": {"emailProvider"},
    "emailProvider": {"domain", "displayName", "displayShortName", "incomingServer", "outgoingServer", "documentation"},
    "incomingServer": {"hostname", "port", "socketType", "authentication", "username", "pop3"},
    "outgoingServer": {"hostname", "port", "socketType", "authentication", "username"},
    "documentation": {"descr"},
    "pop3": {"leaveMessagesOnServer", "daysToLeaveMessagesOnServer"},
}


@run(max_examples=40)
@given(mail_domains())
def test_autoconfig_has_no_element_that_the_draft_does_not_have(mail: MailDomain) -> None:
    root = xml(formats.files(mail, CONTEXT)[autoconfig.PATHS[0]])
    for node in root.iter():
        assert {child.tag for child in node} <= DRAFT.get(node.tag, set()), node.tag
    assert root.get("version") == "1.2"


def test_how_long_pop_leaves_mail_on_the_server_is_always_said(domains: Mapping[str, MailDomain]) -> None:
    def said(name: str) -> list[tuple[str | None, str | None]]:
        root = xml(formats.files(domains[name], CONTEXT)[autoconfig.PATHS[0]])
        return [
            (n.findtext("leaveMessagesOnServer"), n.findtext("daysToLeaveMessagesOnServer")) for n in root.iter("pop3")
        ]

    assert said("example.jp") == [("true", "14")]
    assert said("salon.example") == [("true", "7")]
    assert said("pop.example") == [("false", None)]
    assert said("imap.example") == []


def test_the_providers_file_fits_every_domain(domains: Mapping[str, MailDomain]) -> None:
    data = formats.root_files(domains["loytem.com"], CONTEXT)[autoconfig.PATHS[0]]
    provider = xml(data).find("emailProvider")
    assert [(n.get("purpose"), n.text) for n in provider.findall("domain")] == [
        (None, "%EMAILDOMAIN%"),
        ("mx", "loytem.com"),
    ]
    assert "%" not in provider.get("id")  # Thunderbird for Android gives up on a placeholder there
    assert provider.find("documentation").get("url") == "https://help.example.jp/setup/"
    assert read_autoconfig(data)[0] == settings(domains["loytem.com"].servers)


def test_without_a_known_address_of_the_site_no_file_links_to_it(domains: Mapping[str, MailDomain]) -> None:
    for mail in domains.values():
        for kind in KINDS:
            for path, data in getattr(formats, kind)(mail, Context()).items():
                assert b"/setup/" not in data, path
    (zone,) = formats.operator_files(domains["example.jp"], Context()).values()
    assert "SITE_URL" in zone.decode()
    assert "CNAME" not in zone.decode()


#: Key -> type and required, of com.apple.mail.managed.yaml and of TopLevel.yaml and CommonPayloadKeys.yaml beside it
#: (github.com/apple/device-management, commit 0a4527c5); only the keys that a profile for people may hold.
APPLE_ACCOUNT = {
    "PayloadType": (str, True),
    "PayloadVersion": (int, True),
    "PayloadIdentifier": (str, True),
    "PayloadUUID": (str, True),
    "PayloadDisplayName": (str, False),
    "EmailAccountDescription": (str, False),
    "EmailAccountType": (str, True),
    "IncomingMailServerAuthentication": (str, True),
    "IncomingMailServerHostName": (str, True),
    "IncomingMailServerPortNumber": (int, False),
    "IncomingMailServerUseSSL": (bool, True),  # optional for Apple, but its default is off
    "OutgoingMailServerAuthentication": (str, True),
    "OutgoingMailServerHostName": (str, True),
    "OutgoingMailServerPortNumber": (int, False),
    "OutgoingMailServerUseSSL": (bool, True),  # optional for Apple, but its default is off
    "OutgoingPasswordSameAsIncomingPassword": (bool, False),
}
APPLE_PROFILE = {
    "PayloadType": (str, True),
    "PayloadVersion": (int, True),
    "PayloadIdentifier": (str, True),
    "PayloadUUID": (str, True),
    "PayloadDisplayName": (str, False),
    "PayloadDescription": (str, False),
    "PayloadOrganization": (str, False),
    "PayloadContent": (list, True),
}
APPLE_CHOICES = {
    "EmailAccountType": {"EmailTypeIMAP", "EmailTypePOP"},
    "IncomingMailServerAuthentication": {"EmailAuthNone", "EmailAuthPassword", "EmailAuthCRAMMD5", "EmailAuthNTLM"},
    "OutgoingMailServerAuthentication": {"EmailAuthNone", "EmailAuthPassword", "EmailAuthCRAMMD5", "EmailAuthNTLM"},
}
UUID = re.compile(r"[0-9A-F]{8}-[0-9A-F]{4}-5[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}")


def check_keys(payload: Mapping[str, Any], table: Mapping[str, tuple[type, bool]]) -> None:
    assert set(payload) <= set(table)
    assert {key for key, (_, required) in table.items() if required} <= set(payload)
    for key, value in payload.items():
        assert type(value) is table[key][0], key
        assert key not in APPLE_CHOICES or value in APPLE_CHOICES[key], key
    assert payload["PayloadVersion"] == 1
    assert UUID.fullmatch(payload["PayloadUUID"])


def profiles(domains: Mapping[str, MailDomain]) -> Iterator[dict[str, Any]]:
    for mail in domains.values():
        for path, data in formats.files(mail, CONTEXT).items():
            if path.endswith(".mobileconfig"):
                yield plistlib.loads(data)


def test_profiles_have_apples_keys_and_types_and_nothing_personal(domains: Mapping[str, MailDomain]) -> None:
    found = list(profiles(domains))
    assert found
    for profile in found:
        check_keys(profile, APPLE_PROFILE)
        for account in profile["PayloadContent"]:
            check_keys(account, APPLE_ACCOUNT)


@run(max_examples=40)
@given(mail_domains())
def test_generated_profiles_have_apples_keys_and_types(mail: MailDomain) -> None:
    for profile in profiles({mail.domain: mail}):
        check_keys(profile, APPLE_PROFILE)
        check_keys(profile["PayloadContent"][0], APPLE_ACCOUNT)


def test_every_profile_of_every_domain_has_its_own_identity_that_never_changes(
    domains: Mapping[str, MailDomain],
) -> None:
    found = list(profiles(domains))
    payloads = [*found, *(account for profile in found for account in profile["PayloadContent"])]
    for key in ("PayloadIdentifier", "PayloadUUID"):
        assert len({p[key] for p in payloads}) == len(payloads)
    (profile,) = (p for p in found if p["PayloadIdentifier"] == "jp.example.mailhelp.imap")
    # A device replaces a profile of the same identifier; another one would make a second account.
    assert profile["PayloadUUID"] == "A54BAABE-92B3-5983-AFD7-8514B58595A9"


def test_starttls_and_unusual_logins_get_no_profile(domains: Mapping[str, MailDomain]) -> None:
    assert not list(profiles({"x": domains["starttls.example"], "y": domains["lan.example"]}))


@pytest.mark.parametrize("authentication", Authentication)
def test_every_authentication_is_written_or_left_out_knowingly(authentication: Authentication) -> None:
    source = f"""
domain: example.jp
incoming_servers: [{{type: imap, hostname: imap.example.jp, authentication: {authentication}}}]
outgoing_servers: [{{type: smtp, hostname: smtp.example.jp, authentication: {authentication}}}]
"""
    provider = catalogue.Source("p", (catalogue.OWN_DOMAINS / catalogue.PROVIDER_FILE).read_bytes())
    (mail,) = catalogue.parse(provider, [catalogue.Source("example.jp.yaml", source.encode())]).values()
    assert_agreement(mail)
    written = set(formats.files(mail, CONTEXT))
    assert set(autoconfig.PATHS) <= written
    apple, outlook, experimental = "apple/imap.mobileconfig", autodiscover.PATH, pacc.PATH
    expected = {
        "password-cleartext": {apple, outlook, experimental},
        "password-encrypted": {apple},
        "NTLM": {apple, outlook},
        "GSSAPI": set(),
        "client-IP-address": {apple, outlook},
        "TLS-client-cert": set(),
        "OAuth2": set(),
        "none": {apple, outlook},
    }[authentication]
    assert written - set(autoconfig.PATHS) == expected


def test_formats_are_found_by_listing_the_folder() -> None:
    modules = {p.stem for p in formats.HERE.glob("*.py")} - {"__init__", "template"}
    found = {f.__module__.rpartition(".")[2] for kind in KINDS for f in formats._renderers(kind)}
    assert found == modules


def test_no_socket_type_is_forgotten() -> None:
    assert set(autodiscover.ENCRYPTION) == set(SocketType)
    assert set(mobileconfig.AUTHENTICATIONS) == set(APPLE_AUTHENTICATIONS)


def test_a_domain_is_written_to_its_own_folder_and_nowhere_else(domains: Mapping[str, MailDomain]) -> None:
    for mail in domains.values():
        for kind in KINDS:
            for path in getattr(formats, kind)(mail, CONTEXT):
                assert not Path(path).is_absolute()
                assert ".." not in Path(path).parts


@given(st.text(st.characters(codec="utf-8"), max_size=80))
def test_profile_ids_are_those_of_the_standard(name: str) -> None:
    """Identifiers never change: a device knows an installed profile by them."""
    assert mobileconfig._uuid(name) == str(uuid.uuid5(uuid.NAMESPACE_DNS, name)).upper()
