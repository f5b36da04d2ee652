"""From a folder of YAML files to trusted :class:`~macros.domain.MailDomain` objects: the only door into the program.

All faults of all files are collected and raised together as :class:`~macros.errors.DomainDataError`; past this door
nothing needs to be checked again.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from macros import checks, fields, strict_yaml
from macros.domain import (
    EMAIL_DOMAIN,
    STANDARD_PORTS,
    Authentication,
    IncomingServer,
    MailDomain,
    OutgoingServer,
    Protocol,
    Server,
    SocketType,
    Support,
    port_owners,
    to_unicode,
)
from macros.errors import DomainDataError, Fault, shown
from macros.fields import Field

PROVIDER_FILE = "_provider.yaml"
SUFFIX = ".yaml"
OWN_DOMAINS = Path(__file__).resolve().parent.parent / "domains"
#: A domain folder stands beside the site's own files, so it cannot be called like one (none of these is a TLD).
FILE_ENDINGS = frozenset({"html", "xml", "txt", "json", "js", "css", "gz", "webmanifest", "ico"})
OWNERS = port_owners()
ServerT = TypeVar("ServerT", bound=Server)
NO_DOMAIN = Fault(".", "", "ドメインのファイル(*.yaml)が 1 つ以上必要です", "example.jp.yaml")
SERVER_DEFAULTS = {"socket_type": "SSL", "authentication": "password-cleartext", "username": "%EMAILADDRESS%"}


@dataclass(frozen=True, slots=True)
class Source:
    """One file's bytes and the name by which faults call it (relative to the folder that was asked for)."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Raw:
    """A checked value and where it was written. ``value`` of servers and mappings is a dict of Raw."""

    value: Any
    line: int
    file: str


class _Parser:
    """Turns the nodes of one file into checked values; faults go into the list given."""

    def __init__(self, file: str, faults: list[Fault]) -> None:
        self.file = file
        self.faults = faults

    def fault(self, key: str, line: int | None, expected: str, example: str, found: object = None) -> None:
        self.faults.append(Fault(self.file, key, expected, example, None if found is None else shown(found), line))

    def mapping(self, node: strict_yaml.Mapping, known: tuple[Field, ...], path: str = "") -> dict[str, Raw]:
        by_key = fields.by_key(known)
        result = {}
        for key, child in node.entries:
            where = f"{path}{key.text}"
            declared = by_key.get(key.text)
            if declared is None:
                self.fault(
                    where,
                    key.line,
                    f"使える項目は {'・'.join(by_key)} です",
                    f"{known[0].key}: {known[0].example}",
                    key.text,
                )
            else:
                value = self.value(child, declared, where)
                if value is not None:
                    result[key.text] = value
        return result

    def value(self, node: strict_yaml.Node, field: Field, where: str) -> Raw | None:
        if isinstance(node, strict_yaml.Scalar) and node.is_null:
            if field.nullable:
                return Raw(None, node.line, self.file)
            self.fault(where, node.line, "値が必要です", field.example, node.text or "空の値")
            return None
        if field.kind in ("list", "servers"):
            return self.sequence(node, field, where)
        if field.kind == "mapping":
            if isinstance(node, strict_yaml.Mapping):
                return Raw(self.mapping(node, field.inner, f"{where}."), node.line, self.file)
            self.fault(where, node.line, "「項目: 値」の形が必要です", field.example, self.describe(node))
            return None
        if not isinstance(node, strict_yaml.Scalar):
            self.fault(where, node.line, "1 つの値が必要です", field.example, self.describe(node))
            return None
        return self.scalar(node, field, where)

    def sequence(self, node: strict_yaml.Node, field: Field, where: str) -> Raw | None:
        if not isinstance(node, strict_yaml.Sequence):
            self.fault(where, node.line, "「- 」で始まる行のリストが必要です", field.example, self.describe(node))
            return None
        items = []
        for index, item in enumerate(node.items):
            place = f"{where}[{index}]"
            if field.kind == "servers":
                if isinstance(item, strict_yaml.Mapping):
                    items.append(Raw(self.mapping(item, field.inner, f"{place}."), item.line, self.file))
                else:
                    self.fault(
                        place, item.line, "「type: …」「hostname: …」の行が必要です", field.example, self.describe(item)
                    )
            elif isinstance(item, strict_yaml.Scalar):
                checked = self.scalar(item, field, place)
                if checked is not None:
                    items.append(checked)
            else:
                self.fault(place, item.line, "1 つの値が必要です", field.example, self.describe(item))
        return Raw(items, node.line, self.file)

    def scalar(self, node: strict_yaml.Scalar, field: Field, where: str) -> Raw | None:
        text = node.text
        if field.kind == "flag":
            if node.plain and text in ("true", "false"):
                return Raw(text == "true", node.line, self.file)
            self.fault(where, node.line, "true または false が必要です(引用符なし)", field.example, text)
        elif field.kind == "choice" and text not in field.choices:
            self.fault(where, node.line, f"{'・'.join(field.choices)} のどれかが必要です", field.example, text)
        elif field.kind == "number" and not node.plain:
            self.fault(where, node.line, "引用符のない整数が必要です", field.example, text)
        else:
            try:
                return Raw(field.check(text), node.line, self.file)
            except checks.Refused as refused:
                self.fault(where, node.line, str(refused), field.example, text)
        return None

    @staticmethod
    def describe(node: strict_yaml.Node) -> str:
        if isinstance(node, strict_yaml.Scalar):
            return node.text
        return "リスト" if isinstance(node, strict_yaml.Sequence) else "「項目: 値」の形"


