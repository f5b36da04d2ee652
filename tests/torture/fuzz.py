"""Hostile data: what is tried on domain files, imported XML and finished pages, and what must hold for each input."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import strategies
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser
from test_formats import assert_agreement

from macros import autoconfig_import, catalogue, fields, skeleton, view
from macros.catalogue import Source
from macros.checks import BIDI_CONTROLS
from macros.domain import MailDomain
from macros.errors import DomainDataError
from macros.stamp import Skeleton

SAMPLES = sorted(p for p in catalogue.OWN_DOMAINS.glob("*.yaml") if not p.name.startswith("_"))
PROVIDER = Source("p", (catalogue.OWN_DOMAINS / catalogue.PROVIDER_FILE).read_bytes())
NOWHERE = Path("/nonexistent")
XML = b"""<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1"><emailProvider id="example.jp"><domain>example.jp</domain><displayName>A</displayName>
<displayShortName>B</displayShortName><incomingServer type="imap"><hostname>mail.example.jp</hostname><port>993</port>
<socketType>SSL</socketType><authentication>password-cleartext</authentication><username>%EMAILADDRESS%</username>
</incomingServer><outgoingServer type="smtp"><hostname>mail.example.jp</hostname><port>465</port>
<socketType>SSL</socketType><authentication>password-cleartext</authentication><username>%EMAILADDRESS%</username>
</outgoingServer></emailProvider></clientConfig>"""
#: What is put into good files at any place.
PIECES = (
    *(text.encode() for text in strategies.AWKWARD),
    b"\x00", b"\x1b[2J", b"\x85", b"\xe2\x80\xa8", b"\xe2\x80\xae", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xff", b"\t", b"\r",
    b"&a ", b"*a", b"!!python/object/apply:os.system [id]", b"<<: ", b"? ", b"|2-\n", b"%YAML 9.9\n", b"\n---\n", b"\n...\n",
    b"[" * 60, b"{" * 60, b"- " * 60, b"9" * 5000, b"https://[x/", b"1e999", b"-0", b"0x1f", b".inf", b"~", b"=",
    b"&xxe;", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"<!ENTITY % p SYSTEM 'file:///etc/passwd'>%p;", b"<?xml version='1.1'?>",
    b"&#0;", b"&#x202e;", b"&#xD800;", b"<x:y/>", b"xmlns='urn:x'", b"<![CDATA[", b"<xi:include href='/etc/passwd'/>",
)  # fmt: skip


def clean(error: DomainDataError, name: str) -> None:
    """A refusal names the file and one place a line, and holds nothing that acts on a terminal or hides."""
    text = str(error)
    assert "Traceback" not in text
    for line in text.split("\n")[:-1]:
        assert line.startswith(name), line
        assert len(line) < 2000, line
    assert not {c for c in text if (not c.isprintable() and c not in "\n\u3000") or c in BIDI_CONTROLS}


def bytes_as_domain_file(data: bytes) -> None:
    """Any bytes as a domain file: read, or refused in words. What is read has no invisible text."""
    try:
        domains = catalogue.parse(PROVIDER, [Source("example.jp.yaml", data)])
    except DomainDataError as error:
        clean(error, "example.jp.yaml")
    else:
        for mail in domains.values():
            assert not [c for c in repr(mail) if c in BIDI_CONTROLS or ord(c) < 32]


def bytes_as_xml(data: bytes) -> None:
    """Any bytes as a file to import: a domain file that passes every check, or refused in words."""
    try:
        imported = autoconfig_import.convert(data, "x.xml", NOWHERE)
    except DomainDataError as error:
        assert "root:" not in str(error)
        clean(error, "")  # the domain file that was refused is named as well
    else:
        assert imported.text.isprintable() or not [
            c for c in imported.text if not c.isprintable() and c not in "\n\u3000"
        ]
        assert all(note == note.strip() and "\n" not in note and "\x1b" not in note for note in imported.notes)
        catalogue.parse(PROVIDER, [Source(imported.file, imported.text.encode())])


@functools.cache
def page_templates() -> tuple[MailDomain, Skeleton]:
    """The pages of the sample with the most values, cut for filling."""
    mail = catalogue.load(catalogue.OWN_DOMAINS)["example.jp"]
    return mail, skeleton.build(view.profile(mail), view.values(mail))


def shape(html: bytes) -> list[tuple[str, tuple[str, ...]]]:
    """Every element of a page and the names of its attributes, in order, as a browser reads it."""
    return [(node.tag or "", tuple(node.attributes)) for node in LexborHTMLParser(html.decode()).css("*")]


def json_shape(value: Any) -> Any:
    """JSON without its texts."""
    if isinstance(value, dict):
        return {key: json_shape(item) for key, item in value.items()}
    return [json_shape(item) for item in value] if isinstance(value, list) else type(value).__name__


@functools.cache
def good_shapes() -> Mapping[str, Any]:
    """What the pages of the sample look like without any text."""
    mail, built = page_templates()
    return {p: json_shape(json.loads(d)) if p.endswith(".json") else shape(d) for p, d in built.filled(view.values(mail))
            if p.endswith((".html", ".json"))}  # fmt: skip


def values_in_pages(texts: Mapping[str, str]) -> None:
    """Whatever the values: every page has the same elements and attributes, every JSON file the same structure."""
    mail, built = page_templates()
    filled = {**view.values(mail), **texts}
    for path, data in built.filled(filled):
        if path.endswith(".html"):
            assert shape(data) == good_shapes()[path], path
            page = data.decode()
            assert "{{" not in page or any("{{" in t for t in texts.values()), path
        elif path.endswith(".json"):
            assert json_shape(json.loads(data)) == good_shapes()[path], path


@st.composite
def mutated(draw: st.DrawFn, originals: tuple[bytes, ...]) -> bytes:
    """A good file with one to four pieces put in or over something."""
    data = draw(st.sampled_from(originals))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.sampled_from(PIECES)) + data[at + draw(st.sampled_from((0, 0, 1, 8, 40))) :]
    return data


KEYS = sorted({f.key for table in (fields.DOMAIN_FILE, fields.SUPPORT, fields.INCOMING_SERVER) for f in table})
_scalar = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=40), st.sampled_from(strategies.AWKWARD)
)
_keys = st.one_of(st.sampled_from(KEYS), st.text(max_size=10))


def structures() -> st.SearchStrategy[bytes]:
    """A domain file with any structure below the keys that there are."""
    tree = st.recursive(_scalar, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=4))
    return st.dictionaries(_keys, tree, max_size=5).map(
        lambda d: json.dumps({"domain": "example.jp", **d}, ensure_ascii=False).encode("utf-8", "surrogatepass")
    )


#: Values that pages use as the target of a link: the domain files' checks let only these forms in.
LINK = re.compile(r"url|website|email|phone|fax|domain")


@st.composite
def page_values(draw: st.DrawFn) -> dict[str, str]:
    """Hostile text for some of the values, wherever any text may stand."""
    mail, _ = page_templates()
    names = [name for name in view.values(mail) if not LINK.search(name)]
    anything = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=40)
    return draw(
        st.dictionaries(st.sampled_from(names), st.sampled_from(strategies.AWKWARD) | anything, min_size=1, max_size=8)
    )


TARGETS: dict[str, tuple[Callable[[], st.SearchStrategy[Any]], Callable[[Any], None]]] = {
    "domain-bytes": (lambda: st.binary(max_size=600), bytes_as_domain_file),
    "domain-mutated": (lambda: mutated(tuple(p.read_bytes() for p in SAMPLES)), bytes_as_domain_file),
    "domain-structure": (structures, bytes_as_domain_file),
    "xml-mutated": (lambda: mutated((XML,)), bytes_as_xml),
    "page-values": (page_values, values_in_pages),
    "file-formats": (strategies.mail_domains, assert_agreement),
}

#: Inputs for each target of a long run.
LONG = {"page-values": 400, "file-formats": 1500}
LONG_USUAL = 20_000


class _Counted:
    """A check that counts what it was given."""

    def __init__(self, check: Callable[[Any], None]) -> None:
        self.check = check
        self.count = 0

    def attack(self, strategy: st.SearchStrategy[Any], examples: int) -> int:
        """Try that many inputs; how many it were."""

        @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(strategy)
        def tried(value: Any) -> None:
            self.count += 1
            self.check(value)

        tried()
        return self.count


def run() -> str:
    """A long run of every target with new inputs; says how many were tried."""
    total = 0
    for name, (strategy, check) in TARGETS.items():
        count = _Counted(check).attack(strategy(), LONG.get(name, LONG_USUAL))
        print(f"{name}: {count} inputs", flush=True)
        total += count
    return f"{total} inputs fuzzed, none let through"
