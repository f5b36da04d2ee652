"""Generated domains for property tests: every value is one that the catalogue would let in, however awkward."""

from __future__ import annotations

from collections.abc import Callable

import idna
from hypothesis import strategies as st

from macros import catalogue, checks
from macros.checks import Refused
from macros.domain import (
    STANDARD_PORTS,
    Authentication,
    IncomingServer,
    MailDomain,
    OutgoingServer,
    Protocol,
    Size,
    SocketType,
    Support,
)

#: Text that breaks out of something where escaping is forgotten: HTML, XML, attributes, Markdown, Jinja, YAML, shell.
AWKWARD = (
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "]]><!ENTITY x SYSTEM 'file:///etc/passwd'>",
    "<!-- -- -->",
    "<![CDATA[x]]>",
    "&amp;&lt;&#60;&unknown;",
    "{{ mail.domain }}{% raw %}{# x #}",
    "%EMAILADDRESS%",
    "%(name)s {0} {name} $name ${name} \\1",
    "$(touch /tmp/x);`id`|&&",
    "[x](javascript:alert(1)) **b** _i_ `c` # h",
    "- item: value",
    "| cell | cell |",
    "# 見出し",
    "yes",
    "null",
    "~",
    "0777",
    "1e5",
    "0x10",
    "true",
    "---",
    "!!python/object:os.system",
    "& * ! | > ' \" % @ `",
    "\\n\\u0041\\x41",
    "é",
    "👩‍👩‍👧",
    "ﷺ",
    "； ＜script＞",
    "a" * 20,
)
_UNSAFE_CATEGORIES = ("Cc", "Cs", "Zl", "Zp", "Co", "Cn")


def _kept(check: Callable[[str], object], text: str) -> bool:
    try:
        return check(text) == text
    except Refused:
        return False


def free_text(longest: int) -> st.SearchStrategy[str]:
    """Any text that a domain file may hold in a free field of that length."""
    letters = st.characters(exclude_categories=_UNSAFE_CATEGORIES, exclude_characters="".join(checks.BIDI_CONTROLS))  # type: ignore[arg-type]
    anything = st.text(letters, min_size=1, max_size=longest).map(str.strip)
    return st.one_of(st.sampled_from(AWKWARD).map(lambda t: t[:longest].strip()), anything).filter(
        lambda text: _kept(checks.text(longest), text)
    )


_ascii_label = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,12}[a-z0-9])?", fullmatch=True).filter(lambda s: s[2:4] != "--")
_idn_label = st.sampled_from(("日本語", "お花屋", "münchen", "株式会社", "café", "見本-1", "ドメイン名例", "한국")).map(
    lambda label: idna.encode(label).decode()
)
_top_label = st.sampled_from(("jp", "com", "example", "co.jp", "xn--wgv71a119e", "test"))


def hostnames() -> st.SearchStrategy[str]:
    """Host names in ASCII, some of them with A-labels."""
    labels = st.lists(st.one_of(_ascii_label, _idn_label), min_size=1, max_size=3)
    return (
        st.tuples(labels, _top_label)
        .map(lambda t: ".".join((*t[0], t[1])))
        .filter(lambda name: _kept(checks.hostname, name))
    )


def usernames() -> st.SearchStrategy[str]:
    """User name rules: the usual ones, mixtures, and text without any placeholder."""
    usual = st.sampled_from(
        ("%EMAILADDRESS%", "%EMAILLOCALPART%", "%EMAILLOCALPART%+%EMAILDOMAIN%", "shop-%EMAILLOCALPART%")
    )
    return st.one_of(usual, free_text(40).filter(lambda text: _kept(checks.placeholders, text)))


@st.composite
def _server(draw: st.DrawFn, protocol: Protocol) -> dict[str, object]:
    socket_type = draw(st.sampled_from(SocketType))
    standard = STANDARD_PORTS[protocol, socket_type]
    own = st.integers(1024, 65535).filter(lambda port: port not in catalogue.OWNERS)
    return {
        "type": protocol,
        "hostname": draw(hostnames()),
        "port": draw(st.one_of(st.just(standard), own)),
        "socket_type": socket_type,
        "authentication": draw(st.one_of(st.just(Authentication.PASSWORD_CLEARTEXT), st.sampled_from(Authentication))),
        "username": draw(usernames()),
    }


def _urls() -> st.SearchStrategy[str]:
    paths = st.sampled_from(("/", "/a/b?x=1&y=%E3%81%82", "/'(x)*;@,!$~", "/?q=javascript:alert(1)#f", ""))
    return st.tuples(hostnames(), paths).map(lambda t: f"https://{t[0]}{t[1]}").filter(lambda u: _kept(checks.url, u))


def _emails() -> st.SearchStrategy[str]:
    local = st.sampled_from(("info", "o'brien+mail", "a&b", "x_y.z", "{mail}", "#1!"))
    return st.tuples(local, hostnames()).map("@".join).filter(lambda e: _kept(checks.email, e))


def _sizes() -> st.SearchStrategy[Size]:
    return st.builds(Size, st.integers(1, 999), st.sampled_from(("MB", "GB", "TB")))


def _address_forms() -> st.SearchStrategy[tuple[str, ...]]:
    usual = st.sampled_from(
        ("%EMAILLOCALPART%@%EMAILDOMAIN%", "info@%EMAILDOMAIN%", "info@独自ドメイン名", "%EMAILLOCALPART%@example.jp")
    )
    return st.lists(usual, min_size=1, max_size=3, unique=True).map(tuple)


@st.composite
def mail_domains(draw: st.DrawFn) -> MailDomain:
    """A domain with one to three servers in each direction and awkward text wherever text may stand."""
    names = draw(st.lists(hostnames(), min_size=1, max_size=3, unique=True))
    incoming = draw(
        st.lists(
            st.sampled_from((Protocol.IMAP, Protocol.POP3)).flatmap(lambda p: _server(protocol=p)),
            min_size=1,
            max_size=3,
        )
    )
    outgoing = draw(st.lists(_server(protocol=Protocol.SMTP), min_size=1, max_size=2))
    plain = any(server["socket_type"] is SocketType.PLAIN for server in (*incoming, *outgoing))
    phones = st.sampled_from(("087-000-0000", "+81-87-000-0000", "0120-00-0000"))
    support = Support(
        company=draw(free_text(80)),
        name=draw(free_text(80)),
        address=draw(free_text(80)),
        hours=draw(free_text(80)),
        phone=draw(phones),
        fax=draw(phones),
        email=draw(_emails()),
        website=draw(_urls()),
        news_url=draw(_urls()),
        faq_url=draw(_urls()),
        product=draw(free_text(80)),
    )
    return MailDomain(
        domain=names[0],
        aliases=tuple(names[1:]),
        display_name=draw(free_text(60)),
        display_short_name=draw(free_text(20)),
        incoming_servers=tuple(IncomingServer(**server) for server in incoming),  # type: ignore[arg-type]
        outgoing_servers=tuple(OutgoingServer(**server) for server in outgoing),  # type: ignore[arg-type]
        address_forms=draw(_address_forms()),
        message_size_limit=draw(_sizes()),
        mailbox_size=draw(_sizes()),
        webmail_url=draw(st.none() | _urls()),
        support=support,
        certificate_covers_hostname=draw(st.booleans()),
        pop_leave_days=draw(st.sampled_from((0, 1, 14, 365))),
        plain_reason=draw(free_text(120)) if plain else None,
        confirmed=draw(st.booleans()),
    )