def _server(parser: _Parser, raw: Raw, cls: type[ServerT], domain: str, where: str) -> ServerT | None:
    """One server with its defaults filled in; None when something needed is missing or does not fit together."""
    given: dict[str, Raw] = raw.value
    missing = [key for key in ("type", "hostname") if key not in given]
    for key in missing:
        example = next(f.example for f in (*fields.INCOMING_SERVER, *fields.OUTGOING_SERVER) if f.key == key)
        # A key that was there but refused has its fault already.
        if not any(f.file == parser.file and f.key == f"{where}.{key}" for f in parser.faults):
            parser.fault(f"{where}.{key}", raw.line, "この項目が必要です", example)
    if missing:
        return None
    values = {**SERVER_DEFAULTS, **{key: item.value for key, item in given.items()}}
    protocol, socket_type = Protocol(values["type"]), SocketType(values["socket_type"])
    standard = STANDARD_PORTS[protocol, socket_type]
    port = values.get("port", standard)
    host = values["hostname"].replace(EMAIL_DOMAIN, domain)
    line = given["hostname"].line
    try:
        host = checks.hostname(host)
    except checks.Refused as refused:
        parser.fault(f"{where}.hostname", line, str(refused), "mail.example.jp", host)
        return None
    allowed = OWNERS.get(port)
    if allowed is not None and (protocol, socket_type) not in allowed:
        parser.fault(
            f"{where}.port",
            given["port"].line if "port" in given else raw.line,
            f"{protocol} の {socket_type} は、ふつう {standard} 番です。ポート番号と socket_type の組が合っていません",
            f"port: {standard}",
            f"{protocol} {socket_type} {port}",
        )
        return None
    return cls(
        type=protocol,
        hostname=host,
        port=port,
        socket_type=socket_type,
        authentication=Authentication(values["authentication"]),
        username=values["username"],
    )


