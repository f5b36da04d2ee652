"""From somebody's autoconfig file to a domain file of ours.

The XML comes from anywhere: entities and document types are refused, sizes are bounded, and every value goes through
the same door as a file written by hand (:mod:`macros.catalogue`) before anything is written. What a domain file has no
place for, and what the XML does not say, is reported.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as DefusedET

from macros import catalogue
from macros.checks import Refused, hostname, url
from macros.domain import EMAIL_DOMAIN, STANDARD_PORTS, Authentication, Protocol, SocketType, to_unicode
from macros.errors import BuildError, DomainDataError, Fault, shown

MAX_BYTES = 256 * 1024
EXAMPLE = "https://autoconfig.example.jp/mail/config-v1.1.xml の中身"
EXISTS = "{file} はもうあります。"
HEAD = "# {source} から取り込みました。値は mailhelp check で確かめてあります。\n"
#: Values of old files and what Thunderbird takes them for.
OLD_AUTHENTICATIONS = {
    "plain": Authentication.PASSWORD_CLEARTEXT,
    "secure": Authentication.PASSWORD_ENCRYPTED,
    "smtp-after-pop": Authentication.NONE,
}
#: What our files have no place for, and why that is no loss.
WITHOUT_PLACE = {
    "documentation": "説明ページへのリンクは、このヘルプのページに変わります",
    "enable": "いまのメールソフトは読みません",
    "instruction": "いまのメールソフトは読みません",
    "inputField": "いまのメールソフトは読みません",
    "addThisServer": "いまのメールソフトは読みません",
}
NOTES = {
    "place": "{where}: {tag} は取り込みません。{reason}",
    "unknown": "{where}: {tag} は取り込みません。知らない項目です",
    "version": "clientConfig: version が {found} です(1.0・1.1・1.2 として読みました)",
    "mx": "domain: MX の名前 {found} は取り込みません",
    "missing": "{where}: {key} がありません。{used} にしました",
    "type": "{where}: type {found} のサーバーは取り込みません(imap・pop3・smtp だけです)",
    "first": "{where}: {key} が {count} 個あります。初めに書かれた、使える値 {used} にしました",
    "old": "{where}: authentication の古い値 {found} を {used} として読みました",
    "url": "{where}: URL {found} は使えないので取り込みません({expected})",
}
LINE_BREAKS = re.compile(r"[ \t]*[\r\n\t]+[ \t]*")
COMMON = "共通の値(_provider.yaml)"


@dataclass(frozen=True, slots=True)
class Imported:
    """A domain file that has passed every check: its name, its text, and what was left out or filled in."""

    file: str
    text: str
    notes: tuple[str, ...]


def yaml_scalar(value: object) -> str:
    """A value as YAML that every reader takes for the same thing; text is always quoted."""
    if value is None or isinstance(value, bool | int):
        return json.dumps(value)
    quoted = json.dumps(str(value), ensure_ascii=False)
    # Invisible characters are written as escapes: some may not stand in YAML, and nobody could see them.
    return "".join(
        c if c.isprintable() else (f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}") for c in quoted
    )


def yaml_text(values: Mapping[str, Any]) -> str:
    """A domain file: keys with values, lists of values, lists of mappings (one a line) and mappings."""
    lines = []
    for key, value in values.items():
        if isinstance(value, Mapping):
            lines += [f"{key}:", *(f"  {inner}: {yaml_scalar(item)}" for inner, item in value.items())]
        elif isinstance(value, list | tuple):
            lines.append(f"{key}:")
            for item in value:
                if isinstance(item, Mapping):
                    pairs = ", ".join(f"{inner}: {yaml_scalar(one)}" for inner, one in item.items())
                    lines.append(f"  - {{{pairs}}}")
                else:
                    lines.append(f"  - {yaml_scalar(item)}")
        else:
            lines.append(f"{key}: {yaml_scalar(value)}")
    return "\n".join(lines) + "\n"


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.faults: list[Fault] = []
        self.notes: list[str] = []

    def fault(self, key: str, expected: str, example: str, found: str | None = None) -> None:
        self.faults.append(Fault(self.source, key, expected, example, None if found is None else shown(found)))

    def note(self, kind: str, **values: object) -> None:
        self.notes.append(NOTES[kind].format(**values))

    def texts(self, node: Any, tag: str) -> list[str]:
        found = (LINE_BREAKS.sub(" ", str(child.text or "")).strip() for child in node.findall(tag))
        return [text for text in found if text]

    def leftovers(self, node: Any, where: str, known: Iterable[str]) -> None:
        """Say what of a node's children has no place in a domain file."""
        for tag in dict.fromkeys(str(child.tag) for child in node):
            if tag in WITHOUT_PLACE:
                self.note("place", where=where, tag=tag, reason=WITHOUT_PLACE[tag])
            elif tag not in known:
                self.note("unknown", where=where, tag=shown(tag))

    def chosen(self, node: Any, where: str, tag: str, known: Mapping[str, str], default: str) -> str:
        """The first value of a repeatable element that is known, as mail programs choose."""
        found = self.texts(node, tag)
        if not found:
            self.note("missing", where=where, key=tag, used=default)
            return default
        usable = [text for text in found if text in known]
        if not usable:
            self.fault(
                f"{where}.{tag}", f"{'・'.join(known)} のどれかが必要です", f"<{tag}>{default}</{tag}>", found[0]
            )
            return default
        used = known[usable[0]]
        if len(found) > 1:
            self.note("first", where=where, key=tag, count=len(found), used=used)
        if usable[0] in OLD_AUTHENTICATIONS:
            self.note("old", where=where, found=usable[0], used=used)
        return used

    def single(self, node: Any, where: str, tag: str, default: str | None, example: str) -> str | None:
        found = self.texts(node, tag)
        if found:
            return found[0]
        if default is None:
            self.fault(f"{where}.{tag}", "この項目が必要です", f"<{tag}>{example}</{tag}>")
        else:
            self.note("missing", where=where, key=tag, used=default)
        return default

    def servers(self, provider: Any, tag: str, types: tuple[Protocol, ...]) -> Iterator[dict[str, Any]]:
        authentications = {str(a): str(a) for a in Authentication} | {k: str(v) for k, v in OLD_AUTHENTICATIONS.items()}
        for index, node in enumerate(provider.findall(tag)):
            where = f"{tag}[{index}]"
            kind = str(node.get("type", "")).strip()
            if kind not in types:
                self.note("type", where=where, found=shown(kind))
                continue
            known = ("hostname", "port", "socketType", "authentication", "username", "pop3", "imap")
            self.leftovers(node, where, known)
            socket_type = self.chosen(node, where, "socketType", {str(s): str(s) for s in SocketType}, "SSL")
            standard = STANDARD_PORTS[Protocol(kind), SocketType(socket_type)]
            port = self.single(node, where, "port", str(standard), str(standard)) or ""
            if not re.fullmatch(r"[1-9][0-9]{0,4}", port):
                self.fault(f"{where}.port", "1〜65535 の整数が必要です", f"<port>{standard}</port>", port)
                port = str(standard)
            host = self.single(node, where, "hostname", None, "mail.example.jp")
            if host is None:
                continue
            yield {
                "type": kind,
                "hostname": host.lower().rstrip(".").replace(EMAIL_DOMAIN.lower(), EMAIL_DOMAIN),
                "port": int(port),
                "socket_type": socket_type,
                "authentication": self.chosen(node, where, "authentication", authentications, "password-cleartext"),
                "username": self.single(node, where, "username", "%EMAILADDRESS%", "%EMAILADDRESS%"),
            }

    def names(self, provider: Any, asked: str | None) -> list[str]:
        """The domain first, then its aliases."""
        found = []
        for node in provider.findall("domain"):
            text = str(node.text or "").strip().lower()
            if node.get("purpose") == "mx":
                self.note("mx", found=shown(text))
            elif text and "%" not in text:
                found.append(text)
        wanted = (asked or str(provider.get("id", ""))).strip().lower()
        names = []
        for name in [wanted, *found] if asked or wanted in found else found:
            try:
                ascii_name = hostname(name.rstrip("."))
            except Refused as refused:
                self.fault("domain", str(refused), "<domain>example.jp</domain>", name)
            else:
                names.append(ascii_name)
        if not names and not self.faults:
            self.fault("domain", "ドメインの名前が必要です。--domain で指定できます", "--domain example.jp")
        return list(dict.fromkeys(names))

    def leave_days(self, provider: Any) -> int | None:
        for node in provider.iter("pop3"):
            leave, days = self.texts(node, "leaveMessagesOnServer"), self.texts(node, "daysToLeaveMessagesOnServer")
            if leave[:1] == ["false"]:
                return 0
            if days and re.fullmatch(r"[0-9]{1,4}", days[0]):
                return int(days[0])
        return None

    def webmail(self, root: Any) -> str | None:
        for page in root.iter("loginPage"):
            found = str(page.get("url", ""))
            try:
                return url(found)
            except Refused as refused:
                self.note("url", where="webMail", found=shown(found), expected=refused)
        return None

    def values(self, root: Any, domain: str | None, plain_reason: str | None) -> dict[str, Any]:
        """The keys and values of the domain file."""
        if root.tag != "clientConfig" or root.find("emailProvider") is None:
            self.fault("", "clientConfig と emailProvider のあるファイルが必要です", EXAMPLE, str(root.tag))
            return {}
        if root.get("version") not in ("1.0", "1.1", "1.2"):
            self.note("version", found=shown(root.get("version", "")))
        provider = root.find("emailProvider")
        self.leftovers(root, "clientConfig", ("emailProvider", "webMail", "clientConfigUpdate"))
        self.leftovers(
            provider,
            "emailProvider",
            ("domain", "displayName", "displayShortName", "incomingServer", "outgoingServer", "webMail"),
        )
        names = self.names(provider, domain)
        result: dict[str, Any] = {"domain": to_unicode(names[0]) if names else ""}
        if names[1:]:
            result["aliases"] = [to_unicode(name) for name in names[1:]]
        for tag, key in (("displayName", "display_name"), ("displayShortName", "display_short_name")):
            text = self.single(provider, "emailProvider", tag, COMMON, "見本")
            if text != COMMON:
                result[key] = text
        result["incoming_servers"] = list(self.servers(provider, "incomingServer", (Protocol.IMAP, Protocol.POP3)))
        result["outgoing_servers"] = list(self.servers(provider, "outgoingServer", (Protocol.SMTP,)))
        for key, tag in (("incoming_servers", "incomingServer"), ("outgoing_servers", "outgoingServer")):
            if not result[key] and not any(f.key.startswith(tag) for f in self.faults):
                self.fault(tag, "使えるサーバーが 1 つ以上必要です", f'<{tag} type="…">')
        if (days := self.leave_days(provider)) is not None:
            result["pop_leave_days"] = days
        if (page := self.webmail(root)) is not None:
            result["webmail_url"] = page
        plain = [s for s in (*result["incoming_servers"], *result["outgoing_servers"]) if s["socket_type"] == "plain"]
        if plain and plain_reason is None:
            self.fault(
                "socketType",
                "保護なし(plain)のサーバーを載せるには、理由が必要です",
                "--plain-reason 店内の LAN だけで使うため",
                f"{plain[0]['type']} plain",
            )
        elif plain:
            result["plain_reason"] = plain_reason
        return result


