"""What each mail program would find for a live domain, and what to fix: read-only, and never with a password.

Each program's walk is a function that adds lines to a :class:`Report`. Sources of the orders: Thunderbird's
FetchConfig and FindConfig, thunderbird-android's autodiscovery, MS-OXDSCLI, RFC 6186 and RFC 8314, the PACC draft.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as ET

from macros.doctor.network import Answer, Certificate, Line, Network, NotTrusted, Unreachable, peer
from macros.domain import (
    EMAIL_ADDRESS,
    EMAIL_DOMAIN,
    EMAIL_LOCALPART,
    Authentication,
    MailDomain,
    Protocol,
    SocketType,
    to_unicode,
)
from macros.formats import autoconfig, autodiscover, dns, mobileconfig, pacc

GOOD, WARN, BAD, NOTE = "○", "△", "×", "・"
XML_TYPES = ("text/xml", "application/xml")
PROFILE_TYPE = "application/x-apple-aspen-config"
SOON = 14
LONGEST = 400
LOCAL_PART = "mailhelp-doctor"
#: Registries below which a provider's own name has three labels.
SECOND_LEVEL = {"co", "ne", "or", "ac", "go", "gr", "ad", "ed", "lg", "com", "net", "org", "gov", "edu"}

TITLES = {
    "thunderbird": "Thunderbird(パソコン)",
    "android": "Thunderbird(Android)",
    "apple": "iPhone・iPad・Mac の「メール」",
    "outlook": "Outlook",
    "srv": "SRV レコードを読むメールソフト",
    "pacc": "PACC(試験的な方式)",
    "servers": "メールサーバー(すべてのメールソフト)",
}
SUMMARY = {
    True: "{domain}: 直すところは見つかりませんでした。",
    False: "{domain}: 直すところが {count} 件あります(× の行)。",
}
REASONS = {
    "no-address": "{host} という名前が DNS にありません。A レコードか CNAME レコードを加えます。",
    "refused": "{host} の {port} 番につながりません(接続を断られました)。サーバーが動いているか確かめます。",
    "timeout": "{host} の {port} 番から返事がありません。ファイアウォールを確かめます。",
    "closed": "{host} の {port} 番の返事が途中で切れました。サーバーの記録を確かめます。",
    "network": "{host} の {port} 番に届きません。",
    "name": "{host} の証明書に {host} の名前がありません(証明書の名前: {names})。証明書に名前を加えます。",
    "expired": "{host} の証明書の期限が切れています({expires} まで)。更新します。",
    "untrusted": "{host} の証明書は、信頼された発行元のものではありません。中間証明書が足りないか、自己署名です。",
    "not-tls": "{host} の {port} 番は TLS(SSL)で話しません。ポート番号と接続の保護の組を確かめます。",
    "other": "{host} の {port} 番の TLS に失敗しました({detail})。",
}
TEXTS = {
    "soon": "{host} の証明書は、あと {days} 日で切れます({expires} まで)。更新の自動化を確かめます。",
    "found": "{url} で設定が見つかりました。",
    "first": "→ {url} の設定が使われます。",
    "nothing": "設定のファイルが見つかりません。サーバー名の推測になり、まちがった設定でも「見つかりました」と出ることがあります。",
    "status": "{url} は {status} を返します。ファイルの置き場所を確かめます。",
    "absent": "{url}: {text}",
    "skipped": "{url} は、先に見つかったものがあるので使われません。",
    "mime": "{url} の種類(Content-Type)が {type} です。{expected} にします。このままでは読まれません。",
    "bom": "{url} の先頭に BOM があります。BOM なしの UTF-8 にします。",
    "xml": "{url} は正しい autoconfig の XML ではありません({detail})。",
    "domain": "{url} に、このドメインの名前がありません(書かれているのは {found})。",
    "differs": "{url} の設定が、ドメインのファイルと違います。あるのは {found}、あるはずなのは {expected} です。公開し直します。",
    "plain-http": "設定が http でしか見つかりません。途中で書き換えられるおそれがあります。https でも配ります。",
    "mx-none": "MX レコードがありません。メールが届きません。",
    "mx-failed": "MX レコードを調べられませんでした。",
    "mx": "MX は {hosts} です。ここから {url} を調べます。",
    "not-asked": "Thunderbird の全体の一覧(ISPDB)は調べていません。",
    "android-pop": "IMAP のサーバーが書かれていないので、自動では設定できません(POP は手で設定します)。",
    "android-plain": "保護なし(plain)のサーバーが書かれているので、ファイルの全体が読まれません。",
    "android-id": "emailProvider の id に置き換え(%…%)があるので、ファイルの全体が読まれません。",
    "android-http": "https で取れる設定がないので、自動では設定できません。",
    "android-good": "同じ設定が、アドレスを送らずに使われます。",
    "apple-none": "「メール」は設定を自動では探しません。設定ファイル(プロファイル)か、手で設定します。",
    "apple-unknown": "SITE_URL がわからないので、プロファイルの配り方は調べていません。",
    "apple-good": "{url} は正しい種類で配られています。",
    "outlook-405": "{url} は POST に 405 を返します。静的なサイトでは動きません(mailhelp servers の設定を使います)。",
    "outlook-login": "{url} の返事に %EMAIL…% が残っています。ウェブサーバーがアドレスを入れていません。",
    "outlook-xml": "{url} は正しい Autodiscover の返事ではありません({detail})。",
    "outlook-none": "Autodiscover が見つかりません。Outlook では手で設定します。",
    "srv-missing": "{name} の SRV レコードがありません。",
    "srv-failed": "{name} を調べられませんでした。",
    "srv-wrong": "{name} が {found} を指しています。{expected} にします。",
    "srv-good": "{name} は {found} を指しています。",
    "pacc-none": "公開されていません(なくても困りません)。",
    "pacc-txt": "{name} の TXT レコードがファイルと合いません。mailhelp dns で作り直します。",
    "pacc-good": "ファイルと TXT レコードが合っています。",
    "server-good": "{server}: 接続・証明書・ログインの方式に問題はありません(証明書はあと {days} 日)。",
    "server-plain": "{server}: 保護なしの接続です。できるだけ SSL に変えます。",
    "greeting": "{server}: {kind} のサーバーらしくない返事です({found})。ポート番号を確かめます。",
    "no-starttls": "{server}: STARTTLS を使えません。保護されない接続になります。サーバーの設定を直します。",
    "login-early": "{server}: 暗号化の前にパスワードを受け付けます。暗号化するまでログインを断る設定にします。",
    "no-login": "{server}: {wanted} の方式でログインできません(サーバーが示した方式: {found})。",
    "mail-host": "証明書の名前が合わないので、メールソフトが警告を出します。",
    "no-servers": "調べるメールサーバーがわかりません(ドメインのファイルも、見つかった設定もありません)。",
    "unknown-domain": "{domain} のファイルはありません。見つかった設定だけで調べます。",
}


class Way(NamedTuple):
    """One server as a program would use it."""

    type: str
    hostname: str
    port: int
    socket_type: str
    authentication: str
    username: str

    def __str__(self) -> str:
        return f"{self.type} {self.hostname}:{self.port} {self.socket_type}"


def _visible(value: object) -> str:
    """What a stranger's server said, safe for a terminal and not too long."""
    text = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in str(value)[:LONGEST])
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