def _mail_domain(parser: _Parser, own: dict[str, Raw], provider: dict[str, Raw]) -> MailDomain | None:
    """Merge one file over the provider's values; None (and faults) when that is not a complete, consistent domain."""
    before = len(parser.faults)
    merged = {**provider, **own}
    for declared in fields.DOMAIN_FILE:
        if declared.key not in merged and declared.key not in fields.OPTIONAL:
            parser.fault(
                declared.key, None, f"この項目が必要です。{declared.reason}", f"{declared.key}: {declared.example}"
            )
    support = (
        {**provider["support"].value, **own["support"].value}
        if "support" in own and "support" in provider
        else merged.get("support", Raw({}, 0, "")).value
    )
    for declared in fields.SUPPORT:
        if declared.key not in support and "support" in merged:
            parser.fault(f"support.{declared.key}", None, f"この項目が必要です。{declared.reason}", declared.example)
    if len(parser.faults) > before:
        return None
    value = {key: raw.value for key, raw in merged.items()}
    incoming = _servers(parser, merged["incoming_servers"], IncomingServer, value["domain"], "incoming_servers")
    outgoing = _servers(parser, merged["outgoing_servers"], OutgoingServer, value["domain"], "outgoing_servers")
    if len(parser.faults) > before:
        return None
    reason = value.get("plain_reason")
    plain = [s for s in (*incoming, *outgoing) if s.socket_type is SocketType.PLAIN]
    if plain and reason is None:
        parser.fault(
            "plain_reason",
            None,
            "保護なし(plain)のサーバーを載せるには、理由が必要です",
            "plain_reason: 店内の LAN だけで使うため",
            f"{plain[0].type} plain {plain[0].port}",
        )
    if reason is not None and not plain:
        parser.fault(
            "plain_reason",
            merged["plain_reason"].line,
            "plain のサーバーがないときは書きません",
            "(この行を消します)",
            reason,
        )
    aliases = tuple(raw.value for raw in value.get("aliases", ()))
    for index, alias in enumerate(aliases):
        if alias == value["domain"] or alias in aliases[:index]:
            parser.fault(
                f"aliases[{index}]",
                merged["aliases"].line,
                "domain とも、ほかの別名とも違う名前が必要です",
                "example.com",
                alias,
            )
    if not value["address_forms"]:
        parser.fault(
            "address_forms", merged["address_forms"].line, "1 つ以上が必要です", '["info@%EMAILDOMAIN%"]', "空のリスト"
        )
    if len(parser.faults) > before:
        return None
    return MailDomain(
        domain=value["domain"],
        aliases=aliases,
        display_name=value["display_name"],
        display_short_name=value["display_short_name"],
        incoming_servers=incoming,
        outgoing_servers=outgoing,
        address_forms=tuple(raw.value for raw in value["address_forms"]),
        message_size_limit=value["message_size_limit"],
        mailbox_size=value["mailbox_size"],
        webmail_url=value.get("webmail_url"),
        support=Support(**{key: raw.value for key, raw in support.items()}),
        certificate_covers_hostname=value["certificate_covers_hostname"],
        pop_leave_days=value["pop_leave_days"],
        plain_reason=reason,
        confirmed=value["confirmed"],
    )


def _servers(parser: _Parser, raw: Raw, cls: type[ServerT], domain: str, where: str) -> tuple[ServerT, ...]:
    # A server that came from the provider's file is blamed on that file.
    blame = _Parser(raw.file, parser.faults)
    found = [_server(blame, item, cls, domain, f"{where}[{i}]") for i, item in enumerate(raw.value)]
    if not raw.value:
        blame.fault(
            where,
            raw.line,
            "サーバーが 1 つ以上必要です",
            f"{where}: [{{type: …, hostname: mail.example.jp}}]",
            "空のリスト",
        )
    return tuple(s for s in found if s is not None)


def _source(path: Path, name: str) -> Source:
    """A file's name and bytes; of a file that is too large only so much that it will be refused."""
    try:
        with path.open("rb") as file:
            return Source(name, file.read(strict_yaml.MAX_BYTES + 1))
    except OSError as error:
        expected = f"読めるファイルが必要です({error.strerror})"
        raise DomainDataError([Fault(name, "", expected, strict_yaml.GOOD_FILE)]) from None


def domain_source(folder: Path, name: str) -> Source:
    """One domain file of a folder, by its path in it.

    :raises DomainDataError: when it cannot be read.
    """
    return _source(folder / name, name)


def provider_source(folder: Path) -> Source:
    """The provider's file of a folder, or the repo's where that folder has none."""
    provider = folder / PROVIDER_FILE
    if not provider.is_file():
        provider = OWN_DOMAINS / PROVIDER_FILE
    name = PROVIDER_FILE if provider.parent == folder else f"{OWN_DOMAINS.name}/{PROVIDER_FILE}"
    return _source(provider, name)


def sources(folder: Path) -> tuple[Source, list[Source]]:
    """The provider's file and the domain files of a folder, sorted by name; subfolders are read too."""
    paths = sorted(p for p in folder.rglob(f"*{SUFFIX}") if p.is_file() and not p.name.startswith(("_", ".")))
    return provider_source(folder), [_source(p, p.relative_to(folder).as_posix()) for p in paths]