def convert(
    data: bytes, source: str, folder: Path, *, domain: str | None = None, plain_reason: str | None = None
) -> Imported:
    """The domain file for an autoconfig file; nothing is written.

    ``source``: the file's name for messages. ``folder``: where the domain file will stand; other files there may not
    claim the same names. ``domain``: the domain to use instead of the file's own. ``plain_reason``: needed where the
    file lists unprotected servers.

    :raises DomainDataError: with every fault found.
    """
    reader = _Reader(source)
    if len(data) > MAX_BYTES:
        reader.fault("", f"{MAX_BYTES // 1024} KiB 以下のファイルが必要です", EXAMPLE, f"{len(data)} バイト")
        raise DomainDataError(reader.faults)
    try:
        root = DefusedET.fromstring(data, forbid_dtd=True)
    except (DefusedET.ParseError, DefusedXmlException, ValueError, LookupError) as error:
        expected = "正しい XML(DTD とエンティティのないもの)が必要です"
        raise DomainDataError([Fault(source, "", expected, EXAMPLE, shown(error))]) from None
    values = reader.values(root, domain, plain_reason)
    if reader.faults:
        raise DomainDataError(reader.faults)
    text = HEAD.format(source=shown(source)) + yaml_text(values)
    file = f"{values['domain']}{catalogue.SUFFIX}"
    if folder.is_dir():
        provider, others = catalogue.sources(folder)
    else:
        provider, others = catalogue.sources(catalogue.OWN_DOMAINS)[0], []
    try:
        catalogue.parse(provider, [*others, catalogue.Source(file, text.encode())])
    except DomainDataError as error:
        own = [fault for fault in error.faults if fault.file in (file, provider.name)]
        if own:
            raise DomainDataError(own) from None
    return Imported(file, text, tuple(reader.notes))


def write(imported: Imported, folder: Path) -> Path:
    """Write the domain file and return its path.

    :raises BuildError: when there is one already.
    """
    path = folder / imported.file
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(imported.text)
    except FileExistsError:
        raise BuildError(EXISTS.format(file=path)) from None
    return path