@dataclass(slots=True)
class Report:
    """Lines by program, in the order in which they were found."""

    domain: str
    sections: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def add(self, section: str, level: str, key: str, **values: object) -> None:
        """One line; ``key`` names its text."""
        text = (TEXTS.get(key) or REASONS[key]).format(**{name: _visible(value) for name, value in values.items()})
        self.sections.setdefault(section, []).append((level, text))

    @property
    def faults(self) -> int:
        """How many lines say that something must be fixed."""
        return sum(level == BAD for lines in self.sections.values() for level, _ in lines)

    def __str__(self) -> str:
        parts = [SUMMARY[self.faults == 0].format(domain=to_unicode(self.domain), count=self.faults)]
        for section, lines in self.sections.items():
            parts.append(f"\n{TITLES[section]}")
            parts += [f"  {level} {text}" for level, text in lines]
        return "\n".join(parts)


def _shown(certificate: Certificate | None) -> dict[str, str]:
    if certificate is None:
        return {"names": "不明", "expires": "不明"}
    return {
        "names": "、".join(certificate.names[:5]) or "なし",
        "expires": f"{certificate.expires:%Y-%m-%d}",
    }


def reason(error: Unreachable | NotTrusted, host: str, port: int) -> str:
    """Why a connection did not come about, and what to do."""
    values: dict[str, object] = {"host": host, "port": port, "detail": ""}
    if isinstance(error, NotTrusted):
        values |= {**_shown(error.certificate), "detail": error.detail}
    return REASONS[error.reason].format(**values)