class Reader:
    """Reads domain files over one provider's file, one by one. ``faults`` grows with every mistake.

    ``files``: the domains that were read, with the name of the file of each.
    """

    def __init__(self, provider: Source) -> None:
        self.faults: list[Fault] = []
        self.files: dict[str, str] = {}
        self._claimed: dict[str, str] = {}
        self._defaults: dict[str, Raw] = {}
        tree, found = strict_yaml.read(provider.data, provider.name)
        self.faults += found
        if tree is not None:
            provider_fields = tuple(f for f in fields.DOMAIN_FILE if not f.domain_only)
            self._defaults = _Parser(provider.name, self.faults).mapping(tree, provider_fields)
        self._provider_broken = bool(self.faults)

    def read(self, source: Source) -> MailDomain | None:
        """The domain of one file; None where it, or the provider's file, has a fault."""
        tree, found = strict_yaml.read(source.data, source.name)
        parser = _Parser(source.name, self.faults)
        before = len(self.faults)
        self.faults += found
        if tree is None:
            return None
        own = parser.mapping(tree, fields.DOMAIN_FILE)
        if "domain" not in own:
            if not any(key.text == "domain" for key, _ in tree.entries):
                parser.fault("domain", None, "この項目が必要です", "domain: example.jp")
            return None
        _check_names(parser, source, own, self._claimed)
        # With a broken provider file every domain would repeat its faults.
        if self._provider_broken or len(self.faults) > before:
            return None
        domain = _mail_domain(parser, own, self._defaults)
        if domain is not None:
            self.files[domain.domain] = source.name
        return domain


def parse(provider: Source, files: Iterable[Source]) -> dict[str, MailDomain]:
    """All domains by their ASCII name, in the order of the files.

    :raises DomainDataError: with every fault of every file.
    """
    reader = Reader(provider)
    domains = {domain.domain: domain for source in files if (domain := reader.read(source)) is not None}
    if not reader.faults and not domains:
        reader.faults.append(NO_DOMAIN)
    if reader.faults:
        raise DomainDataError(reader.faults)
    return domains


def _check_names(parser: _Parser, source: Source, own: Mapping[str, Raw], claimed: dict[str, str]) -> None:
    domain, line = own["domain"].value, own["domain"].line
    stem = unicodedata.normalize("NFC", source.name.rpartition("/")[2].removesuffix(SUFFIX))
    if stem not in (domain, to_unicode(domain)):
        parser.fault(
            "domain",
            line,
            f"ファイル名と同じドメインが必要です(ファイル名は {source.name} です)",
            f"domain: {stem}",
            to_unicode(domain),
        )
    names = [("domain", domain, line)]
    if "aliases" in own:
        names += [(f"aliases[{i}]", raw.value, raw.line) for i, raw in enumerate(own["aliases"].value)]
    for key, name, at in names:
        if name.rpartition(".")[2] in FILE_ENDINGS:
            parser.fault(key, at, "サイトのファイル名と紛れない、本物のドメインが必要です", "example.jp", name)
        other = claimed.setdefault(name, source.name)
        if other != source.name:
            parser.fault(
                key,
                at,
                f"1 つのドメインを書けるのは 1 つのファイルだけです({other} にもあります)",
                "example.jp",
                to_unicode(name),
            )


def load(folder: Path) -> dict[str, MailDomain]:
    """Read and check a folder of domain files.

    :raises DomainDataError: with every fault of every file, or when the folder holds no domain file.
    """
    if not folder.is_dir():
        raise DomainDataError(
            [Fault(str(folder), "", "ドメインのファイルを入れたフォルダーが必要です", "--domains domains")]
        )
    return parse(*sources(folder))


def published(domains: Mapping[str, MailDomain]) -> dict[str, MailDomain]:
    """Every name that gets its own copy of the help: the domains and, with their own name in it, their aliases."""
    result = {}
    for domain in domains.values():
        result[domain.domain] = domain
        for alias in domain.aliases:
            result[alias] = domain.for_alias(alias)
    return dict(sorted(result.items()))