def _of_url(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


# --- autoconfig -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Config:
    """A file that a program would use."""

    url: str
    ways: tuple[Way, ...]
    id: str


def read_autoconfig(data: bytes) -> tuple[str, list[str], list[Way]]:
    """``id``, domains and servers of a file.

    :raises ValueError: when it is none.
    """
    try:
        root = ET.fromstring(data, forbid_dtd=True)
    except (ET.ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise ValueError(str(error)) from None
    provider = root.find("emailProvider")
    if root.tag != "clientConfig" or provider is None:
        raise ValueError("clientConfig・emailProvider")
    ways = []
    for node in provider:
        if node.tag in ("incomingServer", "outgoingServer"):
            text = {child.tag: (child.text or "").strip() for child in reversed(node)}
            port = text.get("port", "")
            ways.append(
                Way(
                    str(node.get("type", "")),
                    text.get("hostname", ""),
                    int(port) if port.isdigit() and len(port) < 6 else 0,
                    text.get("socketType", ""),
                    text.get("authentication", ""),
                    text.get("username", ""),
                )
            )
    if not {"smtp"} < {way.type for way in ways}:
        raise ValueError("incomingServer・outgoingServer")
    return str(provider.get("id", "")), [(n.text or "").strip() for n in provider.findall("domain")], ways


class _Doctor:
    def __init__(self, domain: str, mail: MailDomain | None, site_url: str, network: Network) -> None:
        self.domain, self.mail, self.site_url, self.network = domain, mail, site_url, network
        self.report = Report(domain)
        self.config: Config | None = None

    def get(self, section: str, url: str, *, level: str = BAD, **options: Any) -> Answer | None:
        """A page, or a line that says why not. A name that does not exist is said with ``level``."""
        host, port = _of_url(url)
        try:
            answer = self.network.fetch(url, **options)
        except (Unreachable, NotTrusted) as error:
            missing = isinstance(error, Unreachable) and error.reason in ("no-address", "refused")
            text = reason(error, host, port)
            self.report.add(section, level if missing else BAD, "absent", url=url, text=text)
            return None
        if answer.url.startswith("https:"):
            self.expiry(section, *_of_url(answer.url))
        return answer

    def expiry(self, section: str, host: str, port: int) -> None:
        certificate = self.network.certificate(host, port)
        if certificate is not None and 0 <= certificate.days_left < SOON:
            self.report.add(
                section, WARN, "soon", host=host, days=certificate.days_left, expires=_shown(certificate)["expires"]
            )

    def expected(self) -> list[Way]:
        """What a right file says."""
        if self.mail is None:
            return []
        return [
            Way(s.type, s.hostname, s.port, s.socket_type, s.authentication, s.username)
            for s in autoconfig.listed(self.mail)
        ]

    def usable(self, section: str, url: str, answer: Answer, *, common: bool = False) -> Config | None:
        """The file of an answer if a program would take it; what is wrong with it is said."""
        add = self.report.add
        if answer.status != 200:
            add(section, NOTE, "status", url=url, status=answer.status)
            return None
        if answer.type not in XML_TYPES:
            add(section, BAD, "mime", url=url, type=answer.type or "なし", expected="text/xml")
            return None
        if answer.body.startswith(b"\xef\xbb\xbf"):
            add(section, BAD, "bom", url=url)
        try:
            identity, domains, ways = read_autoconfig(answer.body)
        except ValueError as error:
            add(section, BAD, "xml", url=url, detail=error)
            return None
        if not common and not {self.domain, EMAIL_DOMAIN} & set(domains):
            add(section, WARN, "domain", url=url, found="、".join(domains[:5]) or "なし")
        filled = tuple(way._replace(hostname=way.hostname.replace(EMAIL_DOMAIN, self.domain)) for way in ways)
        expected = self.expected()
        if expected and list(filled) != expected:
            missing = [way for way in expected if way not in filled]
            odd = [way for way in filled if way not in expected]
            add(
                section,
                BAD,
                "differs",
                url=url,
                found="、".join(map(_with_login, odd)) or "同じサーバーの、違う順",
                expected="、".join(map(_with_login, missing or expected)),
            )
        else:
            add(section, GOOD, "found", url=url)
        return Config(answer.url, filled, identity)

    def thunderbird(self) -> None:
        """Thunderbird on a PC: four places at once, the first good one wins; then MX."""
        section, query = "thunderbird", f"?emailaddress={LOCAL_PART}%40{self.domain}"
        first, second = autoconfig.PATHS
        found: list[Config] = []
        for scheme in ("https", "http"):
            for url in (f"{scheme}://autoconfig.{self.domain}/{first}", f"{scheme}://{self.domain}/{second}"):
                if found and scheme == "http":
                    self.report.add(section, NOTE, "skipped", url=url)
                    continue
                answer = self.get(section, url + query, level=NOTE)
                config = answer and self.usable(section, url, answer)
                if config:
                    found.append(config)
        self.report.add(section, NOTE, "not-asked")
        if not found:
            found += self.through_mx(section, query)
        if not found:
            self.report.add(section, BAD, "nothing")
            return
        self.config = found[0]
        self.report.add(section, NOTE, "first", url=self.config.url.partition("?")[0])
        if self.config.url.startswith("http:"):
            self.report.add(section, BAD, "plain-http")

    def through_mx(self, section: str, query: str) -> list[Config]:
        """The provider's common file, which MX records lead to; only over https."""
        records = self.network.records(self.domain, "MX")
        if not records:
            self.report.add(section, BAD if records == [] else WARN, "mx-none" if records == [] else "mx-failed")
            return []
        hosts = [record.split()[-1].rstrip(".").lower() for record in records]
        for base in _mx_bases(hosts[0]):
            url = f"https://autoconfig.{base}/{autoconfig.PATHS[0]}"
            self.report.add(section, NOTE, "mx", hosts="、".join(hosts), url=url)
            answer = self.get(section, url + query, level=NOTE)
            config = answer and self.usable(section, url, answer, common=True)
            if config:
                return [config]
        return []

    def android(self) -> None:
        """Thunderbird for Android reads the same file, with less patience."""
        section, config = "android", self.config
        if config is None or config.url.startswith("http:"):
            self.report.add(section, BAD, "android-http")
            return
        problems = 0
        for wrong, level, key in (
            (not any(w.type == "imap" for w in config.ways), WARN, "android-pop"),
            (any(w.socket_type == "plain" for w in config.ways if w.type != "pop3"), BAD, "android-plain"),
            ("%" in config.id, BAD, "android-id"),
        ):
            if wrong:
                problems += 1
                self.report.add(section, level, key)
        if not problems:
            self.report.add(section, GOOD, "android-good")

    def apple(self) -> None:
        """Apple's programs look nothing up; a profile has to come with the right type."""
        section = "apple"
        self.report.add(section, NOTE, "apple-none")
        if not self.site_url or self.mail is None:
            self.report.add(section, NOTE, "apple-unknown")
            return
        from macros.formats import Context

        for path in mobileconfig.files(self.mail, Context()):
            url = f"{self.site_url}{self.domain}/{path}"
            answer = self.get(section, url)
            if answer is None:
                continue
            if answer.status != 200:
                self.report.add(section, BAD, "status", url=url, status=answer.status)
            elif answer.type != PROFILE_TYPE:
                self.report.add(section, BAD, "mime", url=url, type=answer.type or "なし", expected=PROFILE_TYPE)
            else:
                self.report.add(section, GOOD, "apple-good", url=url)

    def outlook(self) -> None:
        """Outlook posts to two addresses, follows one redirect and one SRV record."""
        section, path = "outlook", autodiscover.PATH
        request = OUTLOOK_REQUEST.format(address=f"{LOCAL_PART}@{self.domain}")
        urls = [f"https://{self.domain}/{path}", f"https://autodiscover.{self.domain}/{path}"]
        for record in self.network.records(f"_autodiscover._tcp.{self.domain}", "SRV") or []:
            host = record.split()[-1].rstrip(".")
            if host:
                urls.append(f"https://{host}/{path}")
        for url in urls:
            answer = self.get(section, url, level=NOTE, post=request)
            if answer is None:
                continue
            if answer.status == 405:
                self.report.add(section, BAD if url != urls[0] else NOTE, "outlook-405", url=url)
            elif answer.status != 200:
                self.report.add(section, NOTE, "status", url=url, status=answer.status)
            elif answer.type not in XML_TYPES:
                self.report.add(section, BAD, "mime", url=url, type=answer.type or "なし", expected="text/xml")
            elif self.outlook_answer(section, url, answer):
                return
        self.report.add(section, NOTE, "outlook-none")

    def outlook_answer(self, section: str, url: str, answer: Answer) -> bool:
        try:
            root = ET.fromstring(answer.body, forbid_dtd=True)
        except (ET.ParseError, DefusedXmlException, ValueError, LookupError) as error:
            self.report.add(section, BAD, "outlook-xml", url=url, detail=error)
            return False
        inner = f"{{{autodiscover.INNER}}}"
        found = {
            (
                node.findtext(f"{inner}Type") or ""
            ).lower(): f"{node.findtext(f'{inner}Server')}:{node.findtext(f'{inner}Port')}"
            for node in root.iter(f"{inner}Protocol")
        }
        if not found:
            self.report.add(section, BAD, "outlook-xml", url=url, detail="Protocol")
            return False
        if any("%EMAIL" in (node.text or "") for node in root.iter(f"{inner}LoginName")):
            self.report.add(section, BAD, "outlook-login", url=url)
            return True
        expected: dict[str, str] = {}
        for way in self.expected():
            if way.authentication in autodiscover.AUTHENTICATIONS:
                expected.setdefault(way.type, f"{way.hostname}:{way.port}")
        if expected and found != expected:
            said, wanted = ("、".join(f"{k} {v}" for k, v in ways.items()) for ways in (found, expected))
            self.report.add(section, BAD, "differs", url=url, found=said, expected=wanted)
        else:
            self.report.add(section, GOOD, "found", url=url)
        return True

    def srv(self) -> None:
        """RFC 6186: each service of the data has its record, and each record is of the data."""
        if self.mail is None:
            return
        for label, pair in dns.LABELS.items():
            name = f"{label}._tcp.{self.domain}"
            offered = [f"{s.hostname}:{s.port}" for s in self.mail.servers if (s.type, s.socket_type) == pair]
            records = self.network.records(name, "SRV")
            if records is None:
                self.report.add("srv", WARN, "srv-failed", name=name)
                continue
            split = [record.split() for record in records]
            found = sorted(f"{host.rstrip('.').lower()}:{port}" for _, _, port, host in split if host != ".")
            said = "、".join(found) or "「提供しない」"
            if offered and not records:
                self.report.add("srv", WARN, "srv-missing", name=name)
            elif found != sorted(offered):
                self.report.add(
                    "srv", BAD, "srv-wrong", name=name, found=said, expected="、".join(offered) or "「0 0 0 .」"
                )
            elif records:
                self.report.add("srv", GOOD, "srv-good", name=name, found=said)

    def pacc(self) -> None:
        """The draft's file and the digest that DNS promises for it."""
        url = f"https://{pacc.HOST.format(domain=self.domain)}/{pacc.PATH}"
        name = pacc.RECORD.format(domain=self.domain)
        promised = self.network.records(name, "TXT") or []
        answer = self.get("pacc", url, level=NOTE) if promised else None
        if not promised:
            self.report.add("pacc", NOTE, "pacc-none")
        elif answer is not None and answer.status == 200:
            right = base64.b64encode(hashlib.sha256(answer.body).digest()).decode()
            matches = any(record.endswith(f"d={right}") for record in promised)
            self.report.add("pacc", GOOD if matches else BAD, "pacc-good" if matches else "pacc-txt", name=name)
        elif answer is not None:
            self.report.add("pacc", BAD, "status", url=url, status=answer.status)

    def servers(self) -> None:
        """Each server of the data (or of what was found): connection, certificate, ways to log in."""
        if self.mail is not None:
            ways = [
                Way(s.type, s.hostname, s.port, s.socket_type, s.authentication, s.username) for s in self.mail.servers
            ]
        else:
            ways = list(self.config.ways) if self.config else []
        if not ways:
            self.report.add("servers", BAD, "no-servers")
        for way in dict.fromkeys(way._replace(username="") for way in ways):
            if way.type in SPEAKERS and way.port:
                self.server(way)

    def server(self, way: Way) -> None:
        """One server."""
        section, add = "servers", self.report.add
        speaker = SPEAKERS[way.type]
        try:
            plain = self.network.connect(way.hostname, way.port)
        except Unreachable as error:
            add(section, BAD, "absent", url=way, text=reason(error, way.hostname, way.port))
            return
        try:
            self.session(way, speaker, plain)
        except (Unreachable, NotTrusted) as error:
            add(section, BAD, "absent", url=way, text=reason(error, way.hostname, way.port))
        except _Strange as error:
            add(section, BAD, "greeting", server=way, kind=way.type.upper(), found=str(error)[:60] or "返事なし")
        finally:
            plain.close()

    def session(self, way: Way, speaker: Speaker, plain: Any) -> None:
        """Greeting, STARTTLS, capabilities."""
        section, add, before = "servers", self.report.add, self.report.faults
        certificate: Certificate | None = None
        if way.socket_type == SocketType.SSL:
            secure = self.network.secure(plain, way.hostname, way.port)
            certificate = peer(secure)
            line = Line(secure)
            speaker.greet(line)
            offered, _ = speaker.capabilities(line)
        else:
            line = Line(plain)
            speaker.greet(line)
            offered, upgrade = speaker.capabilities(line)
            if way.socket_type == SocketType.STARTTLS:
                if not upgrade:
                    add(section, BAD, "no-starttls", server=way)
                    return
                if offered & PASSWORD_LOGINS:
                    add(section, BAD, "login-early", server=way)
                speaker.starttls(line)

                def again(other: Line) -> None:
                    speaker.greet(other)
                    speaker.starttls(other)

                secure = self.network.secure(plain, way.hostname, way.port, again)
                certificate = peer(secure)
                offered, _ = speaker.capabilities(Line(secure))
            else:
                add(section, WARN, "server-plain", server=way)
        wanted = LOGINS.get(way.authentication, frozenset())
        if wanted and not offered & wanted:
            add(
                section,
                BAD,
                "no-login",
                server=way,
                wanted=way.authentication,
                found="・".join(sorted(offered)) or "なし",
            )
        if certificate is not None and certificate.days_left < SOON:
            expires = _shown(certificate)["expires"]
            add(section, WARN, "soon", host=way.hostname, days=certificate.days_left, expires=expires)
        if self.report.faults == before and certificate is not None:
            add(section, GOOD, "server-good", server=way, days=certificate.days_left)


OUTLOOK_REQUEST = (
    '<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/'
    'outlook/requestschema/2006"><Request><EMailAddress>{address}</EMailAddress><AcceptableResponseSchema>'
    f"{autodiscover.INNER}</AcceptableResponseSchema></Request></Autodiscover>"
)


def _with_login(way: Way) -> str:
    known = {EMAIL_ADDRESS: "アドレス", EMAIL_LOCALPART: "@ の前"}
    return f"{way}({known.get(way.username, way.username)})"


def _mx_bases(host: str) -> Iterator[str]:
    """The names to put ``autoconfig.`` before, for an MX host: without its first label, and the provider's own name."""
    labels = host.split(".")
    own = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in SECOND_LEVEL else 2
    bases = [labels[1:] if len(labels) > own else labels, labels[-own:]]
    yield from dict.fromkeys(".".join(base) for base in bases)


# --- mail protocols ---------------------------------------------------------------------------------------------------


class _Strange(Exception):
    """The other side does not speak the protocol; the text is what it said."""


PASSWORD_LOGINS = frozenset({"PLAIN", "LOGIN", "USER"})
LOGINS: dict[str, frozenset[str]] = {
    Authentication.PASSWORD_CLEARTEXT: PASSWORD_LOGINS,
    Authentication.PASSWORD_ENCRYPTED: frozenset({"CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "APOP"}),
    Authentication.NTLM: frozenset({"NTLM"}),
    Authentication.GSSAPI: frozenset({"GSSAPI"}),
    Authentication.OAUTH2: frozenset({"XOAUTH2", "OAUTHBEARER"}),
    Authentication.TLS_CLIENT_CERT: frozenset({"EXTERNAL"}),
}
MAX_LINES = 100


@dataclass(frozen=True, slots=True)
class Speaker:
    """How to greet, ask for capabilities and go over to TLS; none of it needs an account."""

    greet: Callable[[Line], None]
    capabilities: Callable[[Line], tuple[set[str], bool]]
    starttls: Callable[[Line], None]


def _begins(start: str) -> Callable[[Line], None]:
    def greet(line: Line) -> None:
        found = line.read()
        for _ in range(MAX_LINES):
            if not (start == "220 " and found.startswith("220-")):
                break
            found = line.read()
        if not found.startswith(start):
            raise _Strange(found)

    return greet


def _command(text: str, start: str) -> Callable[[Line], None]:
    def run(line: Line) -> None:
        line.say(text)
        found = line.read()
        if not found.startswith(start):
            raise _Strange(found)

    return run


def _imap(line: Line) -> tuple[set[str], bool]:
    line.say("a CAPABILITY")
    words: list[str] = []
    for _ in range(MAX_LINES):
        found = line.read()
        if found.upper().startswith("* CAPABILITY "):
            words = found.upper().split()[2:]
        elif found.startswith("a "):
            break
    offered = {word[5:] for word in words if word.startswith("AUTH=")}
    if "LOGINDISABLED" not in words and words:
        offered.add("LOGIN")
    return offered, "STARTTLS" in words


def _pop3(line: Line) -> tuple[set[str], bool]:
    line.say("CAPA")
    if not line.read().startswith("+OK"):
        return {"USER"}, False
    offered: set[str] = set()
    upgrade = False
    for _ in range(MAX_LINES):
        words = line.read().upper().split()
        if words == ["."]:
            break
        if words[:1] == ["SASL"]:
            offered |= set(words[1:])
        elif words[:1] == ["USER"]:
            offered.add("USER")
        upgrade = upgrade or words[:1] == ["STLS"]
    return offered, upgrade


def _smtp(line: Line) -> tuple[set[str], bool]:
    line.say("EHLO mailhelp-doctor.invalid")
    offered: set[str] = set()
    upgrade = False
    for _ in range(MAX_LINES):
        found = line.read()
        if not found.startswith("250"):
            raise _Strange(found)
        words = found[4:].upper().replace("=", " ").split()
        if words[:1] == ["AUTH"]:
            offered |= set(words[1:])
        upgrade = upgrade or words[:1] == ["STARTTLS"]
        if found[3:4] != "-":
            break
    return offered, upgrade


SPEAKERS: dict[str, Speaker] = {
    Protocol.IMAP: Speaker(_begins("* OK"), _imap, _command("b STARTTLS", "b OK")),
    Protocol.POP3: Speaker(_begins("+OK"), _pop3, _command("STLS", "+OK")),
    Protocol.SMTP: Speaker(_begins("220 "), _smtp, _command("STARTTLS", "220")),
}


def examine(domain: str, mail: MailDomain | None, site_url: str, network: Network) -> Report:
    """Walk what every program would do for ``domain`` (A-labels) and say what it would find.

    ``mail``: what the domain's file says, to compare with; None where there is none.
    """
    doctor = _Doctor(domain, mail, site_url, network)
    if mail is None:
        doctor.report.add("thunderbird", NOTE, "unknown-domain", domain=to_unicode(domain))
    doctor.thunderbird()
    doctor.android()
    doctor.apple()
    doctor.outlook()
    doctor.srv()
    doctor.pacc()
    doctor.servers()
    return doctor.report
